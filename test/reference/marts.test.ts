import { describe, expect, test } from 'vitest'
import { splitTotal, stockOver } from './chain.ts'
import { compareMarts } from './compare.ts'
import { type Region, type Row, readFacts, scaled } from './facts.ts'
import { formatMart, type MartName, type MartRow, martNames, martShapes } from './format.ts'
import { computeMarts } from './marts.ts'
import { random } from './random.ts'
import { generateRegion } from './region.ts'
import { toCsv } from './write-region.ts'
import { against } from './zones.ts'

/** Rows from a compact table: names in the first line, cells apart by spaces, `-` for null. */
function table(text: string): Row[] {
  const [names, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return lines.map((cells) =>
    Object.fromEntries(names!.map((name, i) => [name, cells[i] === '-' ? '' : cells[i]!])),
  )
}

const whole = (text: string) => [{ source: 'office', quarter: null, rows: table(text) }]
const of = (quarter: string, text: string) => ({ source: 'office', quarter, rows: table(text) })

/** Two municipalities in one county, potatoes washed then peeled, everything in 2026-Q2. */
const potatoes: Region = {
  places: whole(`place kind parent population
    SE country - -
    24 county SE -
    2482 municipality 24 1000
    2480 municipality 24 4000
    NO country - -`),
  zonings: whole(`zoning position has_gaps
    municipality 1 true
    county 2 false`),
  zones: whole(`zoning zone place
    municipality 2482 2482
    municipality 2480 2480
    county 24 24`),
  product_groups: whole(`product_group quarterly_storage_loss
    potato 0.5`),
  processing_steps: whole(`product_group step parent_step yield
    potato wash - 0.8
    potato peel wash 0.64`),
  product_forms: whole(`product_group form step yield
    potato washed wash 0.8
    potato peeled peel 0.64`),
  portion_profiles: whole(`segment product_group form grams_per_portion evidence
    school potato washed 16 derived
    school potato peeled 12.8 reported`),
  local_definitions: whole(`definition zoning rule
    near county grown`),
  targets: whole(`place product_group definition measure_unit share valid_from
    2482 potato near kg 0.3 2026-Q1
    2482 potato near kg 0.9 2026-Q3`),
  prices: whole(`product_group form sek_per_kg evidence
    potato washed 99 assumed
    potato peeled 20 assumed`),
  uncertainty: whole(`evidence margin
    reported 0
    derived 0
    assumed 0`),
  contracts: whole(`contract place product_group form ends_on
    c1 2482 potato - 2026-06-29
    c2 2482 potato peeled 2026-06-30
    c3 2480 potato - 2026-06-30`),
  portions: [
    of(
      '2026-Q2',
      `place segment portions serving_days evidence
      2482 school 10000 50 reported`,
    ),
  ],
  purchases: [
    of(
      '2026-Q2',
      `place product_group form kg sek grown_place processed_place is_organic
      2482 potato washed 80 800 2482 2482 true
      2482 potato peeled 64 - NO - -`,
    ),
  ],
  production: [
    of(
      '2026-Q1',
      `producer place product_group available_kg produced_kg evidence
      farm-1 2482 potato 40 - reported`,
    ),
    of(
      '2026-Q2',
      `producer place product_group available_kg produced_kg evidence
      farm-1 2482 potato 120 210 reported
      farm-2 2482 potato 40 40 reported`,
    ),
  ],
  processing: [
    of(
      '2026-Q2',
      `processor place product_group step capacity_kg evidence
      plant-1 2482 potato wash 160 reported
      plant-1 2482 potato peel 64 reported`,
    ),
  ],
}

function find(rows: MartRow[], where: MartRow): MartRow {
  const found = rows.filter((row) => Object.entries(where).every(([column, value]) => row[column] === value))
  expect(found, JSON.stringify(where)).toHaveLength(1)
  return found[0]!
}

const close = (expected: Record<string, number>) =>
  Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, expect.closeTo(value, 9)]))

describe('computeMarts, by hand', () => {
  const marts = computeMarts(potatoes, '2026-Q2')

  // washed: observed 80 / 0.8 = 100, modelled 10000 × 16 g / 0.8 = 200 raw kg
  // peeled: observed 64 / 0.64 = 100, modelled 10000 × 12.8 g / 0.64 = 200
  // O = 200, M = 400, each form gets 100 + (400 − 200) × 200 / 400 = 200; washed has l_f = 100
  // peel: inflow 200, room 64 / 0.64 = 100: out 100, lost 100, φ 1/2
  // wash: inflow 100 + 100, room 160 / 0.8 − 100 = 100: out 100, lost 100, φ 1/2
  // p_washed = 100 / 2, p_peeled = 200 / 2 / 2: P = 100, H = 50 + 150
  // stock: 0.5 × 40 = 20; A = 20 + 160 − 100 = 80; A′ = 20 + 250 − 100 = 170
  test('balances', () => {
    expect(marts.balances).toEqual([
      {
        quarter: '2026-Q2',
        zoning: 'municipality',
        zone: '2482',
        product_group: 'potato',
        producers: 2,
        supply_status: 'reported',
        ...close({
          demand_kg: 200 + 200,
          purchased_local_kg: 100,
          opening_stock_kg: 0.5 * 40,
          supply_kg: 120 + 40,
          available_kg: 20 + 160 - 100,
          produced_kg: 210 + 40,
          reachable_kg: 20 + 250 - 100,
          processable_kg: 50 + 50,
          procurable_kg: 80,
          closing_stock_kg: 0,
          largest_producer_share: 120 / 160,
          demand_coverage: 1,
        }),
      },
    ])
  })

  test('bottlenecks', () => {
    const gaps = { processing: Math.min(170 - 100, 200), chain: 200 - 70 }
    expect(find(marts.bottlenecks, { step: 'wash' })).toMatchObject(
      close({
        required_kg: 100 + 200,
        inflow_kg: 100 + 100,
        capacity_kg: 160 / 0.8,
        local_use_kg: 100,
        lost_kg: 100,
        lacking_kg: 300 - (200 - 100),
        processing_gap_kg: (gaps.processing * 100) / 200,
        chain_gap_kg: (gaps.chain * 100) / 200,
        largest_processor_share: 1,
      }),
    )
    expect(find(marts.bottlenecks, { step: 'peel' })).toMatchObject(
      close({
        required_kg: 200,
        inflow_kg: 200,
        capacity_kg: 100,
        local_use_kg: 0,
        lost_kg: 100,
        lacking_kg: 100,
      }),
    )
  })

  test('gaps', () => {
    expect(find(marts.gaps, { form: 'washed' })).toMatchObject({
      certainty: 'certain',
      supply_status: 'reported',
      capacity_status: 'reported',
      evidence: 'derived',
      ...close({
        demand_kg: 200 * 0.8,
        observed_kg: 80,
        modelled_kg: 160,
        purchased_local_kg: 100 * 0.8,
        procurable_kg: ((50 * 80) / 100) * 0.8,
        diverted_gap_kg: ((50 * 20) / 100) * 0.8,
        production_gap_kg: 0,
        processing_gap_kg: ((50 * 70) / 200) * 0.8,
        chain_gap_kg: ((50 * 130) / 200) * 0.8,
        shortfall_kg: 8 + 14 + 26,
        shortfall_low_kg: 48,
        shortfall_high_kg: 48,
        price_sek_per_kg: 800 / 80,
        shortfall_sek: 48 * 10,
      }),
    })
    expect(find(marts.gaps, { form: 'peeled' })).toMatchObject({ evidence: 'reported', price_sek_per_kg: 20 })
  })

  test('shares', () => {
    const kg = { definition: 'near', product_group: 'potato', measure_unit: 'kg' }
    expect(find(marts.shares, kg)).toMatchObject({
      target: 0.3,
      target_status: 'undecided',
      ...close({
        inside: 80,
        outside: 64,
        unknown: 0,
        missing: 160 + 128 - (80 + 64),
        share_low: 80 / 288,
        share_high: (80 + 144) / 288,
      }),
    })
    // the model's mix: 160 kg à 10 kr and 128 kg à 20 kr
    const mix = (160 * 10 + 128 * 20) / 288
    expect(find(marts.shares, { ...kg, measure_unit: 'sek' })).toMatchObject(
      close({ inside: 800, outside: 64 * 20, missing: 144 * mix }),
    )
    expect(
      find(marts.shares, { definition: 'organic', product_group: 'all', measure_unit: 'kg' }),
    ).toMatchObject(close({ inside: 80, outside: 0, unknown: 64, missing: 144 }))
  })

  test('shares in sek without a price that is needed', () => {
    const { shares } = computeMarts({ ...potatoes, prices: [] }, '2026-Q2')
    const sek = shares.filter((row) => row.measure_unit === 'sek')
    expect(sek).toHaveLength(4)
    for (const row of sek) expect([row.inside, row.missing, row.share_high]).toEqual([null, null, null])
  })

  test('servings', () => {
    expect(marts.servings.map((row) => [row.zone, row.segment, row.portions, row.portions_per_day])).toEqual([
      ['2482', 'school', 10000, 10000 / 50],
      ['2482', 'all', 10000, 200],
    ])
  })

  test('opportunities', () => {
    const peeled = { procurable: 50 * 0.8 * 0.64 }
    const contract = find(marts.opportunities, { instrument: 'contract', target: 'peeled' })
    expect(contract).toMatchObject({
      id: 'municipality/2482/potato/contract/peeled',
      certainty: 'certain',
      quarters: 1,
      buyers: 1,
      missing_steps: null,
      next_window: '2026-06-30',
      ...close({
        kg_per_year: peeled.procurable,
        sek_per_year: peeled.procurable * 20,
        observed_share: 200 / 400,
      }),
    })
    // 70 raw kg of processing gap, half of it lost at the peeler; value: washed 14 kg à 10, peeled 33.6 kg à 20
    expect(find(marts.opportunities, { instrument: 'processing_investment', target: 'peel' })).toMatchObject({
      missing_steps: 'peel wash',
      ...close({
        kg_per_year: ((70 * 100) / 200) * 0.64,
        sek_per_year: ((14 * 10 + 33.6 * 20) * 100) / 200,
      }),
    })
    const byValue = [...marts.opportunities].sort((a, b) => Number(b.sek_per_year) - Number(a.sek_per_year))
    expect(byValue.map((row) => row.rank)).toEqual(byValue.map((_, index) => index + 1))
  })

  test('complete purchases stop the model', () => {
    const complete_purchases = whole(`place product_group valid_from valid_to
      2482 all 2026-Q2 2026-Q2`)
    const { balances } = computeMarts({ ...potatoes, complete_purchases }, '2026-Q2')
    expect(balances[0]).toMatchObject(close({ demand_kg: 200, purchased_local_kg: 100 }))
  })

  test('low and high', () => {
    // reported supply ± 10 %, modelled demand of derived profiles ± 20 %, and an unknown origin that may be local
    const uncertainty = whole(`evidence margin
      reported 0.1
      derived 0.2
      assumed 0`)
    const product_forms = whole(`product_group form step yield
      potato raw - 1`)
    const portion_profiles = whole(`segment product_group form grams_per_portion evidence
      school potato raw 30 derived`)
    const purchases = [
      of(
        '2026-Q2',
        `place product_group form kg grown_place
        2482 potato raw 50 -`,
      ),
    ]
    const region = {
      ...potatoes,
      uncertainty,
      product_forms,
      portion_profiles,
      purchases,
      processing_steps: [],
    }
    const { gaps } = computeMarts({ ...region, processing: [] }, '2026-Q2')
    // produced + stock: 250 + 20, × 1.1 in low, × 0.9 in high; on offer 160 + 20
    expect(gaps[0]).toMatchObject({
      certainty: 'certain',
      ...close({
        demand_kg: 300,
        shortfall_kg: 300 - 180,
        shortfall_low_kg: 300 * 0.8 - 50 - (180 * 1.1 - 50),
        shortfall_high_kg: 300 * 1.2 - 180 * 0.9,
      }),
    })
  })

  test('credits: a negative net is 0, and local never exceeds demand', () => {
    const purchases = [
      of(
        '2026-Q2',
        `place product_group form kg grown_place
        2482 potato washed 80 2482
        2482 potato washed -40 NO
        2482 potato peeled -64 2482`,
      ),
    ]
    const { balances } = computeMarts({ ...potatoes, purchases, portions: [] }, '2026-Q2')
    // (80 − 40) / 0.8 = 50 bought; 80 / 0.8 = 100 of it local is capped at 50; the peeled net −100 is 0
    expect(balances[0]).toMatchObject(close({ demand_kg: 50, purchased_local_kg: 50 }))
  })
})

describe('against', () => {
  const facts = readFacts(potatoes)
  test.each([
    ['municipality', '2482', '2482', 'inside'],
    ['municipality', '2482', '2480', 'outside'],
    ['municipality', '2482', '24', 'unknown'],
    ['municipality', '2482', 'SE', 'unknown'],
    ['municipality', '2482', 'NO', 'outside'],
    ['municipality', '2482', null, 'unknown'],
    ['county', '24', '2480', 'inside'],
    ['county', '24', 'SE', 'unknown'],
    ['county', '24', 'NO', 'outside'],
  ])('%s %s: %s is %s', (zoning, zone, place, position) => {
    expect(against(facts, zoning, zone, place)).toBe(position)
  })
})

describe('stock and split', () => {
  test('stock by hand', () => {
    const window = [
      { supply: 100, local: 10, processable: 30 },
      { supply: 0, local: 10, processable: 50 },
      { supply: 10, local: 0, processable: 0 },
    ]
    expect(stockOver(0.5, window.slice(0, 1))).toEqual({ opening: 0, available: 90, closing: 60 })
    expect(stockOver(0.5, window.slice(0, 2))).toEqual({ opening: 0.5 * 60, available: 30 - 10, closing: 0 })
    expect(stockOver(0.5, window)).toEqual({ opening: 0, available: 10, closing: 10 })
  })

  test('carried stock is max(0, max over k of Σ a^(t−j) (S_j − Λ_j − P_j))', () => {
    const r = random(1)
    for (let i = 0; i < 200; i++) {
      const a = r.pick([0, 1, r.next()])
      const window = Array.from({ length: 8 }, () => ({
        supply: r.next() * 100,
        local: r.next() * 50,
        processable: r.next() * 50,
      }))
      let sum = 0
      let carried = 0
      for (let j = 6; j >= 0; j--) {
        const { supply, local, processable } = window[j]!
        sum += a ** (7 - j) * (supply - local - processable)
        carried = Math.max(carried, sum)
      }
      expect(stockOver(a, window).opening).toBeCloseTo(carried, 9)
    }
  })

  test('each component has its turn', () => {
    expect(splitTotal(1, 5, 9, 7, 10)).toEqual({
      purchased_local: 1,
      procurable: 5,
      diverted_gap: 2,
      production_gap: 0,
      processing_gap: 2,
      chain_gap: 8,
    })
    expect(splitTotal(0, 5, 6, 7, 10)).toMatchObject({ production_gap: 1, processing_gap: 0, chain_gap: 10 })
  })
})

describe('CSV', () => {
  test('numbers land half away from zero', () => {
    expect([scaled('1.0005', 3), scaled('-1.0005', 3), scaled('2', 3), scaled('0.00049', 3)]).toEqual([
      1001, -1001, 2000, 0,
    ])
  })

  test('an empty mart is its header; no negative zero', () => {
    expect(formatMart('servings', [])).toBe('quarter,zoning,zone,segment,portions,portions_per_day\n')
    const row = { quarter: '2026-Q2', zoning: 'county', zone: '24', portions: -0.0001, portions_per_day: 1 }
    expect(
      formatMart('servings', [
        { ...row, segment: 'school' },
        { ...row, segment: 'all' },
      ]).split('\n')[1],
    ).toBe('2026-Q2,county,24,all,0.000,1.000')
  })

  test('compareMarts(expected, actual, mart) names key, column and both values', () => {
    const header = 'quarter,zoning,zone,segment,portions,portions_per_day\n'
    const expected = `${header}q,z,a,all,1.000,1.000\nq,z,b,all,2.000,2.000\n`
    const compare = (actual: string) => compareMarts(expected, header + actual, 'servings')
    expect(compare('q,z,a,all,1.001,1.000\nq,z,b,all,2.000,2.000\n')).toEqual([])
    expect(compare('q,z,a,all,1.002,1.0\nq,z,b,all,,2.000\n')).toEqual([
      'servings q/z/a/all portions: expected 1.000, actual 1.002',
      'servings q/z/a/all portions_per_day: expected 1.000, actual 1.0',
      'servings q/z/b/all portions: expected 2.000, actual null',
    ])
    expect(compare('q,z,b,all,2.000,2.000\nq,z,a,all,1.000,1.000\n')).toEqual([
      'servings order: expected q/z/a/all, actual q/z/b/all',
    ])
    expect(compare('q,z,b,all,2.000,2.000\nq,z,c,all,1.000,1.000\n')).toEqual([
      'servings q/z/c/all: not expected',
      'servings q/z/a/all: row is missing',
    ])
  })
})

// Keys of section 3, for what the generator may not repeat within a delivery.
const keys: Record<string, string> = {
  places: 'place',
  zonings: 'zoning',
  zones: 'zoning place',
  product_groups: 'product_group',
  processing_steps: 'product_group step',
  product_forms: 'product_group form',
  portion_profiles: 'segment product_group form',
  local_definitions: 'definition',
  targets: 'place product_group definition measure_unit valid_from',
  prices: 'product_group form',
  uncertainty: 'evidence',
  sources: 'source dataset',
  contracts: 'contract place product_group',
  complete_purchases: 'place product_group valid_from',
  portions: 'place segment',
  production: 'producer place product_group',
  processing: 'processor place product_group step',
}

const numbers =
  /_kg$|^kg|^sek|^yield$|^share$|^margin$|^portions$|^serving_days$|^grams|_loss$|^population$|itude$/

/** The value of a step's share of `gaps`, added up over a mart's rows. */
function totals(rows: MartRow[], column: string, keyColumns: string[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const row of rows) {
    const key = keyColumns.map((name) => row[name]).join('/')
    sums.set(key, (sums.get(key) ?? 0) + (row[column] as number))
  }
  return sums
}

describe('over generated regions', () => {
  const seeds = Array.from({ length: 50 }, (_, i) => i + 1)
  const regions = seeds.map((seed) => generateRegion(seed))
  const all = regions.map((region) => computeMarts(region, '2026-Q2'))

  test('the same seed gives the same region', () => {
    expect(generateRegion(7)).toEqual(regions[6])
    expect(generateRegion(8)).not.toEqual(regions[6])
  })

  test('keys are unique, numbers are numbers, groups and places exist', () => {
    for (const region of regions) {
      const places = new Set(region.places![0]!.rows.map((row) => row.place))
      const groups = new Set(['all', ...region.product_groups![0]!.rows.map((row) => row.product_group)])
      for (const [dataset, deliveries] of Object.entries(region)) {
        for (const { rows } of deliveries) {
          expect(rows.length).toBeGreaterThan(0)
          const key = keys[dataset]?.split(' ')
          if (key)
            expect(new Set(rows.map((row) => key.map((name) => row[name]).join('|'))).size).toBe(rows.length)
          for (const row of rows) {
            for (const name of ['place', 'parent', 'grown_place', 'processed_place']) {
              if (row[name]) expect(places).toContain(row[name])
            }
            if (row.product_group) expect(groups).toContain(row.product_group)
            for (const [name, cell] of Object.entries(row)) {
              if (cell !== '' && numbers.test(name)) expect(cell).toMatch(/^-?[0-9]{1,12}(\.[0-9]+)?$/)
            }
            if (row.produced_kg)
              expect(Number(row.produced_kg)).toBeGreaterThanOrEqual(Number(row.available_kg))
            if (Number(row.kg) >= 0 && row.sek) expect(Number(row.sek)).toBeGreaterThanOrEqual(0)
            if (Number(row.kg) < 0 && row.sek) expect(Number(row.sek)).toBeLessThanOrEqual(0)
          }
        }
      }
    }
  })

  test('components add up to demand and are at least 0; low ≤ central ≤ high', () => {
    const parts = Object.keys(martShapes.gaps.columns).slice(8, 14)
    expect(parts[0]).toBe('purchased_local_kg')
    expect(parts[5]).toBe('chain_gap_kg')
    for (const { gaps } of all) {
      for (const row of gaps) {
        const value = (name: string) => row[name] as number
        const tolerance = 1e-9 * value('demand_kg')
        for (const name of parts) expect(value(name)).toBeGreaterThanOrEqual(-tolerance)
        const total = parts.reduce((sum, name) => sum + value(name), 0)
        expect(Math.abs(total - value('demand_kg'))).toBeLessThanOrEqual(tolerance)
        expect(value('shortfall_low_kg')).toBeLessThanOrEqual(value('shortfall_kg'))
        expect(value('shortfall_kg')).toBeLessThanOrEqual(value('shortfall_high_kg'))
      }
    }
  })

  test('what the steps lose is what is held back', () => {
    for (const { balances, bottlenecks } of all) {
      const lost = totals(bottlenecks, 'lost_kg', ['zoning', 'zone', 'product_group'])
      for (const row of balances) {
        const demand = row.demand_kg as number
        const held = demand - (row.purchased_local_kg as number) - (row.processable_kg as number)
        const key = [row.zoning, row.zone, row.product_group].join('/')
        expect(Math.abs((lost.get(key) ?? 0) - held)).toBeLessThanOrEqual(1e-9 * demand)
      }
    }
  })

  test('opportunities: low ≤ a year ≤ high, ranks from 1 within a zoning', () => {
    for (const { opportunities } of all) {
      const ranks = new Map<string, number[]>()
      for (const row of opportunities) {
        expect(row.kg_low as number).toBeLessThanOrEqual(row.kg_per_year as number)
        expect(row.kg_per_year as number).toBeLessThanOrEqual(row.kg_high as number)
        const zoning = String(row.zoning)
        ranks.set(zoning, [...(ranks.get(zoning) ?? []), row.rank as number])
      }
      for (const found of ranks.values()) {
        expect(found.sort((a, b) => a - b)).toEqual(found.map((_, index) => index + 1))
      }
    }
  })

  test('shares lie in 0…1, low ≤ high', () => {
    for (const row of all.flatMap(({ shares }) => shares)) {
      if (row.share_low === null) continue
      expect(row.share_low as number).toBeGreaterThanOrEqual(0)
      expect(row.share_low as number).toBeLessThanOrEqual((row.share_high as number) + 1e-12)
      expect(row.share_high as number).toBeLessThanOrEqual(1 + 1e-12)
    }
  })

  test('every mart prints with unique keys and agrees with itself', () => {
    for (const marts of all.slice(0, 5)) {
      for (const name of martNames satisfies readonly MartName[]) {
        const csv = formatMart(name, marts[name])
        expect(compareMarts(csv, csv, name)).toEqual([])
      }
    }
    expect(toCsv([{ a: 'x "y", z', b: '' }])).toBe('a,b\n"x ""y"", z",\n')
  })
})
