import { coverageNow } from './coverage.ts'
import { type Quarter, quarterAt, stockholmDay } from './quarter.ts'
import type { Storage } from './storage/storage.ts'

/** Quarters in which late deliveries are looked for: the newest that have ended. */
const QUARTERS = 2
const DAY_MS = 86_400_000

/** A delivery that was due. */
export interface DueDelivery {
  readonly source: string
  readonly dataset: string
  readonly quarter: string
}

/** What did not come in time, quarters newest first. */
export interface Lateness {
  /** Came, but late. */
  readonly late: readonly DueDelivery[]
  readonly missing: readonly DueDelivery[]
  /** Sources of which something is missing that was not missing the day before. */
  readonly new_since_yesterday: ReadonlySet<string>
}

/** The quarter before the one in which an instant lies in Stockholm: the newest that has ended. */
export function quarterBefore(instant: Date): Quarter {
  const [year, month] = stockholmDay(instant).split('-').map(Number)
  return quarterAt(year! * 4 + Math.floor((month! - 1) / 3) - 1)
}

/** Tells which deliveries did not come in time; from the dates alone, so nothing need be remembered. */
export async function lateness(storage: Storage, now: Date): Promise<Lateness> {
  const newest = quarterBefore(now).index
  const quarters = Array.from({ length: QUARTERS }, (_, ago) => quarterAt(newest - ago).name)
  const late: DueDelivery[] = []
  const missing: DueDelivery[] = []
  const before = new Set<string>()
  for (const quarter of quarters) {
    for (const row of await coverageNow(storage, quarter, now)) {
      const due = { source: String(row.source), dataset: String(row.dataset), quarter }
      if (row.status === 'late') late.push(due)
      if (row.status === 'missing') missing.push(due)
    }
    for (const row of await coverageNow(storage, quarter, new Date(now.getTime() - DAY_MS)))
      if (row.status === 'missing') before.add(`${row.source} ${row.dataset} ${quarter}`)
  }
  const fresh = missing.filter(
    ({ source, dataset, quarter }) => !before.has(`${source} ${dataset} ${quarter}`),
  )
  return { late, missing, new_since_yesterday: new Set(fresh.map(({ source }) => source)) }
}
