import type { Acceptance, Commit, ScopeState } from '../lake/commits.ts'
import { standing } from '../lake/commits.ts'

/**
 * Whether a delivery counts. `effective`: it does; `superseded`: a newer one of its scope does; `withdrawn`: it
 * was taken back; `refused`: it never did; `unfinished`: its landing broke off before the end.
 */
export type DeliveryState = 'effective' | 'superseded' | 'withdrawn' | 'refused' | 'unfinished'

/** What became of a delivery since it was received, by the commits of its scope. */
export interface Standing {
  readonly state: DeliveryState
  /** Since when this is so; null where no commit says so. */
  readonly since: string | null
  /** The delivery that replaced it. */
  readonly superseded_by: string | null
  /** Why it was taken back. */
  readonly reason: string | null
  /** The delivery of its scope that counts now; null when none does. */
  readonly effective: string | null
  /** Since when that one counts. */
  readonly effective_since: string | null
}

/** The standing of a delivery whose newest receipt says `status`. */
export function standingOf(
  { commits, effective }: Pick<ScopeState, 'commits' | 'effective'>,
  delivery: string,
  status: 'accepted' | 'refused',
): Standing {
  const stands = (state: DeliveryState, more: Partial<Standing> = {}): Standing => ({
    state,
    since: null,
    superseded_by: null,
    reason: null,
    effective: effective?.delivery ?? null,
    effective_since: effective?.committed_at ?? null,
    ...more,
  })
  if (effective?.delivery === delivery) return stands('effective', { since: effective.committed_at })
  const next = successor(standing(commits), delivery)
  if (next !== undefined)
    return stands('superseded', { since: next.committed_at, superseded_by: next.delivery })
  const taken = commits.findLast((one) => one.kind === 'withdrawal' && one.withdraws === delivery)
  if (taken?.kind === 'withdrawal')
    return stands('withdrawn', { since: taken.committed_at, reason: taken.reason })
  return stands(status === 'refused' ? 'refused' : 'unfinished')
}

/** The delivery that took the place of another among those that have not been taken back. */
function successor(accepted: readonly Acceptance[], delivery: string): Acceptance | undefined {
  const last = accepted.findLastIndex((one) => one.delivery === delivery)
  return last < 0 ? undefined : accepted[last + 1]
}

/** The newest commit by which the delivery began to count. */
export function acceptanceOf(commits: readonly Commit[], delivery: string): Acceptance | null {
  const found = commits.findLast((one) => one.kind === 'acceptance' && one.delivery === delivery)
  return found?.kind === 'acceptance' ? found : null
}
