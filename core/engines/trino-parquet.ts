import { DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api'
import { openDuckDB, quote, withConnection } from './duckdb-session.ts'
import type { TrinoRows } from './trino-client.ts'
import { typeOf, valuesOf } from './trino-decode.ts'

/** Rows that DuckDB takes at once. */
const CHUNK = 2048
const TABLE = 'fetched'

/**
 * Writes a result as Parquet with the embedded DuckDB, which holds it meanwhile, and on disk if it is large.
 *
 * @param folder absolute path of a folder for the file and for DuckDB's own
 * @returns the path of the file and the number of rows in it; null without rows, as there is no file then
 */
export async function writeParquet(
  folder: string,
  pages: AsyncIterable<TrinoRows>,
): Promise<{ readonly path: string; readonly rows: number } | null> {
  const path = `${folder}/fetched.parquet`
  const instance = await openDuckDB([folder], { threads: 1, memory: '300MB' })
  try {
    return await withConnection(instance, async (connection) => {
      let rows = 0
      for await (const page of pages) {
        const types = page.columns.map((column) => typeOf(column))
        if (page.rows.length === 0) continue
        if (rows === 0) {
          const columns = page.columns.map(({ name }, at) => `${identifier(name)} ${types[at]!.duckdb}`)
          await connection.run(`create table ${TABLE} (${columns.join(', ')})`)
        }
        const values = valuesOf(page).map((column, at) => {
          const stored = types[at]!.stored as (value: unknown) => DuckDBValue
          return column.map((value) => (value === null ? null : stored(value)))
        })
        const appender = await connection.createAppender(TABLE)
        for (let from = 0; from < page.rows.length; from += CHUNK) {
          const slices = values.map((column) => column.slice(from, from + CHUNK))
          const chunk = DuckDBDataChunk.create(types.map(({ duckdb }) => duckdb))
          chunk.setColumns(slices)
          appender.appendDataChunk(chunk)
        }
        appender.closeSync()
        rows += page.rows.length
      }
      if (rows === 0) return null
      await connection.run(`copy ${TABLE} to ${quote(path)} (format parquet)`)
      return { path, rows }
    })
  } finally {
    instance.closeSync()
  }
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
