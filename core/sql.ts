import type { Table as ArrowTable } from '@uwdata/flechette'
import { marts } from '../schemas/marts/index.ts'
import { lakeTables, purchaseLines } from './analyse.ts'
import { DuckDBEngine, type LakeTable } from './engines/duckdb.ts'
import { EngineError, SkafferiError } from './errors.ts'
import { readScopes } from './lake/commits.ts'
import { listRuns, noticesOf, type RunRecord, readRun } from './lake/runs.ts'
import type { Storage } from './storage/storage.ts'

/** Answer to a free question. */
export interface SqlResult {
  readonly arrow: ArrowTable
  readonly notices: readonly string[]
}

/**
 * Runs one read-only statement over the lake: every dataset with the rows that count now (purchases line by
 * line, and rolled up as `rolled_purchases`), and every mart with the newest run of each quarter.
 *
 * @throws SkafferiError `usage` for anything but one SELECT, or one that does not run
 */
export async function sql(storage: Storage, text: string): Promise<SqlResult> {
  const effective = (await readScopes(storage)).flatMap((state) => state.effective ?? [])
  const rolled = effective.map(({ dataset, rolled, curated }) => ({
    dataset,
    keys: [(rolled ?? curated).key],
  }))
  const lines = purchaseLines(
    effective.filter(({ dataset }) => dataset === 'purchases').map(({ curated }) => curated.key),
  )
  const records = await newestRuns(storage)
  const engine = await DuckDBEngine.open(storage, {
    tables: [...lakeTables(rolled), lines, ...martTables(records)],
  })
  try {
    const notices = noticesOf({ inputs: records.flatMap(({ inputs }) => inputs) })
    const landed = noticesOf({
      inputs: effective.map((one) => ({ ...one, first_received_on: '', keys: [] })),
    })
    return { arrow: await engine.query(text), notices: [...new Set([...notices, ...landed])] }
  } catch (error) {
    // what was typed is to blame, not the program
    if (error instanceof EngineError) throw new SkafferiError('usage', error.message, { cause: error })
    throw error
  } finally {
    await engine.close()
  }
}

async function newestRuns(storage: Storage): Promise<RunRecord[]> {
  const runs = [...(await listRuns(storage))]
  return await Promise.all(runs.map(([quarter, names]) => readRun(storage, quarter, names.at(-1)!)))
}

function martTables(records: readonly RunRecord[]): LakeTable[] {
  return marts.map(({ name, columns }) => ({
    name,
    columns,
    keys: records.flatMap(({ models }) => (models[name] ?? []).map(({ key }) => key)),
    partitioned: false,
  }))
}
