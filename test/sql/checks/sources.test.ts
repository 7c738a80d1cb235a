import { expect, test } from 'vitest'
import { expectRows, runModel, T } from '../run-model.ts'

const inputs = `delivery row_name dataset source quarter_index
  d-a r-a any a ${T}
  d-b r-b any b ${T}
  d-old r-old any b ${T - 1}`

test('supplier_from_one_source finds a supplier at a place in two deliveries, however it is capitalised', async () => {
  const rows = await runModel('supplier_from_one_source', {
    inputs,
    rolled_purchases: `delivery place supplier year
      r-a 2482 Mejeriet 2026
      r-a 2482 Mejeriet 2026
      r-b 2482 MEJERIET 2026
      r-b 2480 Kvarnen 2026
      r-old 2480 Potatisgården 2026
      r-a 2480 Potatisgården 2026`,
  })
  // the mill sells at one place through one source, the farm in another quarter through the other
  const violation = { severity: 'error', place: '2482', actor: 'MEJERIET', found: 2, bound: 1 }
  expectRows(rows, [
    { ...violation, delivery: 'd-a' },
    { ...violation, delivery: 'd-b' },
  ])
})

test('supplier_from_one_source accepts the same supplier at two places', async () => {
  const rows = await runModel('supplier_from_one_source', {
    inputs,
    rolled_purchases:
      'delivery place supplier year\nr-a 2482 Mejeriet 2026\nr-b 2480 Mejeriet 2026\nr-a 2480 Kvarnen 2026',
  })
  expect(rows).toEqual([])
})

test('key_from_one_source finds the same portions, harvest and capacity from two sources', async () => {
  const rows = await runModel('key_from_one_source', {
    inputs,
    portions: 'delivery place segment year\nr-a 2482 school 2026\nr-b 2482 school 2026\nr-b 2480 school 2026',
    production: `delivery producer place product_group year
      r-a farm 2482 potato 2026
      r-b farm 2482 potato 2026
      r-old farm 2482 carrot 2026
      r-b farm 2482 carrot 2026`,
    processing: `delivery processor place product_group step year
      r-a plant 2482 potato wash 2026
      r-b plant 2482 potato wash 2026
      r-b plant 2482 potato peel 2026
      r-a plant 2480 potato peel 2026`,
  })
  const violation = { severity: 'error', place: '2482', found: 2, bound: 1 }
  const potato = { product_group: 'potato' }
  expectRows(
    rows,
    ['d-a', 'd-b'].flatMap((delivery) => [
      { ...violation, kind: 'portions', product_group: null, item: 'school', actor: null, delivery },
      { ...violation, kind: 'production', ...potato, item: null, actor: 'farm', delivery },
      { ...violation, kind: 'processing', ...potato, item: 'wash', actor: 'plant', delivery },
    ]),
  )
})
