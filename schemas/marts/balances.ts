import { defineTable } from '../table.ts'
import * as c from './columns.ts'

export const balances = defineTable({
  name: 'balances',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'product_group'],
  grain: {
    sv: 'En produktgrupps råvara i en zon ett kvartal: efterfrågad, lagrad, erbjuden, odlad.',
    en: 'The raw material of a product group in a zone in a quarter: demanded, stored, on offer, grown.',
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    product_group: c.product_group,
    demand_kg: c.kg('Efterfrågan.', 'Demand.'),
    purchased_local_kg: c.kg('Redan köpt i närheten (Λ).', 'Already bought near by (Λ).'),
    opening_stock_kg: c.kg('Ingående lager efter svinn.', 'Stock carried in, after losses.'),
    supply_kg: c.kg(
      'På offentliga kök erbjudet i kvartalet (S).',
      'On offer to public kitchens in the quarter (S).',
    ),
    available_kg: c.kg(
      'Lager och erbjudet utöver det köpta (A).',
      'Stock and offer beyond what is bought (A).',
    ),
    produced_kg: c.kg('Hela produktionen i kvartalet (S′).', 'All output of the quarter (S′).'),
    reachable_kg: c.kg('Som A, för hela produktionen (A′).', 'As A, for all output (A′).'),
    processable_kg: c.kg('Vad förädlingen släpper igenom (P).', 'What processing lets through (P).'),
    procurable_kg: c.kg('Möjligt att köpa i dag (T).', 'What could be bought today (T).'),
    closing_stock_kg: c.kg('Utgående lager.', 'Stock at the end.'),
    producers: c.count('Antal producenter med en rad i kvartalet.', 'Producers with a row in the quarter.'),
    largest_producer_share: {
      ...c.share('Största producentens andel av erbjudet.', "Largest producer's share of what is on offer."),
      nullable: true,
    },
    supply_status: c.supply_status,
    demand_coverage: {
      ...c.share(
        'Andel av zonens befolkning i platser med efterfrågan; tomt = okänd befolkning.',
        "Share of the zone's population in places with demand; empty = population unknown.",
      ),
      nullable: true,
    },
  },
})
