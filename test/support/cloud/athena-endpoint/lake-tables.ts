import type { DuckDBConnection } from '@duckdb/node-api'
import { quote } from '../../../../core/engines/duckdb-session.ts'
import { reads } from '../../../../core/sql-text.ts'
import type { Storage } from '../../../../core/storage/storage.ts'
import type { CatalogueTable } from '../../../../schemas/catalogue.ts'
import { QueryFailure } from './backend.ts'

/**
 * Makes a view of every table that the SQL reads, over the files that a catalogue leads to and nothing else: of a
 * table with an injected partition, those of the values that the SQL asks for. Returns the bytes of the files.
 */
export async function bindTables(
  connection: DuckDBConnection,
  lake: Storage,
  catalogue: ReadonlyMap<string, CatalogueTable>,
  sql: string,
): Promise<number> {
  let bytes = 0
  const names = new Set(
    reads(sql)
      .filter(({ kind }) => kind === 'table')
      .map(({ name }) => name),
  )
  for (const name of names) {
    const table = catalogue.get(name)
    if (table === undefined)
      throw new QueryFailure(`TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.lake.${name}' does not exist`)
    const files = await filesOf(lake, table, injectedValues(table, sql))
    bytes += files.reduce((sum, file) => sum + file.bytes, 0)
    await connection.run(
      `create or replace temporary view "${name}" as ${await viewOf(connection, table, files)}`,
    )
  }
  return bytes
}

interface TableFile {
  readonly key: string
  readonly path: string
  readonly bytes: number
  /** Values of the partitions that the key tells, by name. */
  readonly partition: Readonly<Record<string, string>>
}

async function filesOf(lake: Storage, table: CatalogueTable, injected: Injected): Promise<TableFile[]> {
  const pattern = new RegExp(
    `^${(table.template ?? table.prefix).replaceAll(/\$\{(\w+)\}/g, '(?<$1>[^/]+)')}[^/]+$`,
  )
  const found: TableFile[] = []
  for await (const { key, bytes } of lake.list(table.prefix)) {
    const partition = pattern.exec(key)?.groups ?? (table.template === undefined ? {} : undefined)
    if (partition === undefined || !isProjected(table, partition, injected)) continue
    found.push({ key, bytes, partition: { ...partition }, path: await lake.localFile(key) })
  }
  return found
}

function isProjected(
  { partitions }: CatalogueTable,
  values: Record<string, string>,
  injected: Injected,
): boolean {
  return partitions.every(({ name, range }) => {
    const value = values[name]!
    if (range === undefined) return injected.get(name)!.has(value)
    return /^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1]
  })
}

type Injected = ReadonlyMap<string, ReadonlySet<string>>

/** Values by which the SQL asks for injected partitions; every read of such a table must ask for one. */
function injectedValues({ name: table, partitions }: CatalogueTable, sql: string): Injected {
  const injected = partitions.filter(({ range }) => range === undefined)
  return new Map(
    injected.map(({ name }) => {
      const values = reads(sql)
        .filter((read) => read.kind === 'table' && read.name === table)
        .map(({ end }) => new RegExp(`\\b${name}\\s*=\\s*'([^']*)'`).exec(scopeAfter(sql, end))?.[1])
      if (values.includes(undefined)) {
        throw new QueryFailure(
          `CONSTRAINT_VIOLATION: For the injected projected partition column ${name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
        )
      }
      return [name, new Set(values.map(String))]
    }),
  )
}

/** What follows within the parentheses that a place is in. */
function scopeAfter(sql: string, from: number): string {
  let depth = 0
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === '(') depth++
    if (sql[at] === ')' && --depth < 0) return sql.slice(from, at)
  }
  return sql.slice(from)
}

/** A column that a file lacks is null, one of another type an error, as with Athena. */
async function viewOf(
  connection: DuckDBConnection,
  table: CatalogueTable,
  files: readonly TableFile[],
): Promise<string> {
  const columns = table.columns.map(({ name, type }) => ({ name, type: duckdbType(type) }))
  const partitions = table.partitions.map(({ name, type }) => ({ name, type: duckdbType(type) }))
  if (files.length === 0)
    return `select ${[...columns, ...partitions].map(({ name, type }) => `cast(null as ${type}) as "${name}"`).join(', ')} where false`
  const types = await typesByFile(connection, files)
  const selects = files.map((file) => {
    const has = types.get(file.path)!
    const cells = columns.map(({ name, type }) => {
      const found = has.get(name)
      if (found === undefined) return `cast(null as ${type}) as "${name}"`
      if (found.toLowerCase() !== type)
        throw new QueryFailure(
          `HIVE_BAD_DATA: Field ${name}'s type ${found} in parquet file s3://${file.key} is incompatible with type ${type} defined in table schema`,
          2,
          401,
        )
      return `"${name}"`
    })
    const values = partitions.map(
      ({ name, type }) => `cast(${quote(file.partition[name]!)} as ${type}) as "${name}"`,
    )
    return `select ${[...cells, ...values].join(', ')} from read_parquet(${quote(file.path)}, hive_partitioning = false)`
  })
  return selects.join(' union all ')
}

async function typesByFile(connection: DuckDBConnection, files: readonly TableFile[]) {
  const types = new Map<string, Map<string, string>>()
  for (const { path } of files) {
    const described = await connection.runAndReadAll(
      `select column_name, column_type from (describe select * from read_parquet(${quote(path)}, hive_partitioning = false))`,
    )
    types.set(path, new Map(described.getRows().map(([name, type]) => [String(name), String(type)])))
  }
  return types
}

const duckdbType = (type: string) => ({ string: 'varchar', int: 'integer' })[type] ?? type
