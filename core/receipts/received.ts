import { SkafferiError } from '../errors.ts'
import type { Acceptance } from '../lake/commits.ts'
import { hashFile } from '../lake/lake-files.ts'
import { keys, type Scope } from '../lake/layout.ts'
import type { Storage } from '../storage/storage.ts'

/** Size and hash of the bytes as received. A refused delivery has no commit that says so. */
export async function receivedBytes(
  storage: Storage,
  scope: Scope,
  delivery: string,
  accepted: Acceptance | null,
): Promise<{ bytes: number; sha256: string }> {
  if (accepted !== null) return { bytes: accepted.landing.bytes, sha256: accepted.landing.sha256 }
  const { bytes, sha256 } = await hashFile(await receivedFile(storage, scope, delivery))
  return { bytes, sha256 }
}

/** A local file with the bytes as received. */
export async function receivedFile(storage: Storage, scope: Scope, delivery: string): Promise<string> {
  const folder = keys.landing(scope, delivery)
  for await (const { key } of storage.list(folder)) return await storage.localFile(key)
  throw new SkafferiError('fault', `no file in ${folder}, although there is a receipt`)
}
