import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { Comparison } from '../../../core/lake/releases.ts'
import { type MartRow, martCsv } from '../../../core/mart-text.ts'
import { type Change, countChanges } from '../../../core/release/changes.ts'
import { readNames } from '../../../core/release/names.ts'
import { type Summary, summarise } from '../../../core/release/summary.ts'
import { Scope, type SummaryInput } from '../../../core/release/summary-scope.ts'
import { forbiddenIn } from '../../../schemas/forbidden-phrasings.ts'
import { protectedColumns, publishedMarts } from '../../../schemas/published.ts'
import { random } from '../../reference/random.ts'
import { generateRegion } from '../../reference/region.ts'
import { orderOf } from '../../support/disclosures.ts'
import { martRows, openRegionLake, runRegion } from '../../support/region-lake.ts'
import {
  balance,
  bottleneck,
  covered,
  gap,
  names,
  opportunity,
  summaryInput,
} from '../../support/summary-input.ts'
import { SIZED, tries } from '../../support/thorough.ts'

const sv = (input: SummaryInput) => summarise(input, 'sv').text.replaceAll('\u00a0', ' ')
const en = (input: SummaryInput) => summarise(input, 'en').text.replaceAll('\u00a0', ' ')

/** Lines of a section, without empty ones. */
function section(text: string, title: string): string[] {
  const [, found] = text.split(`## ${title}\n`)
  return found!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line !== '')
}

describe('a summary', () => {
  test('says first how complete the data are', () => {
    const text = sv(summaryInput())
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Mat till offentliga kök, 2026-Q3',
      '## Först: hur fullständiga uppgifterna är',
      '## Vad köken behöver',
      '## Vad som kan avtalas redan i dag',
      '## De största kända glappen i kvartalet',
      '## Vad som skulle minska glappen',
      '## Frågor till dem som vet',
      '## Vad som har ändrats',
      '## Mål',
      '## Vad som inte visas, och varför',
      '## Metod och licens',
    ])
  })

  test('counts deliveries, rows that are unknown and rows that are not shown', () => {
    const input = summaryInput({
      gaps: [gap({ certainty: 'unknown' }), gap({ form: 'washed', observed_kg: 0 }), gap({ form: 'x' })],
      balances: [balance({ withheld: 'dominance' })],
      coverage: [
        covered(),
        covered({ source: 'dairy', status: 'missing' }),
        covered({ source: 'mill', dataset: 'processing', status: 'unexpected' }),
      ],
    })
    expect(section(en(input), 'First: how complete the data are')).toEqual([
      '- Deliveries expected for the quarter: 2. In time: 1. Late: 0. Still due: 0. Missing: 1. Beyond those expected: 1.',
      '- Missing: dairy (purchases).',
      // (15 + 0 + 15) / (60 + 60 + 60) t
      '- Reported purchases make up 17 % of the need; the rest is computed from portions.',
      '- Rows on gaps whose answer is unknown: 1 of 3 (33 %). Unknown is not zero: nobody has reported.',
      '- Rows on opportunities whose answer is unknown: 0 of 1 (0 %).',
      // 3 gaps, 1 balance, 1 bottleneck, 1 opportunity
      '- Rows with a figure that is not shown: 1 of 6. The reasons stand last.',
    ])
  })

  test('tells what kitchens need, and of purchases that nobody reported that they are unknown', () => {
    const input = summaryInput({
      gaps: [gap(), gap({ zone: '25', observed_kg: 0 })],
      balances: [balance(), balance({ zone: '25', demand_kg: 50_000, purchased_local_kg: 0 })],
    })
    expect(section(sv(input), 'Vad köken behöver').slice(1)).toEqual([
      '| Zon | Portioner om dagen | Behov | Känt köpt i zonen |',
      '| --- | ---: | ---: | ---: |',
      '| Västerbottens län | 62 990 | 100 ton | 12,0 ton |',
      '| 25 | okänt | 50,0 ton | okänt |',
      '| Produkt | Behov | Känt köpt i zonen |',
      '| --- | ---: | ---: |',
      '| Potatis | 150 ton | 12,0 ton |',
    ])
  })

  test('lists contracts and other opportunities by rank, then those that show their order only', () => {
    const input = summaryInput({
      opportunities: [
        opportunity({ target: 'second', rank: 2, kg_per_year: 900, sek_per_year: null }),
        opportunity(),
        opportunity({
          target: 'hidden',
          kg_per_year: null,
          sek_per_year: null,
          rank: null,
          withheld: 'secondary',
        }),
        opportunity({ target: 'unsure', certainty: 'unknown' }),
        opportunity({
          instrument: 'processing_investment',
          target: 'dice',
          missing_steps: 'dice wash',
          next_window: null,
          certainty: 'likely',
          rank: 3,
        }),
      ],
    })
    const text = en(input)
    expect(section(text, 'What could be contracted today').slice(1)).toEqual([
      // 23 400 + 900 kg; 560 000 SEK
      'Known rows whose figures are shown: 2. Together 24.3 t a year, worth 560 thousand SEK where there is a price. Known rows of which only the order of magnitude is shown: 1.',
      '| What | Zone | A year | Value | Next contract ends | Certainty |',
      '| --- | --- | ---: | ---: | --- | --- |',
      '| Potato, diced | Västerbotten County | 23.4 t | 560 thousand SEK | 2027-10-31 | certain |',
      '| Potato, second | Västerbotten County | 900 kg | no price | 2027-10-31 | certain |',
      '| Potato, hidden | Västerbotten County | 10–100 t | not shown | 2027-10-31 | certain |',
    ])
    expect(section(text, 'What would narrow the gaps')).toContain(
      '| more processing | Potato, dice | Västerbotten County | 23.4 t | 560 thousand SEK | dice, wash | unknown | likely |',
    )
    expect(text).not.toContain('unsure')
  })

  test('says nothing of value where no price is known, since unknown is not zero', () => {
    const unpriced = (target: string) => opportunity({ target, kg_per_year: 900, sek_per_year: null })
    const input = summaryInput({ opportunities: [unpriced('one'), unpriced('other')] })
    const [english, swedish] = [
      section(en(input), 'What could be contracted today'),
      section(sv(input), 'Vad som kan avtalas redan i dag'),
    ]
    // 900 + 900 kg
    expect(english[1]).toBe('Known rows whose figures are shown: 2. Together 1.8 t a year.')
    expect(swedish[1]).toBe('Kända rader vars siffror visas: 2. Tillsammans 1,8 ton om året.')
    expect(english[4]).toContain('| no price |')
  })

  test('says of deliveries of production and processing that they are listed without their names', () => {
    expect(section(en(summaryInput()), 'Method and licence')[0]).toContain(
      'lists every delivery that the figures rest on, those of production and processing without name, hash and size',
    )
    expect(section(sv(summaryInput()), 'Metod och licens')[0]).toContain(
      'leveranser av produktion och förädling utan namn, kontrollsumma och storlek',
    )
  })

  test('shows the largest known gaps with their range', () => {
    const input = summaryInput({
      gaps: [
        gap({ form: 'small', shortfall_kg: 100 }),
        gap(),
        gap({ form: 'maybe', certainty: 'possible', shortfall_kg: 90_000 }),
        gap({ form: 'unsure', certainty: 'unknown', shortfall_kg: 90_000 }),
        gap({ form: 'hidden', shortfall_kg: null, withheld: 'dominance' }),
      ],
    })
    expect(section(sv(input), 'De största kända glappen i kvartalet').slice(2)).toEqual([
      '| Potatis, tärnad | Västerbottens län | 60,0 ton | 20,0 ton (10,0 ton till 30,0 ton) | 400 tusen kr | säkert |',
      '| Potatis, small | Västerbottens län | 60,0 ton | 100 kg (10,0 ton till 30,0 ton) | 400 tusen kr | säkert |',
    ])
  })

  test('asks named kinds of holders about what is unknown', () => {
    const input = summaryInput({
      balances: [
        balance(),
        balance({ product_group: 'egg', supply_status: 'unreported', demand_kg: 7000 }),
        balance({ product_group: 'egg', zone: '25', supply_status: 'unreported', demand_kg: 3000 }),
      ],
      bottlenecks: [
        bottleneck({ capacity_status: 'unreported' }),
        // where the raw material is unknown too, that is asked first
        bottleneck({ product_group: 'egg', step: 'crack', capacity_status: 'unreported' }),
      ],
    })
    expect(section(en(input), 'Questions to those who know').slice(1)).toEqual([
      '- **Purchases**: what do kitchens buy, in which form, from whom and from where? A question to the food services of municipalities and region, wholesalers and dairies.',
      '- **egg**: how much is produced and on offer in Västerbotten County and 25? Kitchens need 10.0 t of raw material in the quarter. A question to egg packers.',
      '- **Potato**: what can processing (dice) take in Västerbotten County? A question to vegetable processors and packers.',
    ])
    expect(section(sv(input), 'Frågor till dem som vet')[2]).toBe(
      '- **egg**: hur mycket produceras och erbjuds i Västerbottens län och 25? Köken behöver 10,0 ton råvara i kvartalet. Fråga till äggpackerier.',
    )
  })

  const change = (
    state: Change['state'],
    kg: number | null,
    before: number | null,
    zoning = 'county',
  ): Change => ({
    id: `${zoning}/24/potato/contract/${state}`,
    state,
    kg_per_year: kg,
    kg_per_year_before: before,
  })
  const comparison = (
    opportunities: Change[],
    missing_sources: Comparison['missing_sources'] = [],
  ): Comparison => ({
    quarter: '2026-Q2',
    release: 2,
    run: 'r',
    missing_sources,
    counts: countChanges(opportunities),
    opportunities,
  })

  test('tells what has changed, the largest first, and only in its own zoning', () => {
    const changes = comparison([
      change('new', 1000, null),
      change('widened', 30_000, 20_000),
      change('narrowed', null, null),
      change('closed', null, 700),
      change('new', 9e6, null, 'municipality'),
    ])
    expect(section(en(summaryInput({}, { changes })), 'What has changed')).toEqual([
      'Against release 2 of 2026-Q2: new 1, widened 1, narrowed 1, closed 1.',
      '- Potato, widened (Västerbotten County), contract: widened, from 20.0 t to 30.0 t a year.',
      '- Potato, new (Västerbotten County), contract: new, 1.0 t a year.',
      '- Potato, closed (Västerbotten County), contract: closed, 700 kg a year.',
    ])
  })

  test('compares nothing where a source is missing, and names it', () => {
    const changes = comparison(
      [change('incomparable', 1, 2)],
      [{ dataset: 'purchases', source: 'dairy', missing: 'now' }],
    )
    expect(section(sv(summaryInput({}, { changes })), 'Vad som har ändrats')).toEqual([
      'Mot utgåva 2 för 2026-Q2 kan inget jämföras, eftersom källor som den ena vilar på saknas i den andra: dairy (inköp).',
    ])
  })

  test('of a correction says what it corrects, why, and what that changed', () => {
    const changes = { ...comparison([change('unchanged', 5000, 5000)]), quarter: '2026-Q3', release: 1 }
    const corrects = { release: 1, reason: 'the dairy\nsent <b>anew</b>', changes }
    const text = en(summaryInput({}, { release: 2, corrects }))
    expect(text).toContain('It corrects release 1. Reason: the dairy sent \\<b\\>anew\\</b\\>')
    expect(section(text, 'What has changed')).toEqual([
      'Against release 1 of 2026-Q3: unchanged 1.',
      'There is no release of an earlier quarter to compare with.',
    ])
  })

  test('tells of targets, and of a share that is unknown that it is', () => {
    const share = {
      quarter: '2026-Q3',
      place: '2482',
      definition: 'near',
      product_group: 'all',
      measure_unit: 'sek',
      share_low: 0.2,
      share_high: 0.504,
      target: 0.6,
      target_status: 'missed',
    }
    const unknown = {
      ...share,
      measure_unit: 'kg',
      share_low: null,
      share_high: null,
      target_status: 'undecided',
    }
    const text = en(
      summaryInput({ shares: [share, unknown, { ...share, target: null, target_status: null }] }),
    )
    expect(section(text, 'Targets')).toEqual([
      '- Skellefteå, near (all products, value): the share lies between 20 % and 50 %, the target is 60 %. The target is not met.',
      '- Skellefteå, near (all products, weight): the share is unknown, the target is 60 %.',
    ])
  })

  test('counts what is withheld by reason, in every zoning', () => {
    const input = summaryInput({
      gaps: [gap({ withheld: 'few_contributors' }), gap({ zoning: 'municipality', withheld: 'secondary' })],
      balances: [balance({ withheld: 'few_contributors' })],
    })
    expect(section(en(input), 'What is not shown, and why').slice(1, -1)).toEqual([
      '- fewer than three producers or processors stand behind it: 2',
      '- it could be worked out from other figures: 1',
    ])
  })

  test('says of invented deliveries that they are, before anything else', () => {
    const lines = sv(summaryInput({}, { invented: ['example-dairy'] })).split('\n')
    expect(lines[2]).toBe(
      '**Bygger på påhittade exempelleveranser (example-dairy). Siffrorna gäller inget verkligt kök och ingen verklig leverantör.**',
    )
  })

  test('of a quarter without any need says so', () => {
    const nothing = { gaps: [], balances: [], bottlenecks: [], opportunities: [], servings: [], coverage: [] }
    expect(section(en(summaryInput(nothing)), 'What kitchens need')).toEqual([
      'No need is known for the quarter.',
    ])
  })

  test('is about the county, else the narrowest zoning with several zones', () => {
    const rows = (zoning: string, ...zones: string[]) => zones.map((zone) => balance({ zoning, zone }))
    const zoned = (balances: MartRow[]) => {
      const zonings = [...names.zonings, { zoning: 'north', position: 4, name: { sv: 'Norr', en: 'North' } }]
      return /”(.*)”/.exec(sv(summaryInput({ balances }, { names: { ...names, zonings } })))?.[1]
    }
    expect(zoned([...rows('municipality', '1', '2'), ...rows('county', '24')])).toBe('Län')
    expect(zoned([...rows('municipality', '1'), ...rows('north', 'n', 'm')])).toBe('Norr')
    expect(zoned([...rows('municipality', '1', '2'), ...rows('north', 'n', 'm')])).toBe('Kommun')
    expect(zoned(rows('north', 'n'))).toBe('Norr')
  })
})

/** The digits that are left of a text when everything that it registered is taken out, longest first. */
function unregistered({ text, said }: Summary): string {
  const texts = [...new Set(said.map((one) => one.text))].sort((a, b) => b.length - a.length)
  return texts
    .reduce((rest, one) => rest.replaceAll(one, '·'), text)
    .replaceAll(/\D+/g, ' ')
    .trim()
}

type CsvRow = Record<string, string>
type Tables = ReadonlyMap<string, readonly CsvRow[]>

const numeric = (text: string | undefined) =>
  text !== undefined && text !== '' && Number.isFinite(Number(text))

/** Every count and sum that a reader could work out of published tables as a summary claims to have done. */
function derivable(tables: Tables, zoning: string | undefined): number[] {
  const values = new Set<number>()
  const add = (rows: readonly CsvRow[]) => {
    values.add(rows.length)
    for (const column of Object.keys(rows[0] ?? {}))
      values.add(rows.reduce((sum, row) => sum + (numeric(row[column]) ? Number(row[column]) : 0), 0))
  }
  const protectedRows = Object.keys(protectedColumns).flatMap((mart) => tables.get(mart)!)
  for (const rows of [protectedRows, protectedRows.filter((row) => row.zoning === zoning)]) {
    add(rows)
    for (const group of Map.groupBy(rows, (row) => row.withheld).values()) values.add(group.length)
  }
  for (const all of tables.values()) {
    for (const row of all) for (const cell of Object.values(row)) if (numeric(cell)) values.add(Number(cell))
    const own = all.filter((row) => row.zoning === undefined || row.zoning === zoning)
    add(own)
    for (const column of ['zone', 'product_group', 'status', 'certainty']) {
      const groups = Map.groupBy(own, (row) => row[column])
      values.add(groups.size)
      for (const rows of groups.values()) {
        add(rows)
        add(rows.filter(({ supply_status }) => supply_status === 'unreported'))
      }
    }
    const known = own.filter(({ certainty }) => certainty === 'certain' || certainty === 'likely')
    for (const rows of Map.groupBy(
      known,
      (row) => `${row.instrument === 'contract'} ${row.withheld}`,
    ).values())
      add(rows)
  }
  return [...values]
}

/** The shares that a summary tells beside those of the tables: unknown rows, and observed need. */
function sharesOf(tables: Tables, zoning: string | undefined): number[] {
  const own = (mart: string) => tables.get(mart)!.filter((row) => row.zoning === zoning)
  const unknown = (rows: CsvRow[]) =>
    rows.filter(({ certainty }) => certainty === 'unknown').length / rows.length
  const sum = (column: string) => own('gaps').reduce((total, row) => total + Number(row[column]), 0)
  return [unknown(own('gaps')), unknown(own('opportunities')), sum('observed_kg') / sum('demand_kg')]
}

const SEEDS = Array.from({ length: tries(2, 6, 20) }, (_, index) => 7001 + index)

describe('a summary of a generated region', SIZED, () => {
  test.each(SEEDS)('%i says nothing but what its published tables hold', async (seed) => {
    const quarter = '2026-Q2'
    const lake = await openRegionLake(generateRegion(seed, { quarter }))
    try {
      await runRegion(lake, quarter)
      const chance = random(seed)
      const marts = new Map<string, MartRow[]>()
      for (const { name } of publishedMarts) {
        const rows = (await martRows(lake, name)) as MartRow[]
        marts.set(
          name,
          rows.map((row) => hidden(name, row, chance.chance(0.3))),
        )
      }
      const input = summaryInput(Object.fromEntries(marts), {
        quarter,
        names: await readNames(lake.storage, { inputs: lake.pins }),
      })
      const [swedish, english] = [summarise(input, 'sv'), summarise(input, 'en')]
      expect(unregistered(swedish)).toBe('')
      expect(unregistered(english)).toBe('')
      const values = ({ said }: Summary) => said.flatMap(({ value }) => value ?? [])
      expect(values(swedish)).toEqual(values(english))
      expect(forbiddenIn(swedish.text)).toEqual([])
      expect(forbiddenIn(english.text)).toEqual([])
      expectDerivable(english, marts, new Scope(input, 'en').zoning?.zoning)
    } finally {
      await lake.close()
    }
  })
})

function hidden(mart: string, row: MartRow, hide: boolean): MartRow {
  const columns = protectedColumns[mart]
  if (!columns) return row
  const order = mart === 'opportunities' ? { order_of_magnitude: orderOf(Number(row.kg_per_year)) } : {}
  const gone = hide ? Object.fromEntries(columns.map((column) => [column, null])) : {}
  return { ...row, ...gone, ...order, withheld: hide ? 'few_contributors' : null }
}

/** Holds every figure against the CSV files, which are read with another parser than ours. */
function expectDerivable({ said }: Summary, marts: ReadonlyMap<string, readonly MartRow[]>, zoning?: string) {
  const tables = new Map(
    publishedMarts.map((table) => {
      const csv = martCsv(table, marts.get(table.name)!)
      return [table.name, parse(csv, { columns: true }) as CsvRow[]]
    }),
  )
  const values = derivable(tables, zoning)
  const shares = sharesOf(tables, zoning)
  // CSV has kg to 3 decimals and kronor to 2, so a sum of many rows is off by some of them
  const near = (a: number, b: number) => Math.abs(a - b) <= 0.05 + 1e-6 * Math.abs(b)
  const found = (value: number) => values.some((one) => near(one, value))
  const told = ({ text, value }: Summary['said'][number]) => {
    if (value === null || found(value)) return true
    if (text.endsWith('%')) return shares.some((share) => Math.abs(share - value) < 1e-6)
    // what a list leaves out: all but the first 6 or 8
    return Number.isInteger(value) && (found(value + 6) || found(value + 8))
  }
  expect(said.filter((one) => !told(one))).toEqual([])
}
