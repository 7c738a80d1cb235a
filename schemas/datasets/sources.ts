import { CADENCES, code } from '../fields.ts'
import { defineTable } from '../table.ts'

/** Datasets that a source may be expected to deliver. */
export const QUARTERLY_DATASETS = ['portions', 'purchases', 'production', 'processing'] as const
const REFERENCE_DATASETS = [
  'places',
  'zonings',
  'zones',
  'product_groups',
  'processing_steps',
  'product_forms',
  'portion_profiles',
  'local_definitions',
  'targets',
  'prices',
  'uncertainty',
  'sources',
  'contracts',
  'complete_purchases',
] as const

export const sources = defineTable({
  name: 'sources',
  layer: 'reference',
  key: ['source', 'dataset'],
  grain: { sv: 'Vad en uppgiftslämnare väntas sända.', en: 'What a source is expected to send.' },
  columns: {
    source: code('Uppgiftslämnarens kod.', 'Code of the source.'),
    dataset: {
      type: 'text',
      values: [...QUARTERLY_DATASETS, ...REFERENCE_DATASETS],
      description: { sv: 'Datamängd.', en: 'Dataset.' },
    },
    name: { type: 'text', description: { sv: 'Uppgiftslämnarens namn.', en: 'Name of the source.' } },
    cadence: { type: 'text', values: CADENCES, description: { sv: 'Hur ofta.', en: 'How often.' } },
    first_quarter: { type: 'quarter', description: { sv: 'Första kvartalet.', en: 'First quarter.' } },
    grace_days: {
      type: 'number',
      unit: 'days',
      minimum: 0,
      description: {
        sv: 'Dagar efter kvartalets sista dag då leveransen senast ska vara inne.',
        en: "Days after the quarter's last day within which a delivery is in time.",
      },
    },
  },
})
