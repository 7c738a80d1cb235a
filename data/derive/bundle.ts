import { EXAMPLE, FIRST_QUARTER, LAST_QUARTER, OFFERED_SHARE } from './assumptions.ts'
import { formatCsv, type Row } from './csv.ts'
import { DATASETS } from './datasets.ts'
import type { Facts } from './facts.ts'
import { places, zones, zonings } from './places.ts'
import { portions } from './portions.ts'
import { CAPACITY_SOURCE, processing } from './processing.ts'
import { contracts, localDefinitions, targets } from './procurement.ts'
import { FARM_SOURCE, production, REINDEER_SOURCE } from './production.ts'
import { processingSteps, productForms, productGroups } from './products.ts'
import { portionProfiles } from './profiles.ts'
import { EXAMPLE_SOURCES, examplePurchases } from './purchases-example.ts'
import { type Quarter, quartersBetween } from './quarters.ts'
import { MODEL_SOURCE, prices, quarterly, REFERENCE_SOURCE, sources, uncertainty } from './reference.ts'

/** One delivery as a file: `<folder>/<dataset>/<source>/<quarter|all>.csv`. */
export type BundledFile = { folder: string; dataset: string; source: string; quarter: string; rows: Row[] }

export const REGION = 'vasterbotten'
export const EXAMPLE_FOLDER = 'example-purchases'

/** Every bundled file of the region, in the order in which references are satisfied. */
export function regionFiles(facts: Facts, offeredShare = OFFERED_SHARE.value): BundledFile[] {
  const quarters = quartersBetween(FIRST_QUARTER.value, LAST_QUARTER.value)
  return [
    ...referenceFiles(facts),
    ...quarters.flatMap((inQuarter) => quarterFiles(facts, inQuarter, offeredShare)),
  ]
}

export function exampleFiles(facts: Facts): BundledFile[] {
  const quarters = quartersBetween(EXAMPLE.value.first_quarter, LAST_QUARTER.value)
  const bundled = quarters.flatMap((inQuarter) =>
    Object.entries(examplePurchases(facts, inQuarter)).map(([source, rows]) => ({
      folder: EXAMPLE_FOLDER,
      dataset: 'purchases',
      source,
      quarter: inQuarter.code,
      rows,
    })),
  )
  return [exampleSources(), ...bundled]
}

/**
 * The region's sources and the example's: landing it replaces the former, so that the example is expected.
 */
function exampleSources(): BundledFile {
  const first = EXAMPLE.value.first_quarter
  const invented = EXAMPLE_SOURCES.map((source) =>
    quarterly(source, 'purchases', 'Invented example purchases', first),
  )
  const rows = [...sources(), ...invented]
  return { folder: EXAMPLE_FOLDER, dataset: 'sources', source: REFERENCE_SOURCE, quarter: 'all', rows }
}

function referenceFiles(facts: Facts): BundledFile[] {
  const rows: Record<string, Row[]> = {
    places: places(facts),
    zonings: zonings(),
    zones: zones(facts),
    product_groups: productGroups(facts),
    processing_steps: processingSteps(facts),
    product_forms: productForms(facts),
    portion_profiles: portionProfiles(facts),
    local_definitions: localDefinitions(),
    targets: targets(),
    prices: prices(),
    uncertainty: uncertainty(),
    sources: sources(),
    contracts: contracts(facts),
  }
  return Object.entries(rows).map(([dataset, all]) => regionFile(dataset, REFERENCE_SOURCE, 'all', all))
}

function quarterFiles(facts: Facts, inQuarter: Quarter, offeredShare: number): BundledFile[] {
  const farms = production(facts, FARM_SOURCE, inQuarter, offeredShare)
  const reindeer = production(facts, REINDEER_SOURCE, inQuarter, offeredShare)
  return [
    regionFile('portions', MODEL_SOURCE, inQuarter.code, portions(facts, inQuarter)),
    regionFile('production', FARM_SOURCE, inQuarter.code, farms),
    regionFile('production', REINDEER_SOURCE, inQuarter.code, reindeer),
    regionFile('processing', CAPACITY_SOURCE, inQuarter.code, processing(facts, offeredShare)),
  ]
}

function regionFile(dataset: string, source: string, quarter: string, rows: Row[]): BundledFile {
  return { folder: REGION, dataset, source, quarter, rows }
}

export function pathOf({ folder, dataset, source, quarter }: BundledFile): string {
  return `${folder}/${dataset}/${source}/${quarter}.csv`
}

export function textOf({ dataset, rows }: BundledFile): string {
  return formatCsv(Object.keys(DATASETS[dataset]!.columns), rows)
}
