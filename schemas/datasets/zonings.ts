import { code, name_en, name_sv } from '../fields.ts'
import { defineTable } from '../table.ts'

export const zonings = defineTable({
  name: 'zonings',
  layer: 'reference',
  key: ['zoning'],
  grain: { sv: 'En indelning av platser i zoner.', en: 'A division of places into zones.' },
  columns: {
    zoning: code('Zonindelningens kod.', 'Code of the zoning.'),
    position: {
      type: 'number',
      minimum: 0,
      description: { sv: 'Ordning, 1 = snävast.', en: 'Order, 1 = narrowest.' },
    },
    name_sv,
    name_en,
    has_gaps: {
      type: 'boolean',
      description: {
        sv: 'Om glapp räknas för indelningen; annars används den bara av definitioner av lokalt.',
        en: 'Whether gaps are computed for it; otherwise only definitions of local use it.',
      },
    },
  },
})
