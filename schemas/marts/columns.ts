import { EVIDENCES, SEGMENTS } from '../fields.ts'
import type { ColumnSpec } from '../table.ts'

/** Whether anybody has reported on a supply or a capacity. */
export const REPORT_STATUSES = ['reported', 'unreported'] as const
/** How sure a gap is. */
export const CERTAINTIES = ['none', 'certain', 'likely', 'possible', 'unknown'] as const

const described = (type: ColumnSpec['type'], sv: string, en: string): ColumnSpec => ({
  type,
  description: { sv, en },
})

export const quarter = described('quarter', 'Kvartal.', 'Quarter.')
export const zoning = described('code', 'Zonindelning.', 'Zoning.')
export const zone = described('code', 'Zon.', 'Zone.')
export const product_group = described('code', 'Produktgrupp.', 'Product group.')
export const form = described('code', 'Form.', 'Form.')
export const step = described('code', 'Förädlingssteg.', 'Processing step.')
export const segment: ColumnSpec = {
  type: 'text',
  values: [...SEGMENTS, 'all'],
  description: { sv: 'Segment, eller `all` för samtliga.', en: 'Segment, or `all` for every one.' },
}
export const evidence: ColumnSpec = {
  type: 'text',
  values: EVIDENCES,
  description: { sv: 'Det sämsta belägget bland underlagen.', en: 'The worst evidence among the inputs.' },
}
export const supply_status: ColumnSpec = {
  type: 'text',
  values: REPORT_STATUSES,
  description: {
    sv: 'Om någon rad om produktion finns i zonen inom åtta kvartal.',
    en: 'Whether any production row lies in the zone within eight quarters.',
  },
}
export const capacity_status: ColumnSpec = {
  type: 'text',
  values: REPORT_STATUSES,
  description: {
    sv: 'Om någon rad om kapacitet finns i zonen inom åtta kvartal.',
    en: 'Whether any processing row lies in the zone within eight quarters.',
  },
}

/** A computed mass in kg; `unit` says kg of what. */
export const kg = (sv: string, en: string, unit = 'raw kg'): ColumnSpec => ({
  ...described('computed_kilograms', sv, en),
  unit,
})
/** A computed amount in kronor without VAT. */
export const sek = (sv: string, en: string, unit = 'SEK'): ColumnSpec => ({
  ...described('computed_sek', sv, en),
  unit,
})
/** A computed share, 0…1. */
export const share = (sv: string, en: string): ColumnSpec => ({
  ...described('computed_share', sv, en),
  unit: '1',
})
/** A number of things. */
export const count = (sv: string, en: string): ColumnSpec => described('count', sv, en)
