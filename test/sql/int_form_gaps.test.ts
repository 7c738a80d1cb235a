import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

/** 400 raw kg needed, 100 bought near by, 100 processable (P), 200 held back (H). */
const balance = (supply: number, produced: number) =>
  runModel('int_zone_balances', {
    int_zone_quarters: `quarter_index age cell scenario local_kg supply_kg produced_kg processable_kg held_kg
      ${T} 0 1 central 100 ${supply} ${produced} 100 200`,
    int_zone_stocks: `quarter_index cell scenario offered_stock_kg grown_stock_kg
      ${T} 1 central 20 30`,
  })

describe('a zone', () => {
  test('each component has its turn', async () => {
    // A = 20 + 160 − 100 = 80 of 100 processable; A′ = 30 + 240 − 100 = 170
    expectRows(await balance(160, 240), [
      {
        available_kg: 80,
        reachable_kg: 170,
        closing_stock_kg: 0,
        procurable_kg: 80,
        diverted_gap_kg: 100 - 80,
        production_gap_kg: 0,
        processing_gap_kg: 170 - 100,
        chain_gap_kg: 200 - 70,
      },
    ])
  })

  test('without any supply more production closes what is processable, and the rest needs both', async () => {
    expectRows(await balance(0, 0), [
      {
        procurable_kg: 0,
        diverted_gap_kg: 0,
        production_gap_kg: 100,
        processing_gap_kg: 0,
        chain_gap_kg: 200,
      },
    ])
  })

  test('with ample supply there is stock left, and processing alone is missing', async () => {
    expectRows(await balance(1000, 1000), [
      {
        closing_stock_kg: 20 + 1000 - 100 - 100,
        procurable_kg: 100,
        diverted_gap_kg: 0,
        production_gap_kg: 0,
        processing_gap_kg: 200,
        chain_gap_kg: 0,
      },
    ])
  })
})

test('forms share the components by what of them is processable and what is held back', async () => {
  const rows = await runModel('int_form_gaps', {
    int_zone_balances: `quarter_index age cell scenario has_demand processable_kg held_kg procurable_kg diverted_gap_kg production_gap_kg processing_gap_kg chain_gap_kg
      ${T} 0 1 central true 100 200 80 20 0 70 130`,
    int_zone_demand: `quarter_index cell form scenario local_kg unmet_kg
      ${T} 1 washed central 100 100
      ${T} 1 peeled central 0 200`,
    int_cell_forms: `cell form yield
      1 washed 0.8
      1 peeled 0.64`,
    int_forms_processable: `quarter_index cell form scenario processable_kg
      ${T} 1 washed central 60
      ${T} 1 peeled central 40`,
  })
  // held back: 100 − 60 of the washed, 200 − 40 of the peeled
  expectRows(rows, [
    {
      form: 'washed',
      demand_kg: 200 * 0.8,
      purchased_local_kg: 100 * 0.8,
      procurable_kg: ((80 * 60) / 100) * 0.8,
      diverted_gap_kg: ((20 * 60) / 100) * 0.8,
      production_gap_kg: 0,
      processing_gap_kg: ((70 * 40) / 200) * 0.8,
      chain_gap_kg: ((130 * 40) / 200) * 0.8,
    },
    {
      form: 'peeled',
      demand_kg: 200 * 0.64,
      purchased_local_kg: 0,
      procurable_kg: ((80 * 40) / 100) * 0.64,
      diverted_gap_kg: ((20 * 40) / 100) * 0.64,
      production_gap_kg: 0,
      processing_gap_kg: ((70 * 160) / 200) * 0.64,
      chain_gap_kg: ((130 * 160) / 200) * 0.64,
    },
  ])
})
