import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readCsv, type TextRow } from './csv.ts'

/** The public facts, one table per file of data/facts, by file stem. */
export type Facts = Record<string, TextRow[]>

export function readFacts(folder: string): Facts {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'))
  return Object.fromEntries(files.map((name) => [basename(name, '.csv'), readCsv(join(folder, name))]))
}

export function table(facts: Facts, name: string): TextRow[] {
  const rows = facts[name]
  if (rows === undefined) throw new Error(`no facts named ${name} (known: ${Object.keys(facts).join(', ')})`)
  return rows
}

/** The one row that has all these cells; none or several is an error that says so. */
export function factRow(facts: Facts, name: string, wanted: TextRow): TextRow {
  const found = table(facts, name).filter((row) => matches(row, wanted))
  if (found.length !== 1)
    throw new Error(`${found.length} rows of ${name} with ${JSON.stringify(wanted)}, want 1`)
  return found[0]!
}

function matches(row: TextRow, wanted: TextRow): boolean {
  return Object.entries(wanted).every(([column, value]) => row[column] === value)
}

export function factNumber(facts: Facts, name: string, wanted: TextRow, column: string): number {
  return number(factRow(facts, name, wanted)[column])
}

export function number(text: string | undefined): number {
  const value = Number(text)
  if (text === undefined || text === '' || Number.isNaN(value)) throw new Error(`not a number: ${text}`)
  return value
}
