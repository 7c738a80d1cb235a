import { marts } from '../../schemas/marts/index.ts'

/**
 * What a number can rest on beside the demand that its row is about: each ground opens the way to the models
 * that carry it, and a walk enters such a model only for a column that rests on the ground.
 */
const doors = {
  /** Where purchases grew and were processed. */
  local: ['int_purchases_local'],
  /** What the steps let through. */
  steps: ['int_forms_processable'],
  /** What single steps can take. */
  capacity: ['int_step_rooms'],
  /** What single steps hold back. */
  losses: ['int_step_losses'],
  /** What single steps lack. */
  lacking: ['int_missing_steps'],
  supply: ['int_zone_supply'],
  stock: ['int_zone_stocks'],
  producers: ['int_producers_counted'],
  processors: ['int_processors_counted'],
  supply_status: ['int_supply_statuses'],
  capacity_status: ['int_capacity_statuses'],
  /** How much of the zone's population lives where there is demand. */
  population: ['int_demand_coverage'],
  evidence: ['int_gap_evidence'],
  prices: ['int_prices'],
  contracts: ['stg_contracts'],
  targets: ['stg_targets'],
} as const
type Ground = keyof typeof doors

/** What one column of a mart rests on. */
export interface Footing {
  readonly grounds: readonly Ground[]
  /** Whether all three cases bear on it, or the central one alone. */
  readonly cases: 'central' | 'all'
}

const on = (...grounds: Ground[]): Footing => ({ grounds, cases: 'central' })
const onAllCases = (...grounds: Ground[]): Footing => ({ grounds, cases: 'all' })

/** What the split of a gap needs. */
const GAP = ['local', 'steps', 'capacity', 'supply', 'stock'] as const
const SURENESS = ['supply_status', 'capacity_status', 'population'] as const
const ALL = Object.keys(doors) as Ground[]

const footings: Readonly<Record<string, Readonly<Record<string, Footing>>>> = {
  gaps: {
    demand_kg: on(),
    observed_kg: on(),
    modelled_kg: on(),
    purchased_local_kg: on('local'),
    procurable_kg: on(...GAP),
    diverted_gap_kg: on(...GAP),
    production_gap_kg: on(...GAP),
    processing_gap_kg: on(...GAP),
    chain_gap_kg: on(...GAP),
    shortfall_kg: on(...GAP),
    shortfall_low_kg: onAllCases(...GAP),
    shortfall_high_kg: onAllCases(...GAP),
    certainty: onAllCases(...GAP, ...SURENESS),
    supply_status: on('supply_status'),
    capacity_status: on('capacity_status'),
    evidence: on('evidence'),
    price_sek_per_kg: on('prices'),
    shortfall_sek: on(...GAP, 'prices'),
  },
  balances: {
    demand_kg: on(),
    purchased_local_kg: on('local'),
    opening_stock_kg: on(...GAP),
    supply_kg: on('supply'),
    available_kg: on(...GAP),
    produced_kg: on('supply'),
    reachable_kg: on(...GAP),
    processable_kg: on('local', 'steps', 'capacity'),
    procurable_kg: on(...GAP),
    closing_stock_kg: on(...GAP),
    producers: on('producers'),
    largest_producer_share: on('producers'),
    supply_status: on('supply_status'),
    demand_coverage: on('population'),
  },
  bottlenecks: {
    required_kg: on('local'),
    inflow_kg: on('local', 'capacity', 'losses'),
    capacity_kg: on('capacity'),
    local_use_kg: on('local'),
    lost_kg: on('local', 'capacity', 'losses'),
    lacking_kg: on('local', 'capacity'),
    processing_gap_kg: on(...GAP, 'losses'),
    chain_gap_kg: on(...GAP, 'losses'),
    processors: on('processors'),
    largest_processor_share: on('processors'),
    capacity_status: on('capacity_status'),
  },
  shares: {
    inside: on(),
    outside: on(),
    unknown: on(),
    missing: on(),
    share_low: on(),
    share_high: on(),
    target: on('targets'),
    target_status: on('targets'),
  },
  servings: { portions: on(), portions_per_day: on() },
  // a row exists where its kg are above 0, so every column rests on what they rest on
  opportunities: {
    id: on(...GAP),
    kg_per_year: on(...GAP),
    kg_low: onAllCases(...GAP),
    kg_high: onAllCases(...GAP),
    peak_quarter_kg: on(...GAP),
    sek_per_year: on(...GAP, 'prices'),
    quarters: on(...GAP),
    buyers: on(...GAP),
    missing_steps: on(...GAP, 'lacking'),
    next_window: on(...GAP, 'contracts'),
    observed_share: on(...GAP),
    certainty: onAllCases(...GAP, ...SURENESS),
    supply_status: on(...GAP, 'supply_status'),
    evidence: on(...GAP, 'evidence'),
    rank: onAllCases(...ALL),
  },
  coverage: { status: on(), delivery: on(), rows: on(), refused_rows: on(), received_at: on() },
}

/** The column that `explain` takes when none is named. */
export const mainColumns: Readonly<Record<string, string>> = {
  gaps: 'shortfall_kg',
  balances: 'procurable_kg',
  bottlenecks: 'lacking_kg',
  shares: 'share_low',
  servings: 'portions',
  opportunities: 'kg_per_year',
  coverage: 'status',
}

/** Columns that can be explained: all but the key's. */
export function explainableColumns(mart: string): string[] {
  const { columns, key } = marts.find(({ name }) => name === mart)!
  return columns.map(({ name }) => name).filter((name) => !key.includes(name))
}

/** What a column of a row rests on; shares in SEK rest on prices, an investment in a step on what steps hold back. */
export function footingOf(mart: string, column: string, row: Readonly<Record<string, unknown>>): Footing {
  const footing = footings[mart]![column]!
  const more: Ground[] = []
  if (row.measure_unit === 'sek') more.push('prices')
  if (row.instrument === 'processing_investment') more.push('losses')
  return { ...footing, grounds: [...new Set([...footing.grounds, ...more])] }
}

/** Models that a walk from such a column does not enter. */
export function closedModels({ grounds }: Footing): Set<string> {
  const entries = Object.entries(doors) as [Ground, readonly string[]][]
  return new Set(entries.filter(([ground]) => !grounds.includes(ground)).flatMap(([, models]) => models))
}
