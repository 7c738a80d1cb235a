import { place, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const complete_purchases = defineTable({
  name: 'complete_purchases',
  layer: 'reference',
  key: ['place', 'product_group', 'valid_from'],
  grain: {
    sv: 'En plats vars inköp av en produktgrupp är kända till fullo.',
    en: 'A place whose purchases of a product group are known to be all there is.',
  },
  columns: {
    place: place({ sv: 'Köpande plats.', en: 'Buying place.' }),
    product_group: product_group(true),
    valid_from: { type: 'quarter', description: { sv: 'Första kvartalet.', en: 'First quarter.' } },
    valid_to: {
      type: 'quarter',
      nullable: true,
      description: {
        sv: 'Sista kvartalet, självt medräknat; tomt = tills vidare.',
        en: 'Last quarter, inclusive; empty = open.',
      },
    },
  },
  rules: [{ rule: 'not_before', first: 'valid_from', last: 'valid_to' }],
})
