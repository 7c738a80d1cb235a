import { datasets } from '../../schemas/datasets/index.ts'
import { marts } from '../../schemas/marts/index.ts'
import { rolled_purchases } from '../../schemas/rolled.ts'
import { lakeTables } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import { listRuns, type Pin, type RunRecord, readRun } from '../lake/runs.ts'
import { loadModels, type Model } from '../models.ts'
import { plainRows } from '../query.ts'
import { storedModels } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'

/** The pins of a run; a mart that reads them itself tells of the deliveries, not of their rows. */
const PINS = 'inputs'
/** Models that say which zone a place lies in, and in which order zonings are shown. */
const ZONE_MODELS = ['int_place_zones', 'stg_zonings']

/** A zone of a zoning with gaps. */
export interface Zone {
  readonly zoning: string
  readonly zone: string
}

/** A run that rests on a delivery: the newest one of its quarter. */
export interface Use {
  readonly quarter: string
  readonly run: string
  /** `quarter`: for the run's own; `earlier_quarter`: for stock, prices and the year; `reference`: for all. */
  readonly as: 'quarter' | 'earlier_quarter' | 'reference'
  /** Marts whose models read it, directly or through others. */
  readonly marts: readonly string[]
  /** Zones in which the places of its rows lie; `all` for reference data without places. */
  readonly zones: 'all' | readonly Zone[]
}

/** The newest run of every quarter, oldest quarter first. */
export async function newestRuns(storage: Storage): Promise<RunRecord[]> {
  const runs = [...(await listRuns(storage))].sort(([a], [b]) => (a < b ? -1 : 1))
  return await Promise.all(runs.map(([quarter, names]) => readRun(storage, quarter, names.at(-1)!)))
}

/** How those of these runs that rest on a delivery used it. */
export async function usesOf(storage: Storage, runs: readonly RunRecord[], delivery: string): Promise<Use[]> {
  const models = await loadModels()
  const uses: Use[] = []
  for (const record of runs) {
    const pin = record.inputs.find((one) => one.delivery === delivery)
    if (pin === undefined) continue
    const { quarter, run } = record
    const as = pin.quarter === null ? 'reference' : pin.quarter === quarter ? 'quarter' : 'earlier_quarter'
    const zones = await zonesReached(storage, record, pin)
    uses.push({ quarter, run, as, marts: martsReached(models, pin.dataset, as), zones })
  }
  return uses
}

/** The marts that a dataset's rows go into, in the contract's order. */
export function martsReached(models: readonly Model[], dataset: string, as: Use['as']): string[] {
  const reached = new Set([tableOf(dataset)])
  // models come after all that they read
  for (const { name, reads } of models) if (reads.some((table) => reached.has(table))) reached.add(name)
  if (as === 'quarter') for (const { name, reads } of models) if (reads.includes(PINS)) reached.add(name)
  return marts.map(({ name }) => name).filter((name) => reached.has(name))
}

/** What models read of a dataset. */
const tableOf = (dataset: string) => (dataset === 'purchases' ? rolled_purchases.name : dataset)

async function zonesReached(storage: Storage, record: RunRecord, pin: Pin): Promise<Use['zones']> {
  const { columns } = datasets.find(({ name }) => name === pin.dataset)!
  if (!columns.some(({ name }) => name === 'place')) return 'all'
  const table = tableOf(pin.dataset)
  const engine = await DuckDBEngine.open(storage, {
    tables: lakeTables([pin]).filter(({ name }) => name === table),
    models: storedModels(record).filter(({ folder }) => ZONE_MODELS.includes(folder.model)),
  })
  try {
    const sql = `select distinct zones.zoning, zones.zone, zonings.position
      from ${table} as sent
      join int_place_zones as zones on zones.place = sent.place
      join stg_zonings as zonings on zonings.zoning = zones.zoning
      where zones.has_gaps
      order by zonings.position, zones.zoning, zones.zone`
    return plainRows(await engine.query(sql)).map(({ zoning, zone }) => ({
      zoning: String(zoning),
      zone: String(zone),
    }))
  } finally {
    await engine.close()
  }
}
