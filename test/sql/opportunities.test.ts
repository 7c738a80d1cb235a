import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

test('a year adds each case over its own quarters; the peak is the largest central one', async () => {
  const rows = await runModel('int_opportunity_years', {
    int_opportunity_amounts: `quarter_index cell scenario instrument target kg
      ${T - 1} 1 low contract washed 10
      ${T - 1} 1 central contract washed 30
      ${T} 1 central contract washed 50
      ${T} 1 high contract washed 60
      ${T} 1 low contract peeled 99`,
  })
  // nothing central of the peeled: no opportunity
  expectRows(rows, [{ target: 'washed', kg_per_year: 30 + 50, kg_low: 10, kg_high: 80, peak_quarter_kg: 50 }])
})

describe('value of an opportunity', () => {
  test('a step takes its part of each form; who does not contribute matters for nothing', async () => {
    const rows = await runModel('int_opportunity_forms', {
      int_form_gaps: `quarter_index cell form scenario has_demand procurable_kg diverted_gap_kg production_gap_kg processing_gap_kg chain_gap_kg
        ${T} 1 washed central true 0 0 0 14 0
        ${T} 1 peeled central true 0 0 0 0.0004 0`,
      int_step_losses: `quarter_index cell step scenario lost_share processing_gap_kg
        ${T} 1 peel central 0.5 17
        ${T} 1 wash central 0 0`,
      int_cells: 'cell product_group\n1 potato',
      int_gap_evidence: `quarter_index cell form evidence\n${T} 1 washed derived\n${T} 1 peeled assumed`,
      int_prices: 'product_group form sek_per_kg\npotato washed 10',
    })
    const step = { instrument: 'processing_investment', target: 'peel' }
    expectRows(rows, [
      { ...step, contributes: true, sek: 14 * 10 * 0.5, evidence: 'derived' },
      { ...step, contributes: false, sek: null, evidence: 'assumed' },
    ])
  })

  test('no value where a form that contributes has no price; the worst evidence of those that do', async () => {
    const rows = await runModel('int_opportunity_values', {
      int_opportunity_forms: `cell instrument target contributes sek evidence
        1 contract washed true 100 derived
        1 contract washed true 50 reported
        1 contract washed false - assumed
        1 contract peeled true 100 reported
        1 contract peeled true - assumed`,
    })
    expectRows(rows, [
      { target: 'washed', sek_per_year: 100 + 50, evidence: 'derived' },
      { target: 'peeled', sek_per_year: null, evidence: 'assumed' },
    ])
  })
})

describe('opportunities', () => {
  /** Contracts and investments of one zone; cells differ in product group and in what is known. */
  const ranked = (years: string, more: Record<string, string> = {}) =>
    runModel('opportunities', {
      int_opportunity_years: `cell instrument target kg_per_year kg_low kg_high peak_quarter_kg\n${years}`,
      int_cells:
        'cell zoning zone product_group\n1 near north carrot\n2 near north potato\n3 near south potato',
      int_cell_forms: 'cell form step\n1 raw -\n2 raw -\n2 diced dice\n3 raw -',
      int_zone_years: `cell quarters buyers observed_share demand_coverage next_window
        1 4 2 0.5 0.9 2026-09-30
        2 4 2 0.5 - -
        3 4 2 0.5 0.79 -`,
      int_opportunity_values: `cell instrument target sek_per_year evidence
        1 contract raw 100.004 reported
        2 contract raw 100.001 reported
        3 contract raw 999 reported
        1 production_investment carrot 70 reported
        2 production_investment potato 70 reported
        2 development_contract diced - assumed`,
      int_supply_statuses: 'cell supply_status\n1 reported',
      int_capacity_statuses: 'cell step step_status path_status\n2 dice reported unreported',
      int_missing_steps: 'cell step missing_steps',
      ...more,
    })

  test('rank: unknown last, then SEK to 2 decimals, then kg, then names', async () => {
    const rows = await ranked(`1 contract raw 5 5 5 5
      2 contract raw 9 0 9 9
      3 contract raw 9 9 9 9
      1 production_investment carrot 7 7 7 7
      2 production_investment potato 7 7 7 7`)
    expectRows(rows, [
      // 100.001 and 100.004 are both 100.00, and 9 kg are more than 5
      { rank: 1, id: 'near/north/potato/contract/raw', certainty: 'likely', supply_status: 'unreported' },
      { rank: 2, id: 'near/north/carrot/contract/raw', certainty: 'certain', supply_status: 'reported' },
      {
        rank: 3,
        id: 'near/north/carrot/production_investment/carrot',
        certainty: 'certain',
        supply_status: 'reported',
      },
      // demand in too few places, and a supply that nobody reported
      { rank: 4, id: 'near/south/potato/contract/raw', certainty: 'unknown', supply_status: 'unreported' },
      {
        rank: 5,
        id: 'near/north/potato/production_investment/potato',
        certainty: 'unknown',
        supply_status: 'unreported',
      },
    ])
  })

  test('a development contract is unknown where any step of its path is, and names the steps that lack', async () => {
    const rows = await ranked('2 development_contract diced 5 5 5 5', {
      int_supply_statuses: 'cell supply_status\n2 reported',
      int_missing_steps: 'cell step missing_steps\n2 dice dice',
    })
    expectRows(rows, [{ target: 'diced', certainty: 'unknown', missing_steps: 'dice', sek_per_year: null }])
  })
})

test('missing steps: the step itself first, then upwards, those only that lack room', async () => {
  const rows = await runModel('int_missing_steps', {
    int_step_needs: `cell step lacking_kg
      1 dice 5
      1 peel 0.0005
      1 wash 7`,
    int_cell_ancestors: `cell step ancestor distance
      1 dice dice 0
      1 dice peel 1
      1 dice wash 2
      1 peel peel 0
      1 peel wash 1
      1 wash wash 0`,
  })
  expectRows(rows, [
    { step: 'dice', missing_steps: 'dice wash' },
    { step: 'peel', missing_steps: 'wash' },
    { step: 'wash', missing_steps: 'wash' },
  ])
})
