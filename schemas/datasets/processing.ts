import { evidence, kilograms, place, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const processing = defineTable({
  name: 'processing',
  layer: 'quarterly',
  key: ['processor', 'place', 'product_group', 'step'],
  grain: {
    sv: 'Vad en förädlare kan ta fram i ett steg på en plats under kvartalet.',
    en: 'What a processor can put out in a step at a place in the quarter.',
  },
  columns: {
    processor: {
      type: 'code',
      no_personal_number: true,
      description: { sv: 'Förädlare.', en: 'Processor.' },
    },
    place: place({ sv: 'Var anläggningen ligger.', en: 'Where the plant lies.' }, { place_kind: 'supplier' }),
    product_group: product_group(),
    step: {
      type: 'code',
      references: {
        table: 'processing_steps',
        columns: ['product_group', 'step'],
        keys: ['product_group', 'step'],
      },
      description: { sv: 'Förädlingssteg.', en: 'Processing step.' },
    },
    capacity_kg: kilograms(
      'Kg ut ur steget i erbjudande till offentliga kök under kvartalet.',
      "Kg of the step's output on offer to public kitchens in the quarter.",
    ),
    evidence,
  },
})
