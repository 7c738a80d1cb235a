import { readScope } from './lake/commits.ts'
import { hashFile } from './lake/lake-files.ts'
import { deliveryOf, type Scope } from './lake/layout.ts'
import { type LandEffects, type LandResult, land } from './land.ts'
import { landedSince } from './landing/landed-since.ts'
import { sentLater, whenSent } from './landing/sent.ts'
import { PoisonedUploadError, parseUploadKey, scopeOfUpload } from './landing/upload-key.ts'
import { type Grounds, groundsOf, overtaken, waitingFor } from './landing/waiting.ts'
import type { Storage } from './storage/storage.ts'

export { unfinishedLandings } from './landing/unfinished.ts'
export { PoisonedUploadError } from './landing/upload-key.ts'

/** What landing an upload needs of its surroundings. */
export interface UploadEffects extends LandEffects {
  /** When the upload was made known. If it was landed since, the message has come twice and nothing is done. */
  readonly sent_at?: Date
  /** Whether what was put after it is to stay in force, as where messages come late; default no: it is asked for now. */
  readonly keeps_newer?: boolean
}

/** What became of an upload. */
export interface UploadOutcome {
  readonly result: LandResult
  /** Whether it had been landed already: its sender has been told. */
  readonly repeated: boolean
  /** Keys to be landed again, in this order: what was refused and may be accepted now, or what was put later. */
  readonly waiting: readonly string[]
}

/**
 * Lands what somebody put below `landing/`, and says which deliveries that came before are worth another try.
 * Doing it twice, or in another order, ends in the same state once those have been tried.
 *
 * @throws PoisonedUploadError for a key that is no upload's, and for bytes that are not those declared
 */
export async function landUpload(
  storage: Storage,
  key: string,
  { sent_at, keeps_newer = false, ...effects }: UploadEffects = {},
): Promise<UploadOutcome> {
  const upload = parseUploadKey(key)
  const file = await storage.localFile(key)
  const { sha256 } = await hashFile(file)
  const scope = scopeOfUpload(upload, sha256)
  if (scope === null)
    throw new PoisonedUploadError(key, `its bytes, sha256 ${sha256}, are not those that were declared`)
  const before = sent_at && (await landedSince(storage, scope, deliveryOf(scope, sha256), sent_at))
  const grounds = await groundsOf(storage, scope.dataset)
  const put_at = keeps_newer ? await whenSent(storage, scope, key) : undefined
  const request = { ...scope, file, name: upload.name, quarter: scope.quarter?.name, sent_at: put_at }
  const result = before ?? (await land(storage, request, effects))
  const later = keeps_newer ? await sentLater(storage, scope) : null
  const waiting = later ? [later] : await waitingAfter(storage, scope, result, grounds)
  return { result, repeated: before !== undefined, waiting }
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
