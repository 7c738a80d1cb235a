import { describe, expect, test } from 'vitest'
import { datasets } from '../../../schemas/datasets/index.ts'
import { expectRows, runModel, T } from '../run-model.ts'

const gaps = `zoning zone product_group form demand_kg purchased_local_kg procurable_kg diverted_gap_kg
  production_gap_kg processing_gap_kg chain_gap_kg`.replaceAll(/\s+/g, ' ')
/** The zone of every row below holds 2482; deliveries of this quarter and of the one before. */
const behind = {
  inputs: `delivery row_name dataset source quarter_index
    d-bought r-bought purchases wholesaler ${T}
    d-served r-served portions kitchens ${T}
    d-grown r-grown production farmers ${T}
    d-old r-old production farmers ${T - 1}`,
  rolled_purchases: 'delivery place product_group year\nr-bought 2482 potato 2026',
  portions: 'delivery place segment year\nr-served 2482 school 2026',
  stg_portion_profiles: 'segment product_group\nschool potato\nschool carrot',
  production: 'delivery place product_group year\nr-grown 2482 carrot 2026\nr-old 2482 potato 2026',
  processing: 'delivery place product_group year',
  int_place_zones: 'zoning zone place\ncounty 24 2482',
}

describe('gap_components_add_up', () => {
  test('finds parts that are not the demand, with the deliveries behind them', async () => {
    const rows = await runModel('gap_components_add_up', {
      ...behind,
      gaps: `${gaps}\ncounty 24 potato washed 100 10 20 30 15 15 9`,
    })
    // 10 + 20 + 30 + 15 + 15 + 9
    const violation = { severity: 'error', quarter: '2026-Q2', zoning: 'county', zone: '24', item: 'washed' }
    expectRows(rows, [
      { ...violation, found: 99, bound: 100, delivery: 'd-bought' },
      { ...violation, found: 99, bound: 100, delivery: 'd-served' },
    ])
  })

  test('a billionth of the demand, or a millionth of a kg, is rounding', async () => {
    const rows = await runModel('gap_components_add_up', {
      ...behind,
      gaps: `${gaps}
        county 24 potato washed 1000000000 999999999.1 0 0 0 0 0
        county 24 potato peeled 1 1.0000009 0 0 0 0 0
        county 24 potato diced 0.001 0.001 0 0 0 0 0`,
    })
    expect(rows).toEqual([])
  })

  test('tells of a gap without any delivery too', async () => {
    const rows = await runModel('gap_components_add_up', {
      ...behind,
      gaps: `${gaps}\ncounty 25 potato washed 100 0 0 0 0 0 0`,
    })
    expectRows(rows, [{ zone: '25', found: 0, bound: 100, delivery: null }])
  })
})

describe('gap_components_not_negative', () => {
  test('finds each part below 0, and leaves rounding alone', async () => {
    const rows = await runModel('gap_components_not_negative', {
      ...behind,
      gaps: `${gaps}
        county 24 carrot raw 100 120 -20 0 0 0 0
        county 24 potato washed 100 100 -0.0000005 0 0 0 0`,
    })
    expectRows(rows, [
      { severity: 'error', item: 'raw', kind: 'procurable_kg', found: -20, bound: 0, delivery: 'd-grown' },
      { severity: 'error', item: 'raw', kind: 'procurable_kg', found: -20, bound: 0, delivery: 'd-served' },
    ])
  })
})

describe('rows_as_committed', () => {
  const names = [...datasets.map(({ name }) => name), 'rolled_purchases']
  const empty = Object.fromEntries(names.map((name) => [name, 'delivery year lines']))

  test('finds deliveries with more, fewer or no rows, of any quarter; purchases count by lines', async () => {
    const rows = await runModel('rows_as_committed', {
      ...empty,
      inputs: `delivery row_name dataset source quarter_index rows
        d-places r-places places office - 2
        d-more r-more portions kitchens ${T} 1
        d-bought r-bought purchases wholesaler ${T} 500
        d-lost r-lost processing plants ${T - 9} 3
        d-less r-less purchases dairy ${T} 500`,
      places: 'delivery\nr-places\nr-places',
      portions: 'delivery year\nr-more 2026\nr-more 2026',
      rolled_purchases: 'delivery year lines\nr-bought 2026 499\nr-bought 2026 1\nr-less 2026 499',
    })
    const violation = { severity: 'error', kind: 'rows', unit: 'rows' }
    expectRows(rows, [
      { ...violation, item: 'portions', actor: 'kitchens', found: 2, bound: 1, delivery: 'd-more' },
      { ...violation, item: 'processing', actor: 'plants', found: 0, bound: 3, delivery: 'd-lost' },
      { ...violation, item: 'purchases', actor: 'dairy', found: 499, bound: 500, delivery: 'd-less' },
    ])
  })
})
