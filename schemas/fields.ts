import type { ColumnSpec, Text } from './table.ts'

/** How well a row is known, best first. */
export const EVIDENCES = ['reported', 'derived', 'assumed'] as const
/** Kinds of eaters that a public kitchen serves. */
export const SEGMENTS = ['preschool', 'school', 'elder_care', 'hospital', 'other'] as const
/** Kinds of place. */
export const PLACE_KINDS = ['municipality', 'county', 'country'] as const
/** What a definition of local looks at. */
export const LOCAL_RULES = ['grown', 'processed', 'grown_or_processed', 'grown_and_processed'] as const
/** How often a source delivers. */
export const CADENCES = ['quarterly', 'yearly', 'once'] as const
/** In what a share is measured. */
export const MEASURE_UNITS = ['kg', 'sek'] as const

/** A code that this table itself gives out. */
export const code = (sv: string, en: string): ColumnSpec => ({ type: 'code', description: { sv, en } })

export const name_sv: ColumnSpec = {
  type: 'text',
  description: { sv: 'Namn på svenska.', en: 'Name in Swedish.' },
}
export const name_en: ColumnSpec = {
  type: 'text',
  description: { sv: 'Namn på engelska.', en: 'Name in English.' },
}

/** A place that must stand in `places`. */
export const place = (description: Text, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  type: 'code',
  references: { table: 'places', columns: ['place'], keys: ['place'] },
  ...more,
  description,
})

/** A product group that must stand in `product_groups`; `all` where `or_all`. */
export const product_group = (or_all = false): ColumnSpec => ({
  type: 'code',
  description: {
    sv: `Produktgrupp: en kedja från en råvara${or_all ? ', eller `all` för samtliga' : ''}.`,
    en: `Product group: a chain from one raw material${or_all ? ', or `all` for every one' : ''}.`,
  },
  references: {
    table: 'product_groups',
    columns: ['product_group'],
    keys: ['product_group'],
    ...(or_all ? { or: ['all'] } : {}),
  },
})

/** A form of the row's product group. */
export const form: ColumnSpec = {
  type: 'code',
  description: {
    sv: 'Form: det köket beställer av produktgruppen.',
    en: 'Form: what a kitchen orders of it.',
  },
  references: {
    table: 'product_forms',
    columns: ['product_group', 'form'],
    keys: ['product_group', 'form'],
  },
}

export const evidence: ColumnSpec = {
  type: 'text',
  values: EVIDENCES,
  description: {
    sv: 'Hur väl raden är känd: rapporterad, härledd eller antagen.',
    en: 'How well the row is known: reported, derived or assumed.',
  },
}

/** Quantity of raw material or product, at least 0. */
export const kilograms = (sv: string, en: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  type: 'kilograms',
  unit: 'kg',
  minimum: 0,
  ...more,
  description: { sv, en },
})

/** A share between 0 and 1. */
export const share = (sv: string, en: string): ColumnSpec => ({
  type: 'number',
  unit: '1',
  minimum: 0,
  maximum: 1,
  description: { sv, en },
})

/** A yield: kg that leave per raw kg. */
export const yielded = (sv: string, en: string): ColumnSpec => ({
  type: 'number',
  unit: 'kg/kg',
  above: 0,
  description: { sv, en },
})
