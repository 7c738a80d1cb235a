import { pinDeliveries, pinsOf } from './analyse.ts'
import { coverageNow } from './coverage.ts'
import { readScopes } from './lake/commits.ts'
import { listRuns, type Pin, readRun } from './lake/runs.ts'
import type { MartRow } from './mart-text.ts'
import { inParallel } from './parallel.ts'
import { parseQuarter } from './quarter.ts'
import type { Storage } from './storage/storage.ts'

/** A delivery as a plan names it. */
export type PlannedDelivery = Pick<Pin, 'delivery' | 'dataset' | 'source' | 'quarter' | 'rows'>

/** What changed in what counts. */
export interface Changes {
  readonly added: readonly PlannedDelivery[]
  readonly removed: readonly PlannedDelivery[]
}

/** What `analyse` would read, and which results no longer say what the deliveries say. */
export interface Plan {
  readonly quarter: string
  readonly inputs: readonly PlannedDelivery[]
  /** Rows of the mart `coverage` of the quarter: who has delivered, who is late, due, missing or unexpected. */
  readonly coverage: readonly MartRow[]
  /** The newest run of the quarter; null when there is none. */
  readonly last_run: string | null
  /** Since that run; null when there is none. */
  readonly changes: Changes | null
  /** Quarters whose newest run rests on other deliveries than those that count now. */
  readonly stale: readonly StaleQuarter[]
}

/** A quarter whose newest run is out of date. */
export interface StaleQuarter extends Changes {
  readonly quarter: string
  readonly run: string
}

/** Compares what counts now with what the newest runs were computed from. Leaves nothing behind. */
export async function plan(
  storage: Storage,
  request: { quarter: string; as_of?: Date | undefined },
  now = new Date(),
): Promise<Plan> {
  const inputs = await pinDeliveries(storage, parseQuarter(request.quarter), request.as_of)
  const newest = [...(await listRuns(storage))].map(([quarter, runs]) => ({ quarter, run: runs.at(-1)! }))
  const last_run = newest.find(({ quarter }) => quarter === request.quarter)?.run ?? null
  const changes =
    last_run === null
      ? null
      : changesSince((await readRun(storage, request.quarter, last_run)).inputs, inputs)
  return {
    quarter: request.quarter,
    inputs: inputs.map(planned),
    coverage: await coverageNow(storage, request.quarter, request.as_of ?? now, request.as_of),
    last_run,
    changes,
    stale: await staleQuarters(storage),
  }
}

/** Quarters whose newest run rests on other deliveries than those that count now, oldest first. */
export async function staleQuarters(storage: Storage): Promise<StaleQuarter[]> {
  const newest = [...(await listRuns(storage))].map(([quarter, runs]) => ({ quarter, run: runs.at(-1)! }))
  const scopes = await readScopes(storage)
  const compared = await inParallel(newest, async ({ quarter, run }) => {
    const { inputs } = await readRun(storage, quarter, run)
    return { quarter, run, ...changesSince(inputs, pinsOf(scopes, parseQuarter(quarter))) }
  })
  return compared.filter(({ added, removed }) => added.length + removed.length > 0)
}

/**
 * Deliveries that count now and did not then, and the other way round. One whose scope's first delivery has
 * been withdrawn since is both: it counts as having come on another day.
 */
export function changesSince(then: readonly Pin[], now: readonly Pin[]): Changes {
  const mark = ({ row_name, first_received_on }: Pin) => `${row_name} ${first_received_on}`
  const [before, after] = [new Set(then.map(mark)), new Set(now.map(mark))]
  return {
    added: now.filter((pin) => !before.has(mark(pin))).map(planned),
    removed: then.filter((pin) => !after.has(mark(pin))).map(planned),
  }
}

function planned({ delivery, dataset, source, quarter, rows }: Pin): PlannedDelivery {
  return { delivery, dataset, source, quarter, rows }
}
