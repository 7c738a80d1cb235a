import { join, resolve } from 'node:path'
import {
  type DuckDBConnection,
  type DuckDBInstance,
  type DuckDBPreparedStatement,
  StatementType,
} from '@duckdb/node-api'
import type { Table as ArrowTable } from '@uwdata/flechette'
import { type GlueType, runColumns } from '../../schemas/catalogue.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import type { Column } from '../../schemas/table.ts'
import { EngineError } from '../errors.ts'
import { hashFile } from '../lake/lake-files.ts'
import type { Storage, Workspace } from '../storage/storage.ts'
import { toArrow } from './arrow.ts'
import { type DuckDBLimits, openDuckDB, quote } from './duckdb-session.ts'
import { type Engine, type ModelFolder, modelPrefix, type SavedFile } from './engine.ts'

/** A table of the lake as this engine needs to know it. */
export interface LakeTable {
  readonly name: string
  readonly columns: readonly Pick<Column, 'name' | 'type'>[]
  /** Keys of its Parquet files. */
  readonly keys: readonly string[]
  /** Whether `year=` and `quarter=` in the keys are columns of the table. */
  readonly partitioned: boolean
}

/** What a run left behind of one model. */
export interface StoredModel {
  readonly folder: ModelFolder
  /** Keys of its Parquet files; an engine may have left none where there are no rows. */
  readonly keys: readonly string[]
  /** What statements call it; default the model's name. */
  readonly as?: string
}

/** What a DuckDB engine works on. */
export interface DuckDBOptions extends DuckDBLimits {
  readonly tables?: readonly LakeTable[]
  /** Results of an earlier run, to be read as if this engine had saved them. */
  readonly models?: readonly StoredModel[]
}

/** The embedded engine: DuckDB in this process, over exactly the files it is given. */
export class DuckDBEngine implements Engine {
  readonly name = 'duckdb'
  readonly models_at_once = 1
  readonly #storage: Storage
  readonly #workspace: Workspace
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  #files = 0

  private constructor(
    storage: Storage,
    workspace: Workspace,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
  ) {
    this.#storage = storage
    this.#workspace = workspace
    this.#instance = instance
    this.#connection = connection
  }

  /** Opens an engine over the named tables of a lake. */
  static async open(storage: Storage, options: DuckDBOptions = {}): Promise<DuckDBEngine> {
    const workspace = await storage.workspace()
    try {
      return await DuckDBEngine.#openIn(workspace, storage, options)
    } catch (error) {
      await workspace.remove()
      throw error
    }
  }

  static async #openIn(
    workspace: Workspace,
    storage: Storage,
    options: DuckDBOptions,
  ): Promise<DuckDBEngine> {
    const localised = async <T extends { readonly keys: readonly string[] }>(these: readonly T[]) =>
      await Promise.all(
        these.map(async (one) => ({
          ...one,
          paths: await Promise.all(one.keys.map(async (key) => resolve(await storage.localFile(key)))),
        })),
      )
    const tables = await localised(options.tables ?? [])
    const models = await localised(options.models ?? [])
    const files = [...tables, ...models].flatMap(({ paths }) => paths)
    const instance = await openDuckDB([workspace.path], options, files)
    const engine = new DuckDBEngine(storage, workspace, instance, await instance.connect())
    for (const table of tables) await engine.#define(table.name, relation(table, table.paths))
    for (const { folder, as = folder.model, paths } of models) await engine.#define(as, result(folder, paths))
    return engine
  }

  async query(sql: string): Promise<ArrowTable> {
    const statement = await this.#prepareSelect(sql, 'the query')
    try {
      return await toArrow(await statement.run())
    } catch (error) {
      throw new EngineError(this.name, 'the query', error)
    } finally {
      statement.destroySync()
    }
  }

  async save(sql: string, folder: ModelFolder): Promise<SavedFile[]> {
    const path = join(this.#workspace.path, `${this.#files++}.parquet`)
    const subject = `model ${folder.model}`
    const copied = await this.#run(`copy (${sql}\n) to ${quote(path)} (format parquet)`, subject)
    const rows = Number((await copied.getRows())[0]![0])
    const key = `${modelPrefix(folder)}part-0.parquet`
    if ((await this.#storage.put(key, { file: path })) === 'exists') {
      throw new EngineError(this.name, subject, `${key} exists already`)
    }
    await this.#define(folder.model, result(folder, [path]))
    return [{ key, rows, ...(await hashFile(path)) }]
  }

  /**
   * Like `save`, but in memory and for as long as this engine is open: for asking what would be if. A model may
   * be held again, and stands in front of a stored one of its name.
   */
  async hold(sql: string, { model, year, quarter, run }: ModelFolder): Promise<void> {
    const columns = `*, ${year} as run_year, ${quarter} as run_quarter, ${quote(run)} as run`
    await this.#run(
      `create or replace temporary table "${model}" as select ${columns} from (${sql}\n)`,
      `model ${model}`,
    )
  }

  async close(): Promise<void> {
    this.#connection.closeSync()
    this.#instance.closeSync()
    await this.#workspace.remove()
  }

  async #define(name: string, sql: string): Promise<void> {
    await this.#run(`create or replace view "${name}" as ${sql}`, `table ${name}`)
  }

  /** DuckDB could write wherever it may read, hence the look at what a statement is before it runs. */
  async #prepareSelect(sql: string, subject: string): Promise<DuckDBPreparedStatement> {
    try {
      const statements = await this.#connection.extractStatements(sql)
      if (statements.count !== 1) throw new Error('one statement at a time')
      const statement = await statements.prepare(0)
      if (statement.statementType === StatementType.SELECT) return statement
      statement.destroySync()
      throw new Error('only a SELECT is allowed')
    } catch (error) {
      throw new EngineError(this.name, subject, error)
    }
  }

  async #run(sql: string, subject: string) {
    try {
      const statements = await this.#connection.extractStatements(sql)
      if (statements.count !== 1) throw new Error('one statement at a time')
      return await this.#connection.run(sql)
    } catch (error) {
      throw new EngineError(this.name, subject, error)
    }
  }
}

/** A model's rows with the columns that name the run; without files, none, with the columns of its schema. */
function result({ model, year, quarter, run }: ModelFolder, paths: readonly string[]): string {
  const ofRun = `${year} as run_year, ${quarter} as run_quarter, ${quote(run)} as run`
  if (paths.length > 0)
    return `select *, ${ofRun} from read_parquet([${paths.map(quote).join(', ')}], hive_partitioning = false)`
  const columns = runColumns.get(model)
  if (columns === undefined)
    throw new EngineError('duckdb', `model ${model}`, 'it has no files and no schema')
  const nulls = columns.map(({ name, type }) => `cast(null as ${DUCKDB[type] ?? type}) as "${name}"`)
  return `select ${nulls.join(', ')}, ${ofRun} where false`
}

/** DuckDB's words for types of Glue where they differ. */
const DUCKDB: Partial<Record<GlueType, string>> = { string: 'varchar' }

function relation(table: LakeTable, paths: readonly string[]): string {
  const partitions = table.partitioned
    ? [{ name: 'year', type: 'count' } as const, { name: 'quarter', type: 'count' } as const]
    : []
  const columns = [...table.columns, ...partitions]
  if (paths.length === 0) {
    return `select ${columns.map(({ name, type }) => `cast(null as ${logicalTypes[type].duckdb}) as "${name}"`).join(', ')} where false`
  }
  const hive = table.partitioned
    ? `, hive_partitioning = true, hive_types = {'year': bigint, 'quarter': bigint}`
    : ', hive_partitioning = false'
  return `select ${columns.map(({ name }) => `"${name}"`).join(', ')} from read_parquet([${paths.map(quote).join(', ')}]${hive})`
}
