import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Table } from '../../schemas/table.ts'
import { quote, withConnection } from '../engines/duckdb-session.ts'
import { concatParquet } from './parquet-concat.ts'
import type { Fault } from './problems.ts'

const id = (name: string) => `"${name}"`

/** Refused rows of a stretch of the file, and their faults, each in the order of their lines. */
export interface RefusedPiece {
  readonly rows_file: string
  readonly faults_file: string
  readonly rows: number
  readonly faults: number
}

/**
 * Writes a piece from two statements: `rows` gives line and cells as text (or `record`, where the cells do not
 * fit the columns), `faults` gives line, position, column, value and rule.
 */
export async function writeRefused(
  connection: DuckDBConnection,
  table: Table,
  path: string,
  { rows, faults }: { rows: string; faults: string },
): Promise<RefusedPiece> {
  const [rows_file, faults_file] = [`${path}.refused.parquet`, `${path}.faults.parquet`]
  const copied = async (sql: string, to: string) => {
    const result = await connection.run(`copy (${sql}) to ${quote(to)} (format parquet)`)
    return Number((await result.getRows())[0]![0])
  }
  const found = await copied(`select * from (${faults}) order by "line", "position", "rule"`, faults_file)
  const columns = [...table.columns.map(({ name }) => name), 'record'].map(id).join(', ')
  const reasons = `select "line", string_agg(coalesce("column" || ': ', '') || "rule", '; ' order by "position", "rule") as reasons
    from read_parquet(${quote(faults_file)}) group by "line"`
  const refused = await copied(
    `select "line", ${columns}, reasons from (${rows}) join (${reasons}) using ("line") order by "line"`,
    rows_file,
  )
  return { rows_file, faults_file, rows: refused, faults: found }
}

/** All that is refused of a file, in files of their own so that memory does not grow with them. */
export class RefusedRows {
  readonly #instance: DuckDBInstance
  /** By the number of the part; a part without faults has none. */
  readonly #pieces: RefusedPiece[] = []
  #misshapen: RefusedPiece | null = null

  constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  /** Notes the piece of a part. */
  add(part: number, piece: RefusedPiece): void {
    this.#pieces[part] = piece
  }

  /** Notes the records with a wrong number of cells, whose lines lie between the others'. */
  addMisshapen(piece: RefusedPiece): void {
    this.#misshapen = piece
  }

  get rows(): number {
    return this.#all().reduce((sum, { rows }) => sum + rows, 0)
  }

  get faultCount(): number {
    return this.#all().reduce((sum, { faults }) => sum + faults, 0)
  }

  /** SQL of all refused rows; null when there are none. */
  relation(): string | null {
    const files = this.#all().map(({ rows_file }) => quote(rows_file))
    return files.length === 0 ? null : `read_parquet([${files.join(', ')}])`
  }

  /** Puts the refused rows into one Parquet file. */
  async write(path: string): Promise<void> {
    await concatParquet(
      this.#all().map(({ rows_file }) => rows_file),
      path,
    )
  }

  /** The faults in the order of lines and columns. */
  async *faults(): AsyncGenerator<Fault> {
    const parts = this.#faultsOf(this.#pieces.filter(Boolean))
    const misshapen = this.#faultsOf(this.#misshapen === null ? [] : [this.#misshapen])
    let [part, other] = [await parts.next(), await misshapen.next()]
    while (!part.done || !other.done) {
      const take = other.done || (!part.done && part.value.line! < other.value.line!)
      yield (take ? part : other).value as Fault
      if (take) part = await parts.next()
      else other = await misshapen.next()
    }
  }

  async *#faultsOf(pieces: readonly RefusedPiece[]): AsyncGenerator<Fault, undefined> {
    for (const { faults_file } of pieces) {
      const connection = await this.#instance.connect()
      try {
        const sql = `select "line", "column", "value", "rule" from read_parquet(${quote(faults_file)})`
        for await (const rows of (await connection.stream(sql)).yieldRowsJs()) {
          for (const [line, column, value, rule] of rows)
            yield { line: Number(line), column, value, rule } as Fault
        }
      } finally {
        connection.closeSync()
      }
    }
  }

  #all(): RefusedPiece[] {
    return [...this.#pieces.filter(Boolean), ...(this.#misshapen === null ? [] : [this.#misshapen])]
  }
}

/** The piece of records that have the wrong number of cells; `file` is as `readRecords` writes it. */
export async function refuseMisshapen(
  instance: DuckDBInstance,
  table: Table,
  file: string,
  width: number,
): Promise<RefusedPiece> {
  const source = `read_json(${quote(file)}, format = 'newline_delimited', columns = {line: 'bigint', cells: 'bigint', record: 'varchar'})`
  const cells = table.columns.map(({ name }) => `cast(null as varchar) as ${id(name)}`).join(', ')
  const rule = `case when cells < ${width} then 'too_few_cells' else 'too_many_cells' end`
  const faults = `select "line", -1 as "position", cast(null as varchar) as "column", cast(cells as varchar) as "value", ${rule} as "rule" from ${source}`
  return await withConnection(instance, (connection) =>
    writeRefused(connection, table, file, { rows: `select "line", ${cells}, record from ${source}`, faults }),
  )
}
