import { DELIVERY } from '../core/lake/layout.ts'
import { parseUploadKey } from '../core/landing/upload-key.ts'
import { openStorage } from '../core/storage/open.ts'
import { S3Storage } from '../core/storage/s3.ts'
import { removeStale } from '../core/storage/s3-copies.ts'
import { parseS3Url } from '../core/storage/s3-location.ts'
import type { Storage } from '../core/storage/storage.ts'

let opened: { readonly url: string; readonly storage: Promise<Storage> } | undefined

/** Lends the lake to one invocation. Connections outlive it; local files do not, whatever happens. */
export async function withLake<T>(url: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  if (opened?.url !== url) opened = { url, storage: removeStale(0).then(() => openStorage(url)) }
  const storage = await opened.storage
  try {
    return await use(storage)
  } finally {
    await storage.close()
  }
}

/** The lake's key of an object that S3 tells of; null for an object that is not in the lake. */
export function lakeKey(url: string, bucket: string, key: string): string | null {
  const lake = parseS3Url(url)
  if (lake.bucket !== bucket || !key.startsWith(lake.prefix)) return null
  return key.slice(lake.prefix.length)
}

/**
 * Whether this program put an upload: then its writer lands it. It puts them into folders of deliveries only; what
 * it is said to have put elsewhere is a copy, which S3 makes with all that the original says of itself.
 */
export async function isOurs(storage: Storage, key: string): Promise<boolean> {
  if (!(storage instanceof S3Storage && DELIVERY.test(parseUploadKey(key).folder))) return false
  return (await storage.origin(key)) === 'skafferi'
}
