import { randomUUID } from 'node:crypto'
import { runOnTrino, TrinoFailed, type TrinoFault, type TrinoFound } from '../../trino/statement.ts'
import { type Answer, type AnswerColumn, type Backend, QueryFailure, type Unload } from './backend.ts'

/** Stands before the text of another statement, which then begins on the second line. */
const PREFIX_LINES = 1

/** What Athena says of a column that it does not find, beside Trino's own words. */
const NOT_AUTHORIZED = ' or requester is not authorized to access requested resources'

/**
 * A Trino over the lake's tables. What is scanned is `physicalInputBytes` of Trino's own statistics: the bytes that it
 * read from files.
 */
export class TrinoBackend implements Backend {
  readonly #origin: string
  readonly #user: string
  readonly #catalog: string
  readonly #schema: string
  readonly #fetch: typeof globalThis.fetch

  /** @param url `http://user@host:port/catalog/schema` */
  constructor(url: string, fetch: typeof globalThis.fetch = globalThis.fetch) {
    const { origin, username, pathname } = new URL(url)
    const [, catalog = '', schema = ''] = pathname.split('/')
    this.#origin = origin
    this.#user = username
    this.#catalog = catalog
    this.#schema = schema
    this.#fetch = fetch
  }

  /** Refuses what Trino's parser refuses; nothing is looked up, since a statement of no schema goes no further. */
  async check(sql: string): Promise<void> {
    const headers = { 'x-trino-user': this.#user }
    const validate = `explain (type validate)\n${sql}`
    try {
      await runOnTrino({ origin: this.#origin, sql: validate, headers, fetch: this.#fetch })
    } catch (error) {
      if (!(error instanceof TrinoFailed)) throw error
      if (error.fault.errorName === 'SYNTAX_ERROR')
        throw new QueryFailure(withOwnLines(error.fault.message, PREFIX_LINES))
    }
  }

  async select(sql: string, signal: AbortSignal): Promise<Answer> {
    const found = await this.#run(sql, signal)
    return {
      columns: found.columns.map(answerColumn),
      rows: found.rows.map((row) => row.map(textOf)),
      bytes_scanned: found.physical_input_bytes,
    }
  }

  /** As a table over the location, in a catalog of its own, which is then forgotten. */
  async unload({ select, location }: Unload, signal: AbortSignal): Promise<{ bytes_scanned: number }> {
    const table = `unloads.results.u${randomUUID().replaceAll('-', '')}`
    const place = `external_location = '${location}', format = 'PARQUET'`
    try {
      const { physical_input_bytes } = await this.#run(
        `create table ${table} with (${place}) as\n${select}`,
        signal,
        PREFIX_LINES,
      )
      return { bytes_scanned: physical_input_bytes }
    } finally {
      await this.#run(`drop table if exists ${table}`)
    }
  }

  async close(): Promise<void> {}

  async #run(sql: string, signal?: AbortSignal, prefix_lines = 0): Promise<TrinoFound> {
    const headers = {
      'x-trino-user': this.#user,
      'x-trino-catalog': this.#catalog,
      'x-trino-schema': this.#schema,
      'x-trino-time-zone': 'UTC',
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      // several writers, as Athena has them, and so several files
      'x-trino-session': 'scale_writers=false,task_scale_writers_enabled=false,task_min_writer_count=2',
    }
    try {
      const statement = { origin: this.#origin, sql, headers, fetch: this.#fetch }
      return await runOnTrino({ ...statement, ...(signal ? { signal } : {}) })
    } catch (error) {
      if (!(error instanceof TrinoFailed)) throw error
      const message = withOwnLines(error.fault.message, prefix_lines)
        .replaceAll(`'${this.#catalog}.`, "'awsdatacatalog.")
        .replace(/(?<=^line .* cannot be resolved)$/, NOT_AUTHORIZED)
      throw failureOf({ ...error.fault, message })
    }
  }
}

/** A message whose `line 2:8` is the place in what was asked, without the lines before it. */
const withOwnLines = (message: string, lines: number) =>
  message.replace(/^line (\d+):/, (_, line) => `line ${Number(line) - lines}:`)

/** Athena's error for Trino's. https://docs.aws.amazon.com/athena/latest/ug/error-reference.html */
function failureOf({ errorName, errorType, message }: TrinoFault): QueryFailure {
  const reason = `${errorName}: ${message}`
  switch (errorType) {
    case 'INSUFFICIENT_RESOURCES':
      return new QueryFailure('Query exhausted resources at this scale factor', 1, 0, true)
    case 'INTERNAL_ERROR':
      return new QueryFailure(reason, 1, 233, true)
    case 'EXTERNAL':
      return new QueryFailure(reason, 2, errorName === 'HIVE_PATH_ALREADY_EXISTS' ? 400 : 401)
    default:
      return new QueryFailure(reason)
  }
}

/** Athena's word and precision for types that Trino calls or measures otherwise. */
const TYPES: Readonly<Record<string, readonly [type: string, precision: number]>> = {
  tinyint: ['tinyint', 3],
  smallint: ['smallint', 5],
  integer: ['integer', 10],
  bigint: ['bigint', 19],
  real: ['float', 17],
  double: ['double', 17],
  varchar: ['varchar', 2147483647],
}

function answerColumn({ name, type: written }: TrinoFound['columns'][number]): AnswerColumn {
  const [, word = written, first = 0, scale = 0] = /^(\w+)(?:\((\d+)(?:,\s*(\d+))?\))?/.exec(written) ?? []
  const [type, precision] = TYPES[word] ?? [word, Number(first)]
  return { name, type, precision, scale: Number(scale) }
}

const textOf = (cell: unknown) => (cell === null ? null : String(cell))
