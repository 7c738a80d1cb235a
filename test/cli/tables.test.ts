import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { landFolder } from '../../core/land-folder.ts'
import { parquetRowCount } from '../../core/landing/parquet-footer.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { catalogue } from '../../schemas/catalogue.ts'
import { all } from '../contracts/storage.contract.ts'
import { syntaxErrors } from '../portability/trino-grammar.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Characters that quoting and patterns of names must live with. */
const NAME = "it's [a] lake*"
let lake = ''
let storage: FileStorage
let runs: string[] = []

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-tables-'))
  lake = join(folder, NAME)
  storage = new FileStorage(lake)
  await landFolder(storage, join(ROOT, 'test/golden/three-municipalities/input'))
  const requests = ['2026-Q3', '2026-Q4'].map((quarter) => ({ quarter }))
  runs = []
  for (const request of requests) runs.push((await analyse(storage, request)).run)
  return () => rm(folder, { recursive: true, force: true })
}, 120_000)

/** Runs `tables` as a user would, without a terminal. */
function tables(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: lake }
    execFile(
      process.execPath,
      [join(ROOT, 'cli/skafferi.js'), 'tables', ...args],
      { env, maxBuffer: 1 << 24 },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

/** Statements as a client of SQL takes them from a file. */
const statementsOf = (printed: string) =>
  printed
    .replaceAll(/^--.*\n/gm, '')
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

describe('for DuckDB', () => {
  test('what is printed runs as it is, and shows every row of every file', async () => {
    const { code, out } = await tables('--format', 'duckdb')
    expect(code).toBe(0)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()
    await connection.run(out)
    let empty = 0
    for (const { name, prefix, columns, partitions } of catalogue) {
      const files = (await all(storage.list(prefix))).map(({ key }) => storage.localFile(key))
      const counts = await Promise.all(files.map(async (file) => await parquetRowCount(await file)))
      const sum = counts.reduce((total, count) => total + count, 0)
      expect(await rows(`select count(*) as n from ${name}`), name).toEqual([{ n: BigInt(sum) }])
      const described = await rows(`select column_name, column_type from (describe ${name})`)
      expect(described.map(({ column_name }) => column_name)).toEqual(
        [...columns, ...partitions].map((column) => column.name),
      )
      expect(out.includes(`create or replace view "${name}" as\nselect\n  cast(null`)).toBe(
        files.length === 0,
      )
      empty += files.length === 0 ? 1 : 0
    }
    // what was never landed is a view all the same; most of the lake is there
    expect(empty).toBeGreaterThan(0)
    expect(empty).toBeLessThan(catalogue.length / 2)

    // the quarter is the mart's own, and not a part of the keys
    const of_runs = 'select distinct quarter, run_year, run_quarter, run from gaps order by run_quarter'
    expect(await rows(of_runs)).toEqual([
      { quarter: '2026-Q3', run_year: 2026, run_quarter: 3, run: runs[0] },
      { quarter: '2026-Q4', run_year: 2026, run_quarter: 4, run: runs[1] },
    ])
    expect(await rows('select distinct typeof(year) as t, typeof(quarter) as q from portions')).toEqual([
      { t: 'INTEGER', q: 'INTEGER' },
    ])
    connection.closeSync()
    instance.closeSync()
  })
})

describe('for Trino', () => {
  test('a schema and every table, in Trino’s grammar', async () => {
    const { code, out } = await tables(
      '--format',
      'trino',
      '--lake',
      's3://bucket/region/',
      '--schema',
      'food',
    )
    expect(code).toBe(0)
    const statements = statementsOf(out)
    expect(statements[0]).toBe('CREATE SCHEMA IF NOT EXISTS "food"')
    expect(statements).toHaveLength(catalogue.length + 1)
    for (const statement of statements) expect(syntaxErrors(statement), statement).toEqual([])
  })

  test('partitions are projected, and the run is one that a query must name', async () => {
    const { out } = await tables('--format', 'trino', '--lake', 's3://bucket/region')
    const gaps = statementsOf(out).find((one) => one.includes('"skafferi"."gaps"'))!
    expect(gaps).toContain(
      `  "run_year" integer WITH (partition_projection_type = 'INTEGER', partition_projection_range = ARRAY['2000', '2099']),
  "run_quarter" integer WITH (partition_projection_type = 'INTEGER', partition_projection_range = ARRAY['1', '4']),
  "run" varchar WITH (partition_projection_type = 'INJECTED')
)`,
    )
    expect(gaps).toContain(
      `  external_location = 's3://bucket/region/models/gaps/',
  format = 'PARQUET',
  partitioned_by = ARRAY['run_year', 'run_quarter', 'run'],
  partition_projection_enabled = true,
  partition_projection_location_template = 's3://bucket/region/models/gaps/year=\${run_year}/quarter=\${run_quarter}/run=\${run}/'`,
    )
    const places = statementsOf(out).find((one) => one.includes('"skafferi"."places"'))!
    expect(places).toMatch(
      /external_location = 's3:\/\/bucket\/region\/curated\/places\/',\n {2}format = 'PARQUET'\n\)$/,
    )
  })

  test('a lake in a folder is told as Trino’s local file system has it', async () => {
    const { out } = await tables('--format', 'trino')
    expect(out).toContain(`local.location=${lake},`)
    expect(out).toContain("external_location = 'local:///curated/places/'")
    const json = JSON.parse((await tables('--format', 'trino', '--json')).out)
    expect(json).toEqual(statementsOf(out))
  })
})

describe('for Glue', () => {
  test('the table inputs of a lake in a bucket', async () => {
    const { out } = await tables('--format', 'glue', '--lake', 's3://bucket')
    const inputs = JSON.parse(out)
    expect(inputs.map(({ Name }: { Name: string }) => Name)).toEqual(catalogue.map(({ name }) => name))
    expect(inputs[0].StorageDescriptor.Location).toBe(`s3://bucket/${catalogue[0]!.prefix}`)
    expect(JSON.parse((await tables('--format', 'glue', '--lake', 's3://bucket', '--json')).out)).toEqual(
      inputs,
    )
  })
})

test.each([
  [[], '--format is missing (valid: trino, glue, duckdb)'],
  [['--format', 'duckbd'], 'did you mean duckdb?'],
  [['--format', 'glue'], 'Glue knows lakes in buckets'],
  [['--format', 'trino', '--schema', 'a"b'], 'not a name of a schema: "a\\"b"'],
])('%j is wrong usage', async (args, message) => {
  const { code, out, err } = await tables(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})
