import { form, place, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const purchases = defineTable({
  name: 'purchases',
  layer: 'quarterly',
  key: [],
  grain: {
    sv: 'En inköpsrad; negativa kg och kronor är krediteringar.',
    en: 'A purchase line; negative kg and sek are credit lines.',
  },
  columns: {
    purchased_on: {
      type: 'date',
      nullable: true,
      description: { sv: 'Dag för köpet.', en: 'Day of the purchase.' },
    },
    place: place({ sv: 'Köparens plats.', en: 'Place of the buyer.' }, { place_kind: 'buyer' }),
    kitchen: {
      type: 'text',
      nullable: true,
      no_personal_number: true,
      description: { sv: 'Kök.', en: 'Kitchen.' },
    },
    supplier: { type: 'text', no_personal_number: true, description: { sv: 'Leverantör.', en: 'Supplier.' } },
    article: { type: 'text', nullable: true, description: { sv: 'Artikel.', en: 'Article.' } },
    product_group: product_group(),
    form,
    kg: {
      type: 'kilograms',
      unit: 'kg',
      description: { sv: 'Kg av formen.', en: 'Form kg.' },
    },
    sek: {
      type: 'sek',
      unit: 'SEK',
      nullable: true,
      description: { sv: 'Kronor utan moms; tomt = okänt.', en: 'SEK without VAT; empty = unknown.' },
    },
    grown_place: place(
      { sv: 'Var råvaran växte; tomt = okänt.', en: 'Where the raw material grew; empty = unknown.' },
      { nullable: true, references: { table: 'places', columns: ['grown_place'], keys: ['place'] } },
    ),
    processed_place: place(
      { sv: 'Var den förädlades; tomt = okänt.', en: 'Where it was processed; empty = unknown.' },
      { nullable: true, references: { table: 'places', columns: ['processed_place'], keys: ['place'] } },
    ),
    is_organic: {
      type: 'boolean',
      nullable: true,
      description: { sv: 'Ekologisk; tomt = okänt.', en: 'Organic; empty = unknown.' },
    },
  },
  rules: [
    { rule: 'in_quarter', date: 'purchased_on' },
    { rule: 'credit_line', kg: 'kg', sek: 'sek' },
  ],
})
