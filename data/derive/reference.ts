import { FIRST_QUARTER, GRACE_DAYS, MARGINS, PRICES } from './assumptions.ts'
import type { Row } from './csv.ts'
import { DATASETS } from './datasets.ts'
import { CAPACITY_SOURCE } from './processing.ts'
import { FARM_SOURCE, REINDEER_SOURCE } from './production.ts'

export const REFERENCE_SOURCE = 'skafferi'
export const MODEL_SOURCE = 'skafferi-model'

export function prices(): Row[] {
  return Object.entries(PRICES.value).flatMap(([product_group, forms]) =>
    Object.entries(forms).map(([form, sek_per_kg]) => ({
      product_group,
      form,
      sek_per_kg,
      evidence: 'assumed',
    })),
  )
}

export function uncertainty(): Row[] {
  return Object.entries(MARGINS.value).map(([evidence, margin]) => ({ evidence, margin }))
}

const QUARTERLY: [source: string, dataset: string, name: string][] = [
  [FARM_SOURCE, 'production', 'Official agricultural statistics, derived'],
  [CAPACITY_SOURCE, 'processing', 'Published capacities of plants, derived'],
  [REINDEER_SOURCE, 'production', 'Statistics of reindeer husbandry, derived'],
  [MODEL_SOURCE, 'portions', 'Portions derived from public counts'],
]

export function sources(): Row[] {
  const reference = Object.keys(DATASETS).filter((dataset) => !DATASETS[dataset]!.quarterly)
  return [
    ...reference.map((dataset) => once(dataset)),
    ...QUARTERLY.map(([source, dataset, name]) => quarterly(source, dataset, name, FIRST_QUARTER.value)),
  ]
}

function once(dataset: string): Row {
  const name = 'Bundled reference data'
  const first_quarter = FIRST_QUARTER.value
  return {
    source: REFERENCE_SOURCE,
    dataset,
    name,
    cadence: 'once',
    first_quarter,
    grace_days: GRACE_DAYS.value,
  }
}

export function quarterly(source: string, dataset: string, name: string, first_quarter: string): Row {
  return { source, dataset, name, cadence: 'quarterly', first_quarter, grace_days: GRACE_DAYS.value }
}
