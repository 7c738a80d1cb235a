import { dirname } from 'node:path'
import { openDuckDB, quote, withConnection } from '../engines/duckdb-session.ts'
import { LANDING_MEMORY } from './memory.ts'

/**
 * Whether two local Parquet files hold the same rows. Threads cut row groups where they happen to stand, so the
 * same rows may be other bytes.
 */
export async function sameRows(
  folder: string,
  a: string,
  b: string,
  memory = LANDING_MEMORY,
): Promise<boolean> {
  const instance = await openDuckDB([folder, dirname(a), dirname(b)], { memory })
  try {
    return await withConnection(instance, async (connection) => {
      const rows = async (sql: string) => (await connection.run(sql)).getRowsJson()
      const [left, right] = [a, b].map((path) => `read_parquet(${quote(path)}, hive_partitioning = false)`)
      const described = await Promise.all([left, right].map((from) => rows(`describe select * from ${from}`)))
      if (JSON.stringify(described[0]) !== JSON.stringify(described[1])) return false
      for (const [one, other] of [
        [left, right],
        [right, left],
      ]) {
        const sql = `(select * from ${one} except all select * from ${other}) limit 1`
        if ((await rows(sql)).length > 0) return false
      }
      return true
    })
  } finally {
    instance.closeSync()
  }
}
