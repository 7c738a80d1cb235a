import type { Table as ArrowTable } from '@uwdata/flechette'
import type { RunRecord } from '../../core/lake/runs.ts'
import { openRun } from '../../core/run-results.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { runColumns } from '../../schemas/catalogue.ts'
import { marts } from '../../schemas/marts/index.ts'
import { exactRows, typesOf } from '../contracts/engine.contract.ts'

/** In kg, SEK or whatever it is. */
const NOTHING = 1e-6

type ExactRow = Record<string, unknown>

/** Each cell in which two runs differ: numbers by more than 1e-9 of them and 1e-6, all else at all. */
export async function differences(storage: Storage, one: RunRecord, other: RunRecord): Promise<string[]> {
  const [ours, theirs] = [await openRun(storage, one), await openRun(storage, other)]
  try {
    const found: string[] = []
    for (const [model, columns] of runColumns) {
      const names = columns.map(({ name }) => `"${name}"`).join(', ')
      const rows = async (engine: typeof ours) =>
        inOrder(exactRows(await engine.query(`select ${names} from ${model}`)))
      const doubles = columns.filter(({ type }) => type === 'double').map(({ name }) => name)
      found.push(...compareModel(model, await rows(ours), await rows(theirs), doubles))
    }
    return found
  } finally {
    await ours.close()
    await theirs.close()
  }
}

/** In what two engines' answers to a model or a check differ: columns and their types, rows, their order, cells. */
export function differingAnswers(name: string, ours: ArrowTable, theirs: ArrowTable): string[] {
  const [types, expected] = [typesOf(ours), typesOf(theirs)]
  if (JSON.stringify(types) !== JSON.stringify(expected))
    return [`${name}: columns ${JSON.stringify(types)} against ${JSON.stringify(expected)}`]
  const doubles = Object.keys(types).filter((column) => types[column] === 'Float')
  return compareModel(name, exactRows(ours), exactRows(theirs), doubles)
}

const MARTS = new Set(marts.map(({ name }) => name))

/**
 * What cancels to nothing on one engine may be 1e-13 kg on another, whose sums have another order: a row of a
 * step that says no more than that is none. Marts have no such rows.
 */
function compareModel(
  model: string,
  ours: readonly ExactRow[],
  theirs: readonly ExactRow[],
  doubles: readonly string[],
): string[] {
  const found = compare(model, ours, theirs)
  if (found.length === 0 || MARTS.has(model) || doubles.length === 0) return found
  const says = (row: ExactRow) => doubles.some((name) => Math.abs(Number(row[name] ?? 0)) > NOTHING)
  return compare(model, ours.filter(says), theirs.filter(says))
}

/** By what is exact first, since the last digits of a sum depend on the order of its rows. */
function inOrder(rows: readonly ExactRow[]): ExactRow[] {
  const rank = (row: ExactRow) => {
    const values = Object.values(row)
    const isDouble = (value: unknown) => typeof value === 'number' && !Number.isInteger(value)
    const rounded = (value: unknown) => (typeof value === 'number' ? value.toPrecision(6) : String(value))
    return [...values.filter((value) => !isDouble(value)), ...values.filter(isDouble)].map(rounded).join('\n')
  }
  return rows
    .map((row) => [rank(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row)
}

function compare(model: string, ours: readonly ExactRow[], theirs: readonly ExactRow[]): string[] {
  if (ours.length !== theirs.length) return [`${model}: ${ours.length} rows against ${theirs.length}`]
  return ours.flatMap((row, at) =>
    Object.entries(row)
      .filter(([name, value]) => !isSame(value, theirs[at]![name]))
      .map(([name, value]) => `${model} row ${at} ${name}: ${value} against ${theirs[at]![name]}`),
  )
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return a === b || Math.abs(a - b) <= Math.max(NOTHING, 1e-9 * Math.max(Math.abs(a), Math.abs(b)))
}
