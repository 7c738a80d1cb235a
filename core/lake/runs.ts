import { z } from 'zod'
import { SkafferiError } from '../errors.ts'
import type { Storage } from '../storage/storage.ts'
import { keys } from './layout.ts'

const SavedFile = z.object({ key: z.string(), bytes: z.int(), sha256: z.string(), rows: z.int() })
const Pin = z.object({
  delivery: z.string(),
  row_name: z.string(),
  dataset: z.string(),
  source: z.string(),
  quarter: z.string().nullable(),
  received_at: z.string(),
  /** Day in Stockholm on which the scope's first delivery that still stands was sent. */
  first_received_on: z.string(),
  rows: z.int(),
  refused_rows: z.int(),
  /** Row files: the roll-up of purchases, else the curated rows. */
  keys: z.array(z.string()),
})
const Query = z.object({
  model: z.string().nullable(),
  id: z.string(),
  sql_sha256: z.string(),
  attempt: z.int(),
  state: z.enum(['succeeded', 'failed', 'cancelled']),
  bytes_scanned: z.int(),
  queue_ms: z.int(),
  planning_ms: z.int(),
  engine_ms: z.int(),
  total_ms: z.int(),
})
const RunRecord = z.object({
  run: z.string(),
  quarter: z.string(),
  as_of: z.string().nullable(),
  computed_at: z.iso.datetime(),
  engine: z.string(),
  /** Version of the program, and SHA-256 of each model's text. */
  versions: z.object({ skafferi: z.string(), models: z.record(z.string(), z.string()) }),
  inputs: z.array(Pin),
  models: z.record(z.string(), z.array(SavedFile)),
  /** Rows of each mart. */
  marts: z.record(z.string(), z.int()),
  /** What each statement took, where the engine is paid for by the statement. */
  queries: z.array(Query).optional(),
})

/** A delivery that a run rests on. */
export type Pin = z.infer<typeof Pin>
/** What a run was computed from and left behind; written last, it is what makes the run count. */
export type RunRecord = z.infer<typeof RunRecord>

/** Writes a run's record; from then on the run counts. */
export async function writeRun(storage: Storage, record: RunRecord): Promise<void> {
  const key = keys.run(record.quarter, record.run)
  const content = Buffer.from(`${JSON.stringify(RunRecord.parse(record), null, 2)}\n`)
  if ((await storage.put(key, content)) === 'exists')
    throw new SkafferiError('fault', `run ${record.run} exists already`)
}

/** What a run may be called: part of keys, of partitions and of names of executions. */
export const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/

/** Throws unless the name is one that a run may have. */
export function assertRunName(run: string): void {
  if (RUN_NAME.test(run)) return
  const valid = 'valid: up to 80 letters a-z, digits, _ and -, the first a letter or digit'
  throw new SkafferiError('usage', `not a name of a run: ${JSON.stringify(run)} (${valid})`)
}

/** Names of the quarters that have a run, oldest first, each with its runs, oldest first. */
export async function listRuns(storage: Storage): Promise<Map<string, string[]>> {
  const runs = new Map<string, string[]>()
  for await (const { key } of storage.list('runs/')) {
    const [, quarter, file] = key.split('/') as [string, string, string]
    runs.set(quarter, [...(runs.get(quarter) ?? []), file.replace(/\.json$/, '')])
  }
  return runs
}

/** A run by its name. */
export async function readRun(storage: Storage, quarter: string, run: string): Promise<RunRecord> {
  const text = new TextDecoder().decode(await storage.read(keys.run(quarter, run)))
  const parsed = RunRecord.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new SkafferiError('fault', `run ${run} of ${quarter} is damaged: ${z.prettifyError(parsed.error)}`)
}

/** Sources whose rows are invented; every output that rests on them says so. */
export const EXAMPLE_SOURCE = /^example-/

/** Sources of a run whose rows are invented, in order. */
export function inventedSources({ inputs }: Pick<RunRecord, 'inputs'>): string[] {
  const invented = inputs.map(({ source }) => source).filter((source) => EXAMPLE_SOURCE.test(source))
  return [...new Set(invented)].sort()
}

/** What a reader must be told about a run before its figures. */
export function noticesOf(record: Pick<RunRecord, 'inputs'>): string[] {
  const invented = inventedSources(record)
  if (invented.length === 0) return []
  return [
    `rests on invented example deliveries (${invented.join(', ')}): not figures of any real kitchen or supplier`,
  ]
}
