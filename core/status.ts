import { coverageNow } from './coverage.ts'
import { readScopes } from './lake/commits.ts'
import { listRuns } from './lake/runs.ts'
import type { MartRow } from './mart-text.ts'
import { inParallel } from './parallel.ts'
import { type StaleQuarter, staleQuarters } from './plan.ts'
import { quarterAt } from './quarter.ts'
import { isStale, type ListedRelease, listReleases } from './releases.ts'
import type { Storage } from './storage/storage.ts'

/** How a lake stands. */
export interface Status {
  readonly lake: string
  /** What counts of each dataset. */
  readonly datasets: readonly {
    dataset: string
    deliveries: number
    rows: number
    newest_received_at: string
  }[]
  readonly quarter: string | null
  /** Rows of the mart `coverage` for that quarter, as of now. */
  readonly coverage: readonly MartRow[]
  readonly runs: readonly { quarter: string; runs: number; newest: string; stale: boolean }[]
  readonly stale: readonly StaleQuarter[]
  readonly releases: readonly ReleaseStatus[]
}

/** A release as `status` tells of it. */
export interface ReleaseStatus extends ListedRelease {
  /** Whether readers get it although its run rests on other deliveries than those that count now. */
  readonly stale: boolean
}

/**
 * Tells what has come, what has not, and what is out of date.
 *
 * @param quarter whose sources to look at; default the newest one with a delivery
 */
export async function status(storage: Storage, quarter?: string, now = new Date()): Promise<Status> {
  const scopes = await readScopes(storage)
  const indexes = scopes.flatMap(({ scope }) => scope.quarter?.index ?? [])
  const chosen = quarter ?? (indexes.length > 0 ? quarterAt(Math.max(...indexes)).name : null)
  const stale = await staleQuarters(storage)
  const effective = scopes.flatMap((state) => state.effective ?? [])
  const datasets = [...new Set(effective.map(({ dataset }) => dataset))].map((dataset) => {
    const own = effective.filter((one) => one.dataset === dataset)
    const newest_received_at = own
      .map(({ received_at }) => received_at)
      .sort()
      .at(-1)!
    return {
      dataset,
      deliveries: own.length,
      rows: own.reduce((sum, { rows }) => sum + rows, 0),
      newest_received_at,
    }
  })
  return {
    lake: storage.url,
    datasets,
    quarter: chosen,
    coverage: chosen === null ? [] : await coverageNow(storage, chosen, now),
    runs: [...(await listRuns(storage))].map(([of, runs]) => ({
      quarter: of,
      runs: runs.length,
      newest: runs.at(-1)!,
      stale: stale.some((one) => one.quarter === of),
    })),
    stale,
    releases: await releaseStatuses(storage),
  }
}

async function releaseStatuses(storage: Storage): Promise<ReleaseStatus[]> {
  return await inParallel(await listReleases(storage), async (release) => ({
    ...release,
    stale: release.current && (await isStale(storage, release)),
  }))
}
