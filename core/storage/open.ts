import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SkafferiError } from '../errors.ts'
import { FileStorage } from './file.ts'
import type { Storage } from './storage.ts'

const VALID = 'valid: a folder such as ./lake, or s3://bucket/prefix'

/** Opens the lake at a URL: a folder, as a path or `file:` URL, or a bucket in S3. */
export async function openStorage(url: string): Promise<Storage> {
  // the AWS SDK takes longer to load than a small command takes
  if (url.startsWith('s3:')) return new (await import('./s3.ts')).S3Storage(url)
  if (url.startsWith('file:')) return await inFolder(fileURLToPath(url))
  if (/^[a-z][a-z0-9+.-]+:/i.test(url))
    throw new SkafferiError('usage', `no storage for ${JSON.stringify(url)} (${VALID})`)
  if (url === '') throw new SkafferiError('usage', `the lake has no name (${VALID})`)
  return await inFolder(url)
}

/** A folder, or what may become one. */
async function inFolder(path: string): Promise<Storage> {
  const found = await stat(path).catch(() => null)
  if (found === null || found.isDirectory()) return new FileStorage(path)
  throw new SkafferiError('usage', `not a lake: ${JSON.stringify(path)} is a file (${VALID})`)
}
