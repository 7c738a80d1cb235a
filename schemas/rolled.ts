import { purchases } from './datasets/purchases.ts'
import { type ColumnSpec, defineTable } from './table.ts'

const same = (...names: string[]): Record<string, ColumnSpec> =>
  Object.fromEntries(
    purchases.columns.filter(({ name }) => names.includes(name)).map(({ name, ...spec }) => [name, spec]),
  )

const sum = (type: 'kilograms' | 'sek' | 'count', sv: string, en: string): ColumnSpec => ({
  type,
  description: { sv, en },
})

/** Purchases summed per delivery so that a run costs the same however many lines lie below. */
export const rolled_purchases = defineTable({
  name: 'rolled_purchases',
  layer: 'rolled',
  key: [],
  grain: {
    sv: 'En leverans inköp per plats, leverantör, form, ursprung och ekologisk.',
    en: 'Purchases of one delivery per place, supplier, form, origin and organic.',
  },
  columns: {
    delivery: { type: 'code', description: { sv: 'Leverans.', en: 'Delivery.' } },
    source: { type: 'code', description: { sv: 'Uppgiftslämnare.', en: 'Source.' } },
    ...same('place', 'supplier', 'product_group', 'form', 'grown_place', 'processed_place', 'is_organic'),
    kg: sum('kilograms', 'Kg.', 'Kg.'),
    sek: sum('sek', 'Kronor där de är kända.', 'SEK where known.'),
    priced_kg: sum(
      'kilograms',
      'Kg på rader där kg och kronor båda är över noll.',
      'Kg on lines with both kg and sek above 0.',
    ),
    priced_sek: sum('sek', 'Kronor på samma rader.', 'SEK on the same lines.'),
    unpriced_kg: sum('kilograms', 'Kg på rader utan kronor.', 'Kg on lines without sek.'),
    unpriced_lines: sum('count', 'Rader utan kronor.', 'Lines without sek.'),
    lines: sum('count', 'Rader.', 'Lines.'),
  },
})
