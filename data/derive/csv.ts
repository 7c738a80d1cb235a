import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>
export type TextRow = Record<string, string>

/** Reads a CSV file into rows of text; an empty cell is an empty string. */
export function readCsv(path: string): TextRow[] {
  return parse(readFileSync(path, 'utf8'), { columns: true }) as TextRow[]
}

/** Canonical CSV: comma, LF, decimal point, `true`/`false`, null as an empty cell. */
export function formatCsv(columns: readonly string[], rows: Row[]): string {
  const lines = rows.map((row) => columns.map((column) => formatCell(row[column] ?? null)))
  return stringify([[...columns], ...lines], { record_delimiter: '\n' })
}

function formatCell(cell: Cell): string {
  return cell === null ? '' : String(cell)
}

/** Half away from zero, as the contract rounds kg and sek. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * factor + Number.EPSILON)) / factor
  return rounded === 0 ? 0 : rounded
}

export function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
