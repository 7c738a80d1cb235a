import { describe, expect, test } from 'vitest'
import { expectRows, runModel, T } from '../run-model.ts'

const inputs = `delivery row_name dataset source quarter_index
  d-a r-a purchases a ${T}
  d-b r-b purchases b ${T}
  d-grown r-grown production farmers ${T}
  d-served r-served portions kitchens ${T}
  d-old r-old purchases a ${T - 1}
  d-complete r-complete complete_purchases office -`

describe('local_purchases_on_offer', () => {
  const run = (balances: string) =>
    runModel('local_purchases_on_offer', {
      inputs,
      balances: `zoning zone product_group supply_status purchased_local_kg opening_stock_kg supply_kg\n${balances}`,
      production: 'delivery place product_group year\nr-grown 2480 potato 2026\nr-grown 2480 milk 2026',
      rolled_purchases: `delivery place product_group grown_place year
        r-a 2482 potato 2480 2026
        r-b 2482 potato NO 2026
        r-a 2482 carrot 2480 2026
        r-old 2482 potato 2480 2026`,
      int_place_zones: 'zoning zone place\ncounty 24 2482\ncounty 24 2480',
      int_place_relations: 'zoning zone place relation\ncounty 24 2480 inside\ncounty 24 SE unknown',
    })

  test('finds purchases above stock and supply, with what was grown and what was bought as local', async () => {
    const rows = await run('county 24 potato reported 100.001 40 60')
    const violation = { severity: 'warning', kind: 'reported', found: 100.001, bound: 40 + 60 }
    expectRows(rows, [
      { ...violation, delivery: 'd-grown' },
      { ...violation, delivery: 'd-a' },
    ])
  })

  test('tells supply that nobody reported from supply that is too small', async () => {
    const rows = await run('county 24 carrot unreported 7 0 0')
    expectRows(rows, [{ kind: 'unreported', product_group: 'carrot', found: 7, bound: 0, delivery: 'd-a' }])
  })

  test('accepts purchases up to what was on offer, and half a gram', async () => {
    expect(await run('county 24 potato reported 100.0005 40 60\ncounty 24 milk unreported 0 0 0')).toEqual([])
  })
})

describe('model_near_complete_purchases', () => {
  const known =
    'quarter_index place product_group form total_observed total_reported total_derived total_assumed'
  const run = (rows: string) =>
    runModel('model_near_complete_purchases', {
      inputs,
      int_demand_known: `${known}\n${rows}`,
      int_purchases_completed: `quarter_index place product_group
        ${T} 2482 potato
        ${T} 2482 carrot
        ${T} 2482 milk
        ${T} 2482 grain
        ${T - 1} 2480 potato`,
      rolled_purchases: 'delivery place product_group year\nr-a 2482 potato 2026\nr-b 2480 potato 2026',
      portions: 'delivery place segment year\nr-served 2482 school 2026',
      stg_portion_profiles: 'segment product_group\nschool potato',
    })

  test('finds a model outside 0.7 to 1.4 times the purchases, once for all forms', async () => {
    const rows = await run(`${T} 2482 potato washed 100 30 20 19
      ${T} 2482 potato peeled 100 30 20 19`)
    // 30 + 20 + 19 = 69 of 100
    const violation = { severity: 'warning', kind: 'below', place: '2482', found: 69, bound: 100 }
    expectRows(rows, [
      { ...violation, delivery: 'd-a' },
      { ...violation, delivery: 'd-served' },
      { ...violation, delivery: 'd-complete' },
    ])
  })

  test('has words of their own for too much, for nothing bought and for nothing modelled', async () => {
    const rows = await run(`${T} 2482 carrot raw 100 141 0 0
      ${T} 2482 milk drinking 0 5 0 0
      ${T} 2482 grain flour 5 0 0 0`)
    expectRows(rows, [
      { product_group: 'carrot', kind: 'above', found: 141, bound: 100, delivery: 'd-complete' },
      { product_group: 'milk', kind: 'nothing_bought', found: 5, bound: 0, delivery: 'd-complete' },
      { product_group: 'grain', kind: 'nothing_modelled', found: 0, bound: 5, delivery: 'd-complete' },
    ])
  })

  test('accepts exactly 0.7 and 1.4, and anything where purchases are not complete', async () => {
    const rows = await run(`${T} 2482 potato washed 10 7 0 0
      ${T} 2482 carrot raw 10 14 0 0
      ${T} 2482 milk drinking 0 0.0004 0 0
      ${T} 2480 potato washed 10 1 0 0`)
    expect(rows).toEqual([])
  })
})

describe('price_near_median', () => {
  const run = (rows: string) =>
    runModel('price_near_median', {
      inputs,
      rolled_purchases: `delivery place supplier product_group form year priced_kg priced_sek\n${rows}`,
    })

  test('finds prices over five times and under a fifth of the median of their form', async () => {
    const rows = await run(`r-a 2482 one potato washed 2026 10 100
      r-b 2482 two potato washed 2026 10 120
      r-a 2480 three potato washed 2026 10 80
      r-b 2480 four potato washed 2026 1 51
      r-b 2480 five potato washed 2026 10 19
      r-old 2480 six potato washed 2026 10 9999
      r-a 2480 one potato peeled 2026 10 9999
      r-a 2480 two potato peeled 2026 0 0`)
    // 1.9, 8, 10, 12 and 51 SEK a kg: the middle one is 10; a price alone is its own median
    expectRows(rows, [
      {
        severity: 'warning',
        item: 'washed',
        actor: 'four',
        kind: 'above',
        found: 51,
        bound: 10,
        delivery: 'd-b',
      },
      {
        severity: 'warning',
        item: 'washed',
        actor: 'five',
        kind: 'below',
        found: 1.9,
        bound: 10,
        delivery: 'd-b',
      },
    ])
  })

  test('takes the mean of the middle two of an even number, and accepts exactly five times and a fifth', async () => {
    const rows = await run(`r-a 2482 one potato washed 2026 10 20
      r-a 2482 two potato washed 2026 10 90
      r-a 2482 three potato washed 2026 10 110
      r-a 2482 four potato washed 2026 10 500`)
    // the median of 2, 9, 11 and 50 is 10
    expect(rows).toEqual([])
  })
})

test('supplier_quarter_not_negative finds suppliers that credited more than they sold', async () => {
  const rows = await runModel('supplier_quarter_not_negative', {
    inputs,
    rolled_purchases: `delivery supplier place product_group year kg
      r-a Mejeriet 2482 milk 2026 10
      r-b MEJERIET 2480 milk 2026 -12.5
      r-a Kvarnen 2482 grain 2026 10
      r-b Kvarnen 2482 grain 2026 -10
      r-old Kvarnen 2482 grain 2026 -99
      r-a Gården 2482 potato 2026 -3`,
  })
  // 10 − 12.5, at two places; −3 at one; the mill comes to 0 within the quarter
  const violation = { severity: 'warning', bound: 0 }
  const dairy = { ...violation, actor: 'MEJERIET', place: null, product_group: 'milk', found: -2.5 }
  expectRows(rows, [
    { ...dairy, delivery: 'd-a' },
    { ...dairy, delivery: 'd-b' },
    { ...violation, actor: 'Gården', place: '2482', product_group: 'potato', found: -3, delivery: 'd-a' },
  ])
})
