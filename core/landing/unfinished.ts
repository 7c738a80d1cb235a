import { QUARTER } from '../../schemas/logical-types.ts'
import { readScope, readScopes } from '../lake/commits.ts'
import { hashBytes } from '../lake/lake-files.ts'
import { deliveryOf } from '../lake/layout.ts'
import { readReceipt } from '../receipts/stored-receipt.ts'
import type { Storage, StoredObject } from '../storage/storage.ts'
import { landedSince } from './landed-since.ts'
import { scopeOfUpload, type UploadKey, uploadKey } from './upload-key.ts'

/** A bigger file is not read only to tell whether it was landed: landing it again tells as well. */
const MOST_READ_BYTES = 64 << 20

/** An object below `landing/` that is an upload. */
type Upload = StoredObject & UploadKey

/**
 * Keys below `landing/` that were stored before an instant and whose landing has not come to an end: uploads
 * whose message was lost, and landings that died. Keys that are no upload's are left out.
 *
 * @param newer_than leaves out what was stored before: what did not come to an end for long never will
 */
export async function unfinishedLandings(
  storage: Storage,
  older_than: Date,
  newer_than = new Date(0),
): Promise<string[]> {
  const uploads: Upload[] = []
  for await (const object of storage.list('landing/')) {
    const upload = uploadKey(object.key)
    if (upload) uploads.push({ ...object, ...upload })
  }
  const ended = await endedDeliveries(storage)
  const isEnded = endedBy(uploads, ended)
  const unfinished: string[] = []
  for (const upload of uploads) {
    const { key, stored_at = newer_than } = upload
    if (stored_at >= older_than || stored_at < newer_than || isEnded(upload)) continue
    if (!(isByHand(upload) && (await isLanded(storage, upload)))) unfinished.push(key)
  }
  return unfinished
}

const isByHand = ({ folder }: UploadKey) => folder === 'all' || QUARTER.test(folder)

/** Whether the bytes of a file put by hand count, or were answered since. They may have come under another name. */
async function isLanded(storage: Storage, upload: Upload): Promise<boolean> {
  if (upload.bytes > MOST_READ_BYTES) return false
  const { sha256 } = hashBytes(await storage.read(upload.key))
  const scope = scopeOfUpload(upload, sha256)!
  const { effective } = await readScope(storage, scope)
  if (effective?.landing.sha256 === sha256) return true
  const { stored_at = new Date(0) } = upload
  return (await landedSince(storage, scope, deliveryOf(scope, sha256), stored_at)) !== undefined
}

/** Deliveries that were accepted or refused, with their quarter. An acceptance without commit is no end. */
async function endedDeliveries(storage: Storage): Promise<Map<string, string | null>> {
  const ended = new Map<string, string | null>()
  for (const { commits } of await readScopes(storage))
    for (const commit of commits) if (commit.kind === 'acceptance') ended.set(commit.delivery, commit.quarter)
  const told = new Set<string>()
  for await (const { key } of storage.list('receipts/')) told.add(key.split('/')[1]!.split('.')[0]!)
  for (const delivery of told) {
    if (ended.has(delivery)) continue
    const { head } = await readReceipt(storage, delivery)
    if (head.status === 'refused') ended.set(delivery, head.quarter)
  }
  return ended
}

/** A file put by hand has come to an end if a delivery has, whose copy of it is not older. */
function endedBy(uploads: readonly Upload[], ended: ReadonlyMap<string, string | null>) {
  const copies = new Map<string, Date | undefined>()
  const name = ({ dataset, source, name, bytes }: Upload, quarter: string | null) =>
    [dataset, source, quarter ?? 'all', name, bytes].join('/')
  for (const upload of uploads) {
    const quarter = ended.get(upload.folder)
    if (quarter !== undefined) copies.set(name(upload, quarter), upload.stored_at)
  }
  return (upload: Upload): boolean => {
    const { folder, stored_at } = upload
    if (!isByHand(upload)) return ended.has(folder)
    const copy = name(upload, folder === 'all' ? null : folder)
    const copied_at = copies.get(copy)
    return copies.has(copy) && (!stored_at || !copied_at || copied_at >= stored_at)
  }
}
