import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { openEngine } from '../../core/engines/open.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { query } from '../../core/query.ts'
import { differences } from '../support/same-results.ts'
import { landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { type OpenTrino, openTrino } from '../support/trino-over-duckdb.ts'

const folder = suiteFolder()
let opened: OpenTrino
beforeAll(async () => {
  opened = await openTrino()
  // without processing, contracts and targets, some results are empty
  const { [`processing/plants/${QUARTER}`]: _, ...region } = smallRegion()
  await landRegion(opened.storage, folder.path, region)
})
afterAll(() => opened.close())

async function run(engine: string, name: string): Promise<RunRecord> {
  await analyse(
    opened.storage,
    { quarter: QUARTER, run: name },
    {
      now: () => new Date('2026-11-20T12:00:00Z'),
      openEngine: (storage, tables) => openEngine(engine, storage, tables, { trino: { url: opened.url } }),
    },
  )
  return await readRun(opened.storage, QUARTER, name)
}

test('a run on Trino stores what a run on DuckDB stores, in every model', async () => {
  const duckdb = await run('duckdb', 'on-duckdb')
  const trino = await run('trino', 'on-trino')
  expect(trino.engine).toBe('trino')
  expect(trino.marts).toEqual(duckdb.marts)
  expect(trino.marts.gaps).toBeGreaterThan(0)
  expect(await differences(opened.storage, trino, duckdb)).toEqual([])
  const empty = Object.values(trino.models).filter((files) => files.length === 0)
  expect(empty.length).toBeGreaterThan(0)
  for (const mart of Object.keys(trino.marts))
    expect((await query(opened.storage, { mart, quarter: QUARTER, run: 'on-trino' })).arrow.numRows).toBe(
      trino.marts[mart],
    )
}, 120_000)
