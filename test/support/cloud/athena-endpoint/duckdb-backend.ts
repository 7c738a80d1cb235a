import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quote, withConnection } from '../../../../core/engines/duckdb-session.ts'
import type { Storage } from '../../../../core/storage/storage.ts'
import type { CatalogueTable } from '../../../../schemas/catalogue.ts'
import { answerColumn, athenaText } from './athena-text.ts'
import { type Answer, type Backend, QueryFailure, type Unload } from './backend.ts'
import { bindTables } from './lake-tables.ts'

/**
 * DuckDB over the lake's objects, found through a catalogue as Athena finds them. It proves nothing about the
 * dialect; it does about files, partitions, types and what stands where.
 */
export class DuckDBBackend implements Backend {
  readonly #instance: DuckDBInstance
  readonly #folder: string
  readonly #lake: Storage
  readonly #catalogue: ReadonlyMap<string, CatalogueTable>

  private constructor(
    instance: DuckDBInstance,
    folder: string,
    lake: Storage,
    catalogue: readonly CatalogueTable[],
  ) {
    this.#instance = instance
    this.#folder = folder
    this.#lake = lake
    this.#catalogue = new Map(catalogue.map((table) => [table.name, table]))
  }

  static async open(lake: Storage, catalogue: readonly CatalogueTable[]): Promise<DuckDBBackend> {
    const folder = await mkdtemp(join(tmpdir(), 'skafferi-athena-'))
    const settings = {
      threads: '2',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    }
    const instance = await DuckDBInstance.create(':memory:', settings)
    await withConnection(instance, (connection) => connection.run('set global integer_division = true'))
    return new DuckDBBackend(instance, folder, lake, catalogue)
  }

  async check(sql: string): Promise<void> {
    await withConnection(this.#instance, async (connection) => {
      const statements = await connection.extractStatements(sql).catch((error: Error) => {
        throw new QueryFailure(`line 1:1: ${error.message.split('\n')[0]}`)
      })
      if (statements.count !== 1) throw new QueryFailure('Only one sql statement is allowed.')
    })
  }

  async select(sql: string, signal: AbortSignal): Promise<Answer> {
    return await this.#within(sql, signal, async (connection, bytes_scanned) => {
      const result = await connection.run(sql)
      const columns = result.columnNames().map((name, at) => answerColumn(name, result.columnType(at)))
      const rows = (await result.getRows()).map((row) =>
        row.map((value, at) => athenaText(value, columns[at]!)),
      )
      return { columns, rows, bytes_scanned }
    })
  }

  async unload({ select, location }: Unload, signal: AbortSignal): Promise<{ bytes_scanned: number }> {
    const prefix = this.#prefixOf(location)
    for await (const { key } of this.#lake.list(prefix))
      throw new QueryFailure(
        `HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: ${this.#lake.url}/${key}`,
        2,
        400,
      )
    return await this.#within(select, signal, async (connection, bytes_scanned) => {
      await connection.run(`create temporary table found as ${select}\n`)
      const rows = Number((await connection.runAndReadAll('select count(*) from found')).getRows()[0]![0])
      // one file, two or three, the same ones for the same statement
      const files = Math.min(rows, 1 + (select.length % 3))
      for (let part = 0; part < files; part++) await this.#writePart(connection, prefix, part, files)
      return { bytes_scanned }
    })
  }

  async #writePart(connection: DuckDBConnection, prefix: string, part: number, files: number): Promise<void> {
    const file = join(this.#folder, randomUUID())
    const columns = await connection.runAndReadAll('select column_name, column_type from (describe found)')
    const cells = columns
      .getRows()
      .map(([name, type]) => (type === 'HUGEINT' ? `cast("${name}" as bigint) as "${name}"` : `"${name}"`))
    await connection.run(
      `copy (select ${cells.join(', ')} from found where rowid % ${files} = ${part}) to ${quote(file)} (format parquet)`,
    )
    await this.#lake.put(`${prefix}20260701_080000_0000${part}_${randomUUID().slice(0, 5)}_${randomUUID()}`, {
      file,
    })
    await rm(file)
  }

  #prefixOf(location: string): string {
    const [lake, prefix] = [`${this.#lake.url}/`, location.slice(this.#lake.url.length + 1)]
    if (location.startsWith(lake) && prefix.endsWith('/')) return prefix
    throw new QueryFailure(`PERMISSION_DENIED: Access Denied: ${location}`, 2, 1100)
  }

  /** With the tables that the SQL reads, on a connection that ends with the signal. */
  async #within<T>(
    sql: string,
    signal: AbortSignal,
    use: (connection: DuckDBConnection, bytes_scanned: number) => Promise<T>,
  ): Promise<T> {
    return await withConnection(this.#instance, async (connection) => {
      const interrupt = () => connection.interrupt()
      signal.addEventListener('abort', interrupt)
      try {
        return await use(connection, await bindTables(connection, this.#lake, this.#catalogue, sql))
      } catch (error) {
        throw failureOf(error as Error)
      } finally {
        signal.removeEventListener('abort', interrupt)
      }
    })
  }

  async close(): Promise<void> {
    this.#instance.closeSync()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** DuckDB's complaint under Athena's name for it. */
function failureOf(error: Error): QueryFailure {
  if (error instanceof QueryFailure) return error
  const [first] = error.message.split('\n')
  const names: [RegExp, string][] = [
    [/^Binder Error: Referenced column/, 'COLUMN_NOT_FOUND: line 1:8: '],
    [/^Conversion Error/, 'INVALID_CAST_ARGUMENT: '],
    [/^Out of Range Error/, 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    [/^(Parser|Binder|Catalog) Error/, 'SYNTAX_ERROR: line 1:1: '],
  ]
  const name = names.find(([pattern]) => pattern.test(first!))
  return name
    ? new QueryFailure(`${name[1]}${first}`)
    : new QueryFailure(`GENERIC_INTERNAL_ERROR: ${first}`, 1, 233, true)
}
