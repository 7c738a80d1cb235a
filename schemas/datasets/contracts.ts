import { code, form, kilograms, place, product_group } from '../fields.ts'
import { defineTable } from '../table.ts'

export const contracts = defineTable({
  name: 'contracts',
  layer: 'reference',
  key: ['contract', 'place', 'product_group'],
  grain: {
    sv: 'Ett avtal för en plats och en produktgrupp.',
    en: 'A contract for a place and a product group.',
  },
  columns: {
    contract: code('Avtalets kod.', 'Code of the contract.'),
    place: place({ sv: 'Plats som köper.', en: 'Place that buys.' }),
    supplier: {
      type: 'text',
      no_personal_number: true,
      description: { sv: 'Leverantör.', en: 'Supplier.' },
    },
    product_group: product_group(),
    form: { ...form, nullable: true },
    kg_per_year: kilograms('Kg per år av formen.', 'Form kg per year.', { nullable: true, unit: 'kg/year' }),
    starts_on: { type: 'date', description: { sv: 'Första dagen.', en: 'First day.' } },
    ends_on: { type: 'date', description: { sv: 'Sista dagen.', en: 'Last day.' } },
    kind: { type: 'text', nullable: true, description: { sv: 'Slag av avtal.', en: 'Kind of contract.' } },
  },
  rules: [{ rule: 'not_before', first: 'starts_on', last: 'ends_on' }],
})
