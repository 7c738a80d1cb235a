import { defineTable } from '../table.ts'
import * as c from './columns.ts'

/** What would close a gap. */
export const INSTRUMENTS = [
  'contract',
  'supply_dialogue',
  'production_investment',
  'processing_investment',
  'development_contract',
] as const

export const opportunities = defineTable({
  name: 'opportunities',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'product_group', 'instrument', 'target'],
  grain: {
    sv: 'Ett avtal, en dialog eller en investering som skulle stänga ett glapp, på årsbasis.',
    en: 'A contract, dialogue or investment that would close a gap, per year.',
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    product_group: c.product_group,
    instrument: {
      type: 'text',
      values: INSTRUMENTS,
      description: { sv: 'Vad som skulle göras.', en: 'What would be done.' },
    },
    target: {
      type: 'code',
      description: {
        sv: 'Form, förädlingssteg eller produktgrupp som det gäller.',
        en: 'The form, step or product group that it is about.',
      },
    },
    id: { type: 'text', description: { sv: 'Beständigt namn.', en: 'Stable name.' } },
    kg_per_year: c.kg(
      'Mängd över fyra kvartal; råvara för produktion, stegets utflöde för förädling, annars formen.',
      "Quantity over four quarters; raw kg for production, the step's output for processing, else form kg.",
      'kg/year',
    ),
    kg_low: c.kg('Minst bland de tre fallen.', 'Smallest of the three cases.', 'kg/year'),
    kg_high: c.kg('Störst bland de tre fallen.', 'Largest of the three cases.', 'kg/year'),
    peak_quarter_kg: c.kg('Det största kvartalet.', 'The largest quarter.', 'kg/quarter'),
    sek_per_year: {
      ...c.sek('Värde per år; tomt = pris saknas.', 'Value per year; empty = no price.', 'SEK/year'),
      nullable: true,
    },
    quarters: c.count('Kvartal med efterfrågan, 1 till 4.', 'Quarters with demand, 1 to 4.'),
    buyers: c.count('Platser med efterfrågan.', 'Places with demand.'),
    missing_steps: {
      type: 'text',
      nullable: true,
      description: {
        sv: 'Steg som saknas, det närmaste först, med mellanslag emellan.',
        en: 'Steps that are missing, the nearest first, separated by spaces.',
      },
    },
    next_window: {
      type: 'date',
      nullable: true,
      description: { sv: 'När nästa avtal löper ut.', en: 'When the next contract ends.' },
    },
    observed_share: c.share(
      'Andel av efterfrågan som är sedda inköp.',
      'Share of the demand that is observed purchases.',
    ),
    certainty: {
      type: 'text',
      values: ['certain', 'likely', 'unknown'],
      description: { sv: 'Hur säkert det är.', en: 'How sure it is.' },
    },
    supply_status: c.supply_status,
    evidence: c.evidence,
    rank: c.count('Plats i ordningen inom zonindelningen.', 'Place in the order within the zoning.'),
  },
})
