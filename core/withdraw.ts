import { dirname } from 'node:path'
import { distance } from 'fastest-levenshtein'
import { datasets } from '../schemas/datasets/index.ts'
import { openDuckDB, quote, withConnection } from './engines/duckdb-session.ts'
import { SkafferiError } from './errors.ts'
import {
  type Acceptance,
  nextCommit,
  readScope,
  readScopes,
  type ScopeState,
  standing,
  writeCommit,
} from './lake/commits.ts'
import type { Scope } from './lake/layout.ts'
import { type Fault, type Problem, problem } from './landing/problems.ts'
import { danglingFaults, orphanFaults, referredTo, usersOf } from './landing/references.ts'
import { unknownName } from './names.ts'
import type { Storage } from './storage/storage.ts'

/** What came of taking a delivery back. */
export interface WithdrawResult {
  readonly delivery: string
  readonly dataset: string
  readonly source: string
  readonly quarter: string | null
  readonly status: 'withdrawn' | 'already_withdrawn' | 'refused'
  /** The delivery that counts now; null when none does. */
  readonly effective: string | null
  readonly problems: readonly Problem[]
}

/**
 * Takes a delivery back; the one before it counts again. Refused when codes in use would be orphaned, by the
 * delivery's absence or by the return of the one before it.
 *
 * @throws SkafferiError `usage` for an unknown delivery or an empty reason
 */
export async function withdraw(
  storage: Storage,
  delivery: string,
  reason: string,
  now: () => Date = () => new Date(),
): Promise<WithdrawResult> {
  if (reason.trim() === '') throw new SkafferiError('usage', 'a withdrawal needs a reason (--reason TEXT)')
  const scope = await scopeHolding(storage, delivery)
  for (;;) {
    const state = await readScope(storage, scope)
    const result = (
      status: WithdrawResult['status'],
      effective: Acceptance | null,
      problems: Problem[] = [],
    ) => ({
      delivery,
      dataset: scope.dataset,
      source: scope.source,
      quarter: scope.quarter?.name ?? null,
      status,
      effective: effective?.delivery ?? null,
      problems,
    })
    const accepted = standing(state.commits)
    if (!accepted.some((one) => one.delivery === delivery))
      return result('already_withdrawn', state.effective)
    const after = accepted.filter((one) => one.delivery !== delivery).at(-1) ?? null
    const problems = after?.n === state.effective?.n ? [] : await consequences(storage, scope, after)
    if (problems.length > 0) return result('refused', state.effective, problems)
    if (await commitWithdrawal(storage, state, delivery, reason, now())) return result('withdrawn', after)
  }
}

async function scopeHolding(storage: Storage, delivery: string): Promise<Scope> {
  const scopes = await readScopes(storage)
  const accepted = (state: ScopeState) =>
    state.commits.flatMap((commit) => (commit.kind === 'acceptance' ? [commit] : []))
  for (const state of scopes) {
    const commit = accepted(state).find((one) => one.delivery === delivery)
    // the source of a reference delivery is not part of its scope, but of what is said about it
    if (commit) return { ...state.scope, source: commit.source }
  }
  throw unknownName(
    'delivery',
    delivery,
    scopes
      .flatMap(accepted)
      .map((one) => one.delivery)
      .toSorted((a, b) => distance(a, delivery) - distance(b, delivery))
      .slice(0, 20),
  )
}

async function commitWithdrawal(
  storage: Storage,
  state: ScopeState,
  delivery: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  const { dataset, source, quarter } = state.scope
  return await writeCommit(storage, state, {
    kind: 'withdrawal',
    ...nextCommit(state, now),
    dataset,
    source,
    quarter: quarter?.name ?? null,
    withdraws: delivery,
    reason,
  })
}

/** What would no longer hold if `after` counted in this scope (null: nothing). */
async function consequences(storage: Storage, scope: Scope, after: Acceptance | null): Promise<Problem[]> {
  const table = datasets.find(({ name }) => name === scope.dataset)!
  const path = after && (await storage.localFile(after.curated.key))
  const users = await usersOf(storage, table)
  const known = await referredTo(storage, table)
  const paths = [
    ...(path ? [path] : []),
    ...users.flatMap((user) => user.paths),
    ...known.flatMap((one) => one.path ?? []),
  ]
  if (paths.length === 0) return []
  const workspace = await storage.workspace()
  const instance = await openDuckDB([workspace.path, ...new Set(paths.map((one) => dirname(one)))])
  try {
    const select = (sql: string) =>
      withConnection(
        instance,
        async (connection) =>
          (await (await connection.run(sql)).getRowsJS()) as (string | number | bigint | null)[][],
      )
    const keys = table.key.map((name) => `cast(null as varchar) as "${name}"`).join(', ')
    const rows = path ? `read_parquet(${quote(path)})` : `(select ${keys} where false)`
    const faults: Fault[] = []
    if (table.layer === 'reference') faults.push(...(await orphanFaults(rows, users, select)))
    if (path) faults.push(...(await danglingFaults(table, rows, known, select)))
    return faults.map((fault) => problem(fault, { table, quarter: scope.quarter, codes: new Map() }))
  } finally {
    instance.closeSync()
    await workspace.remove()
  }
}
