import { code, name_en, name_sv, place } from '../fields.ts'
import { defineTable } from '../table.ts'

export const zones = defineTable({
  name: 'zones',
  layer: 'reference',
  key: ['zoning', 'place'],
  grain: {
    sv: 'En plats i en zon. En plats som inte står här tar sin närmaste listade förälders zon.',
    en: 'A place in a zone. A place not listed takes the zone of its nearest listed ancestor.',
  },
  columns: {
    zoning: {
      ...code('Zonindelning.', 'Zoning.'),
      references: { table: 'zonings', columns: ['zoning'], keys: ['zoning'] },
    },
    zone: code('Zonens kod inom indelningen.', 'Code of the zone within its zoning.'),
    place: place({ sv: 'Plats i zonen.', en: 'Place in the zone.' }),
    name_sv,
    name_en,
  },
})
