import { defineTable } from '../table.ts'
import * as c from './columns.ts'

export const servings = defineTable({
  name: 'servings',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'segment'],
  grain: {
    sv: 'Portioner i en zon och ett segment ett kvartal.',
    en: 'Portions in a zone and segment in a quarter.',
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    segment: c.segment,
    portions: {
      type: 'computed_portions',
      unit: 'portions',
      description: { sv: 'Portioner i kvartalet.', en: 'Portions in the quarter.' },
    },
    portions_per_day: {
      type: 'computed_portions',
      unit: 'portions/day',
      description: { sv: 'Portioner en serveringsdag.', en: 'Portions on a serving day.' },
    },
  },
})
