import * as c from './marts/columns.ts'
import { marts } from './marts/index.ts'
import type { Column, ColumnSpec, Table } from './table.ts'
import { defineTable } from './table.ts'

/** Why a figure is not in a release. */
export const WITHHELD_REASONS = ['few_contributors', 'dominance', 'secondary'] as const
/** Why a figure is not in a release. */
export type WithheldReason = (typeof WITHHELD_REASONS)[number]

/** Sizes that an opportunity keeps when its figures are withheld, in kg a year: at least, below, and in words. */
export const ORDERS_OF_MAGNITUDE = [
  { from: 0, below: 1_000, word: '< 1 t' },
  { from: 1_000, below: 10_000, word: '1–10 t' },
  { from: 10_000, below: 100_000, word: '10–100 t' },
  { from: 100_000, below: Number.POSITIVE_INFINITY, word: '> 100 t' },
] as const

/** The zoning in which findings are told first, where a region has it. Its figures are the last to be withheld for others' sake. */
export const LEADING_ZONING = 'county'

/** The columns of each mart that depend on what farms and plants deliver, and so can be withheld. */
export const protectedColumns: Readonly<Record<string, readonly string[]>> = {
  gaps: [
    'procurable_kg',
    'diverted_gap_kg',
    'production_gap_kg',
    'processing_gap_kg',
    'chain_gap_kg',
    'shortfall_kg',
    'shortfall_low_kg',
    'shortfall_high_kg',
    'shortfall_sek',
  ],
  balances: [
    'opening_stock_kg',
    'supply_kg',
    'available_kg',
    'produced_kg',
    'reachable_kg',
    'processable_kg',
    'procurable_kg',
    'closing_stock_kg',
    'largest_producer_share',
  ],
  bottlenecks: [
    'inflow_kg',
    'capacity_kg',
    'lost_kg',
    'lacking_kg',
    'processing_gap_kg',
    'chain_gap_kg',
    'largest_processor_share',
  ],
  opportunities: [
    'kg_per_year',
    'kg_low',
    'kg_high',
    'peak_quarter_kg',
    'sek_per_year',
    'missing_steps',
    'rank',
  ],
}

const withheld: ColumnSpec = {
  type: 'text',
  nullable: true,
  values: WITHHELD_REASONS,
  description: {
    sv: 'Varför siffror på raden inte visas; tomt = alla visas.',
    en: 'Why figures of the row are not shown; empty = all are.',
  },
}
const order_of_magnitude: ColumnSpec = {
  type: 'text',
  values: ORDERS_OF_MAGNITUDE.map(({ word }) => word),
  description: { sv: 'Storleksordning per år.', en: 'Order of magnitude a year.' },
}

/** Every mart as a release shows it: what can be withheld may be empty, and a column says why. */
export const publishedMarts: readonly Table[] = marts.map((mart) => {
  const hidden = protectedColumns[mart.name]
  if (!hidden) return mart
  const shown = mart.columns.map((column) =>
    hidden.includes(column.name) ? { ...column, nullable: true } : column,
  )
  const more = mart.name === 'opportunities' ? { withheld, order_of_magnitude } : { withheld }
  return defineTable({ ...mart, columns: { ...specs(shown), ...more } })
})

function specs(columns: readonly Column[]): Record<string, ColumnSpec> {
  return Object.fromEntries(columns.map(({ name, ...spec }) => [name, spec]))
}

/** The sums behind a release's figures that it does not tell, of its own quarter and of those whose stocks it rests on. */
export const untold_sums = defineTable({
  name: 'untold_sums',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'product_group', 'step'],
  grain: {
    sv: 'En zons utbud, eller kapacitet i ett steg, ett kvartal, som utgåvan inte visar och som inget i den låter räkna ut.',
    en: "A zone's supply, or its capacity of a step, in a quarter, that a release does not tell and nothing in it lets work out.",
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    product_group: c.product_group,
    step: { ...c.step, nullable: true },
    reason: {
      type: 'text',
      values: WITHHELD_REASONS,
      description: { sv: 'Varför.', en: 'Why.' },
    },
  },
})
