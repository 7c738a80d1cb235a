import { code, PLACE_KINDS } from '../fields.ts'
import { defineTable } from '../table.ts'

export const places = defineTable({
  name: 'places',
  layer: 'reference',
  key: ['place'],
  grain: {
    sv: 'En kommun, ett län, en utländsk region eller ett land.',
    en: 'A municipality, county, foreign region or country.',
  },
  columns: {
    place: code(
      'Platsens kod: `2482`, `24`, `SE`, `NO-18`.',
      'Code of the place: `2482`, `24`, `SE`, `NO-18`.',
    ),
    name: { type: 'text', description: { sv: 'Platsens namn.', en: 'Name of the place.' } },
    kind: { type: 'text', values: PLACE_KINDS, description: { sv: 'Slag av plats.', en: 'Kind of place.' } },
    parent: {
      type: 'code',
      nullable: true,
      references: { table: 'places', columns: ['parent'], keys: ['place'] },
      description: { sv: 'Platsen som denna ligger i.', en: 'The place that this one lies in.' },
    },
    latitude: {
      type: 'number',
      nullable: true,
      unit: 'degrees',
      minimum: -90,
      maximum: 90,
      description: { sv: 'Latitud, WGS 84.', en: 'Latitude, WGS 84.' },
    },
    longitude: {
      type: 'number',
      nullable: true,
      unit: 'degrees',
      minimum: -180,
      maximum: 180,
      description: { sv: 'Longitud, WGS 84.', en: 'Longitude, WGS 84.' },
    },
    population: {
      type: 'number',
      nullable: true,
      unit: 'persons',
      minimum: 0,
      description: { sv: 'Invånare; tomt = okänt.', en: 'Inhabitants; empty = unknown.' },
    },
  },
  rules: [{ rule: 'forest', scope: [], child: 'place', parent: 'parent' }],
})
