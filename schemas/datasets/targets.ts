import { MEASURE_UNITS, place, product_group, share } from '../fields.ts'
import { defineTable } from '../table.ts'

export const targets = defineTable({
  name: 'targets',
  layer: 'reference',
  key: ['place', 'product_group', 'definition', 'measure_unit', 'valid_from'],
  grain: {
    sv: 'Ett mål som någon har satt, från ett kvartal.',
    en: 'A target somebody has set, from a quarter on.',
  },
  columns: {
    place: place({ sv: 'Plats som satt målet.', en: 'Place that set the target.' }),
    product_group: product_group(true),
    definition: {
      type: 'code',
      references: {
        table: 'local_definitions',
        columns: ['definition'],
        keys: ['definition'],
        or: ['organic'],
      },
      description: {
        sv: 'Definition av lokalt, eller `organic` för ekologiskt.',
        en: 'Definition of local, or `organic`.',
      },
    },
    measure_unit: {
      type: 'text',
      values: MEASURE_UNITS,
      description: { sv: 'Vad andelen mäts i.', en: 'In what the share is measured.' },
    },
    share: share('Andel att nå.', 'Share to reach.'),
    valid_from: { type: 'quarter', description: { sv: 'Första kvartalet.', en: 'First quarter.' } },
    reference: {
      type: 'text',
      nullable: true,
      description: { sv: 'Var målet står.', en: 'Where the target is written.' },
    },
  },
})
