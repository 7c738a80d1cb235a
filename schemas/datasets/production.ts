import { evidence, kilograms, place, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const production = defineTable({
  name: 'production',
  layer: 'quarterly',
  key: ['producer', 'place', 'product_group'],
  grain: {
    sv: 'Vad en producent fick fram på en plats under kvartalet.',
    en: 'What a producer brought forth at a place in the quarter.',
  },
  columns: {
    producer: { type: 'code', no_personal_number: true, description: { sv: 'Producent.', en: 'Producer.' } },
    place: place({ sv: 'Var det växte.', en: 'Where it grew.' }, { place_kind: 'supplier' }),
    product_group: product_group(),
    available_kg: kilograms(
      'Kg råvara i erbjudande till offentliga kök under kvartalet, det de redan köper medräknat.',
      'Raw kg on offer to public kitchens in the quarter, what they already buy included.',
    ),
    produced_kg: kilograms(
      'Kg råvara av hela produktionen; tomt = lika med available_kg.',
      'Raw kg of all output; empty = available_kg.',
      { nullable: true },
    ),
    is_organic: {
      type: 'boolean',
      nullable: true,
      description: { sv: 'Ekologisk; tomt = okänt.', en: 'Organic; empty = unknown.' },
    },
    evidence,
  },
  rules: [{ rule: 'at_least', smaller: 'available_kg', larger: 'produced_kg' }],
})
