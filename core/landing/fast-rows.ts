import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { rolled_purchases } from '../../schemas/rolled.ts'
import type { Column, Table } from '../../schemas/table.ts'
import { openDuckDB, quote } from '../engines/duckdb-session.ts'
import type { Quarter } from '../quarter.ts'
import { brokenRule, typedCell } from './cell-rules.ts'
import { addEnvelope } from './envelope.ts'
import { LANDING_MEMORY } from './memory.ts'
import { concatParquet, type ParquetFile } from './parquet-concat.ts'
import type { KnownDataset } from './references.ts'
import { createKnown, ROLL_KEYS, Rows, rollUp } from './rows.ts'
import { headerFaults } from './whole-file-checks.ts'

const HEADER_BYTES = 64 << 10
/** Longer records are for the careful path to judge. */
const RECORD_BYTES = 1 << 20
/** How much of the file DuckDB reads at a time. Its own 32 MB made the peak about 120 MB higher for 100 MB of purchases. */
const BUFFER_BYTES = 4 * RECORD_BYTES
const id = (name: string) => `"${name}"`

/** What a clean file is held against. */
export interface FastOptions {
  readonly file: string
  readonly folder: string
  readonly table: Table
  readonly quarter: Quarter | null
  readonly known: readonly KnownDataset[]
  readonly lake_folders: readonly string[]
  readonly memory?: string | undefined
}

/** Row files of a clean delivery. */
export interface FastResult {
  readonly curated: ParquetFile & { path: string }
  readonly rolled: (ParquetFile & { path: string }) | null
}

/**
 * Lands files in which every line is a good record, all at once and straight from the file. It only says that a
 * file is not such a file; what is wrong with it is for `Rows` to find out.
 */
export class FastRows {
  readonly #options: FastOptions
  readonly #header: readonly string[]
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #copied: Promise<number | null>
  #closed = false

  private constructor(
    options: FastOptions,
    header: readonly string[],
    instance: DuckDBInstance,
    connection: DuckDBConnection,
  ) {
    this.#options = options
    this.#header = header
    this.#instance = instance
    this.#connection = connection
    // an error of any kind means that this is not a clean file
    this.#copied = this.#copy().catch(() => null)
  }

  /** Begins to type the file; null when this dataset or file is not for the fast path. */
  static async start(options: FastOptions): Promise<FastRows | null> {
    const { table, file, folder, lake_folders, known } = options
    if (Rows.needsWholeFile(table) || table.rules.some(({ rule }) => rule === 'forest' || rule === 'exactly'))
      return null
    // DuckDB would take such a name for a pattern
    if (/[*?[\]{}\\]/.test(resolve(file))) return null
    const header = await readHeader(file)
    if (header === null || headerFaults(table, header).length > 0) return null
    const folders = [folder, dirname(resolve(file)), ...lake_folders]
    const instance = await openDuckDB(folders, { memory: options.memory ?? LANDING_MEMORY })
    try {
      const connection = await instance.connect()
      for (const dataset of known) await connection.run(createKnown(dataset))
      return new FastRows(options, header, instance, connection)
    } catch (error) {
      instance.closeSync()
      throw error
    }
  }

  /** The row files; null unless the file has so many lines and every one is a good row. */
  async finish(lines: number, row_name: string, source: string): Promise<FastResult | null> {
    const rows = await this.#copied
    if (rows === null || rows === 0 || rows !== lines - 1) return null
    const rolled = await this.#roll(row_name, source)
    if (rolled === 'not clean') return null
    const like = join(this.#options.folder, 'envelope.parquet')
    await this.#connection.run(
      `copy (select '' as delivery, '' as source, 0::bigint as "line") to ${quote(like)} (format parquet)`,
    )
    const path = this.#path
    const curated = {
      path,
      ...(await addEnvelope(path, like, { delivery: row_name, source, first_line: 2 })),
    }
    if (curated.rows !== rows) throw new Error(`${rows} rows became ${curated.rows}`)
    return { curated, rolled }
  }

  /** Stops what is still going on. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#connection.interrupt()
    await this.#copied
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  get #path(): string {
    return join(this.#options.folder, 'fast.parquet')
  }

  /** Types the rows and leaves out those with a fault; gives the number of rows. */
  async #copy(): Promise<number> {
    const { table } = this.#options
    const typed = table.columns.map((column) => `${typedCell(column)} as ${id(column.name)}`)
    const rules = table.columns
      .filter((column) => !isJudgedLater(table, column))
      .flatMap((column) => this.#rule(column))
    // one expression is cheaper than as many conditions
    const copy = `copy (select ${typed.join(', ')} from ${this.#source()} where coalesce(null, ${rules.join(', ')}) is null)
      to ${quote(this.#path)} (format parquet, write_bloom_filter false)`
    await this.#assertOrdered(copy)
    const result = await this.#connection.run(copy)
    return Number((await result.getRows())[0]![0])
  }

  /**
   * Rows get their lines by their order, which DuckDB keeps only in some plans: a join loses it, and a long list
   * after `in` is one.
   */
  async #assertOrdered(copy: string): Promise<void> {
    const plan = JSON.stringify(await (await this.#connection.run(`explain ${copy}`)).getRowsJson())
    if (availableParallelism() > 1 && !plan.includes('BATCH_COPY_TO_FILE'))
      throw new Error(`not in order: ${plan}`)
    if (plan.includes('JOIN')) throw new Error(`not in order: ${plan}`)
  }

  #rule(column: Column): string[] {
    const { table } = this.#options
    const rule_free = column.type === 'text' && !column.values && !column.no_personal_number
    if (rule_free && column.nullable) return []
    return [brokenRule(table, column, this.#options)]
  }

  #source(): string {
    const options = [
      `columns = {${this.#header.map((name) => `${quote(name)}: 'varchar'`).join(', ')}}`,
      'auto_detect = false',
      'header = true',
      `delim = ','`,
      `quote = ''`,
      `escape = ''`,
      `nullstr = ''`,
      `new_line = '\\n'`,
      `compression = 'none'`,
      'hive_partitioning = false',
      `max_line_size = ${RECORD_BYTES}`,
      `buffer_size = ${BUFFER_BYTES}`,
    ]
    return `read_csv(${quote(resolve(this.#options.file))}, ${options.join(', ')})`
  }

  /** Sums the rows up and judges what all rows of a sum have in common. */
  async #roll(row_name: string, source: string): Promise<FastResult['rolled'] | 'not clean'> {
    const { table, folder } = this.#options
    if (table.name !== 'purchases') return null
    await this.#connection.run(
      `create table rolled as ${rollUp(`read_parquet(${quote(this.#path)})`, ROLL_KEYS)}`,
    )
    const conditions = table.columns
      .filter((column) => isJudgedLater(table, column))
      .map((column) => `(${brokenRule(table, column, this.#options)}) is not null`)
    const bad = await this.#connection.run(`select 1 from rolled where ${conditions.join(' or ')} limit 1`)
    if ((await bad.getRows()).length > 0) return 'not clean'
    const piece = join(folder, 'fast-rolled-piece.parquet')
    const path = join(folder, 'fast-rolled.parquet')
    const order = ROLL_KEYS.map(id).join(', ')
    await this.#connection.run(
      `copy (select ${quote(row_name)} as delivery, ${quote(source)} as source, * from rolled order by ${order})
       to ${quote(piece)} (format parquet)`,
    )
    return { path, ...(await concatParquet([piece], path)) }
  }
}

/** Whether a column's cells are the same in all rows of a sum, as they were in the file. */
function isJudgedLater(table: Table, { name, type }: Column): boolean {
  if (table.name !== 'purchases' || (type !== 'code' && type !== 'text')) return false
  return rolled_purchases.columns.some((column) => column.name === name)
}

/** Names in the first line; null when that takes a closer look. */
async function readHeader(file: string): Promise<string[] | null> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    const end = buffer.subarray(0, bytesRead).indexOf(10)
    const line = buffer.toString('utf8', 0, Math.max(end, 0)).replace(/^\uFEFF/, '')
    return line === '' || /["\r]/.test(line) ? null : line.split(',')
  } finally {
    await handle.close()
  }
}
