import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

const factors = `scenario evidence demand_factor supply_factor
  low reported 1 1
  low derived 0.8 1.2
  low assumed 0.5 1.5
  central reported 1 1
  central derived 1 1
  central assumed 1 1
  high reported 1 1
  high derived 1.2 0.8
  high assumed 1.5 0.5`
const none = 'quarter_index place product_group'

/** Washed: 100 raw kg bought, 200 modelled (derived). Peeled: 100 bought, 200 modelled (reported). */
const known = `quarter_index place product_group form observed reported derived assumed total_observed total_reported total_derived total_assumed
  ${T} 2482 potato washed 100 0 200 0 200 200 200 0
  ${T} 2482 potato peeled 100 200 0 0 200 200 200 0`

describe('demand of a place', () => {
  test('the model fills what purchases miss of it, form by form', async () => {
    const rows = await runModel('int_place_demand', {
      int_scenario_factors: factors,
      int_demand_known: known,
      int_purchases_completed: none,
    })
    // O = 200; M = 200 + 200, in low 200 + 0.8 × 200, in high 200 + 1.2 × 200
    expectRows(rows, [
      { scenario: 'central', form: 'washed', demand_kg: 100 + ((400 - 200) * 200) / 400 },
      { scenario: 'central', form: 'peeled', demand_kg: 100 + ((400 - 200) * 200) / 400 },
      { scenario: 'low', form: 'washed', demand_kg: 100 + ((360 - 200) * 160) / 360 },
      { scenario: 'low', form: 'peeled', demand_kg: 100 + ((360 - 200) * 200) / 360 },
      { scenario: 'high', form: 'washed', demand_kg: 100 + ((440 - 200) * 240) / 440 },
      { scenario: 'high', form: 'peeled', demand_kg: 100 + ((440 - 200) * 200) / 440 },
    ])
  })

  test('where purchases are complete nothing is filled, in no case', async () => {
    const rows = await runModel('int_place_demand', {
      int_scenario_factors: factors,
      int_demand_known: known,
      int_purchases_completed: `${none}\n${T} 2482 potato`,
    })
    expectRows(
      rows,
      ['low', 'central', 'high'].flatMap((scenario) => [
        { scenario, form: 'washed', demand_kg: 100 },
        { scenario, form: 'peeled', demand_kg: 100 },
      ]),
    )
  })

  test('more bought than modelled is no less demand, and no model is none to fill', async () => {
    const rows = await runModel('int_place_demand', {
      int_scenario_factors:
        'scenario evidence demand_factor supply_factor\ncentral assumed 1 1\ncentral derived 1 1\ncentral reported 1 1',
      int_demand_known: `quarter_index place product_group form observed reported derived assumed total_observed total_reported total_derived total_assumed
        ${T} 2482 potato washed 300 0 0 200 300 0 0 200
        ${T} 2482 carrot raw 10 0 0 0 10 0 0 0`,
      int_purchases_completed: none,
    })
    expectRows(rows, [
      { product_group: 'potato', form: 'washed', demand_kg: 300 },
      { product_group: 'carrot', form: 'raw', demand_kg: 10 },
    ])
  })
})

test('what is known: purchases and the model in raw kg, with the totals of the product group', async () => {
  const rows = await runModel('int_demand_known', {
    int_demand_observed: `quarter_index place product_group form observed_kg
      ${T} 2482 potato washed 80`,
    int_demand_modelled: `quarter_index place product_group form reported_kg derived_kg assumed_kg evidence
      ${T} 2482 potato washed 0 160 0 derived
      ${T} 2482 potato peeled 64 0 32 assumed`,
    stg_product_forms: `product_group form yield
      potato washed 0.8
      potato peeled 0.64`,
  })
  const totals = { total_observed: 100, total_reported: 100, total_derived: 200, total_assumed: 50 }
  expectRows(rows, [
    {
      form: 'washed',
      observed: 80 / 0.8,
      reported: 0,
      derived: 160 / 0.8,
      assumed: 0,
      evidence: 'derived',
      ...totals,
    },
    {
      form: 'peeled',
      observed: 0,
      reported: 64 / 0.64,
      derived: 0,
      assumed: 32 / 0.64,
      evidence: 'assumed',
      ...totals,
    },
  ])
})
