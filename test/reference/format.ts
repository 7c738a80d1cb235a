// The marts' columns and their CSV, as section 6 of the design lists them.

export type Cell = string | number | boolean | null
export type MartRow = Record<string, Cell>

export const martNames = ['gaps', 'balances', 'bottlenecks', 'shares', 'servings', 'opportunities'] as const
export type MartName = (typeof martNames)[number]
export type Marts = Record<MartName, MartRow[]>

/** How a column is written: `measure` is 3 decimals for kg and 2 for sek, by the row's measure_unit. */
export type ColumnKind = 'text' | 'count' | 'kg' | 'sek' | 'share' | 'measure'

interface MartShape {
  key: string[]
  columns: Record<string, ColumnKind>
}

const words = (text: string) => text.trim().split(/\s+/)

/** `text: a b` lines, in the contract's order, to a record of column → kind. */
function columns(...runs: Array<[ColumnKind, string]>): Record<string, ColumnKind> {
  return Object.fromEntries(runs.flatMap(([kind, names]) => words(names).map((name) => [name, kind])))
}

export const martShapes: Record<MartName, MartShape> = {
  gaps: {
    key: words('quarter zoning zone product_group form'),
    columns: columns(
      ['text', 'quarter zoning zone product_group form'],
      ['kg', 'demand_kg observed_kg modelled_kg purchased_local_kg procurable_kg diverted_gap_kg'],
      ['kg', 'production_gap_kg processing_gap_kg chain_gap_kg'],
      ['kg', 'shortfall_kg shortfall_low_kg shortfall_high_kg'],
      ['text', 'certainty supply_status capacity_status evidence'],
      ['sek', 'price_sek_per_kg shortfall_sek'],
    ),
  },
  balances: {
    key: words('quarter zoning zone product_group'),
    columns: columns(
      ['text', 'quarter zoning zone product_group'],
      ['kg', 'demand_kg purchased_local_kg opening_stock_kg supply_kg available_kg produced_kg reachable_kg'],
      ['kg', 'processable_kg procurable_kg closing_stock_kg'],
      ['count', 'producers'],
      ['share', 'largest_producer_share'],
      ['text', 'supply_status'],
      ['share', 'demand_coverage'],
    ),
  },
  bottlenecks: {
    key: words('quarter zoning zone product_group step'),
    columns: columns(
      ['text', 'quarter zoning zone product_group step'],
      [
        'kg',
        'required_kg inflow_kg capacity_kg local_use_kg lost_kg lacking_kg processing_gap_kg chain_gap_kg',
      ],
      ['count', 'processors'],
      ['share', 'largest_processor_share'],
      ['text', 'capacity_status'],
    ),
  },
  shares: {
    key: words('quarter place definition product_group measure_unit'),
    columns: columns(
      ['text', 'quarter place definition product_group measure_unit'],
      ['measure', 'inside outside unknown missing'],
      ['share', 'share_low share_high target'],
      ['text', 'target_status'],
    ),
  },
  servings: {
    key: words('quarter zoning zone segment'),
    columns: columns(['text', 'quarter zoning zone segment'], ['kg', 'portions portions_per_day']),
  },
  opportunities: {
    key: words('quarter zoning zone product_group instrument target'),
    columns: columns(
      ['text', 'quarter zoning zone product_group instrument target id'],
      ['kg', 'kg_per_year kg_low kg_high peak_quarter_kg'],
      ['sek', 'sek_per_year'],
      ['count', 'quarters buyers'],
      ['text', 'missing_steps next_window'],
      ['share', 'observed_share'],
      ['text', 'certainty supply_status evidence'],
      ['count', 'rank'],
    ),
  },
}

const decimals: Record<Exclude<ColumnKind, 'text' | 'measure'>, number> = {
  count: 0,
  kg: 3,
  sek: 2,
  share: 6,
}

/** The number of decimals of a column in a row; null where the column is text. */
export function decimalsOf(kind: ColumnKind, measureUnit: Cell | undefined): number | null {
  if (kind === 'text') return null
  if (kind === 'measure') return measureUnit === 'sek' ? decimals.sek : decimals.kg
  return decimals[kind]
}

/** Fixed decimals, never a negative zero. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : text
}

function formatCell(value: Cell | undefined, digits: number | null): string {
  if (value === undefined) throw new Error('a mart row lacks a column')
  if (value === null) return ''
  if (typeof value === 'number') {
    if (digits === null || !Number.isFinite(value)) throw new Error(`not a number to print: ${value}`)
    return fixed(value, digits)
  }
  return quoted(String(value))
}

/** A CSV cell, in quotes where it has to be. */
export function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Orders two texts by code point (UTF-16 order differs above the basic plane). */
export function byCodePoint(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function byKey(key: string[]): (a: MartRow, b: MartRow) => number {
  return (a, b) => {
    for (const column of key) {
      const order = byCodePoint(String(a[column]), String(b[column]))
      if (order !== 0) return order
    }
    return 0
  }
}

/** The mart's CSV exactly as section 6 says. */
export function formatMart(name: MartName, rows: MartRow[]): string {
  const { key, columns } = martShapes[name]
  const lines = [...rows]
    .sort(byKey(key))
    .map((row) =>
      Object.entries(columns).map(([column, kind]) =>
        formatCell(row[column], decimalsOf(kind, row.measure_unit)),
      ),
    )
  return [Object.keys(columns), ...lines].map((cells) => `${cells.join(',')}\n`).join('')
}
