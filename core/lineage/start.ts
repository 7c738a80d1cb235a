import type { DuckDBEngine } from '../engines/duckdb.ts'
import { quote } from '../engines/duckdb-session.ts'
import type { MartRow } from '../mart-text.ts'
import { plainRows } from '../query.ts'
import { type Grounding, isOneOf, originPlaces } from './conditions.ts'
import type { Footing } from './grounds.ts'
import { type Reach, upTo, type Value } from './walk.ts'

/** The cell of a mart that is asked about. */
export interface Asked {
  readonly mart: string
  readonly column: string
  readonly row: MartRow
  readonly footing: Footing
}

/** Steps with what a target of opportunities can be beside a form. */
const NOT_FORMS = ['production_investment', 'processing_investment']

/** The first column of a query, as values. */
async function listed(engine: DuckDBEngine, sql: string): Promise<Value[]> {
  return plainRows(await engine.query(sql)).map((row) => Object.values(row)[0] as Value)
}

/** What a walk from a cell of a mart begins with. */
export async function startOf(engine: DuckDBEngine, asked: Asked): Promise<Reach> {
  const { mart, row } = asked
  if (mart === 'coverage') return { source: [row.source!], dataset: [row.dataset!], age: [0] }
  if (mart === 'shares') return await startOfShare(engine, asked)
  if (mart === 'opportunities' && asked.column === 'rank') return await startOfRank(engine, asked)
  const { zoning, zone } = row as Record<string, string>
  const area = { zoning: [zoning!], zone: [zone!], place: await placesOf(engine, zoning!, zone!) }
  if (mart === 'servings')
    return { ...area, age: [0], ...(row.segment === 'all' ? {} : { segment: [row.segment!] }) }
  return { ...area, ...(await cellOf(engine, asked)), age: upTo(mart === 'opportunities' ? 4 : 1) }
}

async function placesOf(engine: DuckDBEngine, zoning: string, zone?: string): Promise<Value[]> {
  const where = zone === undefined ? '' : ` and zone = ${quote(zone)}`
  return await listed(
    engine,
    `select distinct place from int_place_zones where zoning = ${quote(zoning)}${where} order by place`,
  )
}

/** The product group in its zone, and which form or steps of it the row is about. */
async function cellOf(engine: DuckDBEngine, { mart, row, footing }: Asked): Promise<Reach> {
  const { zoning, zone, product_group, instrument, target } = row as Record<string, string>
  const cell = `zoning = ${quote(zoning!)} and zone = ${quote(zone!)} and product_group = ${quote(product_group!)}`
  const form = mart === 'gaps' ? row.form! : instrument && !NOT_FORMS.includes(instrument) ? target! : null
  const step = mart === 'bottlenecks' ? row.step! : instrument === 'processing_investment' ? target! : null
  return {
    cell: await listed(engine, `select cell from int_cells where ${cell}`),
    product_group: [product_group!],
    ...(form === null ? {} : { form: [form], step: await stepsOfForm(engine, product_group!, String(form)) }),
    ...(step === null ? {} : { step: await stepsOf(engine, mart, product_group!, String(step)) }),
    ...(instrument ? { instrument: [instrument], target: [target!] } : {}),
    ...(footing.cases === 'central' ? { scenario: ['central'] } : {}),
  }
}

/** A bottleneck is its step; an investment in one looks up the step's path. */
async function stepsOf(engine: DuckDBEngine, mart: string, product_group: string, step: string) {
  return mart === 'bottlenecks' ? [step] : await pathOf(engine, product_group, quote(step))
}

function stepsOfForm(engine: DuckDBEngine, product_group: string, form: string): Promise<Value[]> {
  const last = `(select step from stg_product_forms where product_group = ${quote(product_group)} and form = ${quote(form)})`
  return pathOf(engine, product_group, last)
}

async function pathOf(engine: DuckDBEngine, product_group: string, step: string): Promise<Value[]> {
  const path = `select unnest([step_1, step_2, step_3, step_4]) as step from int_step_paths
    where product_group = ${quote(product_group)} and step = ${step}`
  return await listed(
    engine,
    `select distinct step from (${path}) as path where step is not null order by step`,
  )
}

/** An order is made by all that is ordered: every opportunity of the zoning. */
async function startOfRank(engine: DuckDBEngine, { row }: Asked): Promise<Reach> {
  const zoning = String(row.zoning)
  return {
    zoning: [zoning],
    place: await placesOf(engine, zoning),
    cell: await listed(engine, `select cell from int_cells where zoning = ${quote(zoning)}`),
    age: upTo(4),
  }
}

/** A share is of one place; its zone in the definition's zoning says what is local there. */
async function startOfShare(engine: DuckDBEngine, { row }: Asked): Promise<Reach> {
  const { place, definition, product_group, measure_unit } = row as Record<string, string>
  const zoning = await listed(
    engine,
    `select zoning from stg_local_definitions where definition = ${quote(definition!)}`,
  )
  const zone = await listed(
    engine,
    `select zone from int_place_zones where place = ${quote(place!)} and ${isOneOf('zoning', zoning)}`,
  )
  const group = product_group === 'all' ? {} : { product_group: [product_group!] }
  return {
    place: [place!],
    definition: [definition!],
    measure_unit: [measure_unit!],
    target_group: [product_group!],
    zoning,
    zone,
    age: [0],
    ...group,
    ...(measure_unit === 'sek' ? { priced_form: await pricedForms(engine, place!, product_group!) } : {}),
  }
}

/** Forms of which a place bought something without sek, or lacks purchases that the model expects. */
async function pricedForms(engine: DuckDBEngine, place: string, product_group: string): Promise<Value[]> {
  const now = '(select quarter_index from int_quarters where age = 0)'
  const group = product_group === 'all' ? '' : ` and product_group = ${quote(product_group)}`
  const here = `place = ${quote(place)} and quarter_index = ${now}${group}`
  return await listed(
    engine,
    `select form from stg_purchases where ${here} and unpriced_lines > 0
    union
    select form from int_demand_modelled where ${here}
      and product_group in (select product_group from int_purchases_missing where place = ${quote(place)})
    order by form`,
  )
}

/**
 * Places whose listing in a zone, or whose place in the tree, decides which purchases, farms and people count:
 * those of the zone and where its purchases came from, with all that they lie in.
 */
export async function decidingPlaces(
  engine: DuckDBEngine,
  { mart }: Asked,
  start: Reach,
  grounding: Grounding,
): Promise<string[]> {
  if (!start.place) return []
  const seeds = [`select place from int_place_ancestors where ${isOneOf('place', start.place)}`]
  const origins = originPlaces(grounding)
  if (grounding.reached.has('int_purchase_origins')) {
    seeds.push(origins)
    if (mart === 'shares')
      seeds.push(`select zones.place from stg_zones as zones
        join int_place_ancestors as above on above.place = zones.place
        where ${isOneOf('zoning', start.zoning ?? [])} and ${isOneOf('zone', start.zone ?? [])}
          and above.ancestor in (${origins})`)
  }
  // a place is counted as people's home where none lies below it
  if (grounding.reached.has('int_zone_populations'))
    seeds.push(`select place from int_place_ancestors where ${isOneOf('ancestor', start.place)}`)
  const sql = `select distinct ancestor from int_place_ancestors where place in (${seeds.join(' union ')}) order by ancestor`
  return (await listed(engine, sql)) as string[]
}
