import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

describe('what a place bought, by definition', () => {
  /** One line of 10 kg of potatoes, with the two relations of its origin to the zone. */
  const placed = async (rule: string, grown: string, processed: string, step = 'wash') => {
    const rows = await runModel('int_purchases_placed', {
      stg_local_definitions: `definition zoning rule\nnear county ${rule}`,
      int_purchase_origins: `zoning zone place origin grown processed\ncounty 24 2482 x ${grown} ${processed}`,
      stg_purchases: `quarter_index place origin product_group form is_organic kg sek unpriced_kg unpriced_lines
        ${T} 2482 x potato washed true 10 100 0 0`,
      int_quarters: `quarter_index age\n${T} 0`,
      stg_product_forms: `product_group form step\npotato washed ${step}`,
      int_prices: 'product_group form sek_per_kg',
    })
    return rows.filter(({ definition }) => definition === 'near')
  }

  test.each([
    ['grown', 'inside', 'outside', 'inside'],
    ['processed', 'inside', 'outside', 'outside'],
    ['grown_or_processed', 'inside', 'outside', 'inside'],
    ['grown_or_processed', 'unknown', 'outside', 'unknown'],
    ['grown_or_processed', 'outside', 'outside', 'outside'],
    ['grown_and_processed', 'inside', 'inside', 'inside'],
    ['grown_and_processed', 'inside', 'unknown', 'unknown'],
    ['grown_and_processed', 'unknown', 'outside', 'outside'],
  ])('%s, grown %s, processed %s: %s', async (rule, grown, processed, position) => {
    expectRows(await placed(rule, grown, processed), [{ position, kg: 10, sek: 100 }])
  })

  test('a form without step counts as processed where it grew', async () => {
    expectRows(await placed('processed', 'inside', 'outside', '-'), [{ position: 'inside', kg: 10 }])
  })

  test('lines without SEK take the price, credits are taken off, and organic looks at every line', async () => {
    const rows = await runModel('int_purchases_placed', {
      stg_local_definitions: 'definition zoning rule',
      int_purchase_origins: 'zoning zone place origin grown processed',
      stg_purchases: `quarter_index place origin product_group form is_organic kg sek unpriced_kg unpriced_lines
        ${T} 2482 x potato washed true 30 100 20 2
        ${T} 2482 x potato washed false -5 -50 0 0
        ${T} 2482 x potato peeled - 7 0 7 1
        ${T - 1} 2482 x potato washed true 999 999 0 0`,
      int_quarters: `quarter_index age\n${T} 0`,
      stg_product_forms: 'product_group form step\npotato washed wash\npotato peeled peel',
      int_prices: 'product_group form sek_per_kg\npotato washed 12',
    })
    expectRows(rows, [
      { definition: 'organic', position: 'inside', kg: 30, sek: 100 + 20 * 12, lacks_price: false },
      { definition: 'organic', position: 'outside', kg: 0, sek: 0, lacks_price: false },
      { definition: 'organic', position: 'unknown', kg: 7, sek: 0, lacks_price: true },
    ])
  })
})

test('what the model expects and nobody reported, at the prices of its mix', async () => {
  const rows = await runModel('int_purchases_missing', {
    int_demand_modelled: `quarter_index place product_group form reported_kg derived_kg assumed_kg
      ${T} 2482 potato washed 100 60 0
      ${T} 2482 potato peeled 0 0 128
      ${T} 2482 carrot raw 50 0 0
      ${T} 2480 potato washed 40 0 0`,
    int_demand_observed: `quarter_index place product_group form observed_kg
      ${T} 2482 potato washed 80
      ${T} 2482 potato peeled 64
      ${T} 2482 carrot raw 60`,
    int_quarters: `quarter_index age\n${T} 0`,
    int_prices: 'product_group form sek_per_kg\npotato washed 10\npotato peeled 20',
    int_purchases_completed: `quarter_index place product_group\n${T} 2480 potato`,
  })
  // no row for carrots, of which enough was bought, nor where purchases are complete
  expectRows(rows, [
    {
      place: '2482',
      product_group: 'potato',
      missing_kg: 160 + 128 - 80 - 64,
      missing_sek: (144 * (160 * 10 + 128 * 20)) / (160 + 128),
      lacks_price: false,
    },
  ])
})

describe('shares and targets', () => {
  const shares = (targets: string) =>
    runModel('shares', {
      int_share_values: `place definition product_group measure_unit inside outside unknown missing is_undecided
        2482 near potato kg 30 50 10 10 false
        2482 near potato sek 0 0 0 0 true`,
      stg_targets: `place product_group definition measure_unit share first_index\n${targets}`,
    })

  test('bounds count the unknown and the missing as outside, then as inside', async () => {
    expectRows(await shares(`2482 all near kg 0.5 ${T}`), [
      {
        measure_unit: 'kg',
        share_low: 30 / 100,
        share_high: (30 + 10 + 10) / 100,
        target: null,
        target_status: null,
      },
      { measure_unit: 'sek', share_low: null, share_high: null, target: null, target_status: null },
    ])
  })

  test.each([
    [0.3, 'met'],
    [0.4, 'undecided'],
    [0.5, 'undecided'],
    [0.6, 'missed'],
  ])('a target of %d is %s', async (target, target_status) => {
    const rows = await shares(`2482 potato near kg ${target} ${T}\n2482 potato near sek ${target} ${T}`)
    expectRows(rows, [
      { measure_unit: 'kg', target, target_status },
      { measure_unit: 'sek', target, target_status: 'undecided' },
    ])
  })

  test('the newest target that is in force counts', async () => {
    const rows = await shares(
      `2482 potato near kg 0.1 ${T - 4}\n2482 potato near kg 0.2 ${T - 1}\n2482 potato near kg 0.9 ${T + 1}`,
    )
    expectRows(rows, [
      { measure_unit: 'kg', target: 0.2 },
      { measure_unit: 'sek', target: null },
    ])
  })
})

test('all adds the groups, and is undecided in SEK where one of them is', async () => {
  const rows = await runModel('int_share_values', {
    int_purchases_placed: `place definition product_group position kg sek lacks_price
      2482 near potato inside 30 300 false
      2482 near potato outside 10 100 false
      2482 near carrot unknown 5 0 true`,
    int_purchases_missing: `place product_group missing_kg missing_sek lacks_price
      2482 potato 20 200 false`,
    stg_local_definitions: 'definition zoning\nnear county',
    int_place_zones: 'zoning zone place\ncounty 24 2482',
    stg_places: 'place\nSE',
  })
  expectRows(rows, [
    {
      product_group: 'potato',
      measure_unit: 'kg',
      inside: 30,
      outside: 10,
      unknown: 0,
      missing: 20,
      is_undecided: false,
    },
    {
      product_group: 'potato',
      measure_unit: 'sek',
      inside: 300,
      outside: 100,
      unknown: 0,
      missing: 200,
      is_undecided: false,
    },
    {
      product_group: 'carrot',
      measure_unit: 'kg',
      inside: 0,
      outside: 0,
      unknown: 5,
      missing: 0,
      is_undecided: false,
    },
    {
      product_group: 'carrot',
      measure_unit: 'sek',
      inside: 0,
      outside: 0,
      unknown: 0,
      missing: 0,
      is_undecided: true,
    },
    {
      product_group: 'all',
      measure_unit: 'kg',
      inside: 30,
      outside: 10,
      unknown: 5,
      missing: 20,
      is_undecided: false,
    },
    {
      product_group: 'all',
      measure_unit: 'sek',
      inside: 300,
      outside: 100,
      unknown: 0,
      missing: 200,
      is_undecided: true,
    },
  ])
})
