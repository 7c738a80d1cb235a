import { lakeTables } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import { quote } from '../engines/duckdb-session.ts'
import { readScope } from '../lake/commits.ts'
import type { Scope } from '../lake/layout.ts'
import { parseQuarter, type Quarter, quarterAt } from '../quarter.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'

const DAY_MS = 86_400_000

/** What `sources` declares of a source and dataset. */
export interface Declared {
  readonly cadence: 'quarterly' | 'yearly' | 'once'
  readonly first_quarter: string
  readonly grace_days: number
}

/** A quarter for which a delivery is expected. */
export interface Due {
  readonly quarter: string
  /** The last day in Stockholm on which it is in time; null where it lies beyond the calendar. */
  readonly due_on: string | null
  /** The delivery that counts there already. */
  readonly received: string | null
}

/** What is expected of a source after one of its deliveries. */
export interface Expected {
  /** The first quarter after the delivery's for which one is expected. */
  readonly next_due: Due | null
  /** Why there is none. */
  readonly next_due_reason: string | null
  /** The delivery's own quarter, if nothing counts there though something is expected. */
  readonly still_due: Due | null
}

/** The first quarter after this one for which a delivery is expected; null when there is none. */
export function nextQuarter({ cadence, first_quarter }: Declared, after: Quarter): Quarter | null {
  const first = parseQuarter(first_quarter).index
  if (after.index < first) return quarterAt(first)
  if (cadence === 'once') return null
  return quarterAt(cadence === 'quarterly' ? after.index + 1 : after.index + 4 - ((after.index - first) % 4))
}

/** Whether a delivery is expected for this very quarter. */
export function isExpected(declared: Declared, quarter: Quarter): boolean {
  return nextQuarter(declared, quarterAt(quarter.index - 1))?.index === quarter.index
}

/** The last day on which a quarter's delivery is in time. */
export function dueOn({ last_day }: Quarter, grace_days: number): string | null {
  const day = new Date(Date.parse(last_day) + Math.floor(grace_days) * DAY_MS)
  return day.getTime() < Date.parse('9999-12-31') ? day.toISOString().slice(0, 10) : null
}

/** What is expected of the source of a delivery after it. */
export async function expectedAfter(storage: Storage, scope: Scope): Promise<Expected> {
  const none = (next_due_reason: string) => ({ next_due: null, next_due_reason, still_due: null })
  const { dataset, source, quarter } = scope
  if (quarter === null) return none('a reference delivery counts until a newer one replaces it')
  const declared = await readDeclared(storage, scope)
  if (declared === null) return none(`sources does not declare ${dataset} of ${source}`)
  const due = async (of: Quarter): Promise<Due> => ({
    quarter: of.name,
    due_on: dueOn(of, declared.grace_days),
    received: (await readScope(storage, { ...scope, quarter: of })).effective?.delivery ?? null,
  })
  const own = isExpected(declared, quarter) ? await due(quarter) : null
  const still_due = own?.received === null ? own : null
  const next = nextQuarter(declared, quarter)
  if (next !== null) return { next_due: await due(next), next_due_reason: null, still_due }
  return { ...none(`${dataset} of ${source} is expected once, for ${declared.first_quarter}`), still_due }
}

async function readDeclared(storage: Storage, { dataset, source }: Scope): Promise<Declared | null> {
  const { effective } = await readScope(storage, { dataset: 'sources', source: '', quarter: null })
  if (effective === null) return null
  const tables = lakeTables([{ dataset: 'sources', keys: [effective.curated.key] }])
  const engine = await DuckDBEngine.open(storage, { tables: tables.filter(({ name }) => name === 'sources') })
  try {
    const wanted = `source = ${quote(source)} and dataset = ${quote(dataset)}`
    const rows = plainRows(
      await engine.query(`select cadence, first_quarter, grace_days from sources where ${wanted}`),
    )
    return (rows[0] as unknown as Declared | undefined) ?? null
  } finally {
    await engine.close()
  }
}
