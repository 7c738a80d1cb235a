import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import type { Engine } from '../../core/engines/engine.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { landFolder } from '../../core/land-folder.ts'
import { loadChecks, loadModels, type Model, renderModel } from '../../core/models.ts'
import { inParallel } from '../../core/parallel.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { parameterValues } from '../../core/run-models.ts'
import { openRun, runFolder } from '../../core/run-results.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { typesOf } from '../contracts/engine.contract.ts'
import { generateRegion } from '../reference/region.ts'
import { analyseRegion } from '../support/region-runs.ts'
import { differingAnswers } from '../support/same-results.ts'
import { askTrino } from '../support/trino/client.ts'
import { type DescribedLake, describedLake } from '../support/trino/lake.ts'
import { planOf } from '../support/trino/plan.ts'
import { rememberingFetch } from '../support/trino/remembering.ts'

const DATA = join(import.meta.dirname, '../../data')
const TODAY = '2026-11-23'
const REGIONS = 20
/** Statements that Trino has at once: more only wait for the processors. */
const AT_ONCE = 4
/** What spares a sixth of the processors' time where tables are as small as a generated region's. */
const FOR_SMALL_TABLES = 'join_distribution_type=BROADCAST,enable_dynamic_filtering=false'
/** Of a statement; Trino refuses 150. */
const MOST_STAGES = 60
const QUARTERLY = ['portions', 'processing', 'production', 'rolled_purchases']

let statements: readonly Model[]
beforeAll(async () => {
  statements = [...(await loadModels()), ...(await loadChecks())]
})

/** A statement of a run, which reads what the run of DuckDB stored. */
interface Statement {
  readonly name: string
  readonly sql: string
}

function rendered(record: RunRecord): Statement[] {
  const values = parameterValues({ quarter: parseQuarter(record.quarter), today: TODAY })
  return statements.map((model) => ({ name: model.name, sql: renderModel(model, values, runFolder(record)) }))
}

/** By statement, as its columns are the same in every region. */
const orders = new Map<string, string>()

/** A statement whose rows come in an order that leaves nothing open: by what is exact first, as sums are not. */
async function inFullOrder(duckdb: Engine, { name, sql }: Statement): Promise<string> {
  const order = orders.get(name) ?? (await fullOrder(duckdb, sql))
  orders.set(name, order)
  return `select * from (${sql}\n) as answer order by ${order}`
}

async function fullOrder(duckdb: Engine, sql: string): Promise<string> {
  const types = typesOf(await duckdb.query(`select * from (${sql}\n) as answer limit 0`))
  const names = Object.keys(types).sort((a, b) => Number(types[a] === 'Float') - Number(types[b] === 'Float'))
  return names.map((name) => `${name} nulls last`).join(', ')
}

/**
 * Puts each statement to Trino, and to Athena with Trino behind it; what differs from DuckDB's answer, or is refused.
 * With a fetch that remembers, Trino computes once what both read.
 */
async function disagreements(
  lake: DescribedLake,
  {
    local,
    record,
    fetch = globalThis.fetch,
  }: { local: Storage; record: RunRecord; fetch?: typeof globalThis.fetch },
): Promise<string[]> {
  const duckdb = await openRun(local, record)
  const trino = await lake.openTrino({ fetch })
  const athena = await lake.openAthena({}, fetch)
  try {
    const found = await inParallel(
      rendered(record),
      async (statement) => {
        const { name } = statement
        const ordered = await inFullOrder(duckdb, statement)
        const expected = await duckdb.query(ordered)
        const differing = async (engine: Engine) => {
          const answer = await engine.query(ordered).catch((error: Error) => error)
          const said =
            answer instanceof Error
              ? [`${name}: ${answer.message}`]
              : differingAnswers(name, answer, expected)
          return said.slice(0, 3).map((difference) => `${engine.name}: ${difference}`)
        }
        return [...(await differing(trino)), ...(await differing(athena.engine))]
      },
      AT_ONCE,
    )
    return found.flat()
  } finally {
    await athena.close()
    await trino.close()
    await duckdb.close()
  }
}

describe('every model and every check answers on Trino and on Athena as on DuckDB: rows, order, types', () => {
  // every fourth is asked for a quarter that has later deliveries after it
  const regions = Array.from({ length: REGIONS }, (_, at) => [
    at + 1,
    at % 4 === 3 ? '2026-Q1' : '2026-Q2',
  ]) as [number, string][]

  test.each(regions)('generated region %i in %s', async (seed, quarter) => {
    const { lake: local, records } = await analyseRegion(generateRegion(seed), [quarter])
    const lake = await describedLake(inject('servers'))
    try {
      for await (const { key } of local.storage.list(''))
        await lake.storage.put(key, await local.storage.read(key))
      const fetch = rememberingFetch(FOR_SMALL_TABLES)
      expect(await disagreements(lake, { local: local.storage, record: records[0]!, fetch })).toEqual([])
    } finally {
      await lake.close()
      await local.close()
    }
  })
})

describe('the bundled region', () => {
  const quarter = '2026-Q3'
  let lake: DescribedLake
  let record: RunRecord
  beforeAll(async () => {
    lake = await describedLake(inject('servers'))
    for (const folder of ['vasterbotten', 'example-purchases'])
      await landFolder(lake.storage, join(DATA, folder))
    const now = () => new Date(`${TODAY}T08:00:00Z`)
    const { run } = await analyse(lake.storage, { quarter, run: 'duckdb' }, { now })
    record = (await readRun(lake.storage, quarter, run))!
  })
  afterAll(() => lake?.close())

  test('answers alike', async () => {
    expect(await disagreements(lake, { local: lake.storage, record, fetch: rememberingFetch() })).toEqual([])
  })

  test('has no statement of many stages, and no scan of more years than it needs', async () => {
    const { first_year, last_year } = parameterValues({ quarter: parseQuarter(quarter), today: TODAY })
    const plans = await inParallel(
      rendered(record),
      async ({ name, sql }) => {
        const explain = `explain (type distributed) ${sql}`
        const { rows } = await askTrino(inject('servers').trino, explain, lake.database)
        return { name, ...planOf(String(rows[0]![0])) }
      },
      AT_ONCE,
    )
    expect(plans.filter(({ stages }) => stages < 1 || stages > MOST_STAGES)).toEqual([])
    const scans = plans.flatMap(({ name, scans }) => scans.map((scan) => ({ name, ...scan })))
    expect([...new Set(scans.map(({ table }) => table))].sort()).toEqual(QUARTERLY)
    const [first, last] = [Number(first_year!.value), Number(last_year!.value)]
    const isNeeded = (year: number) => year >= first && year <= last
    expect(scans.filter(({ years }) => years.length === 0 || !years.every(isNeeded))).toEqual([])
  })
})
