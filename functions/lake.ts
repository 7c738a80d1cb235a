import { openStorage } from '../core/storage/open.ts'
import { S3Storage } from '../core/storage/s3.ts'
import { parseS3Url } from '../core/storage/s3-location.ts'
import type { Storage } from '../core/storage/storage.ts'

let opened: { readonly url: string; readonly storage: Promise<Storage> } | undefined

/** Lends the lake to one invocation. Connections outlive it; local files do not, whatever happens. */
export async function withLake<T>(url: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  if (opened?.url !== url) opened = { url, storage: openStorage(url) }
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

/** Whether this program put an object: then its writer lands it. */
export async function isOurs(storage: Storage, key: string): Promise<boolean> {
  return storage instanceof S3Storage && (await storage.origin(key)) === 'skafferi'
}
