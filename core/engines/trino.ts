import type { Table as ArrowTable } from '@uwdata/flechette'
import { EngineError, SkafferiError } from '../errors.ts'
import { hashFile } from '../lake/lake-files.ts'
import type { Storage } from '../storage/storage.ts'
import { type Engine, type ModelFolder, modelPrefix, type SavedFile } from './engine.ts'
import { isLongLiteral, saveLiteral } from './long-literals.ts'
import { selectText } from './select-text.ts'
import { TrinoClient, type TrinoRows, type TrinoStatement } from './trino-client.ts'
import { toArrow, typeOf } from './trino-decode.ts'
import { writeParquet } from './trino-parquet.ts'
import { assertFound, assertTables, type Look } from './trino-tables.ts'
import { type TrinoPlace, trinoPlace } from './trino-url.ts'

/** What a Trino engine works with. */
export interface TrinoOptions {
  /** `http[s]://user[:password]@host:port/catalog/schema`; the schema holds the tables of this very lake. */
  readonly url: string
  /** Longest time for one statement, queueing included; default 15 minutes. */
  readonly deadline_ms?: number | undefined
  /** First and longest wait before a page is asked for again after a failure; default 100 ms and 5 s. */
  readonly wait_ms?: readonly [number, number] | undefined
  /** Ends whatever runs. */
  readonly signal?: AbortSignal | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * A Trino over a lake, through tables of the Hive connector that `skafferi tables` prints. It only ever reads:
 * results are fetched and stored by this program.
 */
export class TrinoEngine implements Engine {
  readonly name = 'trino'
  readonly models_at_once = 4
  readonly #storage: Storage
  readonly #client: TrinoClient
  readonly #place: TrinoPlace
  /** Whether Trino has been seen to find what was stored; once is enough. */
  #finds = false

  private constructor(storage: Storage, client: TrinoClient, place: TrinoPlace) {
    this.#storage = storage
    this.#client = client
    this.#place = place
  }

  /** Opens an engine; throws if Trino does not answer or its tables are not of this lake. */
  static async open(storage: Storage, options: TrinoOptions): Promise<TrinoEngine> {
    const { url, signal, deadline_ms = 15 * 60_000, wait_ms = [100, 5000] as const } = options
    const fetch = options.fetch ?? globalThis.fetch
    const place = trinoPlace(url)
    const client = new TrinoClient(place, { deadline_ms, wait_ms, signal, fetch })
    const engine = new TrinoEngine(storage, client, place)
    await assertTables(engine.#look, place, storage.url)
    return engine
  }

  async query(sql: string): Promise<ArrowTable> {
    const subject = 'the query'
    return await this.#ask({ sql: selectText(sql, subject, this.name), subject })
  }

  async save(sql: string, folder: ModelFolder, signal?: AbortSignal): Promise<SavedFile[]> {
    const subject = `model ${folder.model}`
    const statement = { sql: selectText(sql, subject, this.name), subject, signal }
    for await (const { key } of this.#storage.list(modelPrefix(folder)))
      throw new EngineError(this.name, subject, `${key} exists already`)
    if (isLongLiteral(statement.sql)) return await this.#saveHere(statement.sql, folder)
    const workspace = await this.#storage.workspace()
    try {
      const written = await this.#explained(
        subject,
        writeParquet(workspace.path, this.#client.pages(statement)),
      )
      if (written === null) return []
      const key = `${modelPrefix(folder)}part-0.parquet`
      if ((await this.#storage.put(key, { file: written.path })) === 'exists')
        throw new EngineError(this.name, subject, `${key} exists already`)
      await this.#assertFound(folder, written.rows)
      return [{ key, rows: written.rows, ...(await hashFile(written.path)) }]
    } finally {
      await workspace.remove()
    }
  }

  async close(): Promise<void> {}

  async #saveHere(sql: string, folder: ModelFolder): Promise<SavedFile[]> {
    const files = await saveLiteral(this.#storage, sql, folder)
    await this.#assertFound(
      folder,
      files.reduce((sum, { rows }) => sum + rows, 0),
    )
    return files
  }

  async #assertFound(folder: ModelFolder, rows: number): Promise<void> {
    if (!this.#finds) await assertFound(this.#look, this.#place, folder, rows)
    this.#finds = true
  }

  async #ask(statement: TrinoStatement): Promise<ArrowTable> {
    return await this.#explained(
      statement.subject,
      whole(this.#client.pages(statement)).then((result) => toArrow(result)),
    )
  }

  /** What is wrong with a result is an `EngineError` as well. */
  async #explained<T>(subject: string, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof SkafferiError) throw error
      throw new EngineError(this.name, subject, error)
    }
  }

  readonly #look: Look = async (sql) => {
    const subject = 'a look at its tables'
    return await this.#explained(
      subject,
      whole(this.#client.pages({ sql, subject })).then(({ rows }) => rows),
    )
  }
}

/** All pieces of a result as one. */
async function whole(pages: AsyncIterable<TrinoRows>): Promise<TrinoRows> {
  const rows: (readonly unknown[])[] = []
  let columns: TrinoRows['columns'] = []
  for await (const page of pages) {
    columns = page.columns
    // before everything else is fetched in vain
    for (const column of columns) typeOf(column)
    for (const row of page.rows) rows.push(row)
  }
  return { columns, rows }
}
