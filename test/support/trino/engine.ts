import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Table as ArrowTable } from '@uwdata/flechette'
import { openDuckDB, quote } from '../../../core/engines/duckdb-session.ts'
import { type Engine, type ModelFolder, modelPrefix, type SavedFile } from '../../../core/engines/engine.ts'
import { hashFile } from '../../../core/lake/lake-files.ts'
import type { Storage } from '../../../core/storage/storage.ts'
import { runColumns } from '../../../schemas/catalogue.ts'
import type { TrinoResult } from './client.ts'
import type { Trino } from './trino.ts'

/** What a statement costs Trino. */
export interface Cost {
  readonly model: string
  readonly stages: number
  /** Of each scan of a quarterly table, the years that were not pruned. */
  readonly scans: readonly { readonly table: string; readonly years: readonly number[] }[]
  readonly ms: number
}

/** Saves models on Trino and nothing else: fetches their rows, and writes them by DuckDB. */
export class TrinoModels implements Engine {
  readonly name = 'trino'
  readonly models_at_once = 3
  readonly costs: Cost[] = []
  /** Columns that are not of the catalogue's type. */
  readonly drifts: string[] = []
  readonly #trino: Trino
  readonly #storage: Storage
  readonly #database: string

  constructor(trino: Trino, storage: Storage, database: string) {
    this.#trino = trino
    this.#storage = storage
    this.#database = database
  }

  async query(): Promise<ArrowTable> {
    throw new Error('only models are run')
  }

  async save(sql: string, folder: ModelFolder): Promise<SavedFile[]> {
    const result = await this.measured(folder.model, sql)
    this.drifts.push(...driftsOf(folder.model, result))
    if (result.rows.length === 0) return []
    const workspace = await this.#storage.workspace()
    try {
      const file = join(workspace.path, `${folder.model}.parquet`)
      await writeParquet(result, folder.model, file, workspace.path)
      const key = `${modelPrefix(folder)}part-0.parquet`
      await this.#storage.put(key, { file })
      return [{ key, rows: result.rows.length, ...(await hashFile(file)) }]
    } finally {
      await workspace.remove()
    }
  }

  /** Runs a statement and notes what it takes. */
  async measured(model: string, sql: string): Promise<TrinoResult> {
    const plan = await this.#trino.ask(`explain (type distributed) ${sql}`, this.#database)
    const text = String(plan.rows[0]![0])
    const started = performance.now()
    const result = await this.#trino.ask(sql, this.#database)
    const ms = Math.round(performance.now() - started)
    this.costs.push({ model, stages: text.match(/^Fragment \d+/gm)?.length ?? 0, scans: scansOf(text), ms })
    return result
  }

  async close(): Promise<void> {}
}

/** Trino's words for the catalogue's types. */
const trinoType = (type: string) => (type === 'string' ? 'varchar' : type === 'int' ? 'integer' : type)

function driftsOf(model: string, { columns }: TrinoResult): string[] {
  const said = new Map(
    columns.map(({ name, type }) => [name, type.replace(', ', ',').replace(/^varchar\(.*/, 'varchar')]),
  )
  return [...(runColumns.get(model) ?? [])]
    .filter(({ name, type }) => said.get(name) !== trinoType(type))
    .map(({ name, type }) => `${model}.${name}: ${said.get(name)} where the catalogue has ${type}`)
}

/** Scans of quarterly tables in a distributed plan; it names the values of partitions that it will read. */
function scansOf(plan: string): Cost['scans'] {
  const scans = plan.split(/(?=(?:TableScan|Scan(?:Filter|Project)+)\[)/).slice(1)
  return scans.flatMap((scan) => {
    const table = /table = glue:\w+:(\w+)/.exec(scan)?.[1]
    const left = /\byear:int:PARTITION_KEY\s+:: \[\[(.*)\]\]/.exec(scan)?.[1]
    return table === undefined || left === undefined
      ? []
      : [{ table, years: [...left.matchAll(/\d+/g)].map(Number) }]
  })
}

async function writeParquet(
  { columns, rows }: TrinoResult,
  model: string,
  file: string,
  folder: string,
): Promise<void> {
  const json = `${file}.json`
  const names = columns.map(({ name }) => name)
  const record = (row: readonly unknown[]) =>
    JSON.stringify(
      Object.fromEntries(names.map((name, at) => [name, row[at] == null ? null : String(row[at])])),
    )
  await writeFile(json, rows.map((row) => `${record(row)}\n`).join(''))
  const types = new Map(runColumns.get(model)!.map(({ name, type }) => [name, type]))
  const texts = names.map((name) => `"${name}": 'varchar'`).join(', ')
  const cells = names.map((name) => `cast("${name}" as ${types.get(name) ?? 'varchar'}) as "${name}"`)
  const instance = await openDuckDB([folder], { threads: 1 })
  const connection = await instance.connect()
  try {
    await connection.run(
      `copy (select ${cells.join(', ')} from read_json(${quote(json)}, format = 'newline_delimited', columns = {${texts}}))
        to ${quote(file)} (format parquet)`,
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(json)
  }
}
