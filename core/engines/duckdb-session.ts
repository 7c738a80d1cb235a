import { availableParallelism } from 'node:os'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** What a DuckDB of ours may use. */
export interface DuckDBLimits {
  /** Threads; default the processors of this machine. */
  readonly threads?: number
  /** Memory beyond which it works through temporary files, DuckDB's words. */
  readonly memory?: string
}

/** Quotes text as an SQL string literal. */
export const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * A DuckDB in memory that reads and writes nothing but the given folders, loads no extension and goes by
 * fixed settings: integers divide to integers as in Trino, and time is UTC.
 *
 * @param folders absolute paths; the first one also takes temporary files
 * @param files single files beside them that may be read
 */
export async function openDuckDB(
  folders: readonly string[],
  limits: DuckDBLimits = {},
  files: readonly string[] = [],
): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads ?? availableParallelism()),
    memory_limit: limits.memory ?? '900MB',
    temp_directory: `${folders[0]}/duckdb`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run(`set global TimeZone = 'UTC'`).catch(() => undefined)
  await connection.run('set global integer_division = true')
  await connection.run(`set global allowed_directories = [${folders.map(quote).join(', ')}]`)
  if (files.length > 0) await connection.run(`set global allowed_paths = [${files.map(quote).join(', ')}]`)
  await connection.run('set global enable_external_access = false')
  await connection.run('set global lock_configuration = true')
  connection.closeSync()
  return instance
}

/** Runs `use` with a connection that is closed afterwards. */
export async function withConnection<T>(
  instance: DuckDBInstance,
  use: (connection: DuckDBConnection) => Promise<T>,
) {
  const connection = await instance.connect()
  try {
    return await use(connection)
  } finally {
    connection.closeSync()
  }
}
