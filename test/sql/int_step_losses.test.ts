import { test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

test('a step loses what finds no room, and has that part of the gaps', async () => {
  // cell 1 has some room: the chain knows what reaches each step. cell 2 has none: only own forms reach a step
  const rows = await runModel('int_step_losses', {
    int_zone_demand: `quarter_index cell form scenario local_kg unmet_kg
      ${T} 1 washed central 0 100
      ${T} 1 peeled central 0 200
      ${T} 2 raw central 0 70
      ${T} 2 peeled central 0 50`,
    int_quarters: `quarter_index age\n${T} 0`,
    int_cell_forms: `cell form step
      1 washed wash
      1 peeled peel
      2 raw -
      2 peeled peel`,
    int_chain_flows: `quarter_index cell scenario kind link carried_kg inflow_kg
      ${T} 1 central form washed 50 200
      ${T} 1 central step peel 0 200
      ${T} 1 central step wash 0 200`,
    int_step_rooms: `quarter_index cell step scenario room_kg
      ${T} 1 peel central 100
      ${T} 1 wash central 100`,
    int_zone_balances: `quarter_index age cell scenario has_demand held_kg processing_gap_kg chain_gap_kg
      ${T} 0 1 central true 200 70 130
      ${T} 0 2 central true 50 0 50`,
  })
  expectRows(rows, [
    {
      cell: 1,
      step: 'peel',
      inflow_kg: 200,
      lost_kg: 200 - 100,
      processing_gap_kg: 70 / 2,
      chain_gap_kg: 130 / 2,
    },
    {
      cell: 1,
      step: 'wash',
      inflow_kg: 200,
      lost_kg: 200 - 100,
      processing_gap_kg: 70 / 2,
      chain_gap_kg: 130 / 2,
    },
    { cell: 2, step: 'peel', inflow_kg: 50, lost_kg: 50, processing_gap_kg: 0, chain_gap_kg: 50 },
  ])
})

test('a step needs what all forms at or after it need, and lacks what its room does not take of that', async () => {
  const rows = await runModel('int_step_needs', {
    int_zone_demand: `quarter_index cell form scenario local_kg unmet_kg
      ${T} 1 washed central 100 100
      ${T} 1 peeled central 0 200
      ${T} 1 peeled high 0 900`,
    int_cell_forms: 'cell form step\n1 washed wash\n1 peeled peel',
    int_cell_ancestors: `cell step ancestor distance
      1 wash wash 0
      1 peel peel 0
      1 peel wash 1`,
    int_cell_steps: 'cell step\n1 wash\n1 peel\n1 grate',
    int_quarters: `quarter_index age\n${T} 0`,
    int_step_rooms: `quarter_index cell step scenario capacity_kg room_kg
      ${T} 1 wash central 200 100`,
    int_zone_balances: `quarter_index age cell scenario has_demand\n${T} 0 1 central true`,
  })
  expectRows(rows, [
    { step: 'wash', required_kg: 100 + 200, local_use_kg: 100, capacity_kg: 200, lacking_kg: 300 - 100 },
    { step: 'peel', required_kg: 200, local_use_kg: 0, capacity_kg: 0, lacking_kg: 200 },
    { step: 'grate', required_kg: 0, local_use_kg: 0, capacity_kg: 0, lacking_kg: 0 },
  ])
})
