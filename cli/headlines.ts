import type { MartRow } from '../core/mart-text.ts'

/** What people read first of a mart. */
export interface Headline {
  readonly columns: readonly string[]
  readonly order?: (a: MartRow, b: MartRow) => number
}

/** Columns, and order of rows, of each mart's table on a terminal; CSV, JSON and Arrow always have it all. */
export const headlines: Readonly<Record<string, Headline>> = {
  gaps: {
    columns: [
      'zoning',
      'zone',
      'product_group',
      'form',
      'demand_kg',
      'purchased_local_kg',
      'procurable_kg',
      'shortfall_kg',
      'shortfall_low_kg',
      'shortfall_high_kg',
      'certainty',
    ],
  },
  balances: {
    columns: [
      'zoning',
      'zone',
      'product_group',
      'demand_kg',
      'purchased_local_kg',
      'available_kg',
      'reachable_kg',
      'processable_kg',
      'procurable_kg',
      'supply_status',
      'demand_coverage',
    ],
  },
  bottlenecks: {
    columns: [
      'zoning',
      'zone',
      'product_group',
      'step',
      'required_kg',
      'capacity_kg',
      'lost_kg',
      'lacking_kg',
      'processors',
      'capacity_status',
    ],
  },
  opportunities: {
    columns: [
      'rank',
      'zoning',
      'zone',
      'product_group',
      'instrument',
      'target',
      'kg_per_year',
      'sek_per_year',
      'missing_steps',
      'next_window',
      'certainty',
    ],
    order: (a, b) => String(a.zoning).localeCompare(String(b.zoning)) || Number(a.rank) - Number(b.rank),
  },
}
