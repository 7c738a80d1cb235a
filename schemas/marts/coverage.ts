import { defineTable } from '../table.ts'
import * as c from './columns.ts'

export const coverage = defineTable({
  name: 'coverage',
  layer: 'mart',
  key: ['quarter', 'source', 'dataset'],
  grain: {
    sv: 'Vad en uppgiftslämnare skulle ha sänt för ett kvartal, och vad som kom.',
    en: 'What a source was to send for a quarter, and what came.',
  },
  columns: {
    quarter: c.quarter,
    source: { type: 'code', description: { sv: 'Uppgiftslämnare.', en: 'Source.' } },
    dataset: { type: 'text', description: { sv: 'Datamängd.', en: 'Dataset.' } },
    status: {
      type: 'text',
      values: ['received', 'late', 'due', 'missing', 'unexpected'],
      description: { sv: 'Om den kom i tid.', en: 'Whether it came in time.' },
    },
    delivery: {
      type: 'code',
      nullable: true,
      description: { sv: 'Leveransen som gäller.', en: 'The effective delivery.' },
    },
    rows: c.count('Godtagna rader.', 'Accepted rows.'),
    refused_rows: c.count('Underkända rader.', 'Refused rows.'),
    received_at: {
      type: 'instant',
      nullable: true,
      description: { sv: 'När den kom.', en: 'When it came.' },
    },
  },
})
