import { beforeAll, describe, expect, test } from 'vitest'
import { pinDeliveries } from '../../core/analyse.ts'
import { readScopes } from '../../core/lake/commits.ts'
import type { LandResult } from '../../core/land.ts'
import { plan } from '../../core/plan.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { withdraw } from '../../core/withdraw.ts'
import {
  landRegion,
  OFFICE,
  QUARTER,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
const margins = (margin: string) => region[`uncertainty/${OFFICE}/all`]!.map((row) => ({ ...row, margin }))
/** Minute `n` of the tests' hour, and a millisecond before it. */
const at = (n: number) => new Date(Date.UTC(2026, 9, 5, 8, n))
const before = (n: number) => new Date(at(n).getTime() - 1)
const clock = (n: number) => ({ now: () => at(n) })

describe('the past of a lake', () => {
  let lake: MemoryStorage
  let all: LandResult[]
  let first: LandResult
  let second: LandResult
  let again: LandResult
  let uncertainty: LandResult

  beforeAll(async () => {
    lake = new MemoryStorage()
    let minute = 0
    const ticking = { now: () => at(minute) }
    all = await landRegion(lake, folder.path, region, ticking)
    minute = 10
    first = await send(lake, folder.path, 'portions', [served({ portions: '1' })], {}, ticking)
    minute = 20
    second = await send(lake, folder.path, 'portions', [served({ portions: '2' })], {}, ticking)
    minute = 30
    uncertainty = await send(lake, folder.path, 'uncertainty', margins('0.5'), { source: 'another' }, ticking)
    await withdraw(lake, second.delivery, 'wrong', () => at(40))
    minute = 50
    again = await send(lake, folder.path, 'portions', [served({ portions: '2' })], {}, ticking)
    await withdraw(lake, again.delivery, 'wrong', () => at(54))
    await withdraw(lake, first.delivery, 'wrong', () => at(55))
  })

  const seen = async (instant?: Date) => {
    const pins = await pinDeliveries(lake, parseQuarter(QUARTER), instant)
    const { inputs } = await plan(lake, { quarter: QUARTER, as_of: instant })
    expect(inputs.map(({ delivery }) => delivery)).toEqual(pins.map(({ delivery }) => delivery))
    const of = (dataset: string, source?: string) =>
      pins.find((pin) => pin.dataset === dataset && (source === undefined || pin.source === source))
        ?.delivery ?? null
    return { portions: of('portions', 'sender'), uncertainty: of('uncertainty'), count: pins.length }
  }

  test('is empty before its first commit and whole at that very instant, for every dataset', async () => {
    expect(await readScopes(lake, before(0))).toEqual([])
    const scopes = await readScopes(lake, at(0))
    expect(scopes.map(({ scope }) => scope.dataset).sort()).toEqual(all.map(({ dataset }) => dataset).sort())
    expect(scopes).toHaveLength(18)
    expect(scopes.map(({ effective }) => effective!.delivery).sort()).toEqual(
      all.map(({ delivery }) => delivery).sort(),
    )
  })

  test.each([
    [before(10), null],
    [at(10), 'first'],
    [before(20), 'first'],
    [at(20), 'second'],
    [before(40), 'second'],
    [at(40), 'first'],
    [before(50), 'first'],
    [at(50), 'second'],
    [before(54), 'second'],
    [at(54), 'first'],
    [before(55), 'first'],
    [at(55), null],
    [undefined, null],
  ])('at %s knows the delivery that counted then: %s', async (instant, expected) => {
    const deliveries = { first: first.delivery, second: second.delivery }
    const known = expected === null ? null : deliveries[expected as keyof typeof deliveries]
    expect(await seen(instant)).toMatchObject({ portions: known, count: known === null ? 18 : 19 })
  })

  test('has reference data as it counted then', async () => {
    const earlier = all.find(({ dataset }) => dataset === 'uncertainty')!.delivery
    expect(await seen(before(30))).toMatchObject({ uncertainty: earlier })
    expect(await seen(at(30))).toMatchObject({ uncertainty: uncertainty.delivery })
    expect(await seen()).toMatchObject({ uncertainty: uncertainty.delivery })
  })

  test('has a delivery that counted, was taken back and came again at both times', async () => {
    expect(again).toMatchObject({ status: 'accepted', delivery: second.delivery, supersedes: first.delivery })
    const scopes = await readScopes(lake, at(50))
    const { commits, effective } = scopes.find(({ scope }) => scope.source === 'sender')!
    expect(commits.map(({ n }) => n)).toEqual([1, 2, 3, 4])
    expect(effective).toMatchObject({ n: 4, row_name: second.delivery })
  })

  test('tells when the first delivery still standing came, as it stood then', async () => {
    const pinned = async (instant: Date) =>
      (await pinDeliveries(lake, parseQuarter(QUARTER), instant)).find(({ source }) => source === 'sender')
    expect(await pinned(at(20))).toMatchObject({
      received_at: at(20).toISOString(),
      first_received_on: '2026-10-05',
    })
    expect(await pinned(at(40))).toMatchObject({ received_at: at(10).toISOString() })
  })

  test('does not change when more is landed later', async () => {
    const then = await seen(at(20))
    await send(lake, folder.path, 'portions', [served({ portions: '9' })], { source: 'late' }, clock(58))
    expect(await seen(at(20))).toEqual(then)
    expect((await seen(at(57))).count).toBe(18)
    expect((await seen(at(58))).count).toBe(19)
  })
})

describe('a clock that goes backwards', () => {
  test('does not put a delivery before the one it replaces', async () => {
    const storage = new MemoryStorage()
    const sendAt = (margin: string, minute: number) =>
      send(storage, folder.path, 'uncertainty', margins(margin), {}, clock(minute))
    const first = await sendAt('0.1', 30)
    const second = await sendAt('0.2', 10)
    await withdraw(storage, second.delivery, 'wrong', () => at(5))
    const third = await sendAt('0.3', 40)
    const [state] = await readScopes(storage)
    expect(state!.commits.map(({ committed_at }) => committed_at)).toEqual(
      [30, 30, 30, 40].map((minute) => at(minute).toISOString()),
    )
    const effective = async (instant: Date) =>
      (await readScopes(storage, instant))[0]?.effective?.delivery ?? null
    expect(await effective(before(30))).toBeNull()
    expect(await effective(at(30))).toBe(first.delivery)
    expect(await effective(before(40))).toBe(first.delivery)
    expect(await effective(at(40))).toBe(third.delivery)
  })
})
