import { reads } from '../sql-text.ts'
import type { Storage } from '../storage/storage.ts'
import type { ModelFolder, SavedFile } from './engine.ts'

/**
 * In bytes. Athena refuses a longer text than 262 144, UNLOAD around it included, and Trino one of more than a million
 * characters (`query.max-length`). https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
 */
const LONGEST = 250_000

/** Whether a statement is too long for an engine elsewhere, and reads no table, so that no such engine is needed. */
export const isLongLiteral = (sql: string) => Buffer.byteLength(sql) > LONGEST && reads(sql).length === 0

/** Saves a statement that reads no table, by DuckDB in this process: the pins of a run over thousands of deliveries. */
export async function saveLiteral(storage: Storage, sql: string, folder: ModelFolder): Promise<SavedFile[]> {
  const { DuckDBEngine } = await import('./duckdb.ts')
  const engine = await DuckDBEngine.open(storage)
  try {
    return await engine.save(sql, folder)
  } finally {
    await engine.close()
  }
}
