import { expect } from 'vitest'
import { DuckDBEngine } from '../../core/engines/duckdb.ts'
import { loadChecks, loadModels, renderModel } from '../../core/models.ts'
import { quarterAt } from '../../core/quarter.ts'
import type { ParameterValue } from '../../core/sql-text.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { MartRow } from '../reference/format.ts'
import { rowsOf } from '../support/region-lake.ts'

/** Index of 2026-Q2, the quarter that every unit test asks for. */
export const T = 2026 * 4 + 1

/** DuckDB type of a column by its name; the rest is text. */
const types: [RegExp, string][] = [
  [/^(\w+_index|age|cell|level|distance|\w+_lines|rows|refused_rows|lines|quarters|buyers|year)$/, 'bigint'],
  [
    /kg|sek|_share$|_factor$|_days$|_loss$|_coverage$|^(portions|yield|share|margin|(zone_)?population)$/,
    'double',
  ],
  [/^(total_)?(observed|reported|derived|assumed)$|^(inside|outside|unknown|missing)$/, 'double'],
  [/^(is|has|lacks)_|^contributes$/, 'boolean'],
  [/_on$|_window$/, 'date'],
]

/**
 * Runs one model or check over what it reads, each table as text: column names in the first line, a row in each other,
 * cells apart by spaces, `-` for null. Types follow from the names.
 */
export async function runModel(name: string, tables: Record<string, string>): Promise<MartRow[]> {
  const model = [...(await loadModels()), ...(await loadChecks())].find((one) => one.name === name)
  if (!model) throw new Error(`no such model: ${name}`)
  const engine = await DuckDBEngine.open(new MemoryStorage(), { threads: 1 })
  const { year, quarter } = quarterAt(T)
  const folder = { year, quarter, run: 'unit' }
  try {
    for (const [table, text] of Object.entries(tables)) {
      await engine.save(selectOf(text), { ...folder, model: table })
    }
    return rowsOf(await engine.query(renderModel(model, parameters, folder)))
  } finally {
    await engine.close()
  }
}

const parameters: Record<string, ParameterValue> = {
  quarter: { type: 'text', value: '2026-Q2' },
  quarter_index: { type: 'integer', value: T },
  first_index: { type: 'integer', value: T - 10 },
  last_day: { type: 'date', value: '2026-06-30' },
  today: { type: 'date', value: '2026-08-09' },
  first_year: { type: 'integer', value: 2023 },
  last_year: { type: 'integer', value: 2026 },
}

function selectOf(text: string): string {
  const [names = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const cell = (value: string, at: number) => {
    const type = types.find(([pattern]) => pattern.test(names[at]!))?.[1] ?? 'varchar'
    return `cast(${value === '-' ? 'null' : `'${value}'`} as ${type})`
  }
  const values = rows.length > 0 ? rows : [names.map(() => '-')]
  const lines = values.map((row) => `(${row.map(cell).join(', ')})`).join(', ')
  return `select * from (values ${lines}) as given (${names.join(', ')}) where ${rows.length > 0}`
}

/** Expects exactly these rows, in any order; only the columns named are compared, numbers to 1e-9. */
export function expectRows(actual: readonly MartRow[], expected: readonly MartRow[]): void {
  const columns = Object.keys(expected[0] ?? {})
  const shown = (rows: readonly MartRow[]) =>
    rows
      .map((row) => Object.fromEntries(columns.map((name) => [name, rounded(row[name] ?? null)])))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  expect(shown(actual)).toEqual(shown(expected))
}

const rounded = (value: MartRow[string]) => (typeof value === 'number' ? Number(value.toFixed(9)) + 0 : value)
