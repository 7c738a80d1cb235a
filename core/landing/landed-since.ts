import { readScope } from '../lake/commits.ts'
import type { Scope } from '../lake/layout.ts'
import type { LandResult } from '../land.ts'
import { readReceipt, summariseProblems } from '../receipts/stored-receipt.ts'
import type { Storage } from '../storage/storage.ts'
import { PROBLEMS_SHOWN } from './landing.ts'

/** The outcome of a landing of the same bytes since an instant, if it came to an end. */
export async function landedSince(
  storage: Storage,
  scope: Scope,
  delivery: string,
  since: Date,
): Promise<LandResult | undefined> {
  for await (const _ of storage.list(`receipts/${delivery}.`)) {
    const { key, head } = await readReceipt(storage, delivery)
    const { commits } = await readScope(storage, scope)
    const accepted = commits.some(
      (one) => one.kind === 'acceptance' && one.delivery === delivery && one.received_at >= head.received_at,
    )
    const ended = head.status === 'refused' || accepted
    if (!ended || new Date(head.received_at) < since) return undefined
    const { file: _, received_at: __, ...said } = head
    return { ...said, problems: (await summariseProblems(storage, key, PROBLEMS_SHOWN)).problems }
  }
  return undefined
}
