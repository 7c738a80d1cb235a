import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { rolled_purchases } from '../../schemas/rolled.ts'
import type { Column, Table } from '../../schemas/table.ts'
import { openDuckDB, quote, withConnection } from '../engines/duckdb-session.ts'
import {
  brokenRule,
  isRepeated,
  knownTable,
  REPEATED_KEYS,
  type RuleContext,
  typedCell,
} from './cell-rules.ts'
import { LANDING_MEMORY } from './memory.ts'
import { concatParquet, type ParquetFile } from './parquet-concat.ts'
import type { Fault } from './problems.ts'
import type { Part } from './records.ts'
import type { KnownDataset } from './references.ts'
import { RefusedRows, refuseMisshapen, writeRefused } from './refused.ts'

const TEXT = 'varchar'
const LINE_BYTES = 4 << 20
/** DuckDB would take 64 MB for such lines, for each part that is worked on. */
const BUFFER_BYTES = 2 * LINE_BYTES
const id = (name: string) => `"${name}"`

/** What a delivery's rows are called and held against. */
export interface RowsOptions extends RuleContext {
  readonly folder: string
  readonly table: Table
  readonly header: readonly string[]
  readonly source: string
  /** Value of the column `delivery`. */
  readonly row_name: string
  readonly known: readonly KnownDataset[]
  /** Folders beside `folder` that hold files of the lake. */
  readonly lake_folders: readonly string[]
  readonly memory?: string | undefined
}

/**
 * Turns the parts of a file into rows of the lake inside DuckDB: typed Parquet of the good rows, and tables of
 * the refused rows and their faults.
 */
export class Rows {
  readonly #options: RowsOptions
  readonly #instance: DuckDBInstance
  readonly #pieces: string[] = []
  readonly #refused: RefusedRows

  private constructor(options: RowsOptions, instance: DuckDBInstance) {
    this.#options = options
    this.#instance = instance
    this.#refused = new RefusedRows(instance)
  }

  static async open(options: RowsOptions): Promise<Rows> {
    const memory = options.memory ?? LANDING_MEMORY
    const instance = await openDuckDB([options.folder, ...options.lake_folders], { memory })
    const rows = new Rows(options, instance)
    for (const known of options.known) await rows.#run(createKnown(known))
    return rows
  }

  /** Whether rows can only be judged when the whole file has been seen. */
  static needsWholeFile(table: Table): boolean {
    return table.key.length > 0 || table.columns.some((column) => column.references?.table === table.name)
  }

  /** Notes what single rows are held against in the file itself: its keys, and references into itself. */
  async readKeys(parts: readonly Part[]): Promise<void> {
    const { table } = this.#options
    const nothing = `select ${table.columns.map(({ name }) => `cast(null as ${TEXT}) as ${id(name)}`).join(', ')} where false`
    const all = parts.map((part) => `(${this.#source(part)})`).join(' union all ') || nothing
    if (table.key.length > 0) {
      const key = table.key.map(id).join(', ')
      const present = table.key.map((name) => `${id(name)} is not null`).join(' and ')
      const having = `select ${key} from (${all}) where ${present} group by ${key} having count(*) > 1`
      await this.#run(`create table ${REPEATED_KEYS} as ${having}`)
    }
    const own = table.columns.find((column) => column.references?.table === table.name)?.references
    if (own) {
      const keys = own.keys.map(id).join(', ')
      const present = own.keys.map((name) => `${id(name)} is not null`).join(' and ')
      await this.#run(
        `create table ${knownTable(table.name)} as select distinct ${keys} from (${all}) where ${present}`,
      )
    }
  }

  /** Takes in parts as they come, as many at a time as there are processors. */
  async add(parts: AsyncIterator<Part, unknown> | Iterator<Part, unknown>): Promise<void> {
    const workers = Math.max(1, availableParallelism())
    let number = this.#pieces.length
    // the next part is cut while the others are worked on
    let ahead = Promise.resolve(parts.next())
    const next = async () => {
      const result = ahead
      ahead = result.then((part) => (part.done ? part : parts.next()))
      ahead.catch(() => undefined)
      return await result
    }
    const work = () =>
      withConnection(this.#instance, async (connection) => {
        for (let result = await next(); !result.done; result = await next()) {
          const at = number++
          const piece = await this.#addPart(connection, result.value as Part, at)
          if (piece !== null) this.#pieces[at] = piece
        }
      })
    await Promise.all(Array.from({ length: workers }, work))
  }

  /** Takes in the records that have the wrong number of cells. */
  async addMisshapen(file: string): Promise<void> {
    const { table, header } = this.#options
    this.#refused.addMisshapen(await refuseMisshapen(this.#instance, table, file, header.length))
  }

  get refusedRows(): number {
    return this.#refused.rows
  }

  get faultCount(): number {
    return this.#refused.faultCount
  }

  /** The faults in the order of lines and columns. */
  faults(): AsyncGenerator<Fault> {
    return this.#refused.faults()
  }

  /** Rows of a query over the session's tables and files. */
  async select(sql: string): Promise<(string | number | bigint | null)[][]> {
    return await withConnection(this.#instance, async (connection) => {
      return (await (await connection.run(sql)).getRowsJS()) as (string | number | bigint | null)[][]
    })
  }

  /** Every value of a column, in good and in refused rows. */
  async valuesOf(column: string): Promise<Set<string>> {
    const rows = [this.goodRows(), this.#refused.relation()].filter((one) => one !== null)
    const all = rows.map((one) => `select ${id(column)} from ${one}`)
    return new Set((await this.select(all.join(' union '))).map(([value]) => String(value)))
  }

  /** SQL of the good rows so far, as typed columns; null when there are none. */
  goodRows(): string | null {
    const pieces = this.#pieces.filter(Boolean)
    return pieces.length === 0 ? null : `read_parquet([${pieces.map(quote).join(', ')}])`
  }

  /** The good rows as one Parquet file. */
  async curated(): Promise<ParquetFile & { path: string }> {
    const path = join(this.#options.folder, 'curated.parquet')
    return { ...(await concatParquet(this.#pieces.filter(Boolean), path)), path }
  }

  /** The good purchase lines, rolled up (schemas/rolled.ts). */
  async rolled(): Promise<ParquetFile & { path: string }> {
    const path = join(this.#options.folder, 'rolled.parquet')
    const piece = join(this.#options.folder, 'rolled-piece.parquet')
    await this.#run(
      `copy (${rollUp(this.goodRows()!, ['delivery', 'source', ...ROLL_KEYS])}) to ${quote(piece)} (format parquet)`,
    )
    return { ...(await concatParquet([piece], path)), path }
  }

  /** The refused rows, as text, each with what was wrong with it; null when there are none. */
  async quarantine(): Promise<string | null> {
    if (this.refusedRows === 0) return null
    const path = join(this.#options.folder, 'quarantine.parquet')
    await this.#refused.write(path)
    return path
  }

  async close(): Promise<void> {
    this.#instance.closeSync()
  }

  /** Writes the good rows of a part; a part that has others is looked at again. Null = no good rows. */
  async #addPart(connection: DuckDBConnection, part: Part, number: number): Promise<string | null> {
    const { table } = this.#options
    const path = `${part.file}.parquet`
    const good = table.columns.map((column) => `(${brokenRule(table, column, this.#options)}) is null`)
    const repeated = isRepeated(table)
    if (repeated !== null) good.push(`not ${repeated}`)
    const result = await connection.run(
      `copy (select ${this.#typedColumns()} from (${this.#source(part)}) where ${good.join(' and ')}) to ${quote(path)} (format parquet, write_bloom_filter false)`,
    )
    const rows = Number((await result.getRows())[0]![0])
    if (rows < part.records) await this.#refuse(connection, part, number, part.records - rows)
    return rows === 0 ? null : path
  }

  /** The table's columns and the envelope; a table with a column `source` of its own keeps that one. */
  #typedColumns(): string {
    const { table, source, row_name } = this.#options
    const own = table.columns.map((column) => `${typedCell(column)} as ${id(column.name)}`)
    const envelope = [
      ['delivery', quote(row_name)],
      ['source', quote(source)],
      ['line', '"line"'],
    ].filter(([name]) => !table.columns.some((column) => column.name === name))
    return [...own, ...envelope.map(([name, value]) => `${value} as ${id(name!)}`)].join(', ')
  }

  async #refuse(connection: DuckDBConnection, part: Part, number: number, expected: number): Promise<void> {
    const { table } = this.#options
    const rules = table.columns.map((column) => ({ column, rule: brokenRule(table, column, this.#options) }))
    const repeated = isRepeated(table)
    const cells = table.columns.map(({ name }) => id(name)).join(', ')
    const bad = [...rules.map(({ rule }) => `(${rule}) is not null`), repeated ?? 'false'].join(' or ')
    await connection.run(
      `create or replace temp table bad as select "line", ${cells} from (${this.#source(part)}) where ${bad}`,
    )
    const found = Number((await (await connection.run('select count(*) from bad')).getRows())[0]![0])
    if (found !== expected)
      throw new Error(`${part.file}: ${expected} rows are not good but ${found} have a fault`)
    const faults = rules.map(({ column, rule }, at) => faultsOf(column, at, rule))
    // said once a row, at the key's first column
    if (repeated !== null) {
      faults.push(
        faultsOf(
          table.columns.find(({ name }) => name === table.key[0])!,
          0,
          `case when ${repeated} then 'repeated_key' end`,
        ),
      )
    }
    const piece = await writeRefused(connection, table, part.file, {
      rows: `select "line", ${cells}, cast(null as ${TEXT}) as record from bad`,
      faults: `select * from (${faults.join(' union all ')}) where "rule" is not null`,
    })
    this.#refused.add(number, piece)
  }

  /** SQL of a part's records: `line` and the cells as text, named by the header; empty cells are null. */
  #source({ file, first_line, newline }: Part): string {
    const { header } = this.#options
    const columns = [...(first_line === null ? ['line'] : []), ...header].map(
      (name) => `${quote(name)}: ${quote(TEXT)}`,
    )
    const line = first_line === null ? 'cast("line" as bigint)' : `row_number() over () + ${first_line - 1}`
    const options = [
      `columns = {${columns.join(', ')}}`,
      'auto_detect = false',
      'header = false',
      `delim = ','`,
      `quote = '"'`,
      `escape = '"'`,
      `nullstr = ''`,
      `new_line = ${newline === '\n' ? `'\\n'` : `'\\r\\n'`}`,
      `max_line_size = ${LINE_BYTES}`,
      `buffer_size = ${BUFFER_BYTES}`,
    ]
    return `select ${line} as "line", ${header.map(id).join(', ')} from read_csv(${quote(file)}, ${options.join(', ')})`
  }

  async #run(sql: string): Promise<void> {
    await withConnection(this.#instance, (connection) => connection.run(sql))
  }
}

function faultsOf(column: Column, position: number, rule: string): string {
  const cell = id(column.name)
  return `select "line", ${position} as "position", ${quote(column.name)} as "column", ${cell} as "value", (${rule}) as "rule" from bad`
}

/** SQL that makes the table of a dataset's codes, with the kinds that a place may stand for. */
export function createKnown({ table, path }: KnownDataset): string {
  const keys = table.key.map(id).join(', ')
  const name = knownTable(table.name)
  if (table.name !== 'places') {
    const source =
      path === null
        ? `(select ${table.key.map((key) => `cast(null as varchar) as ${id(key)}`).join(', ')} where false)`
        : `read_parquet(${quote(path)})`
    return `create table ${name} as select distinct ${keys} from ${source}`
  }
  const source =
    path === null
      ? `(select null::varchar as place, null::varchar as parent, null::varchar as kind where false)`
      : `read_parquet(${quote(path)})`
  return `create table ${name} as
    with recursive above_municipality as (
      select parent as place from ${source} where kind = 'municipality' and parent is not null
      union
      select places.parent from above_municipality join ${source} as places using (place) where places.parent is not null
    )
    select place, kind in ('municipality', 'county') as is_buyer,
      kind = 'municipality' or place not in (select place from above_municipality) as is_supplier
    from ${source}`
}

/** Columns of a purchase line by which the roll-up sums. */
export const ROLL_KEYS = rolled_purchases.columns
  .filter(({ type }) => type === 'code' || type === 'text' || type === 'boolean')
  .map(({ name }) => name)
  .filter((name) => name !== 'delivery' && name !== 'source')

/** SQL that sums purchase lines up by these columns, in their order. */
export function rollUp(rows: string, keys: readonly string[]): string {
  const names = keys.map(id).join(', ')
  const sum = (value: string, scale: number) => `cast(coalesce(sum(${value}), 0) as decimal(18, ${scale}))`
  return `select ${names},
      ${sum('kg', 3)} as kg,
      ${sum('sek', 2)} as sek,
      ${sum('case when kg > 0 and sek > 0 then kg end', 3)} as priced_kg,
      ${sum('case when kg > 0 and sek > 0 then sek end', 2)} as priced_sek,
      ${sum('case when sek is null then kg end', 3)} as unpriced_kg,
      cast(count(*) filter (where sek is null) as bigint) as unpriced_lines,
      cast(count(*) as bigint) as lines
    from ${rows} group by ${names} order by ${names}`
}
