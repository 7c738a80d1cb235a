import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { readRelease } from '../../core/lake/releases.ts'
import type { PublishRequest, PublishResult } from '../../core/publish.ts'
import { listReleases, readCurrent } from '../../core/releases.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { landRegion, objectsOf, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { SIZED, tries } from '../support/thorough.ts'

const RACERS = tries(3, 5, 8)
const folder = suiteFolder()
let base: string

beforeAll(async () => {
  base = join(folder.path, 'lake')
  const storage = new FileStorage(base)
  await landRegion(storage, folder.path, smallRegion())
  await analyse(storage, { quarter: QUARTER })
}, 120_000)

async function startProcess(lake: string): Promise<ChildProcess> {
  const support = join(import.meta.dirname, '../support')
  const child = fork(join(support, 'publish-process.ts'), [lake], {
    execPath: join(import.meta.dirname, '../../node_modules/node/bin/node'),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

/** Sends a process each on an errand at once, into a lake of their own; everyone must come back with an answer. */
async function race(name: string, requests: readonly PublishRequest[]) {
  const path = `${base}-${name}`
  await cp(base, path, { recursive: true })
  const children = await Promise.all(requests.map(() => startProcess(path)))
  const answers = await Promise.all(
    requests.map(async (request, at) => {
      const message = once(children[at]!, 'message')
      children[at]!.send(request)
      return (await message)[0] as PublishResult & { error?: string }
    }),
  )
  expect(answers.flatMap(({ error }) => error ?? [])).toEqual([])
  return { storage: new FileStorage(path), answers }
}

describe('publishers at once', SIZED, () => {
  test('of the same thing make one release', async () => {
    const { storage, answers } = await race('same', Array(RACERS).fill({ quarter: QUARTER }))
    expect(answers.map(({ release }) => release)).toEqual(Array(RACERS).fill(1))
    expect((await listReleases(storage)).map(({ release, current }) => [release, current])).toEqual([
      [1, true],
    ])
    expect((await objectsOf(storage, `releases/${QUARTER}/1/`)).size).toBe(answers[0]!.files.length)
    expect(await readCurrent(storage, QUARTER)).toMatchObject({ record: { release: 1 } })
  })

  test('of different things make a release each; each corrects the one before, readers get the last', async () => {
    const reasons = Array.from({ length: RACERS }, (_, at) => `reason ${at}`)
    const { storage, answers } = await race(
      'different',
      reasons.map((reason) => ({ quarter: QUARTER, reason })),
    )
    const releases = await listReleases(storage)
    expect(releases).toHaveLength(RACERS)
    expect(new Set(answers.map(({ release }) => release)).size).toBe(RACERS)
    const records = await Promise.all(releases.map(({ release }) => readRelease(storage, QUARTER, release)))
    expect(new Set(records.map(({ reason }) => reason))).toEqual(new Set(reasons))
    expect(records.map(({ corrects }) => corrects?.release ?? null)).toEqual([
      null,
      ...records.slice(0, -1).map(({ release }) => release),
    ])
    expect(releases.map(({ current }) => current)).toEqual([...Array(RACERS - 1).fill(false), true])
  })
})
