import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelColumns } from '../../core/models.ts'
import { EVIDENCES } from '../../schemas/fields.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { REPORT_STATUSES } from '../../schemas/marts/columns.ts'
import { marts } from '../../schemas/marts/index.ts'
import { martRows, openRegionLake, type RegionLake, runRegion } from '../support/region-lake.ts'

let lake: RegionLake

beforeAll(async () => {
  // but for one place nothing was ever delivered: every other dataset is an empty table
  const rows = [{ place: 'SE', name: 'Sverige', kind: 'country' }]
  lake = await openRegionLake({ places: [{ source: 'office', quarter: null, rows }] })
  await runRegion(lake, '2026-Q2')
})
afterAll(() => lake.close())

test.each(marts.map((mart) => [mart.name, mart] as const))(
  '%s has the columns of its schema',
  async (name, mart) => {
    const expected = mart.columns.map(({ name, type }) => ({ name, type: logicalTypes[type].duckdb }))
    expect(await modelColumns(lake.engine, name)).toEqual(expected)
  },
)

test.each(marts.map(({ name }) => name))('%s of an empty lake is empty', async (name) => {
  expect(await martRows(lake, name)).toEqual([])
})

test('the words for evidence sort from worst to best, those for a status from best to worst', () => {
  // the models take the smallest evidence and the largest status for the worst
  expect([...EVIDENCES].sort()).toEqual([...EVIDENCES].reverse())
  expect([...REPORT_STATUSES].sort()).toEqual([...REPORT_STATUSES])
})
