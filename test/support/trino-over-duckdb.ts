import { TrinoEngine } from '../../core/engines/trino.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { type CatalogueTable, catalogue } from '../../schemas/catalogue.ts'
import { type AnswerColumn, type Backend, QueryFailure } from './cloud/athena-endpoint/backend.ts'
import { DuckDBBackend } from './cloud/athena-endpoint/duckdb-backend.ts'
import { lakeAt } from './cloud/athena-endpoint/lake-at.ts'
import { startTrino, type TrinoScript, type TrinoServer, tablesAt } from './trino-protocol.ts'

/** An engine on a server of its own behind which DuckDB computes, over a lake that says it lies in a bucket. */
export interface OpenTrino {
  readonly engine: TrinoEngine
  readonly server: TrinoServer
  readonly storage: Storage
  readonly url: string
  close(): Promise<void>
}

const PAGE = 700

/** Starts a server and opens an engine on it. */
export async function openTrino(
  tables: readonly CatalogueTable[] = catalogue,
  storage: Storage = lakeAt('s3://lake/region'),
): Promise<OpenTrino> {
  const backend = await DuckDBBackend.open(storage, tables)
  const look = tablesAt(storage.url)
  const server = await startTrino((sql) => look(sql) ?? scriptOf(backend, sql))
  const url = `http://anna@${server.host}/hive/lake`
  const engine = await TrinoEngine.open(storage, { url })
  const close = async () => {
    await engine.close()
    await server.close()
    await backend.close()
    await storage.close()
  }
  return { engine, server, storage, url, close }
}

/** What a backend finds, or why it fails, in Trino's words. */
async function scriptOf(backend: Backend, sql: string): Promise<TrinoScript> {
  try {
    await backend.check(sql)
    const { columns, rows } = await backend.select(sql, new AbortController().signal)
    const pages = Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, number) => {
      const page = rows.slice(number * PAGE, (number + 1) * PAGE)
      return `[${page.map((row) => `[${row.map((cell, at) => cellOf(cell, columns[at]!))}]`)}]`
    })
    return { columns: columns.map((column) => ({ name: column.name, type: typeOf(column) })), pages }
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error
    const [, errorName = 'SYNTAX_ERROR', message = error.message] =
      /^([A-Z_]+): (.*)/s.exec(error.message) ?? []
    return {
      error: { errorName, message, errorType: error.category === 1 ? 'INTERNAL_ERROR' : 'USER_ERROR' },
    }
  }
}

const typeOf = ({ type, precision, scale }: AnswerColumn) =>
  type === 'decimal' ? `decimal(${precision},${scale})` : type

/** A text of Athena's as Trino's JSON has it: numbers and truth bare, all else quoted. */
function cellOf(text: string | null, { type }: AnswerColumn): string {
  if (text === null) return 'null'
  const isBare = ['boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'double'].includes(type)
  return isBare && !/NaN|Infinity/.test(text) ? text : JSON.stringify(text)
}
