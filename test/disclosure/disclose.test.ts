import { expect, test } from 'vitest'
import { type Disclosed, disclose } from '../../core/disclosure/disclose.ts'
import type { RunRecord } from '../../core/lake/runs.ts'
import type { Storage } from '../../core/storage/storage.ts'
import type { Region, Row } from '../reference/facts.ts'
import { analyseRegion, type RegionRuns } from '../support/region-runs.ts'
import { SIZED, tries } from '../support/thorough.ts'

const QUARTER = '2026-Q2'
/** What takes long, and is left to `npm run test:thorough`. */
function thoroughly(name: string, run: () => Promise<void>): void {
  if (tries(0, 1) === 1) test(name, SIZED, run)
}

/** `farm place kg, …`, all produced kg on offer. */
const farms = (text: string): Row[] =>
  text.split(', ').map((part) => {
    const [producer, place, kg] = part.split(' ') as [string, string, string]
    return {
      producer,
      place,
      product_group: 'potato',
      available_kg: kg,
      produced_kg: kg,
      evidence: 'reported',
    }
  })

/** `plant place step kg, …`. */
const plants = (text: string): Row[] =>
  text.split(', ').map((part) => {
    const [processor, place, step, kg] = part.split(' ') as [string, string, string, string]
    return { processor, place, product_group: 'potato', step, capacity_kg: kg, evidence: 'reported' }
  })

const named = (row: Row): Row => ({ ...row, name_sv: 'namn', name_en: 'name' })

/** Two municipalities in a county, each of which needs 1000 kg of raw, washed and diced potatoes; nothing keeps. */
function region(production: Row[], processing: Row[] = []): Region {
  const all = (rows: Row[]) => [{ source: 'office', quarter: null, rows }]
  const now = (source: string, rows: Row[]) => [{ source, quarter: QUARTER, rows }]
  const municipalities = ['2401', '2402']
  const forms = { raw: '', washed: 'wash', diced: 'dice' }
  return {
    places: all([
      { place: '24', name: 'Län', kind: 'county' },
      ...municipalities.map((place) => ({
        place,
        name: place,
        kind: 'municipality',
        parent: '24',
        population: '100',
      })),
    ]),
    zonings: all(
      ['municipality', 'county'].map((zoning, at) =>
        named({ zoning, position: String(at + 1), has_gaps: 'true' }),
      ),
    ),
    zones: all([
      named({ zoning: 'county', zone: '24', place: '24' }),
      ...municipalities.map((place) => named({ zoning: 'municipality', zone: place, place })),
    ]),
    product_groups: all([named({ product_group: 'potato', quarterly_storage_loss: '1' })]),
    processing_steps: all([
      named({ product_group: 'potato', step: 'wash', yield: '1' }),
      named({ product_group: 'potato', step: 'dice', parent_step: 'wash', yield: '1' }),
    ]),
    product_forms: all(
      Object.entries(forms).map(([form, step]) => named({ product_group: 'potato', form, step, yield: '1' })),
    ),
    portion_profiles: all(
      Object.keys(forms).map((form) => ({
        segment: 'school',
        product_group: 'potato',
        form,
        grams_per_portion: '10',
        evidence: 'reported',
      })),
    ),
    uncertainty: all(['reported', 'derived', 'assumed'].map((evidence) => ({ evidence, margin: '0' }))),
    portions: now(
      'schools',
      // 100 000 portions × 10 g = 1000 kg
      municipalities.map((place) => ({
        place,
        segment: 'school',
        portions: '100000',
        serving_days: '50',
        evidence: 'reported',
      })),
    ),
    ...(production.length > 0 ? { production: now('farms', production) } : {}),
    ...(processing.length > 0 ? { processing: now('plants', processing) } : {}),
  }
}

const releases = new Map<string, Promise<Disclosed>>()

/** What a release of a region shows; of the same region only once. */
function released(given: Region): Promise<Disclosed> {
  const name = JSON.stringify(given)
  const known = releases.get(name)
  if (known) return known
  const made = release(given)
  releases.set(name, made)
  return made
}

async function release(given: Region): Promise<Disclosed> {
  const { lake, records } = await analyseRegion(given, [QUARTER])
  return await disclose(lake.storage, records[0]!, []).finally(() => lake.close())
}

/** Rows of a mart, by zone and what else names them, with the columns asked for. */
async function rows(given: Region, mart: string, ...columns: string[]) {
  const { marts } = await released(given)
  const found = marts.find(({ table }) => table.name === mart)!
  return Object.fromEntries(
    found.rows.map((row) => [
      [row.zone, row.form ?? row.step ?? row.target ?? ''].join(' ').trim(),
      columns.map((column) => row[column]),
    ]),
  )
}

const MANY = 'f1 2401 300, f2 2401 300, f3 2401 300, f4 2402 300, f5 2402 300, f6 2402 300'
const WASHERS =
  'w1 2401 wash 900, w2 2401 wash 900, w3 2401 wash 900, w4 2402 wash 900, w5 2402 wash 900, w6 2402 wash 900'

test('a zone with one farm shows nothing of it, one with six shows everything', async () => {
  const found = await rows(
    region(farms(MANY.replace('f4 2402 300, f5 2402 300, f6', 'f4'))),
    'balances',
    'supply_kg',
    'withheld',
  )
  expect(found).toEqual({
    '2401': [null, 'secondary'],
    '2402': [null, 'few_contributors'],
    '24': [1200, null],
  })
  expect(await rows(region(farms(MANY)), 'balances', 'supply_kg', 'withheld')).toEqual({
    '2401': [900, null],
    '2402': [900, null],
    '24': [1800, null],
  })
})

test('what nobody has reported is shown as such: nobody stands behind it', async () => {
  const found = await rows(region([]), 'gaps', 'procurable_kg', 'shortfall_kg', 'supply_status', 'withheld')
  expect(found['24 diced']).toEqual([0, 2000, 'unreported', null])
})

test('a step with one plant hides the form that needs it', async () => {
  const given = region(farms(MANY), plants(`${WASHERS}, d1 2402 dice 500`))
  const found = await rows(given, 'gaps', 'procurable_kg', 'withheld')
  expect(found['24 diced']).toEqual([null, 'few_contributors'])
  const steps = await rows(given, 'bottlenecks', 'capacity_kg', 'withheld')
  expect(steps['24 dice']).toEqual([null, 'few_contributors'])
  expect(steps['24 wash']![0]).toBe(5400)
})

thoroughly('a form that the hidden one competes with is hidden where its figures would tell', async () => {
  // 1800 kg on offer for 2000 raw + 2000 washed + what is diced: the parts tell how much that is
  const short = await rows(
    region(farms(MANY), plants(`${WASHERS}, d1 2402 dice 500`)),
    'gaps',
    'procurable_kg',
    'withheld',
  )
  expect(short['24 washed']).toEqual([null, 'secondary'])
  // 18 000 kg are more than all of it, however much is diced
  const plenty = region(farms(MANY.replaceAll('300', '3000')), plants(`${WASHERS}, d1 2402 dice 500`))
  const found = await rows(plenty, 'gaps', 'procurable_kg', 'withheld')
  expect(found['24 raw']).toEqual([2000, null])
})

test('the largest share is in no release: with the sum it would tell the largest farm', async () => {
  const found = await rows(region(farms(MANY)), 'balances', 'largest_producer_share', 'producers')
  expect(found['24']).toEqual([null, 6])
})

test('an opportunity that is withheld keeps its row and its order of magnitude, and leaves no gap in the ranks', async () => {
  const given = region(farms(MANY), plants(`${WASHERS}, d1 2402 dice 500`))
  const found = await rows(given, 'opportunities', 'kg_per_year', 'rank', 'order_of_magnitude', 'withheld')
  const values = Object.values(found)
  const withheld = values.filter(([, , , reason]) => reason !== null)
  expect(withheld.length).toBeGreaterThan(0)
  for (const [kg, rank, order] of withheld) {
    expect([kg, rank]).toEqual([null, null])
    expect(['< 1 t', '1–10 t']).toContain(order)
  }
  const ranks = values.flatMap(([, rank]) => (rank === null ? [] : [Number(rank)]))
  expect(new Set(ranks).size).toBeLessThanOrEqual(ranks.length)
  expect(Math.max(0, ...ranks)).toBeLessThanOrEqual(ranks.length)
})

thoroughly('a farm that comes late is not told by the difference between two releases', async () => {
  const before = await analyseRegion(region(farms(MANY)), [QUARTER])
  const after = await analyseRegion(region(farms(`${MANY}, f7 2401 50`)), [QUARTER])
  try {
    const { storage } = after.lake
    const run = await keptAs('before', before, storage)
    const { marts } = await disclose(storage, after.records[0]!, [
      { quarter: QUARTER, release: 1, run, untold: new Set() },
    ])
    const supply = marts[1]!.rows.map(({ zone, supply_kg, withheld }) => [zone, supply_kg, withheld])
    // 900 + 50 and 1800 + 50 would tell the 50
    expect(supply).toEqual([
      ['24', null, 'secondary'],
      ['2401', null, 'secondary'],
      ['2402', 900, null],
    ])
  } finally {
    await Promise.all([before.lake.close(), after.lake.close()])
  }
})

/** Copies a run's results into another lake, as a run of other deliveries. */
async function keptAs(name: string, { lake, records }: RegionRuns, storage: Storage): Promise<RunRecord> {
  const run = records[0]!
  for (const { key } of Object.values(run.models).flat())
    await storage.put(`${name}/${key}`, await lake.storage.read(key))
  const models = Object.entries(run.models).map(([model, files]) => [
    model,
    files.map((file) => ({ ...file, key: `${name}/${file.key}` })),
  ])
  const inputs = run.inputs.map((pin) => ({ ...pin, row_name: `${pin.row_name}-${name}` }))
  return { ...run, run: name, inputs, models: Object.fromEntries(models) }
}

test('deliveries of farms and plants are not named', async () => {
  const { marts } = await released(region(farms(MANY), plants(`${WASHERS}, d1 2402 dice 500`)))
  const coverage = marts.find(({ table }) => table.name === 'coverage')!.rows
  expect(coverage.map(({ source, delivery }) => [source, delivery === null])).toEqual([
    ['farms', true],
    ['plants', true],
    ['schools', false],
  ])
})

thoroughly(
  'where farms are known differently well, the low and the high case do not tell them apart',
  async () => {
    // 1800 kg, of which f6's 300 have a margin: 1800 − 0.5 × 300 in the high case would tell the 300
    const mixed = farms(MANY).map((row) => ({
      ...row,
      evidence: row.producer === 'f6' ? 'assumed' : 'reported',
    }))
    const margins = { reported: '0', derived: '0', assumed: '0.5' }
    const given = {
      ...region(mixed),
      uncertainty: [
        {
          source: 'office',
          quarter: null,
          rows: Object.entries(margins).map(([evidence, margin]) => ({ evidence, margin })),
        },
      ],
    }
    const found = await rows(
      given,
      'gaps',
      'shortfall_kg',
      'shortfall_low_kg',
      'shortfall_high_kg',
      'withheld',
    )
    // raw: 2000 needed, 1800 on offer in all cases but the high one
    expect(found['24 raw']).toEqual([200, null, null, 'secondary'])
    expect(found['2401 raw']).toEqual([100, 100, 100, null])
  },
)

test('one that alone sells elsewhere is not told by what is diverted', async () => {
  const production = farms(MANY).map((row) => (row.producer === 'f1' ? { ...row, produced_kg: '617' } : row))
  const found = await rows(region(production), 'gaps', 'diverted_gap_kg', 'withheld')
  expect(found['24 raw']).toEqual([null, 'dominance'])
})

test('it says how many figures are withheld, and how much of the demand they are of', async () => {
  const { withheld } = await released(region(farms(MANY.replace('f4 2402 300, f5 2402 300, f6', 'f4'))))
  expect(withheld.find(({ mart }) => mart === 'balances')).toMatchObject({
    rows: 3,
    withheld_rows: { few_contributors: 1, secondary: 1 },
    cells: 3 * 8,
    // 3000 kg of each municipality, of 12 000 kg with the county's 6000
    withheld_share_of_demand: 0.5,
  })
})
