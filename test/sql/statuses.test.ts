import { test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

test('a path is reported if every step on it is, 0 kg and seven quarters ago included', async () => {
  const rows = await runModel('int_capacity_statuses', {
    stg_processing: `quarter_index place product_group step capacity_kg
      ${T - 7} 2482 potato wash 0
      ${T} 2482 potato dice 50
      ${T - 8} 2482 potato peel 50`,
    int_quarters: `quarter_index age\n${T} 0\n${T - 7} 7\n${T - 8} 8`,
    int_place_cells: 'place product_group cell\n2482 potato 1',
    int_cell_ancestors: `cell step ancestor distance
      1 wash wash 0
      1 peel peel 0
      1 peel wash 1
      1 dice dice 0
      1 dice peel 1
      1 dice wash 2`,
  })
  expectRows(rows, [
    { step: 'wash', step_status: 'reported', path_status: 'reported' },
    { step: 'peel', step_status: 'unreported', path_status: 'unreported' },
    { step: 'dice', step_status: 'reported', path_status: 'unreported' },
  ])
})

test('demand coverage is a share of people, and unknown where one population is', async () => {
  const rows = await runModel('int_demand_coverage', {
    int_buyers: `quarter_index place product_group
      ${T} 2482 potato
      ${T} 24 carrot
      ${T} 2580 potato`,
    int_zone_populations: `zoning zone place population zone_population
      county 24 2482 3000 5000
      county 24 2480 2000 5000
      county 25 2580 4000 -`,
    int_cells: `cell zoning zone product_group
      1 county 24 potato
      2 county 24 carrot
      3 county 25 potato`,
    int_zone_balances: `quarter_index age cell scenario has_demand
      ${T} 0 1 central true
      ${T} 0 2 central true
      ${T} 0 3 central true
      ${T} 0 1 low true
      ${T - 1} 1 1 central false`,
  })
  // the county's own kitchens, a place that holds others, cover nobody
  expectRows(rows, [
    { cell: 1, demand_coverage: 3000 / 5000 },
    { cell: 2, demand_coverage: 0 },
    { cell: 3, demand_coverage: null },
  ])
})

test('evidence is the worst of what the model fills from and of production and processing', async () => {
  const rows = await runModel('int_gap_evidence', {
    int_place_demand: `quarter_index place product_group form scenario demand_kg
      ${T} 2482 potato washed central 150
      ${T} 2480 potato washed central 90
      ${T} 2482 carrot raw central 10`,
    int_demand_known: `quarter_index place product_group form observed evidence
      ${T} 2482 potato washed 100 derived
      ${T} 2480 potato washed 90 assumed
      ${T} 2482 carrot raw 10 assumed`,
    int_quarters: `quarter_index age\n${T} 0`,
    int_place_cells: `place product_group cell
      2482 potato 1
      2480 potato 1
      2482 carrot 2
      2482 grain 3`,
    stg_production: `quarter_index place product_group evidence\n${T} 2482 potato reported`,
    stg_processing: `quarter_index place product_group evidence\n${T} 2482 grain assumed`,
    int_form_gaps: `quarter_index cell form scenario
      ${T} 1 washed central
      ${T} 2 raw central
      ${T} 3 flour central`,
  })
  // at 2480 nothing is filled, so what the model assumes there does not matter; of carrots neither
  expectRows(rows, [
    { cell: 1, form: 'washed', evidence: 'derived' },
    { cell: 2, form: 'raw', evidence: 'reported' },
    { cell: 3, form: 'flour', evidence: 'assumed' },
  ])
})

test('a price is what was paid a kg within the year, else the stated one, else none', async () => {
  const rows = await runModel('int_prices', {
    stg_purchases: `quarter_index product_group form priced_kg priced_sek
      ${T} potato washed 80 800
      ${T - 3} potato washed 20 400
      ${T - 4} potato washed 20 9999
      ${T} potato peeled 0 0`,
    int_quarters: `quarter_index age\n${T} 0\n${T - 3} 3\n${T - 4} 4`,
    stg_product_forms: 'product_group form\npotato washed\npotato peeled\npotato diced',
    stg_prices: 'product_group form sek_per_kg\npotato washed 99\npotato peeled 20',
  })
  expectRows(rows, [
    { form: 'washed', sek_per_kg: (800 + 400) / (80 + 20) },
    { form: 'peeled', sek_per_kg: 20 },
  ])
})
