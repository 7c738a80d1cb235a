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
  const place = location.replaceAll(/[*?[]/g, '[$&]')
  const pattern = `${place}/${(table.template ?? table.prefix).replaceAll(/\$\{\w+\}/g, '*')}*.parquet`
  const { columns, options } = partitionsOf(table)
  return [
    view,
    'select',
    [...table.columns.map(({ name }) => `  "${name}"`), ...columns].join(',\n'),
    `from read_parquet(${text(pattern)}, union_by_name = true, ${options})`,
  ].join('\n')
}

/** Columns of a table's partitions, and what `read_parquet` is to do about them. */
function partitionsOf({ partitions, template = '' }: CatalogueTable): { columns: string[]; options: string } {
  if (partitions.length === 0) return { columns: [], options: 'hive_partitioning = false' }
  const isNamedAsInKeys = partitions.every(({ name }) => template.includes(`${name}=\${${name}}`))
  if (isNamedAsInKeys) {
    const types = partitions.map(({ name, type }) => `'${name}': ${typeOf(type)}`)
    return {
      columns: partitions.map(({ name }) => `  "${name}"`),
      options: `hive_partitioning = true, hive_types = {${types.join(', ')}}`,
    }
  }
  // a key's `quarter` would take the place of the column `quarter` that files of runs have
  const key = text(`${template.replaceAll(/\$\{\w+\}/g, '([^/]+)')}[^/]*$`)
  const columns = partitions.map(
    ({ name, type }, at) =>
      `  cast(regexp_extract(filename, ${key}, ${at + 1}) as ${typeOf(type)}) as "${name}"`,
  )
  return { columns, options: 'hive_partitioning = false, filename = true' }
}
