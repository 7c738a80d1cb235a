import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { check } from '../../core/check.ts'
import { openEngine } from '../../core/engines/open.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { publish } from '../../core/publish.ts'
import { query } from '../../core/query.ts'
import { runColumns } from '../../schemas/catalogue.ts'
import { marts } from '../../schemas/marts/index.ts'
import { publishedMarts } from '../../schemas/published.ts'
import { type OpenAthena, openAthena, PLACE } from '../support/athena.ts'
import { differences } from '../support/same-results.ts'
import { keysOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'

const folder = suiteFolder()
let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
  // without processing, contracts and targets, some results are empty
  const { [`processing/plants/${QUARTER}`]: _, ...region } = smallRegion()
  await landRegion(opened.storage, folder.path, region)
})
afterAll(() => opened.close())

async function run(engine: string, name: string): Promise<RunRecord> {
  const settings = { athena: { ...PLACE, client: opened.client, poll_ms: [20, 200] as const } }
  await analyse(
    opened.storage,
    { quarter: QUARTER, run: name },
    {
      now: () => new Date('2026-11-20T12:00:00Z'),
      openEngine: (storage, tables) => openEngine(engine, storage, tables, settings),
    },
  )
  return await readRun(opened.storage, QUARTER, name)
}

/** Decimal figures that differ by one in the last place at most are the same. */
function isSameCell(a: string, b: string): boolean {
  const decimals = /^-?\d+\.(\d+)$/.exec(a)?.[1]?.length
  return a === b || (decimals !== undefined && Math.abs(Number(a) - Number(b)) < 1.5 * 10 ** -decimals)
}

describe('a run on Athena', () => {
  let duckdb: RunRecord
  let athena: RunRecord
  beforeAll(async () => {
    duckdb = await run('duckdb', 'on-duckdb')
    athena = await run('athena', 'on-athena')
  }, 120_000)

  test('finds what DuckDB finds, in every model', async () => {
    expect(athena.engine).toBe('athena')
    expect(athena.marts).toEqual(duckdb.marts)
    expect(Object.keys(athena.models)).toEqual(Object.keys(duckdb.models))
    expect(await differences(opened.storage, athena, duckdb)).toEqual([])
  })

  test('of other deliveries differs, and it shows', async () => {
    const portions = smallRegion()[`portions/kitchens/${QUARTER}`]!.slice(1)
    await landRegion(opened.storage, folder.path, { [`portions/kitchens/${QUARTER}`]: portions })
    const found = await differences(opened.storage, athena, await run('duckdb', 'of-fewer-portions'))
    expect(found.filter((difference) => difference.startsWith('gaps'))).not.toEqual([])
  })

  test('has no file for what is empty, and is read all the same', async () => {
    const empty = Object.entries(athena.models).filter(([, files]) => files.length === 0)
    expect(empty.length).toBeGreaterThan(0)
    for (const { name: mart } of marts) {
      const of = async (run: string) => (await query(opened.storage, { mart, quarter: QUARTER, run })).arrow
      const [theirs, ours] = [await of('on-duckdb'), await of('on-athena')]
      expect(ours.numRows, mart).toBe(theirs.numRows)
      expect(ours.schema.fields.map(({ name, type }) => [name, type])).toEqual(
        theirs.schema.fields.map(({ name, type }) => [name, type]),
      )
    }
    const checked = await check(opened.storage, { quarter: QUARTER, run: 'on-athena' })
    expect(checked.not_checked).toEqual([])
    expect(checked.violations).toEqual(
      (await check(opened.storage, { quarter: QUARTER, run: 'on-duckdb' })).violations,
    )
  })

  test('makes the same release, but for the last decimal of what lies half-way', async () => {
    const released = async (run: string, reason?: string) => {
      const { release } = await publish(opened.storage, { quarter: QUARTER, run, reason })
      return async (mart: string) =>
        parse(
          Buffer.from(await opened.storage.read(`releases/${QUARTER}/${release}/${mart}.csv`)),
        ) as string[][]
    }
    const theirs = await released('on-duckdb')
    const ours = await released('on-athena', 'computed on another engine')
    for (const { name: mart } of publishedMarts) {
      const [expected, found] = [await theirs(mart), await ours(mart)]
      expect(found.length).toBeGreaterThan(1)
      expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
      const differing = found.flatMap((row, at) =>
        row.filter((cell, of) => !isSameCell(cell, expected[at]![of]!)),
      )
      expect(differing, mart).toEqual([])
    }
  })

  test('keeps what each statement took, one for each model', () => {
    expect(duckdb.queries).toBeUndefined()
    expect(athena.queries!.map(({ model }) => model).sort()).toEqual([...runColumns.keys()].sort())
    const scanned = athena.queries!.reduce((sum, { bytes_scanned }) => sum + bytes_scanned, 0)
    expect(scanned).toBeGreaterThan(0)
  })

  test('leaves its files where every run does, and what was unloaded below unloads/', async () => {
    const keys = await keysOf(opened.storage, 'models/gaps/')
    expect(keys.filter((key) => key.includes('run=on-athena/'))).toEqual(
      athena.models.gaps!.map(({ key }) => key),
    )
    for (const key of await keysOf(opened.storage, 'unloads/'))
      expect(key).toMatch(/^unloads\/on-athena\/\w+\/1\//)
  })
})

test('a run that fails on Athena names the model, stops what runs and leaves no record', async () => {
  opened.endpoint.faults.queries.push(
    null,
    { end: { state: 'FAILED', reason: 'HIVE_BAD_DATA: oh' } },
    { takes_ms: 60_000 },
  )
  await expect(run('athena', 'fails')).rejects.toThrow(
    /athena could not run model stg_\w+: HIVE_BAD_DATA: oh/,
  )
  const ended = opened.endpoint.operations.executions.filter(({ sql }) => sql.includes('unloads/fails/'))
  expect(ended.length).toBeGreaterThan(2)
  expect(ended.filter(({ state }) => state === 'RUNNING')).toEqual([])
  expect(ended.map(({ state }) => state)).toContain('CANCELLED')
  expect(await keysOf(opened.storage, `runs/${QUARTER}/fails`)).toEqual([])
})

test.each(['', 'a/b', '../x', '-x', 'å', "x'y", 'x'.repeat(81)])('%j is no name of a run', async (name) => {
  await expect(run('duckdb', name)).rejects.toThrow('not a name of a run: ')
})

test('the name of a run is given once, also when it failed', async () => {
  for (const name of ['on-duckdb', 'fails'])
    await expect(run('duckdb', name)).rejects.toThrow(`${QUARTER} has had a run ${name} already (`)
})
