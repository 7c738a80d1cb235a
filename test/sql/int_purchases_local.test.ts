import { test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

test('local is bought from inside and not known to be processed outside; in low the unknown counts too', async () => {
  const rows = await runModel('int_purchases_local', {
    stg_purchases: `quarter_index place origin product_group form kg
      ${T} 2482 inside/ potato washed 80
      ${T} 2482 inside/outside potato washed 1000
      ${T} 2482 / potato washed 16
      ${T} 2482 outside/ potato washed 1000`,
    int_purchase_origins: `zoning zone place origin grown processed
      near north 2482 inside/ inside unknown
      near north 2482 inside/outside inside outside
      near north 2482 / unknown unknown
      near north 2482 outside/ outside unknown`,
    int_cells: `cell zoning zone product_group
      1 near north potato`,
    stg_product_forms: `product_group form yield
      potato washed 0.8`,
    int_place_demand: `quarter_index place product_group form scenario demand_kg
      ${T} 2482 potato washed low 110
      ${T} 2482 potato washed central 110
      ${T} 2482 potato washed high 90`,
  })
  expectRows(rows, [
    { scenario: 'low', cell: 1, form: 'washed', local_kg: Math.min(110, (80 + 16) / 0.8) },
    { scenario: 'central', cell: 1, form: 'washed', local_kg: 80 / 0.8 },
    { scenario: 'high', cell: 1, form: 'washed', local_kg: Math.min(90, 80 / 0.8) },
  ])
})

test('credits that outweigh what was bought leave nothing', async () => {
  const rows = await runModel('int_purchases_local', {
    stg_purchases: `quarter_index place origin product_group form kg
      ${T} 2482 inside/ potato washed 80
      ${T} 2482 inside/inside potato washed -96`,
    int_purchase_origins: `zoning zone place origin grown processed
      near north 2482 inside/ inside unknown
      near north 2482 inside/inside inside inside`,
    int_cells: 'cell zoning zone product_group\n1 near north potato',
    stg_product_forms: 'product_group form yield\npotato washed 0.8',
    int_place_demand: `quarter_index place product_group form scenario demand_kg
      ${T} 2482 potato washed central 50`,
  })
  expectRows(rows, [])
})
