import { readScope } from './lake/commits.ts'
import { hashFile } from './lake/lake-files.ts'
import { deliveryOf, type Scope } from './lake/layout.ts'
import { type LandEffects, type LandResult, land } from './land.ts'
import { PROBLEMS_SHOWN } from './landing/landing.ts'
import { PoisonedUploadError, parseUploadKey, scopeOfUpload } from './landing/upload-key.ts'
import { type Grounds, groundsOf, overtaken, waitingFor } from './landing/waiting.ts'
import { readReceipt, summariseProblems } from './receipts/stored-receipt.ts'
import type { Storage } from './storage/storage.ts'

export { unfinishedLandings } from './landing/unfinished.ts'
export { PoisonedUploadError } from './landing/upload-key.ts'

/** What landing an upload needs of its surroundings. */
export interface UploadEffects extends LandEffects {
  /** When the upload was made known. If it was landed since, the message has come twice and nothing is done. */
  readonly sent_at?: Date
}

/** What became of an upload. */
export interface UploadOutcome {
  readonly result: LandResult
  /** Whether it had been landed already: its sender has been told. */
  readonly repeated: boolean
  /** Keys of deliveries refused, earlier or just now, that may be accepted now: to be landed again, in this order. */
  readonly waiting: readonly string[]
}

/**
 * Lands what somebody put below `landing/`, and says which deliveries that were refused before are worth
 * another try. Doing it twice, or in another order, ends in the same state once those have been tried.
 *
 * @throws PoisonedUploadError for a key that is no upload's, and for bytes that are not those declared
 */
export async function landUpload(
  storage: Storage,
  key: string,
  { sent_at, ...effects }: UploadEffects = {},
): Promise<UploadOutcome> {
  const upload = parseUploadKey(key)
  const file = await storage.localFile(key)
  const { sha256 } = await hashFile(file)
  const scope = scopeOfUpload(upload, sha256)
  if (scope === null)
    throw new PoisonedUploadError(key, `its bytes, sha256 ${sha256}, are not those that were declared`)
  const before = sent_at && (await landedSince(storage, scope, deliveryOf(scope, sha256), sent_at))
  const grounds = await groundsOf(storage, scope.dataset)
  const request = { ...scope, file, name: upload.name, quarter: scope.quarter?.name }
  const result = before ?? (await land(storage, request, effects))
  const waiting = await waitingAfter(storage, scope, result, grounds)
  return { result, repeated: before !== undefined, waiting }
}

/** The outcome of a landing of the same bytes since an instant, if it came to an end. */
async function landedSince(
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

async function waitingAfter(
  storage: Storage,
  scope: Scope,
  { status, delivery }: LandResult,
  grounds: Grounds,
): Promise<string[]> {
  if (status === 'refused') return await overtaken(storage, scope, delivery, grounds)
  const { effective } = await readScope(storage, scope)
  return effective === null ? [] : await waitingFor(storage, effective)
}
