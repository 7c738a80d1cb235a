import type { MartRow } from '../../core/mart-text.ts'
import type { Names } from '../../core/release/names.ts'
import type { SummaryInput } from '../../core/release/summary-scope.ts'
import { orderOf } from './disclosures.ts'

const name = (sv: string, en: string) => ({ sv, en })
const own = (code: unknown) => name(String(code), String(code))

/** Names of a county with two zones; a code that is not here is its own name. */
export const names: Names = {
  zonings: [
    { zoning: 'municipality', position: 1, name: name('Kommun', 'Municipality') },
    { zoning: 'county', position: 3, name: name('Län', 'County') },
  ],
  zone: (_, zone) => (zone === '24' ? name('Västerbottens län', 'Västerbotten County') : own(zone)),
  product_group: (code) => (code === 'potato' ? name('Potatis', 'Potato') : own(code)),
  form: (_, code) => (code === 'diced' ? name('Tärnad', 'Diced') : own(code)),
  step: (_, code) => (code === 'dice' ? name('Tärna', 'Dice') : own(code)),
  definition: own,
  place: (code) => (code === '2482' ? name('Skellefteå', 'Skellefteå') : own(code)),
  source: (source) => own(source),
}

const cell = { quarter: '2026-Q3', zoning: 'county', zone: '24', product_group: 'potato' }

/** A row of `gaps`, changed as told. */
export const gap = (changes: MartRow = {}): MartRow => ({
  ...cell,
  form: 'diced',
  demand_kg: 60_000,
  observed_kg: 15_000,
  shortfall_kg: 20_000,
  shortfall_low_kg: 10_000,
  shortfall_high_kg: 30_000,
  shortfall_sek: 400_000,
  certainty: 'certain',
  withheld: null,
  ...changes,
})
/** A row of `balances`, changed as told. */
export const balance = (changes: MartRow = {}): MartRow => ({
  ...cell,
  demand_kg: 100_000,
  purchased_local_kg: 12_000,
  supply_status: 'reported',
  withheld: null,
  ...changes,
})
/** A row of `bottlenecks`, changed as told. */
export const bottleneck = (changes: MartRow = {}): MartRow => ({
  ...cell,
  step: 'dice',
  required_kg: 80_000,
  capacity_status: 'reported',
  withheld: null,
  ...changes,
})
/** A row of `opportunities`, changed as told. */
export function opportunity(changes: MartRow = {}): MartRow {
  const row: MartRow = {
    ...cell,
    instrument: 'contract',
    target: 'diced',
    kg_per_year: 23_400,
    sek_per_year: 560_000,
    missing_steps: null,
    next_window: '2027-10-31',
    certainty: 'certain',
    rank: 1,
    withheld: null,
    ...changes,
  }
  const id = [row.zoning, row.zone, row.product_group, row.instrument, row.target].join('/')
  return { id, order_of_magnitude: orderOf(Number(row.kg_per_year ?? 20_000)), ...row, ...changes }
}
/** A row of `coverage`, changed as told. */
export const covered = (changes: MartRow = {}): MartRow => ({
  quarter: '2026-Q3',
  source: 'wholesaler',
  dataset: 'purchases',
  status: 'received',
  ...changes,
})

/** What a summary speaks of: one row of each kind where nothing else is given. */
export function summaryInput(
  marts: Readonly<Record<string, readonly MartRow[]>> = {},
  changes: Partial<Omit<SummaryInput, 'marts'>> = {},
): SummaryInput {
  const rows = {
    gaps: [gap()],
    balances: [balance()],
    bottlenecks: [bottleneck()],
    opportunities: [opportunity()],
    servings: [{ ...cell, segment: 'all', portions_per_day: 62_990 }],
    shares: [],
    coverage: [covered()],
    ...marts,
  }
  return {
    quarter: '2026-Q3',
    release: 1,
    computed_on: '2026-11-20',
    corrects: null,
    changes: null,
    invented: [],
    marts: new Map(Object.entries(rows)),
    names,
    ...changes,
  }
}
