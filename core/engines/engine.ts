import type { Table as ArrowTable } from '@uwdata/flechette'

/** A Parquet file that an engine left in the lake. */
export interface SavedFile {
  readonly key: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number
}

/**
 * Runs portable SQL over a lake's tables. One statement a call, without trailing semicolon; tables are named
 * as in `schemas/` and `sql/`. A failure is an `EngineError`.
 */
export interface Engine {
  readonly name: 'duckdb' | 'athena' | 'trino'
  /** How many models it is good to save at the same time. */
  readonly models_at_once: number
  /** The result as an Arrow table, exact: decimals stay decimals, integers stay 64 bits wide. */
  query(sql: string): Promise<ArrowTable>
  /**
   * Writes the result as Parquet below a folder of the lake that holds nothing yet. From then on the table
   * of the model can be read, by later statements of this engine, with the run's columns beside its own. An
   * empty result may have no file. A signal that is aborted ends it early where the engine can.
   */
  save(sql: string, folder: ModelFolder, signal?: AbortSignal): Promise<SavedFile[]>
  close(): Promise<void>
}

/** Where a run keeps one model's result. */
export interface ModelFolder {
  readonly model: string
  readonly year: number
  readonly quarter: number
  readonly run: string
}

/** The key prefix of a model's files in a run. */
export function modelPrefix({ model, year, quarter, run }: ModelFolder): string {
  return `models/${model}/year=${year}/quarter=${quarter}/run=${run}/`
}
