import { defineTable } from '../table.ts'
import * as c from './columns.ts'

export const bottlenecks = defineTable({
  name: 'bottlenecks',
  layer: 'mart',
  key: ['quarter', 'zoning', 'zone', 'product_group', 'step'],
  grain: {
    sv: 'Ett förädlingssteg i en zon ett kvartal: vad som krävs av det och vad det klarar.',
    en: 'A processing step in a zone in a quarter: what is required of it and what it can take.',
  },
  columns: {
    quarter: c.quarter,
    zoning: c.zoning,
    zone: c.zone,
    product_group: c.product_group,
    step: c.step,
    required_kg: c.kg(
      'Efterfrågan som inte möts av lokala köp och som kräver steget.',
      'Demand beyond local purchases that needs the step.',
    ),
    inflow_kg: c.kg('Vad som når steget.', 'What reaches the step.'),
    capacity_kg: c.kg('Kapacitet (K).', 'Capacity (K).'),
    local_use_kg: c.kg(
      'Lokala köp som redan tar av kapaciteten.',
      'Local purchases that already use the capacity.',
    ),
    lost_kg: c.kg('Inflöde som inte ryms.', 'Inflow that finds no room.'),
    lacking_kg: c.kg(
      'Vad steget skulle sakna om alla steg under det byggts.',
      'What the step would lack if all below it were built.',
    ),
    processing_gap_kg: c.kg('Stegets del av förädlingsglappet.', "The step's part of the processing gap."),
    chain_gap_kg: c.kg('Stegets del av kedjeglappet.', "The step's part of the chain gap."),
    processors: c.count('Antal förädlare med en rad i kvartalet.', 'Processors with a row in the quarter.'),
    largest_processor_share: {
      ...c.share('Största förädlarens andel av kapaciteten.', "Largest processor's share of the capacity."),
      nullable: true,
    },
    capacity_status: c.capacity_status,
  },
})
