import { evidence, place, SEGMENTS } from '../fields.ts'
import { defineTable } from '../table.ts'

export const portions = defineTable({
  name: 'portions',
  layer: 'quarterly',
  key: ['place', 'segment'],
  grain: {
    sv: 'Portioner som en plats serverade i ett segment under kvartalet.',
    en: 'Portions a place served in a segment in the quarter.',
  },
  columns: {
    place: place(
      { sv: 'Plats vars kök serverar.', en: 'Place whose kitchens serve.' },
      { place_kind: 'buyer' },
    ),
    segment: { type: 'text', values: SEGMENTS, description: { sv: 'Slag av ätare.', en: 'Kind of eater.' } },
    portions: {
      type: 'number',
      unit: 'portions',
      minimum: 0,
      description: { sv: 'Huvudmål serverade i kvartalet.', en: 'Main meals served in the quarter.' },
    },
    serving_days: {
      type: 'number',
      unit: 'days',
      minimum: 0,
      description: {
        sv: 'Dagar i kvartalet då de serverades.',
        en: 'Days of the quarter on which they were served.',
      },
    },
    evidence,
  },
})
