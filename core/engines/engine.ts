import type { Table as ArrowTable } from '@uwdata/flechette'

/** A Parquet file that an engine left in the lake. */
export interface SavedFile {
  readonly key: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number
}

/** What became of one statement on an engine that is paid for by the statement. */
export interface QueryRecord {
  /** The model that it was to save; null for a question. */
  readonly model: string | null
  /** The engine's own name for it. */
  readonly id: string
  readonly sql_sha256: string
  /** Of the model: 1, and more after a failure that was not ours. */
  readonly attempt: number
  readonly state: 'succeeded' | 'failed' | 'cancelled'
  readonly bytes_scanned: number
  readonly queue_ms: number
  readonly planning_ms: number
  readonly engine_ms: number
  readonly total_ms: number
}

/**
 * Runs portable SQL over a lake's tables. One statement a call, without trailing semicolon; tables are named
 * as in `schemas/` and `sql/`. A failure is an `EngineError`.
 */
export interface Engine {
  readonly name: 'duckdb' | 'athena' | 'trino'
  /** How many models it is good to save at the same time. */
  readonly models_at_once: number
  /** Every statement that has ended, on an engine that is paid for by the statement. */
  readonly queries?: readonly QueryRecord[]
  /** The result as an Arrow table, exact: decimals stay decimals, integers stay 64 bits wide. */
  query(sql: string): Promise<ArrowTable>
  /**
   * Writes the result as Parquet below a folder of the lake that holds nothing yet; an empty result may have no
   * file. From then on the table of the model can be read, with the run's columns beside its own, by later
   * statements of this engine that name the run as `renderModel` does. An aborted signal ends it early where
   * the engine can.
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
