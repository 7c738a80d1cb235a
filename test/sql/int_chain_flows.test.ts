import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

const link = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => `${T} 1 central ${line.trim()}`)
    .join('\n')
const header = 'quarter_index cell scenario kind link level step_1 step_2 step_3 step_4 unmet_kg room_kg'

describe('flow through the steps', () => {
  test('deepest first: what a step lets through reaches the step before it', async () => {
    // wash → peel → dice, and beside peel a step grate that nobody asks for
    const rows = await runModel('int_chain_flows', {
      int_chain_links: `${header}\n${link(`
        form washed 1 wash -    -    - 200 0
        form peeled 2 wash peel -    - 100 0
        form diced  3 wash peel dice - 100 0
        step wash   1 wash -    -    - 0 175
        step peel   2 wash peel -    - 0 60
        step dice   3 wash peel dice - 0 50
        step grate  2 wash grate -   - 0 30`)}`,
    })
    // a form's inflow is that of its last step; dice: 100 come, 50 go on. peel: 100 + 50 come, 60 go on. wash: 200 + 60 come, 175 go on
    const past = { dice: 50 / 100, peel: 60 / 150, wash: 175 / 260 }
    expectRows(rows, [
      { link: 'washed', carried_kg: 200 * past.wash, inflow_kg: 200 + 60 },
      { link: 'peeled', carried_kg: 100 * past.peel * past.wash, inflow_kg: 100 + 50 },
      { link: 'diced', carried_kg: 100 * past.dice * past.peel * past.wash, inflow_kg: 100 },
      { link: 'wash', carried_kg: 0, inflow_kg: 200 + 60 },
      { link: 'peel', carried_kg: 0, inflow_kg: 100 + 50 },
      { link: 'dice', carried_kg: 0, inflow_kg: 100 },
      { link: 'grate', carried_kg: 0, inflow_kg: 0 },
    ])
  })

  test('a step without room stops everything, ample room nothing', async () => {
    const rows = await runModel('int_chain_flows', {
      int_chain_links: `${header}\n${link(`
        form frozen 4 wash peel dice freeze 80 0
        form flour  1 mill -    -    -      40 0
        step wash   1 wash -    -    -      0 999
        step peel   2 wash peel -    -      0 999
        step dice   3 wash peel dice -      0 0
        step freeze 4 wash peel dice freeze 0 999
        step mill   1 mill -    -    -      0 999`)}`,
    })
    expectRows(rows, [
      { link: 'frozen', carried_kg: 0, inflow_kg: 80 },
      { link: 'flour', carried_kg: 40, inflow_kg: 40 },
      { link: 'freeze', carried_kg: 0, inflow_kg: 80 },
      { link: 'dice', carried_kg: 0, inflow_kg: 80 },
      { link: 'peel', carried_kg: 0, inflow_kg: 0 },
      { link: 'wash', carried_kg: 0, inflow_kg: 0 },
      { link: 'mill', carried_kg: 0, inflow_kg: 40 },
    ])
  })
})

test('local purchases that already pass a step take their room of its capacity', async () => {
  const rows = await runModel('int_step_rooms', {
    int_zone_demand: `quarter_index cell form scenario local_kg
      ${T} 1 washed central 30
      ${T} 1 peeled central 50
      ${T} 1 raw central 70`,
    int_cell_forms: `cell form step
      1 raw -
      1 washed wash
      1 peeled peel`,
    int_cell_ancestors: `cell step ancestor distance
      1 wash wash 0
      1 peel peel 0
      1 peel wash 1`,
    int_zone_capacity: `quarter_index cell step scenario capacity_kg
      ${T} 1 wash central 200
      ${T} 1 peel central 40`,
  })
  expectRows(rows, [
    { step: 'wash', capacity_kg: 200, room_kg: 200 - 30 - 50 },
    { step: 'peel', capacity_kg: 40, room_kg: 0 },
  ])
})
