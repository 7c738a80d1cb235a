import { expect, test } from 'vitest'
import { type Reach, walkBack } from '../../../core/lineage/walk.ts'
import type { Model } from '../../../core/models.ts'

/** Models in the order in which they are computed: name → what it reads and its columns. */
function graph(models: Record<string, { reads: string[]; columns: string[] }>) {
  const list = Object.entries(models).map(
    ([name, { reads }]): Model => ({ name, layer: 'intermediate', sql: '', reads }),
  )
  const columns = new Map(Object.entries(models).map(([name, one]) => [name, new Set(one.columns)]))
  return (start: Reach, closed: string[] = []) => walkBack(list, columns, 'mart', start, new Set(closed))
}

test('a restriction holds for what a model reads as long as the model has the column', () => {
  const walk = graph({
    rows: { reads: [], columns: ['form', 'product_group'] },
    by_group: { reads: ['rows'], columns: ['product_group'] },
    by_form: { reads: ['rows'], columns: ['product_group', 'form'] },
    mart: { reads: ['by_form', 'by_group'], columns: ['form'] },
  })
  const start = { product_group: ['potato'], form: ['peeled'] }
  expect(walk(start, ['by_group']).get('rows')).toEqual([start])
  // forms of a group are added up, so all of them bear on it; that holds the one way that asks for less
  expect(walk(start).get('rows')).toEqual([{ product_group: ['potato'] }])
})

test('a stock reaches seven quarters further back, and a model without quarters says how many it looks at', () => {
  const walk = graph({
    int_zone_quarters: { reads: [], columns: ['quarter_index', 'cell'] },
    stg_production: { reads: [], columns: ['quarter_index', 'place'] },
    int_supply_statuses: { reads: ['stg_production'], columns: ['cell'] },
    int_zone_stocks: { reads: ['int_zone_quarters'], columns: ['quarter_index', 'cell'] },
    mart: { reads: ['int_zone_stocks', 'int_supply_statuses'], columns: [] },
  })
  const reached = walk({ age: [0, 1], cell: [7] })
  expect(reached.get('int_zone_stocks')).toEqual([{ age: [0, 1], cell: [7] }])
  expect(reached.get('int_zone_quarters')).toEqual([{ age: [0, 1, 2, 3, 4, 5, 6, 7, 8], cell: [7] }])
  expect(reached.get('stg_production')).toEqual([{ age: [0, 1, 2, 3, 4, 5, 6, 7], cell: [7] }])
})

test('what a place is filled up with depends on all forms of the product group', () => {
  const walk = graph({
    stg_purchases: { reads: [], columns: ['place', 'form'] },
    int_demand_known: { reads: ['stg_purchases'], columns: ['place', 'form'] },
    mart: { reads: ['int_demand_known'], columns: [] },
  })
  const reached = walk({ place: ['2482'], form: ['peeled'] })
  expect(reached.get('int_demand_known')).toEqual([{ place: ['2482'], form: ['peeled'] }])
  expect(reached.get('stg_purchases')).toEqual([{ place: ['2482'] }])
})

test('prices ask for priced lines of any place in four quarters, and only of the forms that matter', () => {
  const walk = graph({
    stg_purchases: { reads: [], columns: ['quarter_index', 'place', 'form'] },
    int_prices: { reads: ['stg_purchases'], columns: ['product_group', 'form'] },
    mart: { reads: ['int_prices'], columns: [] },
  })
  const reached = walk({ age: [0], place: ['2482'], priced_form: ['peeled'] })
  expect(reached.get('stg_purchases')).toEqual([{ age: [0, 1, 2, 3], form: ['peeled'], is_priced: [true] }])
})

test('a model that is closed, and what only it reads, is not entered', () => {
  const walk = graph({
    below: { reads: [], columns: ['cell'] },
    closed: { reads: ['below'], columns: ['cell'] },
    mart: { reads: ['closed'], columns: ['cell'] },
  })
  expect([...walk({ cell: [1] }, ['closed']).keys()]).toEqual(['mart'])
})
