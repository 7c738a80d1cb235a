import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { analyse, parameterValues, runModels } from '../../core/analyse.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { loadChecks, loadModels, renderModel } from '../../core/models.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { plainRows } from '../../core/query.ts'
import { openRun, runFolder } from '../../core/run-results.ts'
import { S3Storage } from '../../core/storage/s3.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { generateRegion } from '../reference/region.ts'
import { type S3Server, startS3Server } from '../support/cloud/versitygw.ts'
import { analyseRegion } from '../support/region-runs.ts'
import { differences, differingCells } from '../support/same-results.ts'
import { landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { TrinoModels } from '../support/trino/engine.ts'
import { type Glue, startGlue } from '../support/trino/glue.ts'
import { startTrino, type Trino } from '../support/trino/trino.ts'

const TODAY = '2026-11-23'
const now = () => new Date(`${TODAY}T08:00:00Z`)
/** Trino refuses 150; what nears it has to be told from what was measured. */
const MOST_STAGES = 50
const QUARTERLY = ['portions', 'processing', 'production', 'rolled_purchases']

let s3: S3Server
let glue: Glue
let trino: Trino
let lakes = 0
const folder = suiteFolder()

beforeAll(async () => {
  const servers = await Promise.all([startS3Server(), startGlue()])
  s3 = servers[0]
  glue = servers[1]
  trino = await startTrino(glue, s3)
}, 180_000)

afterAll(async () => {
  for (const server of [trino, glue, s3]) await server?.stop()
})

let storage: Storage
afterEach(() => storage?.close())

/** A lake of its own in the bucket, described to Glue, and what runs models over it. */
async function openLake(): Promise<TrinoModels> {
  const url = `s3://${await s3.makeBucket()}/region`
  const { endpoint, region, credentials } = s3
  storage = new S3Storage(url, { config: { endpoint, region, credentials } })
  const database = `lake_${++lakes}`
  await glue.describe(database, url)
  return new TrinoModels(trino, storage, database)
}

/** Holds a run of Trino's against one of DuckDB's: every model, every check, and what each costs. */
async function expectSame(engine: TrinoModels, theirs: RunRecord, ours: RunRecord): Promise<void> {
  expect(engine.drifts).toEqual([])
  expect(await differences(storage, theirs, ours)).toEqual([])
  expect(await checkDifferences(engine, theirs)).toEqual([])
  const [models, checks] = await Promise.all([loadModels(), loadChecks()])
  expect(engine.costs).toHaveLength(1 + models.length + checks.length)
  expect(engine.costs.filter(({ stages }) => stages < 1 || stages > MOST_STAGES)).toEqual([])
  const { first_year, last_year } = parameterValues({ quarter: parseQuarter(theirs.quarter), today: TODAY })
  const [first, last] = [Number(first_year!.value), Number(last_year!.value)]
  const scans = engine.costs.flatMap(({ model, scans }) => scans.map((scan) => ({ model, ...scan })))
  expect([...new Set(scans.map(({ table }) => table))].sort()).toEqual(QUARTERLY)
  expect(scans.filter(({ years }) => years.some((year) => year < first || year > last))).toEqual([])
}

async function checkDifferences(engine: TrinoModels, record: RunRecord): Promise<string[]> {
  const values = parameterValues({ quarter: parseQuarter(record.quarter), today: TODAY })
  const duckdb = await openRun(storage, record)
  try {
    const found: string[] = []
    for (const check of await loadChecks()) {
      const sql = renderModel(check, values, runFolder(record))
      const { columns, rows } = await engine.measured(check.name, sql)
      const theirs = rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])))
      found.push(...differingCells(check.name, theirs, plainRows(await duckdb.query(sql))))
    }
    return found
  } finally {
    await duckdb.close()
  }
}

describe('every model and every check says on Trino what it says on DuckDB, over the tables of the stack', () => {
  test('of a region that was landed', async () => {
    const engine = await openLake()
    await landRegion(storage, folder.path, smallRegion())
    await analyse(storage, { quarter: QUARTER, run: 'duckdb' }, { now })
    await analyse(storage, { quarter: QUARTER, run: 'trino' }, { now, openEngine: async () => engine })
    const [ours, theirs] = await Promise.all(['duckdb', 'trino'].map((run) => readRun(storage, QUARTER, run)))
    expect(theirs!.engine).toBe('trino')
    await expectSame(engine, theirs!, ours!)
  }, 300_000)

  // the fourth is asked for a quarter that has later deliveries after it
  test.each([
    [1, '2026-Q2'],
    [4, '2026-Q1'],
  ])(
    'of made-up region %i in %s',
    async (seed, quarter) => {
      const engine = await openLake()
      const { lake, records } = await analyseRegion(generateRegion(seed), [quarter])
      for await (const { key } of lake.storage.list(''))
        if (!key.startsWith('runs/')) await storage.put(key, await lake.storage.read(key))
      await lake.close()
      const [ours] = records
      const parameters = { quarter: parseQuarter(quarter), run: 'trino', today: TODAY }
      const models = await runModels(engine, await loadModels(), ours!.inputs, parameters)
      await expectSame(engine, { ...ours!, run: 'trino', engine: 'trino', models }, ours!)
    },
    300_000,
  )
})
