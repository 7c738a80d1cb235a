import { runModels } from '../../core/analyse.ts'
import { type RunRecord, writeRun } from '../../core/lake/runs.ts'
import { loadModels } from '../../core/models.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Region } from '../reference/facts.ts'
import { openRegionLake, type Pin, type RegionLake } from './region-lake.ts'

/** A region analysed without landing, each run recorded as `analyse` would. */
export interface RegionRuns {
  readonly lake: RegionLake
  readonly records: readonly RunRecord[]
}

/** Analyses some quarters of a region, oldest first. */
export async function analyseRegion(region: Region, quarters: readonly string[]): Promise<RegionRuns> {
  const lake = await openRegionLake(region)
  const records: RunRecord[] = []
  for (const quarter of quarters) records.push(await record(lake, quarter))
  return { lake, records }
}

async function record({ engine, storage, pins }: RegionLake, name: string): Promise<RunRecord> {
  const quarter = parseQuarter(name)
  const inputs = withKeys(
    pins,
    pins.filter((pin) => isSeen(pin, quarter.index)),
  )
  const run = `run-of-${name}`
  const models = await runModels(engine, await loadModels(), inputs, { quarter, run, today: '2026-11-23' })
  const rows = (mart: string) => (models[mart] ?? []).reduce((sum, file) => sum + file.rows, 0)
  const written: RunRecord = {
    run,
    quarter: name,
    as_of: null,
    computed_at: '2026-11-23T08:00:00.000Z',
    engine: engine.name,
    versions: { skafferi: 'test', models: {} },
    inputs,
    models,
    marts: Object.fromEntries(marts.map((mart) => [mart.name, rows(mart.name)])),
  }
  await writeRun(storage, written)
  return written
}

function isSeen({ quarter }: Pin, index: number): boolean {
  const age = quarter === null ? 0 : index - parseQuarter(quarter).index
  return age >= 0 && age <= 10
}

/** Every delivery's rows lie in the files of its dataset; the first pin of those that are seen names them all. */
function withKeys(all: readonly Pin[], seen: readonly Pin[]): Pin[] {
  return seen.map((pin, at) => {
    const isFirst = seen.findIndex(({ dataset }) => dataset === pin.dataset) === at
    const keys = all.filter(({ dataset }) => dataset === pin.dataset).flatMap((one) => one.keys)
    return { ...pin, keys: isFirst ? keys : [] }
  })
}
