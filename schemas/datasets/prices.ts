import { evidence, form, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const prices = defineTable({
  name: 'prices',
  layer: 'reference',
  key: ['product_group', 'form'],
  grain: {
    sv: 'Ett pris att räkna med där inget köp visar det.',
    en: 'A price to reckon with where no purchase shows it.',
  },
  columns: {
    product_group: product_group(),
    form,
    sek_per_kg: {
      type: 'sek',
      unit: 'SEK/kg',
      minimum: 0,
      description: { sv: 'Kronor per kg av formen, utan moms.', en: 'SEK per kg of the form, without VAT.' },
    },
    evidence,
  },
})
