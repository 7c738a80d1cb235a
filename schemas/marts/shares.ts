import { MEASURE_UNITS } from '../fields.ts'
import { type ColumnSpec, defineTable } from '../table.ts'
import * as c from './columns.ts'

/** A measure in kg or SEK as the row's `measure_unit` says; null where a price is missing. */
const measured = (sv: string, en: string): ColumnSpec => ({
  type: 'computed_kilograms',
  nullable: true,
  unit: 'kg or SEK',
  decimals_by: { column: 'measure_unit', decimals: { kg: 3, sek: 2 } },
  description: { sv, en },
})

export const shares = defineTable({
  name: 'shares',
  layer: 'mart',
  key: ['quarter', 'place', 'definition', 'product_group', 'measure_unit'],
  grain: {
    sv: 'Hur stor del av en plats inköp som är lokal (eller ekologisk), enligt en definition.',
    en: "How much of a place's purchases is local (or organic), by one definition.",
  },
  columns: {
    quarter: c.quarter,
    place: { type: 'code', description: { sv: 'Köpande plats.', en: 'Buying place.' } },
    definition: {
      type: 'code',
      description: { sv: 'Definition av lokalt, eller `organic`.', en: 'Definition of local, or `organic`.' },
    },
    product_group: {
      type: 'code',
      description: { sv: 'Produktgrupp, eller `all`.', en: 'Product group, or `all`.' },
    },
    measure_unit: {
      type: 'text',
      values: MEASURE_UNITS,
      description: { sv: 'Enhet för de följande måtten.', en: 'Unit of the measures that follow.' },
    },
    inside: measured('Innanför definitionen.', 'Inside the definition.'),
    outside: measured('Utanför den.', 'Outside it.'),
    unknown: measured('Okänt.', 'Unknown.'),
    missing: measured(
      'Inköp som modellen väntar men ingen har sänt.',
      'Purchases the model expects and nobody sent.',
    ),
    share_low: { ...c.share('Lägsta möjliga andel.', 'Lowest possible share.'), nullable: true },
    share_high: { ...c.share('Högsta möjliga andel.', 'Highest possible share.'), nullable: true },
    target: { ...c.share('Målet som gäller.', 'The target in force.'), nullable: true },
    target_status: {
      type: 'text',
      nullable: true,
      values: ['met', 'missed', 'undecided'],
      description: { sv: 'Om målet nås.', en: 'Whether the target is met.' },
    },
  },
})
