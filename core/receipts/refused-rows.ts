import { stringify } from 'csv-stringify/sync'
import { datasets } from '../../schemas/datasets/index.ts'
import type { Table } from '../../schemas/table.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { Problem } from '../landing/problems.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'
import { problemsOf, type ReceiptHead, readReceipt, type StoredReceipt } from './stored-receipt.ts'

/** Rows that are looked at together. */
const PAGE = 20_000
/** How rows become CSV again: a lone line feed or carriage return too is text, not the end of a record. */
export const rowsAsCsv = { quoted_match: /[\r\n]/ }

/** A refused row as it was received. */
export interface RefusedRow {
  /** Line of the file on which its record begins. */
  readonly line: number
  /** Cells in the order of the dataset's columns; all null where the record has a wrong number of cells. */
  readonly cells: readonly (string | null)[]
  /** The record as it stands, where it has a wrong number of cells. */
  readonly record: string | null
  /** Each of its faults as `column: rule`, in the order in which the receipt tells them. */
  readonly faults: readonly string[]
}

/** The refused rows of a delivery's newest receipt. */
export interface RefusedRows {
  readonly table: Table
  readonly receipt: StoredReceipt
  /** Key of their file; null when no row was refused by itself. */
  readonly key: string | null
}

/** Finds the refused rows that a delivery's newest receipt speaks of. */
export async function findRefusedRows(storage: Storage, delivery: string): Promise<RefusedRows> {
  const receipt = await readReceipt(storage, delivery)
  const table = datasets.find(({ name }) => name === receipt.head.dataset)!
  return { table, receipt, key: await fittingFile(storage, table, receipt) }
}

/** The newest of the numbered files that holds just the rows whose faults the receipt tells. */
async function fittingFile(storage: Storage, table: Table, receipt: StoredReceipt): Promise<string | null> {
  if (receipt.head.refused_rows === 0) return null
  const candidates = await quarantined(storage, receipt.head)
  if (candidates.length <= 1) return candidates[0] ?? null
  for (const key of candidates.toReversed()) if (await fits(storage, { table, receipt, key })) return key
  return null
}

async function quarantined(storage: Storage, { dataset, delivery }: ReceiptHead): Promise<string[]> {
  const prefix = `quarantine/${dataset}/${delivery}`
  const keys: { key: string; n: number }[] = []
  for await (const { key } of storage.list(`${prefix}.`)) {
    const found = /^(?:\.([0-9]+))?\.parquet$/.exec(key.slice(prefix.length))
    if (found) keys.push({ key, n: Number(found[1] ?? 1) })
  }
  return keys.sort((a, b) => a.n - b.n).map(({ key }) => key)
}

async function fits(storage: Storage, refused: RefusedRows): Promise<boolean> {
  let rows = 0
  for await (const page of withProblems(storage, refused)) {
    if (page.some(({ row, problems }) => problems.length < row.faults.length)) return false
    rows += page.length
  }
  return rows === refused.receipt.head.refused_rows
}

/** The refused rows in the order of their lines, many at a time. */
export async function* refusedRows(
  storage: Storage,
  { table, key }: RefusedRows,
): AsyncGenerator<RefusedRow[]> {
  if (key === null) return
  const engine = await openRefused(storage, table, key)
  try {
    const lines = await linesIn(engine)
    // one text a row, since a million rows are many more cells; a page is named by its lines, so that only the
    // part of the file that holds them is read
    const texts = textColumns(table).map((name) => `"${name}"`)
    const select = `select cast(to_json([${texts.join(', ')}]) as varchar) as texts from refused`
    for (let at = 0; at < lines.length; at += PAGE) {
      const page = lines.slice(at, at + PAGE)
      const found = await engine.query(
        `${select} where line between ${page[0]} and ${page.at(-1)} order by line`,
      )
      yield [...found.getChildAt(0)].map((text, index) => refusedRow(page[index]!, JSON.parse(String(text))))
    }
  } finally {
    await engine.close()
  }
}

function refusedRow(line: number, texts: (string | null)[]): RefusedRow {
  const [record, reasons] = texts.slice(-2)
  return { line, cells: texts.slice(0, -2), record: record ?? null, faults: reasons!.split('; ') }
}

/** Lines on which the refused records begin, in order. */
export async function refusedLines(storage: Storage, { table, key }: RefusedRows): Promise<number[]> {
  if (key === null) return []
  const engine = await openRefused(storage, table, key)
  try {
    return await linesIn(engine)
  } finally {
    await engine.close()
  }
}

async function linesIn(engine: DuckDBEngine): Promise<number[]> {
  const lines = await engine.query('select cast(line as double) as line from refused order by line')
  return Array.from(lines.getChildAt(0).toArray() as Float64Array)
}

/** Whether any record has a wrong number of cells. */
async function hasMisshapen(storage: Storage, { table, key }: RefusedRows): Promise<boolean> {
  if (key === null) return false
  const engine = await openRefused(storage, table, key)
  try {
    return plainRows(await engine.query('select count(record) as records from refused'))[0]!.records !== 0
  } finally {
    await engine.close()
  }
}

/** An engine whose one table `refused` is a file of refused rows. */
async function openRefused(storage: Storage, table: Table, key: string): Promise<DuckDBEngine> {
  const texts = textColumns(table).map((name) => ({ name, type: 'text' }) as const)
  const columns = [...texts, { name: 'line', type: 'count' } as const]
  return await DuckDBEngine.open(storage, {
    tables: [{ name: 'refused', columns, keys: [key], partitioned: false }],
  })
}

const textColumns = ({ columns }: Table) => [...columns.map(({ name }) => name), 'record', 'reasons']

/** The refused rows, each with its problems as the receipt tells them. */
async function* withProblems(
  storage: Storage,
  refused: RefusedRows,
): AsyncGenerator<{ row: RefusedRow; problems: Problem[] }[]> {
  const problems = problemsOf(storage, refused.receipt.key)
  // both are in the order of lines, but problems of the file as a whole stand first in the receipt
  const problemOf = async (line: number, fault: string) => {
    for (let next = await problems.next(); !next.done; next = await problems.next()) {
      const { column, rule } = next.value
      if (next.value.line === line && fault === (column === null ? rule : `${column}: ${rule}`))
        return next.value
    }
    return null
  }
  for await (const page of refusedRows(storage, refused)) {
    const told = []
    for (const row of page) {
      const found: Problem[] = []
      for (const fault of row.faults) {
        const problem = await problemOf(row.line, fault)
        if (problem !== null) found.push(problem)
      }
      told.push({ row, problems: found })
    }
    yield told
  }
}

/**
 * The refused rows as CSV, in pieces: the dataset's columns in the contract's order with the cells as received,
 * then `record` if any record has a wrong number of cells, then `line` and `reasons`.
 */
export async function* refusedCsv(storage: Storage, delivery: string): AsyncGenerator<string> {
  const refused = await findRefusedRows(storage, delivery)
  const names = refused.table.columns.map(({ name }) => name)
  const record = (await hasMisshapen(storage, refused)) ? ['record'] : []
  yield stringify([[...names, ...record, 'line', 'reasons']], rowsAsCsv)
  for await (const page of withProblems(storage, refused)) {
    yield stringify(
      page.map(({ row, problems }) => [
        ...row.cells,
        ...record.map(() => row.record),
        row.line,
        problems.map(({ message }) => message).join('; '),
      ]),
      rowsAsCsv,
    )
  }
}
