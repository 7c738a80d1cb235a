import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Region } from '../reference/facts.ts'
import type { MartRow } from '../reference/format.ts'
import { generateRegion } from '../reference/region.ts'
import { openRegionLake, rowsOf, runRegion } from '../support/region-lake.ts'

const QUARTER = '2026-Q2'
const seeds = fc.integer({ min: 1_000, max: 1_000_000 })

/** Runs what a query needs over a region, then the query. */
async function ask(region: Region, tables: string[], sql: string): Promise<MartRow[]> {
  const lake = await openRegionLake(region)
  try {
    await runRegion(lake, QUARTER, { wanted: tables })
    return rowsOf(await lake.engine.query(sql))
  } finally {
    await lake.close()
  }
}

describe('gaps of any region', () => {
  test('components are at least 0 and add up to demand; low ≤ central ≤ high', {
    timeout: 60_000,
  }, async () => {
    const broken = `select * from gaps
      where least(purchased_local_kg, procurable_kg, diverted_gap_kg, production_gap_kg, processing_gap_kg, chain_gap_kg) < 0
        or abs(purchased_local_kg + procurable_kg + shortfall_kg - demand_kg) > 1e-9 * demand_kg
        or shortfall_low_kg > shortfall_kg
        or shortfall_kg > shortfall_high_kg`
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        expect(await ask(generateRegion(seed), ['gaps'], broken)).toEqual([])
      }),
      { numRuns: 4 },
    )
  })
})

/** Raw kg that each zone cannot get from near by, by case. */
const shortfalls = async (region: Region) => {
  const rows = await ask(
    region,
    ['int_zone_balances'],
    `select cells.zoning, cells.zone, cells.product_group, balances.scenario, balances.demand_kg,
        diverted_gap_kg + production_gap_kg + processing_gap_kg + chain_gap_kg as kg
      from int_zone_balances as balances join int_cells as cells using (cell)
      where age = 0`,
  )
  return new Map(rows.map((row) => [[row.zoning, row.zone, row.product_group, row.scenario].join('/'), row]))
}

/** The region with every row of a dataset changed. */
const changed = (
  region: Region,
  dataset: string,
  change: (row: Record<string, string>) => Record<string, string>,
) => ({
  ...region,
  [dataset]: region[dataset]!.map((delivery) => ({
    ...delivery,
    rows: delivery.rows.map((row) => ({ ...row, ...change(row) })),
  })),
})

const more = (kg: string | undefined, times: number) => (kg ? (Number(kg) * times + times).toFixed(3) : '')

describe('with one quarter only, so that no stock comes in', () => {
  test.each([
    ['on offer', 'production', ['available_kg', 'produced_kg']],
    ['capacity', 'processing', ['capacity_kg']],
  ])('more %s never widens a shortfall', { timeout: 60_000 }, async (_, dataset, columns) => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 20 }), async (seed, times) => {
        const region = generateRegion(seed, { quarters: 1 })
        const raised = changed(region, dataset, (row) =>
          Object.fromEntries(columns.map((column) => [column, more(row[column], times)])),
        )
        const [before, after] = [await shortfalls(region), await shortfalls(raised)]
        for (const [cell, row] of before) {
          const slack = 1e-9 * Number(row.demand_kg) + 1e-9
          expect(Number(after.get(cell)?.kg), cell).toBeLessThanOrEqual(Number(row.kg) + slack)
        }
      }),
      { numRuns: 2 },
    )
  })
})
