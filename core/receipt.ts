import { QUARTERLY_DATASETS } from '../schemas/datasets/sources.ts'
import { readScope, readScopes } from './lake/commits.ts'
import type { LandResult } from './land.ts'
import { PROBLEMS_SHOWN } from './landing/landing.ts'
import { parseQuarter } from './quarter.ts'
import { type Expected, expectedAfter } from './receipts/next-due.ts'
import { analystsSteps, type NextStep, sendersSteps } from './receipts/next-steps.ts'
import { receivedBytes } from './receipts/received.ts'
import { type ReleaseUse, releasesOf } from './receipts/releases.ts'
import { acceptanceOf, type Standing, standingOf } from './receipts/standing.ts'
import { type BrokenRule, readReceipt, summariseProblems } from './receipts/stored-receipt.ts'
import { newestRuns, type Use, usesOf } from './receipts/usage.ts'
import type { Storage } from './storage/storage.ts'

/** What a sender is told of a delivery: the answer to its landing, what was sent, and what became of it. */
export interface ReceiptSummary extends LandResult, Expected {
  readonly status: 'accepted' | 'refused'
  /** Name of the file as it was sent. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly received_at: string
  /** Key of this receipt, the newest one. */
  readonly receipt: string
  /** How many there are: one for each outcome of the same bytes. */
  readonly receipts: number
  /** How often each rule was broken, in all problems. */
  readonly rules: readonly BrokenRule[]
  readonly standing: Standing
  readonly next_steps: readonly NextStep[]
}

/** Why no run rests on a delivery. */
export type NotUsed = 'not_analysed' | 'refused' | 'unfinished' | 'superseded' | 'withdrawn'

/** A receipt with how the delivery was used. */
export interface Receipt extends ReceiptSummary {
  /** The newest run of each quarter, where it rests on the delivery. */
  readonly used: readonly Use[]
  readonly releases: readonly ReleaseUse[]
  /** Why `used` is empty; null when it is not. */
  readonly not_used: NotUsed | null
}

/**
 * The newest receipt of a delivery, what became of the delivery since, how it was used, when the next is due.
 *
 * @throws SkafferiError `usage` for a delivery of which nothing was ever said
 */
export async function receipt(storage: Storage, delivery: string): Promise<Receipt> {
  const summary = await receiptSummary(storage, delivery)
  const runs = await newestRuns(storage)
  const used = await usesOf(storage, runs, delivery)
  const { standing } = summary
  const quarter =
    standing.state === 'effective' ? await quarterToAnalyse(storage, summary.quarter, used) : null
  const not_used = standing.state === 'effective' ? 'not_analysed' : standing.state
  return {
    ...summary,
    used,
    releases: await releasesOf(storage, runs, delivery),
    not_used: used.length > 0 ? null : not_used,
    next_steps: [...summary.next_steps, ...analystsSteps(summary, used, quarter)],
  }
}

/** A receipt without looking at runs: what can be said as soon as a delivery has been landed. */
export async function receiptSummary(storage: Storage, delivery: string): Promise<ReceiptSummary> {
  const { key, receipts, head } = await readReceipt(storage, delivery)
  const { status, rows, refused_rows, supersedes, problems_total, file, received_at } = head
  const { dataset, source } = head
  const scope = { dataset, source, quarter: head.quarter === null ? null : parseQuarter(head.quarter) }
  const state = await readScope(storage, scope)
  const { problems, rules } = await summariseProblems(storage, key, PROBLEMS_SHOWN)
  const summary = {
    ...{ delivery, dataset, source, quarter: head.quarter, status, rows, refused_rows, supersedes },
    ...{ problems, problems_total, rules, file, received_at, receipt: key, receipts },
    ...(await receivedBytes(storage, scope, delivery, acceptanceOf(state.commits, delivery))),
    standing: standingOf(state, delivery, status),
    ...(await expectedAfter(storage, scope)),
  }
  return { ...summary, next_steps: sendersSteps(summary) }
}

/** Reference data are looked at in the newest quarter that has any deliveries; null when there is none. */
async function quarterToAnalyse(
  storage: Storage,
  own: string | null,
  used: readonly Use[],
): Promise<string | null> {
  if (own !== null) return own
  if (used.length > 0) return used.at(-1)!.quarter
  const scopes = await readScopes(storage, undefined, QUARTERLY_DATASETS)
  const quarters = scopes.flatMap(({ effective }) => effective?.quarter ?? [])
  return quarters.sort().at(-1) ?? null
}
