import { evidence, form, product_group, SEGMENTS } from '../fields.ts'
import { defineTable } from '../table.ts'

export const portion_profiles = defineTable({
  name: 'portion_profiles',
  layer: 'reference',
  key: ['segment', 'product_group', 'form'],
  grain: {
    sv: 'Hur mycket av en form som går åt per portion i ett segment.',
    en: 'How much of a form a portion of a segment takes.',
  },
  columns: {
    segment: { type: 'text', values: SEGMENTS, description: { sv: 'Slag av ätare.', en: 'Kind of eater.' } },
    product_group: product_group(),
    form,
    grams_per_portion: {
      type: 'number',
      unit: 'g',
      minimum: 0,
      description: {
        sv: 'Gram av formen per huvudmål; det som äts vid sidan av ligger här i.',
        en: 'Grams of the form per main meal; what is eaten beside it lies in here.',
      },
    },
    evidence,
  },
})
