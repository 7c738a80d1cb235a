import { stringify } from 'csv-stringify/sync'
import { logicalTypes } from '../schemas/logical-types.ts'
import type { Column, Table } from '../schemas/table.ts'

/** A value of a mart as a program holds it: numbers as numbers, dates as ISO text. */
export type MartValue = string | number | boolean | null
/** A row of a mart. */
export type MartRow = Readonly<Record<string, MartValue>>

/** A cell as CSV shows it: fixed decimals, never a negative zero, null as nothing. */
export function cellText(column: Column, row: MartRow): string {
  const value = row[column.name]
  if (value === null || value === undefined) return ''
  if (typeof value !== 'number') return String(value)
  const by = column.decimals_by
  const decimals = by ? by.decimals[String(row[by.column])]! : logicalTypes[column.type].decimals
  if (decimals === null) return String(value)
  const text = value.toFixed(decimals)
  return /^-[0.]*$/.test(text) ? text.slice(1) : text
}

/** A mart as CSV: columns in the contract's order, rows as given, lines ending with LF. */
export function martCsv(table: Pick<Table, 'columns'>, rows: readonly MartRow[]): string {
  const header = table.columns.map(({ name }) => name)
  return stringify([header, ...rows.map((row) => table.columns.map((column) => cellText(column, row)))])
}
