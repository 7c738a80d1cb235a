import type { CatalogueTable, GlueType } from './catalogue.ts'

/** Trino's words for types of Glue where they differ. */
const TRINO: Partial<Record<GlueType, string>> = { string: 'varchar', int: 'integer' }
/** A column's type in Trino's words. */
export const trinoType = (type: GlueType): string => TRINO[type] ?? type
const text = (value: string) => `'${value.replaceAll("'", "''")}'`
const array = (values: readonly (string | number)[]) =>
  `ARRAY[${values.map((value) => text(String(value))).join(', ')}]`

/**
 * The statement that makes a table of the lake known to Trino's Hive connector, with partitions projected as on
 * Athena: none is ever registered, and one that a query does not name is not looked at.
 * https://trino.io/docs/current/connector/hive.html#table-properties
 *
 * @param location of the lake as Trino sees it, such as `s3://bucket/prefix`
 */
export function trinoTable(table: CatalogueTable, location: string, schema: string): string {
  const columns = table.columns.map(
    ({ name, type, comment }) =>
      `  "${name}" ${trinoType(type)}${comment === undefined ? '' : ` COMMENT ${text(comment)}`}`,
  )
  const partitions = table.partitions.map(({ name, type, range }) => {
    const projection = range
      ? `partition_projection_type = 'INTEGER', partition_projection_range = ${array(range)}`
      : `partition_projection_type = 'INJECTED'`
    return `  "${name}" ${trinoType(type)} WITH (${projection})`
  })
  const properties = [
    `external_location = ${text(`${location}/${table.prefix}`)}`,
    `format = 'PARQUET'`,
    ...(table.template === undefined
      ? []
      : [
          `partitioned_by = ${array(table.partitions.map(({ name }) => name))}`,
          'partition_projection_enabled = true',
          `partition_projection_location_template = ${text(`${location}/${table.template}`)}`,
        ]),
  ]
  return [
    `CREATE TABLE IF NOT EXISTS "${schema}"."${table.name}" (`,
    [...columns, ...partitions].join(',\n'),
    `) COMMENT ${text(table.description)}`,
    `WITH (`,
    properties.map((property) => `  ${property}`).join(',\n'),
    ')',
  ].join('\n')
}
