import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parseQuarter, quarterAt } from '../core/quarter.ts'

/** How big a generated country is. */
export interface CountrySize {
  readonly municipalities: number
  readonly product_groups: number
  readonly quarters: number
  /** Purchase lines over all quarters. */
  readonly lines: number
}

/** The newest quarter of a generated country. */
export const LAST = '2026-Q3'
const COUNTIES = 21
const FORMS = 4
const STEPS = 3

/**
 * Writes a country as a folder that `land DIR` reads: municipalities in 21 counties, five zonings with gaps,
 * product groups with a chain of three steps and four forms, and every quarterly dataset. The same size gives
 * the same bytes.
 */
export async function writeCountry(folder: string, size: CountrySize): Promise<void> {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  const write = async (dataset: string, source: string, file: string, sql: string) => {
    const target = join(folder, dataset, source)
    await mkdir(target, { recursive: true })
    await duckdb.run(`copy (${sql}) to '${join(target, file)}.csv' (header, nullstr '')`)
  }
  await duckdb.run(
    `create table municipality as select i, cast(2000 + i as varchar) as place, 'c' || i % ${COUNTIES} as county from range(${size.municipalities}) as t(i)`,
  )
  await duckdb.run(
    `create table grp as select i, 'group_' || i as product_group from range(${size.product_groups}) as t(i)`,
  )
  await duckdb.run(
    `create table frm as select grp.i, product_group, j, 'form_' || j as form from grp, range(${FORMS}) as t(j)`,
  )
  await duckdb.run(
    `create table stp as select grp.i, product_group, j, 'step_' || j as step from grp, range(${STEPS}) as t(j)`,
  )
  for (const [dataset, sql] of Object.entries(referenceSql)) await write(dataset, 'bench', 'all', sql)
  const last = parseQuarter(LAST).index
  for (let index = last - size.quarters + 1; index <= last; index++) {
    const quarter = quarterAt(index)
    for (const [dataset, sql] of Object.entries(quarterSql))
      await write(dataset, 'bench', quarter.name, sql(index))
    const lines = Math.round(size.lines / size.quarters)
    if (lines > 0)
      await write('purchases', 'bench', quarter.name, purchasesSql(quarter.first_day, lines, size))
  }
  duckdb.closeSync()
}

const named = (code: string) => `${code} as name_sv, ${code} as name_en`
const zonesOf = (zoning: string, zone: string) =>
  `select '${zoning}' as zoning, ${zone} as zone, place, ${named(zone)} from municipality`

const referenceSql: Readonly<Record<string, string>> = {
  places: `select place, place as name, 'municipality' as kind, county as parent, 62 as latitude, 15 as longitude, 10000 + i as population from municipality
    union all select distinct county, county, 'county', 'SE', 62, 15, null from municipality
    union all select 'SE', 'Sverige', 'country', null, 62, 15, null`,
  zonings: `select z as zoning, row_number() over () as position, ${named('z')}, true as has_gaps
    from (values ('municipality'), ('pair'), ('county'), ('region'), ('country')) as t(z)`,
  zones: [
    zonesOf('municipality', 'place'),
    zonesOf('pair', `'p' || i // 2`),
    zonesOf('county', 'county'),
    zonesOf('region', `'r' || i % 6`),
    zonesOf('country', `'SE'`),
  ].join(' union all '),
  product_groups: `select product_group, ${named('product_group')}, null as cpv, (i % 11) / 10.0 as quarterly_storage_loss from grp`,
  processing_steps: `select product_group, step, case when j > 0 then 'step_' || (j - 1) end as parent_step, ${named('step')}, 1 - j * 0.1 as yield from stp`,
  product_forms: `select product_group, form, case when j > 0 then 'step_' || (j - 1) end as step, ${named('form')}, case when j = 0 then 1 else 1 - (j - 1) * 0.1 end as yield from frm`,
  portion_profiles: `select segment, product_group, form, 5 + (i + j) % 20 as grams_per_portion, 'assumed' as evidence
    from frm, (values ('preschool'), ('school'), ('elder_care')) as t(segment)`,
  local_definitions: `select 'grown_in_county' as definition, 'county' as zoning, 'grown' as rule, ${named(`'county'`)}`,
  targets: `select place, 'all' as product_group, 'grown_in_county' as definition, 'sek' as measure_unit, 0.3 as share, '2024-Q1' as valid_from, null as reference from municipality`,
  prices: `select product_group, form, 10 + i + j as sek_per_kg, 'assumed' as evidence from frm`,
  uncertainty: `select * from (values ('reported', 0.05), ('derived', 0.2), ('assumed', 0.4)) as t(evidence, margin)`,
  sources: `select 'bench' as source, dataset, 'bench' as name, 'quarterly' as cadence, '2023-Q1' as first_quarter, 45 as grace_days
    from (values ('portions'), ('purchases'), ('production'), ('processing')) as t(dataset)`,
  contracts: `select 'c' || place as contract, place, 'supplier' as supplier, product_group, null as form, null as kg_per_year, '2024-01-01' as starts_on, '2027-12-31' as ends_on, null as kind from municipality, grp`,
}

const quarterSql: Readonly<Record<string, (index: number) => string>> = {
  portions: (
    index,
  ) => `select place, segment, 20000 + (i * 37 + ${index}) % 5000 as portions, 60 as serving_days, 'derived' as evidence
    from municipality, (values ('preschool'), ('school'), ('elder_care')) as t(segment)`,
  production: (
    index,
  ) => `select 'farm-' || place as producer, place, product_group, (municipality.i * 7 + grp.i * 13 + ${index}) % 900 as available_kg,
    (municipality.i * 7 + grp.i * 13 + ${index}) % 900 + 500 as produced_kg, null as is_organic, 'derived' as evidence
    from municipality, grp where (municipality.i + grp.i) % 3 > 0`,
  processing: (
    index,
  ) => `select 'plant-' || place as processor, place, product_group, step, (municipality.i * 5 + stp.i + stp.j * 3 + ${index}) % 700 as capacity_kg, 'derived' as evidence
    from municipality, stp where (municipality.i + stp.i + stp.j) % 4 > 0`,
}

/** Each municipality buys every form from two suppliers, each with its own origin. */
function purchasesSql(
  first_day: string,
  lines: number,
  { municipalities, product_groups }: CountrySize,
): string {
  const article = `(i // ${municipalities}) % ${product_groups * FORMS * 2}`
  return `select date '${first_day}' + cast(i % 90 as integer) as purchased_on, 2000 + i % ${municipalities} as place,
      'kitchen ' || i % 4000 as kitchen, 'supplier-' || (${article}) % 2 as supplier, ${article} as article,
      'group_' || (${article}) // ${FORMS * 2} as product_group, 'form_' || ((${article}) // 2) % ${FORMS} as form,
      round(1 + (i * 7919 % 10007) / 100.0, 3) as kg, case when i % 10 > 0 then round(20 + (i * 104729 % 10009) / 10.0, 2) end as sek,
      case i % 2 when 0 then cast(2000 + i % ${municipalities} as varchar) else 'SE' end as grown_place, null as processed_place, null as is_organic
    from range(${lines}) as t(i)`
}
