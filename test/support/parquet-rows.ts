import { DuckDBInstance } from '@duckdb/node-api'
import type { Storage } from '../../core/storage/storage.ts'

let instance: Promise<DuckDBInstance> | undefined

/** Rows of SQL over one Parquet object, which the SQL calls `file`; every cell as DuckDB writes it. */
export async function parquetRows(
  storage: Storage,
  key: string,
  sql = 'select * from file',
): Promise<Record<string, string | null>[]> {
  instance ??= DuckDBInstance.create(':memory:', { threads: '1' })
  const path = await storage.localFile(key)
  const connection = await (await instance).connect()
  try {
    const reader = await connection.runAndReadAll(
      `with file as (select * from read_parquet('${path}', hive_partitioning = false)), found as (${sql}) select cast(columns(*) as varchar) from found`,
    )
    return reader.getRowObjectsJson() as Record<string, string | null>[]
  } finally {
    connection.closeSync()
  }
}

/** Names and types of an object's columns. */
export async function parquetTypes(storage: Storage, key: string): Promise<Record<string, string>> {
  const [row] = await parquetRows(storage, key, 'select typeof(columns(*)) from file limit 1')
  return row as Record<string, string>
}

/** Names of an object's columns, each with the type that Athena reads the bytes as, in Glue's words. */
export async function parquetSchema(storage: Storage, key: string): Promise<string[]> {
  instance ??= DuckDBInstance.create(':memory:', { threads: '1' })
  const path = await storage.localFile(key)
  const connection = await (await instance).connect()
  try {
    const reader = await connection.runAndReadAll(
      `select name, type, coalesce(converted_type, '') as meaning, precision, scale from parquet_schema('${path}') where num_children is null`,
    )
    return reader.getRows().map(([name, type, meaning, precision, scale]) => {
      const word = `${type} ${meaning}`.trim()
      return `${name} ${word === 'INT64 DECIMAL' ? `decimal(${precision},${scale})` : (GLUE[word] ?? word)}`
    })
  } finally {
    connection.closeSync()
  }
}

/** Physical types of Parquet with what they mean; whatever is not here has no place in a table of ours. */
const GLUE: Readonly<Record<string, string>> = {
  'BYTE_ARRAY UTF8': 'string',
  BOOLEAN: 'boolean',
  INT32: 'int',
  'INT32 INT_32': 'int',
  INT64: 'bigint',
  'INT64 INT_64': 'bigint',
  DOUBLE: 'double',
  'INT32 DATE': 'date',
}
