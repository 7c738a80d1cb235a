import { createHash } from 'node:crypto'
import { formulas } from '../../schemas/formulas.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Table, Text } from '../../schemas/table.ts'
import type { DuckDBEngine } from '../engines/duckdb.ts'
import { SkafferiError } from '../errors.ts'
import { noticesOf, type RunRecord } from '../lake/runs.ts'
import type { MartRow, MartValue } from '../mart-text.ts'
import { loadModels, type Model } from '../models.ts'
import { tableNamed, unknownName } from '../names.ts'
import { parseQuarter } from '../quarter.ts'
import { findRun, plainRows } from '../query.ts'
import { openRun } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'
import { bearing, type Grounding, isOneOf } from './conditions.ts'
import { closedModels, explainableColumns, footingOf, mainColumns } from './grounds.ts'
import { keyColumns, noSuchRow, parseKey } from './key.ts'
import { bearingLines } from './positions.ts'
import { readSources, type SourceDelivery, type SourceLine } from './sources.ts'
import { type Asked, decidingPlaces, startOf } from './start.ts'
import { type ModelColumns, reachedModels, walkBack } from './walk.ts'

/** Which number to walk back. */
export interface ExplainRequest {
  readonly mart: string
  /** `column=value` of the key, or the key's values in order; both without the quarter. */
  readonly key: readonly string[]
  /** Default the newest quarter that has a run. */
  readonly quarter?: string | undefined
  /** Default the newest run of the quarter. */
  readonly run?: string | undefined
  /** Default the mart's main number. */
  readonly column?: string | undefined
  /** Rows of each model to give; default 1 000. All are counted. */
  readonly most_rows?: number
  /** Records of each delivery to give; default 10 000. All are counted. */
  readonly most_lines?: number
}

/** A model on the way from the number to its sources, with the rows that bear on it. */
export interface ExplainedModel {
  readonly model: string
  readonly layer: Model['layer']
  /** What one row of it is, and which question it answers, in the model's own words. */
  readonly one_row: string
  readonly answers: string
  /** What of the walk it reads directly: models, and datasets at the end. */
  readonly reads: readonly string[]
  readonly rows_total: number
  readonly rows: readonly MartRow[]
}

/** A number walked back to the lines of the files that it comes from. */
export interface Explanation {
  readonly mart: string
  readonly quarter: string
  readonly run: string
  readonly key: Readonly<Record<string, string>>
  readonly column: string
  readonly value: MartValue
  readonly formula: Text
  /** The row's other columns. */
  readonly others: readonly { readonly column: string; readonly value: MartValue; readonly formula: Text }[]
  /** From the mart back to staging; one without rows says that nothing there bears on the number. */
  readonly models: readonly ExplainedModel[]
  readonly deliveries: readonly SourceDelivery[]
  readonly lines_total: number
  readonly lines: readonly SourceLine[]
  readonly notices: readonly string[]
}

const MOST_ROWS = 1000
const MOST_LINES = 10_000

/**
 * Walks one number of a run back: the rows of each model that bear on it, and in the end the records of the
 * landed files, as received. Over those records alone the models give the same number.
 *
 * @throws SkafferiError `usage` for an unknown mart, column, run or key
 */
export async function explain(storage: Storage, request: ExplainRequest): Promise<Explanation> {
  const table = tableNamed('mart', marts, request.mart)
  const columns = explainableColumns(table.name)
  const column = request.column ?? mainColumns[table.name]!
  if (!columns.includes(column)) throw unknownName(`column to explain in ${table.name}`, column, columns)
  const key = parseKey(table, request.key)
  const record = await findRun(storage, request)
  const models = await loadModels()
  refuseWithoutModels(models, record, table.name, column)
  const engine = await openRun(storage, record)
  try {
    const row = await rowOf(engine, table, key)
    const asked = { mart: table.name, column, row, footing: footingOf(table.name, column, row) }
    return await explainRow(storage, engine, record, models, table, asked, request)
  } finally {
    await engine.close()
  }
}

/** A run of older models may lack what today's walk goes through. */
function refuseWithoutModels(
  models: readonly Model[],
  { run, quarter, models: stored }: RunRecord,
  mart: string,
  column: string,
): void {
  // of no row yet: a row can only open more ways
  const reached = reachedModels(models, mart, closedModels(footingOf(mart, column, {})))
  const missing = [...reached].filter((name) => stored[name] === undefined)
  if (missing.length === 0) return
  const what = `${missing.length === 1 ? 'model' : 'models'} ${missing.join(', ')}`
  throw new SkafferiError(
    'usage',
    `run ${run} has no result of ${what}, which ${mart}.${column} rests on: analyse the quarter again (skafferi analyse --quarter ${quarter})`,
  )
}

async function rowOf(engine: DuckDBEngine, table: Table, key: ReadonlyMap<string, string>): Promise<MartRow> {
  const names = keyColumns(table)
  const where = names.map((name) => isOneOf(name, key.has(name) ? [key.get(name)!] : []))
  const found = await engine.query(`select * from ${table.name} where ${where.join(' and ')}`)
  const row = plainRows(found)[0]
  if (row) return row
  const order = names.map((name) => `"${name}"`).join(', ')
  throw noSuchRow(
    table,
    key,
    plainRows(await engine.query(`select ${order} from ${table.name} order by ${order}`)),
  )
}

async function explainRow(
  storage: Storage,
  engine: DuckDBEngine,
  record: RunRecord,
  known: readonly Model[],
  table: Table,
  asked: Asked,
  { most_rows = MOST_ROWS, most_lines = MOST_LINES }: ExplainRequest,
): Promise<Explanation> {
  const { mart, column, row } = asked
  const models = known.filter(({ name }) => record.models[name] !== undefined)
  const grounding = await groundingOf(engine, record, models, asked)
  const walked = models.toReversed().filter(({ name }) => grounding.reached.has(name))
  const explained: ExplainedModel[] = []
  for (const model of walked) {
    const where = model.name === mart ? isRow(table, row) : bearing(model.name, grounding)
    explained.push(await modelRows(engine, model, grounding, where, most_rows))
  }
  const positions = await bearingLines(storage, engine, record, grounding, most_lines)
  const pins = record.inputs.filter(
    ({ row_name, delivery }) => positions.has(row_name) || delivery === row.delivery,
  )
  return {
    mart,
    quarter: record.quarter,
    run: record.run,
    key: Object.fromEntries(keyColumns(table).map((name) => [name, String(row[name])])),
    column,
    ...valueIn(mart, column, row),
    others: explainableColumns(mart)
      .filter((name) => name !== column)
      .map((name) => ({ column: name, ...valueIn(mart, name, row) })),
    models: explained,
    lines_total: [...positions.values()].reduce((sum, { total }) => sum + total, 0),
    ...(await readSources(storage, pins, positions)),
    notices: [...noticesOf(record), ...changedModels(record, walked), ...undeclared(asked, explained)],
  }
}

function valueIn(mart: string, column: string, row: MartRow): { value: MartValue; formula: Text } {
  return { value: row[column] ?? null, formula: formulas[mart]![column]! }
}

const isRow = (table: Table, row: MartRow) =>
  keyColumns(table)
    .map((name) => isOneOf(name, [String(row[name])]))
    .join(' and ')

/** Which models and rows bear on the number, as conditions. */
async function groundingOf(
  engine: DuckDBEngine,
  record: RunRecord,
  models: readonly Model[],
  asked: Asked,
): Promise<Grounding> {
  const { index, last_day } = parseQuarter(record.quarter)
  const columns = await columnsOf(engine, models)
  const start = await startOf(engine, asked)
  const reached = walkBack(models, columns, asked.mart, start, closedModels(asked.footing))
  const grounding = { quarter_index: index, last_day, columns, reached, deciding_places: [] }
  return { ...grounding, deciding_places: await decidingPlaces(engine, asked, start, grounding) }
}

async function columnsOf(engine: DuckDBEngine, models: readonly Model[]): Promise<ModelColumns> {
  const found = plainRows(
    await engine.query(
      `select table_name, column_name from information_schema.columns
      where column_name not in ('run_year', 'run_quarter', 'run') order by table_name, ordinal_position`,
    ),
  )
  const names = Map.groupBy(found, ({ table_name }) => table_name)
  return new Map(
    models.map(({ name }) => [name, new Set((names.get(name) ?? []).map((row) => String(row.column_name)))]),
  )
}

async function modelRows(
  engine: DuckDBEngine,
  { name, layer, sql, reads }: Model,
  { columns, reached }: Grounding,
  where: string,
  most: number,
): Promise<ExplainedModel> {
  const names = [...columns.get(name)!].map((column) => `"${column}"`).join(', ')
  // the quarter asked about comes first
  const order = columns.get(name)!.has('quarter_index') ? `quarter_index desc, ${names}` : names
  // not `count(*) over ()`: filtered, it can break DuckDB for the whole process (duckdb/duckdb#25713)
  const counted = plainRows(
    await engine.query(
      `select ${names}, (select count(*) from ${relation(name)} where ${where}) as rows_total
      from ${relation(name)} where ${where} order by ${order} limit ${Math.max(1, most)}`,
    ),
  )
  return {
    model: name,
    layer,
    one_row: said(sql, 'one row'),
    answers: said(sql, 'answers'),
    reads: reads.filter((read) => reached.has(read) || (layer === 'staging' && read !== 'inputs')),
    rows_total: Number(counted[0]?.rows_total ?? 0),
    rows: counted.slice(0, most).map(({ rows_total: _, ...row }) => row),
  }
}

/** Purchases can be asked whether they lend a price. */
function relation(model: string): string {
  if (model !== 'stg_purchases') return model
  return '(select *, priced_kg > 0 as is_priced from stg_purchases) as stg_purchases'
}

/** What a model's text says of itself under a word. */
function said(sql: string, word: string): string {
  return new RegExp(`^-- ${word}: (.*)$`, 'm').exec(sql)?.[1] ?? ''
}

/** Of what came unasked, only its delivery can tell; that must be said, since no line of `sources` does. */
function undeclared({ mart, row }: Asked, models: readonly ExplainedModel[]): string[] {
  if (mart !== 'coverage' || row.status !== 'unexpected') return []
  const { source, dataset, quarter } = row
  const declared = models.find(({ model }) => model === 'stg_sources')!.rows_total > 0
  return declared
    ? [`sources declares ${source} ${dataset}, but not for ${quarter}: it came unasked`]
    : [`no row of sources declares ${source} ${dataset} for ${quarter}: all that tells of it is its delivery`]
}

/** A run of another version of the models is explained with those of today; that must be said. */
function changedModels({ versions }: RunRecord, models: readonly Model[]): string[] {
  const changed = models
    .filter(({ name, sql }) => versions.models[name] !== createHash('sha256').update(sql).digest('hex'))
    .map(({ name }) => name)
  if (changed.length === 0) return []
  return [`computed by other versions of these models than those that explain it: ${changed.join(', ')}`]
}
