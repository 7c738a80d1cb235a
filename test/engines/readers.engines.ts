import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { S3Storage } from '../../core/storage/s3.ts'
import { type CatalogueTable, catalogue, runColumns } from '../../schemas/catalogue.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { marts } from '../../schemas/marts/index.ts'
import { pythonTool } from '../support/cloud/tools.ts'
import { s3At } from '../support/cloud/versitygw.ts'
import { differences } from '../support/same-results.ts'
import {
  grown,
  landRegion,
  only,
  purchase,
  QUARTER,
  send,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'
import { askTrino } from '../support/trino/client.ts'

const ROOT = join(import.meta.dirname, '../..')
const LATER = '2026-Q4'
const run = promisify(execFile)
const folder = suiteFolder()
const places = inject('servers')
const schema = `food_${randomUUID().slice(0, 8)}`
/** The same objects in a folder and in a bucket. */
let local: FileStorage
let bucket: S3Storage
let runs: RunRecord[]

beforeAll(async () => {
  local = new FileStorage(join(folder.path, "anybody's [lake]"))
  await landRegion(local, folder.path, smallRegion())
  // a second delivery instead of the first, one more source, one more quarter
  await send(local, folder.path, 'purchases', [purchase(), purchase({ kg: '70.125' })], {
    source: 'wholesaler',
  })
  await send(local, folder.path, 'production', [grown({ producer: 'farm-3' })], { source: 'herders' })
  const { [`portions/kitchens/${QUARTER}`]: portions } = only(smallRegion(), 'portions')
  await send(local, folder.path, 'portions', portions!, { source: 'kitchens', quarter: LATER })
  runs = []
  for (const quarter of [QUARTER, LATER]) {
    const { run } = await analyse(local, { quarter })
    runs.push(await readRun(local, quarter, run))
  }
  const name = await s3At(places.s3.endpoint).makeBucket(schema.replace('_', '-'))
  bucket = new S3Storage(`s3://${name}/region`, { config: places.s3 })
  for await (const { key } of local.list('')) await bucket.put(key, await local.read(key))
}, 300_000)
afterAll(() => bucket?.close())

/** Runs the program in a process of its own. */
async function skafferi(
  lake: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'cli/skafferi.js'), ...args, '--lake', lake], {
    env: { ...process.env, NO_COLOR: '1', ...s3At(places.s3.endpoint).environment, ...env },
    maxBuffer: 64 << 20,
  })
  return stdout
}

/** What a reader found in a column: its type, how many values, and their sum or how many different ones. */
type ColumnSummary = [string, number, number]
interface Summary {
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnSummary>>
}
type Control = [string, number, number]

async function strangers<T>(request: object): Promise<T> {
  const script = join(ROOT, 'test/support/cloud/strangers.py')
  const { stdout } = await run(pythonTool(), [script, JSON.stringify(request)], { maxBuffer: 64 << 20 })
  return JSON.parse(stdout) as T
}

const NUMERIC = /^(bigint|int|double|decimal)/
const ofRun = ({ quarter, run }: RunRecord) =>
  `run_year = ${quarter.slice(0, 4)} and run_quarter = ${quarter.at(-1)} and run = '${run}'`

/** A table's rows and the sum of all its numbers, each column's with a weight of its own, in any dialect. */
function controlSql({ name, columns, partitions }: CatalogueTable, where: string): string {
  const numbers = [...columns, ...partitions].filter(({ type }) => NUMERIC.test(type))
  const sums = numbers.map((column, at) => `${at + 1} * coalesce(sum(cast("${column.name}" as double)), 0)`)
  return `select '${name}' as name, count(*) as n, cast(${['0', ...sums].join(' + ')} as double) as total from "${name}" where ${where}`
}

/** Controls of all tables, some in each statement; of what runs leave behind, for each run. */
function controls(): string[] {
  const all = catalogue.flatMap((table) => {
    const { template, partitions } = table
    if (template === undefined) return [controlSql(table, 'true')]
    if (partitions.some(({ name }) => name === 'run')) return runs.map((one) => controlSql(table, ofRun(one)))
    return [controlSql(table, 'year between 2025 and 2027')]
  })
  const statements: string[] = []
  while (all.length > 0) statements.push(all.splice(0, 16).join(' union all '))
  return statements
}

const ARROW = {
  Utf8: 'string',
  Bool: 'bool',
  Int64: 'int64',
  Float64: 'double',
  Date32: 'date32[day]',
} as const

/** What a mart of a run has to hold for any reader: what `query` prints of it as CSV. */
async function printed(lake: string, mart: string, { run }: RunRecord): Promise<Summary> {
  const out = await skafferi(lake, ['query', mart, '--run', run, '--format', 'csv'])
  const rows = parse(out, { columns: true }) as Record<string, string>[]
  const columns = marts
    .find(({ name }) => name === mart)!
    .columns.map(({ name, type }): [string, ColumnSummary] => {
      const cells = rows.map((row) => row[name]!).filter((cell) => cell !== '')
      const isNumber = ['number', 'integer'].includes(logicalTypes[type].tableSchema)
      const total = isNumber ? cells.reduce((sum, cell) => sum + Number(cell), 0) : new Set(cells).size
      return [name, [ARROW[logicalTypes[type].arrow as keyof typeof ARROW], cells.length, total]]
    })
  return { rows: rows.length, columns: Object.fromEntries(columns) }
}

/** Columns that differ by more than CSV rounds. */
function unlike(found: Summary, expected: Summary): string[] {
  if (found.rows !== expected.rows) return [`${found.rows} rows and not ${expected.rows}`]
  return Object.entries(expected.columns)
    .filter(([name, [type, values, total]]) => {
      const [its_type, its_values, its_total] = found.columns[name] ?? ['', 0, 0]
      const rounded = type === 'double' ? 0.005 * values + 1e-9 * Math.abs(total) : 0
      return its_type !== type || its_values !== values || Math.abs(its_total - total) > rounded
    })
    .map(([name, want]) => `${name}: ${found.columns[name]} and not ${want}`)
}

const martColumns = Object.fromEntries(
  marts.map(({ name, columns }) => [name, columns.map((one) => one.name)]),
)
const close = (a: number, b: number) => Math.abs(a - b) <= Math.max(1e-6, 1e-9 * Math.abs(b))

/** What DuckDB says through the printed views. */
async function viewed() {
  const views = join(folder.path, 'views.sql')
  await writeFile(views, await skafferi(local.url, ['tables', '--format', 'duckdb']))
  const questions = Object.fromEntries(
    marts.flatMap(({ name }) =>
      runs.map((one) => [
        `${name} ${one.run}`,
        `select ${martColumns[name]!.map((column) => `"${column}"`).join(', ')} from "${name}" where ${ofRun(one)}`,
      ]),
    ),
  )
  return await strangers<{ controls: Control[]; tables: Record<string, Summary> }>({
    views,
    controls: controls(),
    questions,
  })
}
let inViews: Awaited<ReturnType<typeof viewed>>

test('the views that are printed for DuckDB hold what runs recorded and what query prints', async () => {
  inViews = await viewed()
  const rowsOf = (model: string) =>
    inViews.controls.filter(([name]) => name === model).map(([, rows]) => rows)
  for (const model of runColumns.keys())
    expect(rowsOf(model), model).toEqual(
      runs.map(({ models }) => models[model]!.reduce((sum, { rows }) => sum + rows, 0)),
    )
  // what was replaced is there as well
  expect(rowsOf('purchases')).toEqual([4 + 2])
  expect(rowsOf('portions')).toEqual([3 + 3])
  for (const { name } of marts)
    for (const one of runs)
      expect(
        unlike(inViews.tables[`${name} ${one.run}`]!, await printed(local.url, name, one)),
        name,
      ).toEqual([])
})

test('the tables that are printed for Trino hold what the views for DuckDB hold', async () => {
  const out = await skafferi(bucket.url, ['tables', '--format', 'trino', '--schema', schema])
  const statements = out
    .replaceAll(/^--.*\n/gm, '')
    .split(/;\n/)
    .filter((statement) => statement.trim() !== '')
  expect(statements).toHaveLength(catalogue.length + 1)
  for (const statement of statements) await askTrino(places.trino, statement)
  const found: Control[] = []
  for (const statement of controls())
    for (const row of (await askTrino(places.trino, statement, schema)).rows) found.push(row as Control)
  const inOrder = (list: Control[]) =>
    list.map(([name, rows, total]) => [name, Number(rows), Number(total)] as Control).sort()
  const [ours, theirs] = [inOrder(inViews.controls), inOrder(found)]
  expect(theirs.map(([name, rows]) => [name, rows])).toEqual(ours.map(([name, rows]) => [name, rows]))
  const differing = theirs.filter(([, , total], at) => !close(total, ours[at]![2]))
  expect(differing).toEqual([])
})

test('over those tables a run on Trino, and strangers read it as they read one on DuckDB', async () => {
  const url = `${places.trino.replace('//', '//skafferi@')}/glue/${schema}`
  const said = await skafferi(bucket.url, ['analyse', '--quarter', QUARTER, '--engine', 'trino', '--json'], {
    SKAFFERI_TRINO_URL: url,
  })
  const { run } = JSON.parse(said) as { run: string }
  const [on_trino, on_duckdb] = [await readRun(bucket, QUARTER, run), runs[0]!]
  expect([on_trino.engine, on_duckdb.engine]).toEqual(['trino', 'duckdb'])
  expect(await differences(bucket, on_trino, on_duckdb)).toEqual([])
  const both = [on_trino, on_duckdb]
  const read = await strangers<Record<string, Record<string, Summary>>>({
    s3: places.s3,
    lake: bucket.url.replace('s3://', ''),
    runs: both.map((one) => one.run),
    columns: martColumns,
  })
  expect(Object.keys(read)).toEqual(['by_pyarrow', 'by_polars'])
  for (const { name } of marts)
    for (const one of both) {
      const expected = await printed(bucket.url, name, one)
      for (const [reader, found] of Object.entries(read))
        expect(unlike(found[`${name} ${one.run}`]!, expected), `${reader} ${name} of ${one.engine}`).toEqual(
          [],
        )
    }
})
