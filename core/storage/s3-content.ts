import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { hashFile } from '../lake/lake-files.ts'
import type { Content } from './storage.ts'

/** Beyond this, an object goes in parts, each of which is tried again by itself. */
export const IN_PARTS_BYTES = 16 << 20
const PART_BYTES = 8 << 20
const MOST_PARTS = 10_000

/** What is to be stored, looked at once. */
export interface Measured {
  readonly content: Content
  readonly bytes: number
  readonly sha256: string
}

/** What to store it as, and under which condition. */
export interface Target {
  readonly Bucket: string
  readonly Key: string
  readonly Metadata: Record<string, string>
  readonly ContentType: string
  readonly CacheControl?: string
  readonly IfMatch?: string
  readonly IfNoneMatch?: '*'
}

/** Size and SHA-256 of what is to be stored. */
export async function measured(content: Content): Promise<Measured> {
  if (!(content instanceof Uint8Array)) return { content, ...(await hashFile(content.file)) }
  return { content, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}

/** Sends it once, from its first byte, with checksums that S3 compares. */
export async function send(
  client: S3Client,
  { content, bytes, sha256 }: Measured,
  to: Target,
): Promise<void> {
  if (bytes > IN_PARTS_BYTES) return await sendInParts(client, content, bytes, to)
  const Body = content instanceof Uint8Array ? content : await readFile(content.file)
  const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64')
  await client.send(new PutObjectCommand({ ...to, Body, ContentLength: bytes, ChecksumSHA256 }))
}

/** The condition is looked at when the parts are put together; what fails leaves no parts behind. */
async function sendInParts(client: S3Client, content: Content, bytes: number, to: Target): Promise<void> {
  const partSize = Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS))
  const Body =
    content instanceof Uint8Array
      ? Buffer.from(content.buffer, content.byteOffset, content.length)
      : createReadStream(content.file, { highWaterMark: 1 << 20 })
  const params = { ...to, Body, ContentLength: bytes, ChecksumAlgorithm: 'SHA256' as const }
  await new Upload({ client, params, partSize, queueSize: 4 }).done()
}

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
}

/** Media type by the key's ending. */
export function contentType(key: string): string {
  return TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}
