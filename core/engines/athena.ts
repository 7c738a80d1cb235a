import { createHash, randomUUID } from 'node:crypto'
import { AthenaClient, type ColumnInfo, type Row } from '@aws-sdk/client-athena'
import type { Table as ArrowTable } from '@uwdata/flechette'
import { EngineError, SkafferiError } from '../errors.ts'
import { hashFile } from '../lake/lake-files.ts'
import { keys } from '../lake/layout.ts'
import { parquetRowCount } from '../landing/parquet-footer.ts'
import type { Storage } from '../storage/storage.ts'
import { toArrow } from './athena-decode.ts'
import { AthenaError, refusalOf } from './athena-errors.ts'
import { AthenaQueries } from './athena-query.ts'
import { checkDatabase, checkWorkgroup } from './athena-setup.ts'
import { unloadText } from './athena-statement.ts'
import { type Engine, type ModelFolder, modelPrefix, type QueryRecord, type SavedFile } from './engine.ts'
import { isLongLiteral, saveLiteral } from './long-literals.ts'
import { selectText } from './select-text.ts'

/** Where Athena finds the lake's tables and who pays. */
export interface AthenaSettings {
  readonly workgroup: string
  /** Of Glue; holds the tables of `schemas/catalogue.ts` over this very lake. */
  readonly database: string
}

/** What an Athena engine works with. */
export interface AthenaOptions extends AthenaSettings {
  readonly client?: AthenaClient | undefined
  /** Longest time for one statement, queueing included; default 15 minutes. */
  readonly deadline_ms?: number | undefined
  /** First and longest wait between two looks at a statement; default 250 ms and 5 s. */
  readonly poll_ms?: readonly [number, number] | undefined
  /** Stops whatever runs. */
  readonly signal?: AbortSignal | undefined
}

const MOST_ATTEMPTS = 3
/** Amazon Athena over a lake in a bucket, through the tables of a Glue database. */
export class AthenaEngine implements Engine {
  readonly name = 'athena'
  readonly models_at_once = 8
  readonly #storage: Storage
  /** The lake's URL, without a slash at its end. */
  readonly #lake_url: string
  readonly #queries: AthenaQueries
  readonly #dispose: () => void

  private constructor(storage: Storage, queries: AthenaQueries, dispose: () => void) {
    this.#storage = storage
    this.#lake_url = lakeUrl(storage)
    this.#queries = queries
    this.#dispose = dispose
  }

  /** Opens an engine; throws if the workgroup or the database are not made for this lake. */
  static async open(storage: Storage, options: AthenaOptions): Promise<AthenaEngine> {
    const { workgroup, database, signal } = options
    if (!storage.url.startsWith('s3://'))
      throw new SkafferiError(
        'usage',
        `athena reads lakes in buckets, not ${storage.url} (valid: --lake s3://…)`,
      )
    const client = options.client ?? new AthenaClient({ maxAttempts: 8 })
    const dispose = () => (options.client === undefined ? client.destroy() : undefined)
    try {
      await checkWorkgroup(client, workgroup)
      await checkDatabase(client, database, lakeUrl(storage))
    } catch (error) {
      dispose()
      throw error
    }
    const { deadline_ms = 15 * 60_000, poll_ms = [250, 5000] as const } = options
    const queries = new AthenaQueries(client, { workgroup, database, deadline_ms, poll_ms, signal })
    return new AthenaEngine(storage, queries, dispose)
  }

  get queries(): readonly QueryRecord[] {
    return this.#queries.ended
  }

  async query(sql: string): Promise<ArrowTable> {
    const subject = 'the query'
    const selected = selectText(sql, subject, this.name)
    const statement = { sql: selected, subject, model: null, attempt: 1, token: randomUUID() }
    const { QueryExecutionId: id } = await this.#queries.run(statement)
    try {
      return await this.#results(id!)
    } catch (error) {
      throw new AthenaError(subject, { ...refusalOf(error), query_id: id })
    }
  }

  async save(sql: string, folder: ModelFolder, signal?: AbortSignal): Promise<SavedFile[]> {
    const subject = `model ${folder.model}`
    const selected = selectText(sql, subject, this.name)
    for await (const { key } of this.#storage.list(modelPrefix(folder)))
      throw new EngineError(this.name, subject, `${key} exists already`)
    if (isLongLiteral(selected)) return await saveLiteral(this.#storage, selected, folder)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#unload(selected, folder, attempt, signal)
      } catch (error) {
        const again = error instanceof AthenaError && ['transient', 'leftovers'].includes(error.fault)
        if (!again || error.query_id === undefined || attempt === MOST_ATTEMPTS) throw error
        await this.#queries.pause(signal).catch(() => {
          throw error
        })
      }
    }
  }

  async close(): Promise<void> {
    this.#dispose()
  }

  /** Each attempt has a place and a token of its own, so that what a failed one left never counts. */
  async #unload(
    selected: string,
    folder: ModelFolder,
    attempt: number,
    signal?: AbortSignal,
  ): Promise<SavedFile[]> {
    const { model, run } = folder
    const prefix = keys.unload(run, model, attempt)
    const subject = `model ${model}`
    const sql = unloadText(selected, `${this.#lake_url}/${prefix}`, subject)
    const token = createHash('sha256').update([run, model, attempt, sql].join('\n')).digest('hex')
    await this.#queries.run({ sql, subject, model, attempt, token, signal })
    return await this.#adopt(prefix, folder)
  }

  /** Puts what was unloaded where the run keeps it; files without rows stay behind. */
  async #adopt(prefix: string, folder: ModelFolder): Promise<SavedFile[]> {
    const saved: SavedFile[] = []
    for await (const unloaded of this.#storage.list(prefix)) {
      const file = await this.#storage.localFile(unloaded.key)
      const rows = await parquetRowCount(file)
      if (rows === 0) continue
      const key = `${modelPrefix(folder)}part-${saved.length}.parquet`
      if ((await this.#storage.put(key, { file })) === 'exists')
        throw new EngineError(this.name, `model ${folder.model}`, `${key} exists already`)
      saved.push({ key, rows, ...(await hashFile(file)) })
    }
    return saved
  }

  async #results(id: string): Promise<ArrowTable> {
    const rows: Row[] = []
    let columns: readonly ColumnInfo[] = []
    let next: string | undefined
    do {
      const page = await this.#queries.page(id, next)
      columns = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
      // the first row of a SELECT is its header
      const from = next === undefined ? 1 : 0
      for (const row of page.ResultSet?.Rows?.slice(from) ?? []) rows.push(row)
      next = page.NextToken
    } while (next !== undefined)
    return toArrow(columns, rows)
  }
}

const lakeUrl = ({ url }: Storage) => url.replace(/\/+$/, '')
