import type { ChildProcess } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acceptance, readScope } from '../../core/lake/commits.ts'
import type { LandRequest, LandResult } from '../../core/land.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { type Errand, sendOn, startProcess } from '../support/land-processes.ts'
import {
  keysOf,
  landRegion,
  OFFICE,
  only,
  purchase,
  QUARTER,
  requestFor,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const RACERS = 8
const folder = suiteFolder()
const region = smallRegion()
const margins = (margin: string) => region[`uncertainty/${OFFICE}/all`]!.map((row) => ({ ...row, margin }))
const errors: string[] = []
let processes: ChildProcess[] = []
let storage: FileStorage

beforeAll(async () => {
  const path = join(folder.path, 'lake')
  storage = new FileStorage(path)
  await landRegion(
    storage,
    folder.path,
    only(region, 'places', 'product_groups', 'processing_steps', 'product_forms', 'uncertainty'),
  )
  processes = await Promise.all(Array.from({ length: RACERS }, () => startProcess(path)))
})

afterAll(() => {
  for (const child of processes) child.kill('SIGKILL')
})

/** Sends every process on its errand at once; everyone must come back with an answer. */
async function race(errands: readonly Errand[]) {
  const outcomes = await Promise.all(errands.map((errand, at) => sendOn(processes[at]!, errand)))
  errors.push(...outcomes.flatMap(({ error }) => error ?? []))
  expect(errors).toEqual([])
  return outcomes
}

async function raceToLand(requests: readonly LandRequest[]): Promise<LandResult[]> {
  const outcomes = await race(requests.map((request) => ({ do: 'land', request })))
  return outcomes.map(({ landed }) => landed!)
}

async function stateOf({ dataset, source, quarter }: LandRequest) {
  return await readScope(storage, {
    dataset,
    source,
    quarter: quarter === undefined ? null : parseQuarter(quarter),
  })
}

const count = (results: readonly LandResult[], status: string) =>
  results.filter((result) => result.status === status).length
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** Each acceptance names the one before it, and each sender was told what its commit says. */
function expectChain(
  commits: readonly Acceptance[],
  results: readonly LandResult[],
  first: string | null,
): void {
  expect(commits.map(({ supersedes }) => supersedes)).toEqual([
    first,
    ...commits.slice(0, -1).map(({ delivery }) => delivery),
  ])
  for (const { delivery, supersedes } of commits)
    expect(results.filter((result) => result.status === 'accepted')).toContainEqual(
      expect.objectContaining({ delivery, supersedes }),
    )
}

describe('eight processes at once', () => {
  test('with the same bytes make one commit; one lands, seven are told of a duplicate', async () => {
    const rows = [purchase(), purchase({ kg: '2' })]
    const requests = await Promise.all(
      numbers(1, RACERS).map((n) =>
        requestFor(folder.path, 'purchases', rows, { source: 'same', name: `${n}.csv` }),
      ),
    )
    const results = await raceToLand(requests)
    expect([count(results, 'accepted'), count(results, 'duplicate')]).toEqual([1, RACERS - 1])
    expect(new Set(results.map(({ delivery }) => delivery)).size).toBe(1)
    for (const { rows } of results) expect(rows).toBe(2)
    const { commits, effective } = await stateOf(requests[0]!)
    expect(commits).toHaveLength(1)
    expect(effective!.delivery).toBe(results[0]!.delivery)
    expect(await keysOf(storage, `commits/purchases/same/${QUARTER}/`)).toHaveLength(1)
    expect(
      await keysOf(storage, `curated/purchases/year=2026/quarter=3/${effective!.delivery}`),
    ).toHaveLength(1)
  })

  test('with eight files for one scope make eight commits without a gap; the last one counts', async () => {
    const requests = await Promise.all(
      numbers(1, RACERS).map((n) =>
        requestFor(folder.path, 'purchases', [purchase({ kg: String(n) })], { source: 'other' }),
      ),
    )
    const results = await raceToLand(requests)
    expect(count(results, 'accepted')).toBe(RACERS)
    const { commits, effective } = await stateOf(requests[0]!)
    expect(commits.map(({ n }) => n)).toEqual(numbers(1, RACERS))
    const accepted = commits as Acceptance[]
    expect(new Set(accepted.map(({ delivery }) => delivery))).toEqual(
      new Set(results.map(({ delivery }) => delivery)),
    )
    expect(effective).toEqual(accepted.at(-1))
    expectChain(accepted, results, null)
    const times = commits.map(({ committed_at }) => committed_at)
    expect(times).toEqual(times.toSorted())
  })

  test('with reference data of eight sources make eight commits; the last one counts for all', async () => {
    const before = (await stateOf({ file: '', dataset: 'uncertainty', source: '' })).effective!
    const requests = await Promise.all(
      numbers(1, RACERS).map((n) =>
        requestFor(folder.path, 'uncertainty', margins(`0.${n}`), { source: `office-${n}` }),
      ),
    )
    const results = await raceToLand(requests)
    expect(count(results, 'accepted')).toBe(RACERS)
    const { commits, effective } = await stateOf(requests[0]!)
    expect(commits.map(({ n }) => n)).toEqual(numbers(1, RACERS + 1))
    expect(effective).toEqual(commits.at(-1))
    expectChain((commits as Acceptance[]).slice(1), results, before.delivery)
  })

  test('with the same reference data make one commit', async () => {
    const before = (await stateOf({ file: '', dataset: 'uncertainty', source: '' })).commits.length
    const requests = await Promise.all(
      numbers(1, RACERS).map((n) =>
        requestFor(folder.path, 'uncertainty', margins('0.99'), { name: `${n}.csv` }),
      ),
    )
    const results = await raceToLand(requests)
    expect([count(results, 'accepted'), count(results, 'duplicate')]).toEqual([1, RACERS - 1])
    expect((await stateOf(requests[0]!)).commits).toHaveLength(before + 1)
  })

  test('with a file to be refused all get the same answer and nothing counts', async () => {
    const requests = await Promise.all(
      numbers(1, RACERS).map(() =>
        requestFor(folder.path, 'portions', [served({ portions: 'x' })], { source: 'bad' }),
      ),
    )
    const results = await raceToLand(requests)
    expect(count(results, 'refused')).toBe(RACERS)
    for (const { problems } of results) expect(problems).toEqual(results[0]!.problems)
    expect(await keysOf(storage, 'commits/portions/')).toEqual([])
  })

  test('that land and withdraw in one scope leave a history that adds up', async () => {
    const source = 'mixed'
    const landed: LandResult[] = []
    for (const n of numbers(1, 4)) {
      landed.push(await send(storage, folder.path, 'portions', [served({ portions: String(n) })], { source }))
    }
    const requests = await Promise.all(
      numbers(5, 8).map((n) =>
        requestFor(folder.path, 'portions', [served({ portions: String(n) })], { source }),
      ),
    )
    const outcomes = await race([
      ...requests.map((request): Errand => ({ do: 'land', request })),
      // the effective one twice, an earlier one, and the first
      ...[3, 3, 2, 0].map((at): Errand => ({ do: 'withdraw', delivery: landed[at]!.delivery })),
    ])
    expect(
      count(
        outcomes.flatMap(({ landed }) => landed ?? []),
        'accepted',
      ),
    ).toBe(4)
    const statuses = outcomes.slice(4).map(({ withdrawn }) => withdrawn!.status)
    expect(statuses.slice(0, 2).sort()).toEqual(['already_withdrawn', 'withdrawn'])
    expect(statuses.slice(2)).toEqual(['withdrawn', 'withdrawn'])

    const { commits, effective } = await stateOf(requests[0]!)
    expect(commits.map(({ n }) => n)).toEqual(numbers(1, 4 + 4 + 3))
    const taken = commits.flatMap((commit) => (commit.kind === 'withdrawal' ? [commit.withdraws] : []))
    expect(taken.sort()).toEqual([0, 2, 3].map((at) => landed[at]!.delivery).sort())
    const last = commits.filter((commit) => commit.kind === 'acceptance').at(-1)
    expect(effective).toEqual(last)
  })
})

test('a lake that was raced into is read the same when it is copied elsewhere', async () => {
  const path = join(folder.path, 'copy')
  await cp(join(folder.path, 'lake'), path, { recursive: true, filter: (name) => !name.includes('.work') })
  expect(await keysOf(new FileStorage(path))).toEqual(await keysOf(storage))
})
