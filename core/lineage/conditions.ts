import { quote } from '../engines/duckdb-session.ts'
import type { ModelColumns, Reach, Value } from './walk.ts'

/** What conditions are written with. */
export interface Grounding {
  /** Index of the run's quarter. */
  readonly quarter_index: number
  readonly last_day: string
  readonly columns: ModelColumns
  readonly reached: ReadonlyMap<string, readonly Reach[]>
  /** Places whose listing, or whose place in the tree, decides what lies in the zone; null: no place does. */
  readonly deciding_places: readonly string[] | null
}

/** Columns that say nothing about which rows of a model bear. */
const ignored: Readonly<Record<string, readonly string[]>> = {
  // trees are read whole: what comes before or after a step is found along it
  int_cell_ancestors: ['step'],
  int_cell_steps: ['step'],
  int_step_paths: ['step'],
  stg_processing_steps: ['step'],
  // their places are those where something grew, or that decide, not those of the zone
  int_place_relations: ['place'],
  int_place_ancestors: ['place'],
  stg_places: ['place'],
  stg_zones: ['place', 'zone'],
  stg_targets: ['product_group'],
}
/** Restrictions that mean a column of one model only. */
const meant: Readonly<Record<string, { readonly model: string; readonly column: string }>> = {
  priced_form: { model: 'int_prices', column: 'form' },
  target_group: { model: 'stg_targets', column: 'product_group' },
}
const decidedByPlaces = ['int_place_ancestors', 'stg_places', 'stg_zones']

/** SQL of a list of values, also an empty one. */
export function isOneOf(column: string, values: readonly Value[]): string {
  if (values.length === 0) return 'false'
  return `"${column}" in (${values.map((value) => (typeof value === 'string' ? quote(value) : value)).join(', ')})`
}

/** SQL that holds for the rows of a model that bear on the number. */
export function bearing(model: string, grounding: Grounding): string {
  const more = narrower(model, grounding)
  return more === null ? reachedRows(model, grounding) : `(${reachedRows(model, grounding)}) and ${more}`
}

/** SQL that holds for the rows of a model that any of the given ways, by default all, leads to. */
function reachedRows(
  model: string,
  grounding: Grounding,
  reaches = grounding.reached.get(model) ?? [],
): string {
  if (reaches.length === 0) return 'false'
  return reaches
    .map((reach) => `(${conditions(model, reach, grounding).join(' and ') || 'true'})`)
    .join(' or ')
}

function conditions(model: string, reach: Reach, grounding: Grounding): string[] {
  const columns = grounding.columns.get(model)!
  return Object.entries(reach).flatMap(([column, values]) => {
    if (ignored[model]?.includes(column)) return []
    if (column === 'age') return quarters(columns, values as number[], grounding.quarter_index)
    if (meant[column]) return meant[column].model === model ? [isOneOf(meant[column].column, values)] : []
    // whoever asks for it gives the rows such a column
    if (column === 'is_priced' && model === 'stg_purchases') return ['is_priced']
    // a form's step is empty where it needs none
    if (!columns.has(column) || (column === 'step' && columns.has('form'))) return []
    const or_all = model === 'stg_complete_purchases' && column === 'product_group' ? ['all'] : []
    return [isOneOf(column, [...values, ...or_all])]
  })
}

/** Quarters as the model has them: one of its own, an age, or a span. */
function quarters(columns: ReadonlySet<string>, ages: readonly number[], now: number): string[] {
  const indexes = ages.map((age) => now - age)
  if (columns.has('quarter_index')) return [isOneOf('quarter_index', indexes)]
  if (columns.has('age')) return [isOneOf('age', ages)]
  if (!columns.has('first_index')) return []
  const begun = `first_index <= ${Math.max(...indexes)}`
  return columns.has('last_index')
    ? [begun, `(last_index is null or last_index >= ${Math.min(...indexes)})`]
    : [begun]
}

/** What rows must meet besides, where that hangs on rows of another model; null: nothing. */
function narrower(model: string, grounding: Grounding): string | null {
  const { reached, deciding_places } = grounding
  if (decidedByPlaces.includes(model)) return isOneOf('place', deciding_places ?? [])
  if (model === 'int_place_relations') return `place in (${originPlaces(grounding)})`
  if (model === 'int_purchase_origins')
    return `(place, origin) in (select place, origin from stg_purchases where ${placedPurchases(grounding)})`
  if (model === 'stg_portions' && reached.has('stg_portion_profiles'))
    return `segment in (select segment from stg_portion_profiles where ${reachedRows('stg_portion_profiles', grounding)})`
  if (model === 'stg_portion_profiles')
    return `segment in (select segment from stg_portions where ${reachedRows('stg_portions', grounding)})`
  if (model === 'stg_targets')
    return `first_index = (select max(first_index) from stg_targets where ${reachedRows('stg_targets', grounding)})`
  if (model === 'stg_contracts') return `ends_on >= date ${quote(grounding.last_day)}`
  return null
}

/** SQL that holds for purchases whose origin matters, not for those that only lend their price. */
function placedPurchases(grounding: Grounding): string {
  const reaches = grounding.reached.get('stg_purchases') ?? []
  return reachedRows(
    'stg_purchases',
    grounding,
    reaches.filter((reach) => reach.is_priced === undefined),
  )
}

/** A query for the places where what was purchased grew or was processed. */
export function originPlaces(grounding: Grounding): string {
  const where = placedPurchases(grounding)
  return `select grown_place as place from stg_purchases where (${where}) and grown_place is not null
    union select processed_place as place from stg_purchases where (${where}) and processed_place is not null`
}
