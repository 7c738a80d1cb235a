import { defineTable } from '../table.ts'
import * as c from './columns.ts'

const kg = (sv: string, en: string) => c.kg(sv, en, 'form kg')

export const gaps = defineTable({
  name: 'gaps',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'product_group', 'form'],
  grain: {
    sv: 'Efterfrågan på en form i en zon ett kvartal, delad efter vad som skulle möta den.',
    en: 'The demand for a form in a zone in a quarter, split by what would meet it.',
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    product_group: c.product_group,
    form: c.form,
    demand_kg: kg('Efterfrågan.', 'Demand.'),
    observed_kg: kg('Varav inköp som setts.', 'Of which purchases observed.'),
    modelled_kg: kg(
      'Modellens hela efterfrågan, före ifyllnad.',
      'Demand by the model alone, before filling.',
    ),
    purchased_local_kg: kg('Redan köpt i närheten.', 'Already bought near by.'),
    procurable_kg: kg(
      'Erbjudet och möjligt att förädla i närheten men inte köpt: ett avtal stänger det.',
      'On offer and processable near by, not bought: a contract closes it.',
    ),
    diverted_gap_kg: kg(
      'Odlat och möjligt att förädla i närheten men sålt på annat håll.',
      'Grown and processable near by but sold elsewhere.',
    ),
    production_gap_kg: kg(
      'Mer primärproduktion ensam stänger det.',
      'More primary production alone closes it.',
    ),
    processing_gap_kg: kg(
      'Odlat i närheten, förädlingen saknas.',
      'Grown near by, the processing is missing.',
    ),
    chain_gap_kg: kg('Kräver både odling och förädling.', 'Needs both growing and processing.'),
    shortfall_kg: kg('Summan av de fyra glappen.', 'Sum of the four gaps.'),
    shortfall_low_kg: kg('Minst bland de tre fallen.', 'Smallest of the three cases.'),
    shortfall_high_kg: kg('Störst bland de tre fallen.', 'Largest of the three cases.'),
    certainty: {
      type: 'text',
      values: c.CERTAINTIES,
      description: { sv: 'Hur säkert glappet är.', en: 'How sure the gap is.' },
    },
    supply_status: c.supply_status,
    capacity_status: c.capacity_status,
    evidence: c.evidence,
    price_sek_per_kg: {
      ...c.sek('Pris utan moms; tomt = okänt.', 'Price without VAT; empty = unknown.', 'SEK/form kg'),
      nullable: true,
    },
    shortfall_sek: { ...c.sek('Glappets värde.', 'Value of the shortfall.'), nullable: true },
  },
})
