import type { CatalogueTable, GlueType } from './catalogue.ts'

/** DuckDB's words for types of Glue where they differ. */
const DUCKDB: Partial<Record<GlueType, string>> = { string: 'varchar', int: 'integer' }
const text = (value: string) => `'${value.replaceAll("'", "''")}'`
const typeOf = (type: GlueType) => DUCKDB[type] ?? type

/**
 * The statement that makes a table of the lake a view of DuckDB.
 *
 * @param location of the lake as DuckDB sees it: a path or `s3://bucket/prefix`
 * @param has_files without any, a pattern of names would be an error, so the view has its columns and no more
 */
export function duckdbView(table: CatalogueTable, location: string, has_files: boolean): string {
  const view = `create or replace view "${table.name}" as`
  const all = [...table.columns, ...table.partitions]
  if (!has_files) {
    const nulls = all.map(({ name, type }) => `  cast(null as ${typeOf(type)}) as "${name}"`)
    return `${view}\nselect\n${nulls.join(',\n')}\nwhere false`
  }
  // what the keys call a partition, such as `year` for `run_year`
  const keys = new Map(
    [...(table.template ?? '').matchAll(/(\w+)=\$\{(\w+)\}/g)].map(([, key, name]) => [name!, key!]),
  )
  const columns = all.map(({ name }) => {
    const key = keys.get(name) ?? name
    return key === name ? `  "${name}"` : `  "${key}" as "${name}"`
  })
  const place = location.replaceAll(/[*?[]/g, '[$&]')
  const pattern = `${place}/${(table.template ?? table.prefix).replaceAll(/\$\{\w+\}/g, '*')}*.parquet`
  const types = table.partitions.map(({ name, type }) => `'${keys.get(name)}': ${typeOf(type)}`)
  const hive = types.length > 0 ? `true, hive_types = {${types.join(', ')}}` : 'false'
  return [
    view,
    'select',
    columns.join(',\n'),
    `from read_parquet(${text(pattern)}, union_by_name = true, hive_partitioning = ${hive})`,
  ].join('\n')
}
