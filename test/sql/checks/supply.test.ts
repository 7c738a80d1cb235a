import { expect, test } from 'vitest'
import { expectRows, runModel, T } from '../run-model.ts'

test('form_yield_within_step finds forms that yield more than the step they come out of', async () => {
  const rows = await runModel('form_yield_within_step', {
    inputs: 'delivery dataset\nd-forms product_forms\nd-steps processing_steps\nd-places places',
    stg_product_forms: `product_group form step yield
      potato washed wash 0.85
      potato peeled peel 0.64
      potato unwashed - 1
      carrot washed wash 0.85`,
    stg_processing_steps: 'product_group step yield\npotato wash 0.8\npotato peel 0.64\ncarrot wash 0.9',
  })
  const violation = { severity: 'warning', product_group: 'potato', item: 'washed', kind: 'wash' }
  expectRows(rows, [
    { ...violation, found: 0.85, bound: 0.8, delivery: 'd-forms' },
    { ...violation, found: 0.85, bound: 0.8, delivery: 'd-steps' },
  ])
})

test('place_in_zone finds demand, supply and capacity that a zoning with gaps does not count', async () => {
  const rows = await runModel('place_in_zone', {
    inputs: `delivery row_name dataset source quarter_index
      d-bought r-bought purchases a ${T}
      d-served r-served portions a ${T}
      d-grown r-grown production a ${T}
      d-plant r-plant processing a ${T}
      d-old r-old production a ${T - 1}`,
    stg_zonings: 'zoning has_gaps\nmunicipality true\ncounty true\ncountry false',
    int_place_zones: 'zoning zone place\nmunicipality 2482 2482\ncounty 24 2482\ncounty 24 24',
    int_place_demand: `quarter_index place scenario demand_kg
      ${T} 24 central 60
      ${T} 24 central 40
      ${T} 24 low 999
      ${T - 1} NO central 50
      ${T} 2482 central 70`,
    stg_production: `quarter_index place produced_kg\n${T} NO 500\n${T} SE 0\n${T - 1} SE 7`,
    stg_processing: `quarter_index place capacity_kg\n${T} NO 30`,
    rolled_purchases: 'delivery place year\nr-bought 24 2026\nr-bought 2482 2026',
    portions: 'delivery place year\nr-served 24 2026',
    production: 'delivery place year\nr-grown NO 2026\nr-old NO 2026',
    processing: 'delivery place year\nr-plant NO 2026',
  })
  const supply = { severity: 'warning', place: 'NO', kind: 'supply', found: 500, delivery: 'd-grown' }
  const capacity = { severity: 'warning', place: 'NO', kind: 'capacity', found: 30, delivery: 'd-plant' }
  const demand = { severity: 'warning', place: '24', kind: 'demand', found: 60 + 40 }
  expectRows(rows, [
    { ...supply, zoning: 'municipality' },
    { ...supply, zoning: 'county' },
    { ...capacity, zoning: 'municipality' },
    { ...capacity, zoning: 'county' },
    { ...demand, delivery: 'd-bought', zoning: 'municipality' },
    { ...demand, delivery: 'd-served', zoning: 'municipality' },
  ])
})

const inputs = `delivery row_name dataset source quarter_index
  d-now r-now any a ${T}
  d-before r-before any a ${T - 1}
  d-old r-old any a ${T - 2}`

test('quantity_steady finds what is over tenfold or under a tenth of the quarter before', async () => {
  const rows = await runModel('quantity_steady', {
    inputs,
    production: `delivery producer place product_group available_kg produced_kg year
      r-before farm 2482 potato 100 200 2026
      r-now farm 2482 potato 1001 2000 2026
      r-before farm 2480 milk 100 200 2026
      r-now farm 2480 milk 100 2001 2026`,
    processing: `delivery processor place product_group step capacity_kg year
      r-before plant 2482 potato wash 100 2026
      r-now plant 2482 potato wash 9.9 2026`,
  })
  const potato = { severity: 'warning', actor: 'farm', kind: 'available_kg', found: 1001, bound: 100 }
  const milk = { severity: 'warning', actor: 'farm', kind: 'produced_kg', found: 2001, bound: 200 }
  const washing = { severity: 'warning', actor: 'plant', kind: 'capacity_kg', found: 9.9, bound: 100 }
  expectRows(
    rows,
    ['d-now', 'd-before'].flatMap((delivery) => [
      { ...potato, product_group: 'potato', item: null, delivery },
      { ...milk, product_group: 'milk', item: null, delivery },
      { ...washing, product_group: 'potato', item: 'wash', delivery },
    ]),
  )
})

test('quantity_steady accepts exactly tenfold, what was or is 0, and what is new or gone', async () => {
  const rows = await runModel('quantity_steady', {
    inputs,
    production: `delivery producer place product_group available_kg produced_kg year
      r-before one 2482 potato 100 - 2026
      r-now one 2482 potato 1000 - 2026
      r-before two 2482 potato 0 - 2026
      r-now two 2482 potato 500 - 2026
      r-before three 2482 potato 500 - 2026
      r-now three 2482 potato 0 - 2026
      r-now four 2482 potato 500 - 2026
      r-old four 2482 potato 1 - 2026`,
    processing:
      'delivery processor place product_group step capacity_kg year\nr-before a 2482 potato wash 9 2026',
  })
  expect(rows).toEqual([])
})
