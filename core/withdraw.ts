import { distance } from 'fastest-levenshtein'
import { datasets } from '../schemas/datasets/index.ts'
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
import { type Problem, problem } from './landing/problems.ts'
import { brokenReferences, referenceState } from './landing/references.ts'
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
 * delivery's absence or by the return of the one before it; when such a code came into use meanwhile, a new
 * commit makes the delivery count again.
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
  const table = datasets.find(({ name }) => name === scope.dataset)!
  for (;;) {
    const looked_at = await referenceState(storage, table)
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
    const changes = after?.n !== state.effective?.n
    const problems = changes ? await consequences(storage, scope, after) : []
    if (problems.length > 0) return result('refused', state.effective, problems)
    if (!(await commitWithdrawal(storage, state, delivery, reason, now()))) continue
    if (!changes || (await referenceState(storage, table)) === looked_at) return result('withdrawn', after)
    // what was looked at changed before the commit: whoever changed it may not have seen it
    const broken = await consequences(storage, scope, after)
    if (broken.length > 0 && (await restore(storage, scope, state.effective!, after, now)))
      return result('refused', state.effective, broken)
    return result('withdrawn', after)
  }
}

/** Makes a delivery count again; false when what came after it (null: nothing) is no longer in force either. */
async function restore(
  storage: Storage,
  scope: Scope,
  gone: Acceptance,
  after: Acceptance | null,
  now: () => Date,
): Promise<boolean> {
  for (;;) {
    const state = await readScope(storage, scope)
    if (state.effective?.n !== after?.n) return false
    const again = { ...gone, ...nextCommit(state, now()), supersedes: after?.delivery ?? null }
    if (await writeCommit(storage, state, again)) return true
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

/** Writes the withdrawal as the scope's next commit; false when another writer was first. */
export async function commitWithdrawal(
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
  const context = { table, quarter: scope.quarter, codes: new Map(), suggestions: new Map() }
  return (await brokenReferences(storage, table, after)).map((fault) => problem(fault, context))
}
