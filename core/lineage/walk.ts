import { datasets } from '../../schemas/datasets/index.ts'
import type { Model } from '../models.ts'

/** A value that a column may be held to. */
export type Value = string | number | boolean
/**
 * Rows of a model that bear on the number: column → the values wanted, all of which must hold. `age` counts
 * quarters back from the run's, whatever a model calls them. A column that is not named may hold anything.
 */
export type Reach = Readonly<Record<string, readonly Value[]>>

/** How a model departs from the rule that what it restricts, it restricts for what it reads too. */
interface Rule {
  /** Quarters, ending with the run's, that a model without quarters of its own looks at. */
  readonly quarters?: number
  /** Quarters before each of its own that it looks at. */
  readonly before?: number
  /** Columns in which it looks at every value of what it reads. */
  readonly looks_at_every?: readonly string[]
  /** Models that it reads only to know which names there are. */
  readonly names_from?: readonly string[]
  /** What it asks of what it reads beside the rest. */
  readonly asks?: Reach
  /** What a restriction on it is called where it reads. */
  readonly calls?: Readonly<Record<string, string>>
}

const YEAR = { quarters: 4 }
const QUARTER = { quarters: 1 }
const rules: Readonly<Record<string, Rule>> = {
  // the fill compares a place's whole product group
  int_demand_known: { looks_at_every: ['form'] },
  int_zone_stocks: { before: 7 },
  int_supply_statuses: { quarters: 8 },
  int_capacity_statuses: { quarters: 8 },
  int_producers_counted: QUARTER,
  int_processors_counted: QUARTER,
  int_prices: { ...YEAR, asks: { is_priced: [true] }, calls: { priced_form: 'form' } },
  int_purchase_origins: { names_from: ['stg_purchases'] },
  int_purchases_placed: QUARTER,
  int_purchases_missing: QUARTER,
  int_share_values: QUARTER,
  int_missing_steps: YEAR,
  int_opportunity_forms: YEAR,
  int_opportunity_values: YEAR,
  int_opportunity_years: YEAR,
  int_zone_years: YEAR,
}

/** Columns of a model of which any one keeps a restriction up for what the model reads; null: every model does. */
const keptBy: Readonly<Record<string, readonly string[] | null>> = {
  priced_form: null,
  // what names no case looks at the central one
  scenario: null,
  age: ['quarter_index', 'age'],
  zoning: ['cell', 'zoning', 'definition'],
  zone: ['cell', 'zone', 'definition'],
  place: ['cell', 'zone', 'place'],
  product_group: ['cell', 'product_group'],
  form: ['form', 'target'],
  step: ['step', 'target'],
}

/** Columns of each model of a run. */
export type ModelColumns = ReadonlyMap<string, ReadonlySet<string>>

/**
 * From a mart back to staging: every model that bears on the rows of `start`, with what of it does. A model is
 * reached once for each way that leads to it; its rows are those of any of them. `priced_form` of a reach says of
 * which forms the prices matter, `target_group` whose target.
 *
 * @param models in the order in which they are computed
 * @param closed models not to enter
 */
export function walkBack(
  models: readonly Model[],
  columns: ModelColumns,
  mart: string,
  start: Reach,
  closed: ReadonlySet<string>,
): Map<string, Reach[]> {
  const reached = new Map<string, Reach[]>([[mart, [start]]])
  for (const { name, reads } of models.toReversed()) {
    const reaches = reached.get(name)
    if (!reaches) continue
    const passed = name === mart ? reaches : reaches.map((reach) => passOn(name, columns.get(name)!, reach))
    for (const read of reads) {
      if (!columns.has(read) || closed.has(read) || rules[name]?.names_from?.includes(read)) continue
      reached.set(read, passed.reduce(withReach, reached.get(read) ?? []))
    }
  }
  return reached
}

/** Every model that a walk from a mart can come to, the mart first; models as for `walkBack`. */
export function reachedModels(
  models: readonly Model[],
  mart: string,
  closed: ReadonlySet<string>,
): Set<string> {
  const names = new Set(models.map(({ name }) => name))
  const reached = new Set([mart])
  for (const { name, reads } of models.toReversed()) {
    if (!reached.has(name)) continue
    for (const read of reads) if (names.has(read) && !closed.has(read)) reached.add(read)
  }
  return reached
}

/** What a model asks of what it reads, when this is asked of it. */
function passOn(model: string, columns: ReadonlySet<string>, reach: Reach): Reach {
  const { quarters, before = 0, looks_at_every = [], asks = {}, calls = {} } = rules[model] ?? {}
  const keeps = (column: string) => {
    const keepers = keptBy[column] === undefined ? [column] : keptBy[column]
    return keepers === null || keepers.some((keeper) => columns.has(keeper))
  }
  const kept = Object.entries(reach)
    .filter(([column]) => keeps(column) && !looks_at_every.includes(column))
    .map(([column, values]) => [calls[column] ?? column, values])
  const passed: Record<string, readonly Value[]> = { ...Object.fromEntries(kept), ...asks }
  if (quarters !== undefined) passed.age = upTo(quarters)
  else if (before > 0 && passed.age) passed.age = earlier(passed.age as number[], before)
  return passed
}

/** Ages of so many quarters, the run's first. */
export const upTo = (quarters: number): number[] => Array.from({ length: quarters }, (_, age) => age)

function earlier(ages: readonly number[], before: number): number[] {
  return [...new Set(ages.flatMap((age) => upTo(before + 1).map((more) => age + more)))].sort((a, b) => a - b)
}

/** Adds a reach unless another one holds it, and drops those that it holds. */
function withReach(reaches: readonly Reach[], reach: Reach): Reach[] {
  if (reaches.some((other) => holds(other, reach))) return [...reaches]
  return [...reaches.filter((other) => !holds(reach, other)), reach]
}

/** Whether every row of `inner` is one of `outer`. */
function holds(outer: Reach, inner: Reach): boolean {
  return Object.entries(outer).every(([column, values]) => {
    if (inner[column] === undefined || inner[column] === values) return inner[column] === values
    const wanted = new Set(values)
    return inner[column].every((value) => wanted.has(value))
  })
}

const quarterly = new Set(
  datasets.filter(({ layer }) => layer === 'quarterly').map(({ name }) => `stg_${name}`),
)

/** Models that read quarterly rows, keep no quarter and do not say here how many they look at: there must be none. */
export function modelsWithoutQuarters(models: readonly Model[], columns: ModelColumns): string[] {
  const dated = (name: string) =>
    ['quarter_index', 'age', 'quarter'].some((column) => columns.get(name)?.has(column))
  return models
    .filter(({ name, reads }) => !dated(name) && reads.some((read) => dated(read) || quarterly.has(read)))
    .map(({ name }) => name)
    .filter((name) => rules[name]?.quarters === undefined && rules[name]?.names_from === undefined)
}
