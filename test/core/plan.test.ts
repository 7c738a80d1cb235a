import { beforeAll, describe, expect, test } from 'vitest'
import { analyse, pinDeliveries, QUARTERS_BEFORE } from '../../core/analyse.ts'
import type { LandResult } from '../../core/land.ts'
import { plan } from '../../core/plan.ts'
import { parseQuarter, quarterAt } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { withdraw } from '../../core/withdraw.ts'
import {
  copyOf,
  keysOf,
  landRegion,
  OFFICE,
  only,
  QUARTER,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
const [earlier, later] = [-1, 1].map((n) => quarterAt(parseQuarter(QUARTER).index + n).name) as [
  string,
  string,
]
let lake: MemoryStorage
let landed: LandResult[]

beforeAll(async () => {
  lake = new MemoryStorage()
  landed = await landRegion(lake, folder.path, region)
})

const planned = ({ delivery, dataset, source, quarter, rows }: LandResult) => ({
  delivery,
  dataset,
  source,
  quarter,
  rows,
})
const deliveries = (list: readonly { delivery: string }[]) => list.map(({ delivery }) => delivery).sort()

describe('a plan before the first run', () => {
  test('names what would be read, and compares it with nothing', async () => {
    const { inputs, ...rest } = await plan(lake, { quarter: QUARTER })
    expect(rest).toMatchObject({ quarter: QUARTER, last_run: null, changes: null, stale: [] })
    const byName = (a: { delivery: string }, b: { delivery: string }) => (a.delivery < b.delivery ? -1 : 1)
    expect(inputs.toSorted(byName)).toEqual(landed.map(planned).sort(byName))
  })

  test('says who has delivered and who has not, on the day it is made', async () => {
    // the wholesaler has 30 days of grace after the quarter's last day; nobody declared the others
    const on = async (day: string) => {
      const { coverage } = await plan(lake, { quarter: later }, new Date(`${day}T12:00:00Z`))
      return coverage.map(({ source, dataset, status }) => [source, dataset, status])
    }
    expect(await on('2027-01-30')).toEqual([['wholesaler', 'purchases', 'due']])
    expect(await on('2027-01-31')).toEqual([['wholesaler', 'purchases', 'missing']])
    const { coverage } = await plan(lake, { quarter: QUARTER })
    expect(coverage.map(({ source, status }) => [source, status])).toContainEqual(['farmers', 'unexpected'])
  })

  test('of an empty lake is empty', async () => {
    expect(await plan(new MemoryStorage(), { quarter: QUARTER })).toEqual({
      quarter: QUARTER,
      inputs: [],
      coverage: [],
      last_run: null,
      changes: null,
      stale: [],
    })
  })

  test('of something that is no quarter is a usage error', async () => {
    await expect(plan(lake, { quarter: '2026' })).rejects.toMatchObject({ kind: 'usage' })
  })

  test('reads just the quarters that a run looks back on', async () => {
    const copy = new MemoryStorage()
    await landRegion(copy, folder.path, only(region, 'places'))
    const { index } = parseQuarter(QUARTER)
    const sent = new Map<number, string>()
    for (const back of [-1, 0, QUARTERS_BEFORE, QUARTERS_BEFORE + 1]) {
      const quarter = quarterAt(index - back).name
      sent.set(back, (await send(copy, folder.path, 'portions', [served()], { quarter })).delivery)
    }
    const { inputs } = await plan(copy, { quarter: QUARTER })
    const portions = inputs.filter(({ dataset }) => dataset === 'portions')
    expect(deliveries(portions)).toEqual([sent.get(0), sent.get(QUARTERS_BEFORE)].sort())
  })

  test('writes nothing', async () => {
    const before = await keysOf(lake)
    await plan(lake, { quarter: QUARTER })
    expect(await keysOf(lake)).toEqual(before)
  })
})

describe('a plan after a run', () => {
  let analysed: MemoryStorage
  let run: string

  beforeAll(async () => {
    analysed = await copyOf(lake)
    run = (await analyse(analysed, { quarter: QUARTER })).run
  })

  test('of the same deliveries finds nothing to do', async () => {
    expect(await plan(analysed, { quarter: QUARTER })).toMatchObject({
      last_run: run,
      changes: { added: [], removed: [] },
      stale: [],
    })
  })

  test('rests on exactly what was planned', async () => {
    const { inputs } = await plan(lake, { quarter: QUARTER })
    expect(deliveries(inputs)).toEqual(deliveries(await pinDeliveries(analysed, parseQuarter(QUARTER))))
  })

  test('names what was added and what it replaced', async () => {
    const copy = await copyOf(analysed)
    const old = landed.find(({ dataset }) => dataset === 'portions')!
    const newer = await send(copy, folder.path, 'portions', [served()], { source: 'kitchens' })
    const more = await send(copy, folder.path, 'portions', [served({ segment: 'other' })], {
      quarter: earlier,
    })
    const changes = { added: [planned(newer), planned(more)], removed: [planned(old)] }
    expect(await plan(copy, { quarter: QUARTER })).toMatchObject({
      last_run: run,
      changes,
      stale: [{ quarter: QUARTER, run, ...changes }],
    })
  })

  test('of a quarter without runs tells of the others that are out of date', async () => {
    const copy = await copyOf(analysed)
    const more = await send(copy, folder.path, 'portions', [served()], { quarter: earlier })
    const { last_run, changes, stale } = await plan(copy, { quarter: earlier })
    expect({ last_run, changes }).toEqual({ last_run: null, changes: null })
    expect(stale).toEqual([{ quarter: QUARTER, run, added: [planned(more)], removed: [] }])
  })

  test('leaves a quarter alone that a delivery does not touch', async () => {
    const copy = await copyOf(analysed)
    await send(copy, folder.path, 'portions', [served()], { quarter: later })
    expect((await plan(copy, { quarter: later })).stale).toEqual([])
    expect((await plan(copy, { quarter: QUARTER })).changes).toEqual({ added: [], removed: [] })
  })

  test('finds every quarter out of date when reference data changes, and none when it changes back', async () => {
    const copy = await copyOf(analysed)
    const margins = region[`uncertainty/${OFFICE}/all`]!
    const changed = margins.map((row) => ({ ...row, margin: '0.5' }))
    const newer = await send(copy, folder.path, 'uncertainty', changed)
    const { stale } = await plan(copy, { quarter: later })
    expect(stale.map(({ quarter, added }) => [quarter, deliveries(added)])).toEqual([
      [QUARTER, [newer.delivery]],
    ])
    await withdraw(copy, newer.delivery, 'guesses')
    expect((await plan(copy, { quarter: later })).stale).toEqual([])
    // the same bytes once more are the same rows
    await send(copy, folder.path, 'uncertainty', changed)
    await send(copy, folder.path, 'uncertainty', margins)
    expect((await plan(copy, { quarter: QUARTER })).stale).toEqual([])
  })

  test('names what was taken back', async () => {
    const copy = await copyOf(analysed)
    const old = landed.find(({ dataset }) => dataset === 'purchases')!
    await withdraw(copy, old.delivery, 'wrong')
    const { changes } = await plan(copy, { quarter: QUARTER })
    expect(changes).toEqual({ added: [], removed: [planned(old)] })
  })

  test('is not changed by a refused delivery', async () => {
    const copy = await copyOf(analysed)
    const before = await plan(copy, { quarter: QUARTER })
    expect((await send(copy, folder.path, 'portions', [served({ portions: 'x' })])).status).toBe('refused')
    expect(await plan(copy, { quarter: QUARTER })).toEqual(before)
  })

  test('compares with the newest run of the quarter', async () => {
    const copy = await copyOf(analysed)
    await send(copy, folder.path, 'portions', [served()], { quarter: earlier })
    const second = await analyse(copy, { quarter: QUARTER }, { now: () => new Date(Date.now() + 60_000) })
    expect(await plan(copy, { quarter: QUARTER })).toMatchObject({
      last_run: second.run,
      changes: { added: [], removed: [] },
      stale: [],
    })
  })
})
