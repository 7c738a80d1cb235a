import { type Table as ArrowTable, Type } from '@uwdata/flechette'
import { z } from 'zod'
import { CONDITION_NUMBER, MOST_CONDITION_TEXT } from '../schemas/api-requests.ts'
import { logicalTypes } from '../schemas/logical-types.ts'
import { marts } from '../schemas/marts/index.ts'
import type { Column, Table } from '../schemas/table.ts'
import { DuckDBEngine } from './engines/duckdb.ts'
import { quote } from './engines/duckdb-session.ts'
import { InvalidValueError, NoRunsError, SkafferiError } from './errors.ts'
import { listRuns, noticesOf, type RunRecord, readRun } from './lake/runs.ts'
import type { MartRow, MartValue } from './mart-text.ts'
import { tableNamed, unknownName } from './names.ts'
import { parseQuarter } from './quarter.ts'
import type { Storage } from './storage/storage.ts'

/** What to read of a mart. */
export interface QueryRequest {
  readonly mart: string
  /** Default the newest quarter that has a run. */
  readonly quarter?: string | undefined
  /** Default the newest run of the quarter. */
  readonly run?: string | undefined
  /** Conditions `column=value`, all of which must hold; an empty value stands for null. */
  readonly where?: readonly string[] | undefined
  /** Most rows to give, and how many to leave out before them; default all. */
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}

/** Rows of a mart in the order of their key. */
export interface QueryResult {
  readonly table: Table
  readonly record: RunRecord
  readonly arrow: ArrowTable
  /** Rows that fulfil the conditions, on this page or not. */
  readonly total: number
  readonly notices: readonly string[]
}

/**
 * Reads a mart of a run.
 *
 * @throws SkafferiError `usage` for an unknown mart, column, quarter or run
 */
export async function query(storage: Storage, request: QueryRequest): Promise<QueryResult> {
  const table = tableNamed('mart', marts, request.mart)
  const conditions = (request.where ?? []).map((text) => condition(table, text))
  const record = await findRun(storage, request)
  const files = record.models[table.name] ?? []
  const lakeTable = {
    name: table.name,
    columns: table.columns,
    keys: files.map(({ key }) => key),
    partitioned: false,
  }
  const engine = await DuckDBEngine.open(storage, { tables: [lakeTable] })
  try {
    const columns = table.columns.map(({ name }) => `"${name}"`).join(', ')
    const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
    const order = table.key.map((name) => `"${name}"`).join(', ')
    const { limit, offset = 0 } = request
    const page = limit === undefined ? '' : `limit ${limit} offset ${offset}`
    const arrow = await engine.query(
      `select ${columns} from ${table.name} ${where} order by ${order} ${page}`,
    )
    const counted = page && (await engine.query(`select count(*) as total from ${table.name} ${where}`))
    const total = counted ? Number(counted.getChildAt(0).at(0)) : arrow.numRows
    return { table, record, arrow, total, notices: noticesOf(record) }
  } finally {
    await engine.close()
  }
}

/** The run that a question is about. */
export async function findRun(
  storage: Storage,
  { quarter, run }: Pick<QueryRequest, 'quarter' | 'run'>,
): Promise<RunRecord> {
  if (quarter !== undefined) parseQuarter(quarter)
  const runs = await listRuns(storage)
  if (runs.size === 0) throw new NoRunsError(storage.url)
  if (run !== undefined) {
    const found = [...runs].find(
      ([of, names]) => names.includes(run) && (quarter === undefined || of === quarter),
    )
    if (!found)
      throw unknownName(
        'run',
        run,
        [...runs]
          .filter(([of]) => quarter === undefined || of === quarter)
          .flatMap(([, names]) => names)
          .slice(-10),
      )
    return await readRun(storage, found[0], run)
  }
  const chosen = quarter ?? [...runs.keys()].sort().at(-1)!
  const newest = runs.get(chosen)?.at(-1)
  if (newest === undefined) throw unknownName('quarter with a run', chosen, [...runs.keys()])
  return await readRun(storage, chosen, newest)
}

/** SQL of a condition `column=value`. */
function condition(table: Table, text: string): string {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const column = table.columns.find((one) => one.name === name)
  if (!column)
    throw unknownName(
      `column of ${table.name}`,
      name,
      table.columns.map((one) => one.name),
    )
  if (at < 0)
    throw new SkafferiError('usage', `not a condition: ${JSON.stringify(text)} (valid: ${name}=value)`)
  return `"${name}" ${comparison(column, text.slice(at + 1))}`
}

function comparison(column: Column, value: string): string {
  if (value === '') return 'is null'
  const { tableSchema } = logicalTypes[column.type]
  const bad = (...valid: string[]) => new InvalidValueError(`a value of ${column.name}`, value, valid)
  if (column.values && !column.values.includes(value)) throw bad(...column.values)
  switch (tableSchema) {
    case 'number':
    case 'integer':
      if (!CONDITION_NUMBER.test(value)) throw bad('1250.5')
      return `= ${value}`
    case 'date':
      if (!z.iso.date().safeParse(value).success) throw bad('2026-09-30')
      return `= ${quote(value)}::date`
    case 'boolean':
      if (value !== 'true' && value !== 'false') throw bad('true', 'false')
      return `= ${value}`
    default:
      if (value.includes('\0') || value.length > MOST_CONDITION_TEXT)
        throw bad(`text of at most ${MOST_CONDITION_TEXT} characters, without the character 0`)
      return `= ${quote(value)}`
  }
}

/** Rows of an Arrow table as plain objects: numbers as numbers, dates as ISO text, decimals as numbers. */
export function plainRows(arrow: ArrowTable): MartRow[] {
  const columns = arrow.schema.fields.map(({ name, type }, at) => {
    const plain = type.typeId === Type.Date ? isoDay : plainValue
    return { name, plain, values: arrow.getChildAt(at).toArray() as ArrayLike<unknown> }
  })
  return Array.from({ length: arrow.numRows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, plain, values }) => [name, plain(values[row])])),
  )
}

function isoDay(value: unknown): MartValue {
  return value == null ? null : new Date(value as number | Date).toISOString().slice(0, 10)
}

function plainValue(value: unknown): MartValue {
  return typeof value === 'bigint' ? Number(value) : ((value ?? null) as MartValue)
}
