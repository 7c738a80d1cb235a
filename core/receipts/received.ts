import { SkafferiError } from '../errors.ts'
import type { Acceptance } from '../lake/commits.ts'
import { hashFile } from '../lake/lake-files.ts'
import { deliveryOf, keys, type Scope } from '../lake/layout.ts'
import type { Storage } from '../storage/storage.ts'

/** Size and hash of the bytes as received. A refused delivery has no commit that says so. */
export async function receivedBytes(
  storage: Storage,
  scope: Scope,
  delivery: string,
  accepted: Acceptance | null,
): Promise<{ bytes: number; sha256: string }> {
  if (accepted !== null) return { bytes: accepted.landing.bytes, sha256: accepted.landing.sha256 }
  const { bytes, sha256 } = await received(storage, scope, delivery)
  return { bytes, sha256 }
}

/** A local file with the bytes as received. */
export async function receivedFile(storage: Storage, scope: Scope, delivery: string): Promise<string> {
  return (await received(storage, scope, delivery)).path
}

/** The file of a delivery's folder whose bytes make the delivery's name; others may lie beside it. */
async function received(storage: Storage, scope: Scope, delivery: string) {
  const folder = keys.landing(scope, delivery)
  for await (const { key } of storage.list(folder)) {
    const path = await storage.localFile(key)
    const found = await hashFile(path)
    if (deliveryOf(scope, found.sha256) === delivery) return { path, ...found }
  }
  throw new SkafferiError('fault', `no bytes of ${delivery} in ${folder}, although there is a receipt`)
}
