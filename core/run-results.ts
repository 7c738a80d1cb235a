import { lakeTables } from './analyse.ts'
import { DuckDBEngine, type StoredModel } from './engines/duckdb.ts'
import type { ModelFolder } from './engines/engine.ts'
import type { RunRecord } from './lake/runs.ts'
import { parseQuarter } from './quarter.ts'
import type { Storage } from './storage/storage.ts'

/** Where a run keeps its results, all but the model's name. */
export function runFolder({ quarter: name, run }: RunRecord): Omit<ModelFolder, 'model'> {
  const { year, quarter } = parseQuarter(name)
  return { year, quarter, run }
}

/** Every result of a run: its pins (`inputs`), intermediates and marts. */
export function storedModels(record: RunRecord): StoredModel[] {
  const folder = runFolder(record)
  return Object.entries(record.models).map(([model, files]) => ({
    folder: { ...folder, model },
    keys: files.map(({ key }) => key),
  }))
}

/**
 * Opens an engine over all that a run read (the datasets' pinned rows, purchases rolled up) and all that it
 * left behind, so that statements rendered by `renderModel` find everything where the run's own did.
 */
export async function openRun(storage: Storage, record: RunRecord): Promise<DuckDBEngine> {
  return await DuckDBEngine.open(storage, {
    tables: lakeTables(record.inputs),
    models: storedModels(record),
  })
}
