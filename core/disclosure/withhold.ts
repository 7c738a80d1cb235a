import { ORDERS_OF_MAGNITUDE, protectedColumns, type WithheldReason } from '../../schemas/published.ts'
import type { Table } from '../../schemas/table.ts'
import type { MartRow, MartValue } from '../mart-text.ts'
import type { RunFacts } from './contributions.ts'
import type { UnsafeSum } from './sums.ts'

/**
 * Shares of the largest farm or plant: times the sum, which is shown where enough stand behind it, they would
 * tell what that one delivers. A release never has them.
 */
export const NEVER_SHOWN: readonly string[] = ['largest_producer_share', 'largest_processor_share']
/** Given anew among the rows that are shown: a gap in the order would tell where a withheld row stands. */
const RANK = 'rank'
/** Figures that do not stand on the sum that their row is named by: what processing lets through has no farm behind it. */
const NOT_OWN: Readonly<Record<string, string>> = { balances: 'processable_kg', bottlenecks: 'inflow_kg' }
/** Quarters of the year that an opportunity sums up. */
const YEAR = 4

/** The columns of a mart that are shown or withheld row by row. */
export function figuresOf(mart: string): string[] {
  return (protectedColumns[mart] ?? []).filter((column) => !NEVER_SHOWN.includes(column) && column !== RANK)
}

/** A figure that stays the same whatever the unsafe sums are; by mart, key and column. */
export type Depends = (row: MartRow, column: string) => boolean

/** What a row's figures stand on. */
interface Basis {
  /** The contract's rule: all figures of the row are withheld where one of these is sensitive. */
  readonly own: readonly WithheldReason[]
  /** Reasons of other sums that stand behind some figure of the row. */
  readonly reached: readonly WithheldReason[]
}

/** Looks up why zone sums are unsafe. */
export class Reasons {
  readonly #reasons = new Map<string, WithheldReason>()
  readonly #facts: RunFacts
  readonly #quarter_index: number
  readonly #byCell = new Map<string, WithheldReason[]>()

  constructor(facts: RunFacts, unsafe: readonly UnsafeSum[], quarter_index: number) {
    this.#facts = facts
    this.#quarter_index = quarter_index
    for (const { cell, quarter_index: of, step, reason, margins_only } of unsafe) {
      if (margins_only) continue
      const name = `${cell.zoning}/${cell.zone}/${cell.product_group}`
      this.#reasons.set(`${name}/${step ?? ''}/${of}`, reason)
      this.#byCell.set(name, [...(this.#byCell.get(name) ?? []), reason])
    }
  }

  /** What a row of a mart stands on. */
  basis(mart: string, row: MartRow): Basis {
    const reached = this.#byCell.get(`${row.zoning}/${row.zone}/${row.product_group}`) ?? []
    const now = (steps: readonly string[], supply: boolean) => this.#primary(row, steps, supply, 1)
    switch (mart) {
      case 'gaps':
        return { own: now(this.#path(row.form, row), true), reached: [] }
      case 'balances':
        return { own: now([], true), reached }
      case 'bottlenecks':
        return { own: now([String(row.step)], false), reached }
      default:
        return { own: this.#primary(row, this.#path(row.target, row), true, YEAR), reached: [] }
    }
  }

  /** Steps on the path of a form, a step, or of a product group (none). */
  #path(target: MartValue | undefined, { product_group }: MartRow): readonly string[] {
    const name = `${product_group}/${target}`
    return this.#facts.form_steps.get(name) ?? this.#facts.step_ancestors.get(name) ?? []
  }

  #primary(row: MartRow, steps: readonly string[], supply: boolean, quarters: number): WithheldReason[] {
    const sums = [...(supply ? [''] : []), ...steps]
    const name = `${row.zoning}/${row.zone}/${row.product_group}`
    return Array.from({ length: quarters }, (_, back) => this.#quarter_index - back).flatMap((of) =>
      sums
        .map((step) => this.#reasons.get(`${name}/${step}/${of}`))
        .filter((reason) => reason !== undefined && reason !== 'secondary'),
    )
  }
}

/** The first of the contract's reasons among these. */
export function worst(reasons: readonly WithheldReason[]): WithheldReason {
  return (['few_contributors', 'dominance'] as const).find((one) => reasons.includes(one)) ?? 'secondary'
}

/** A mart's rows as a release shows them, in the same order. */
export function withhold(
  table: Table,
  rows: readonly MartRow[],
  reasons: Reasons,
  depends: Depends,
): MartRow[] {
  const figures = figuresOf(table.name)
  if (figures.length === 0) return [...rows]
  const shown = rows.map((row) => {
    const { own, reached } = reasons.basis(table.name, row)
    const moving = figures.filter((column) => depends(row, column))
    const ruled = own.length > 0 ? figures.filter((column) => column !== NOT_OWN[table.name]) : []
    // a year's quantity, value and steps hang together; its low and high case can go alone
    const hangs = moving.some((column) => column !== 'kg_low' && column !== 'kg_high')
    const whole = table.name === 'opportunities' && hangs ? figures : []
    const gone = [...new Set([...moving, ...ruled, ...whole])]
    const withheld = gone.length === 0 ? null : worst(own.length > 0 ? own : reached)
    const empty = Object.fromEntries([...gone, ...NEVER_SHOWN].filter((c) => c in row).map((c) => [c, null]))
    return { ...row, ...empty, withheld }
  })
  return table.name === 'opportunities' ? ranked(shown, rows) : shown
}

function ranked(shown: readonly MartRow[], rows: readonly MartRow[]): MartRow[] {
  const ranks = new Map<MartRow, number>()
  const places = new Map<MartValue | undefined, number>()
  for (const row of shown.toSorted((a, b) => Number(a.rank) - Number(b.rank))) {
    if (row.withheld !== null) continue
    const rank = (places.get(row.zoning) ?? 0) + 1
    places.set(row.zoning, rank)
    ranks.set(row, rank)
  }
  return shown.map((row, at) => ({
    ...row,
    rank: ranks.get(row) ?? null,
    order_of_magnitude: orderOfMagnitude(Number(rows[at]!.kg_per_year)),
  }))
}

/** The words for a quantity of kg a year. */
export function orderOfMagnitude(kg_per_year: number): string {
  return ORDERS_OF_MAGNITUDE.find(({ below }) => kg_per_year < below)!.word
}
