import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DeclaredUpload, UploadPlace, Uploads } from '../core/api/ports.ts'
import { keys } from '../core/lake/layout.ts'
import { parseS3Url } from '../core/storage/s3-location.ts'
import { landAgain } from './landing-queue.ts'

const EXPIRES_SECONDS = 15 * 60
// else the SDK would sign a checksum of the body that it does not have
const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' })

/** Where uploads go, and who lands them again. */
export interface UploadSettings {
  readonly lake: string
  readonly queue_url: string
  /** Default one of its own, which finds its way as the SDK does. */
  readonly client?: S3Client
}

/**
 * Places in the bucket: a URL that is good for a quarter of an hour, for one new object of just these bytes.
 * Length, hash and "nothing there yet" are part of its signature, so the store itself refuses all else.
 */
export function uploadsTo({ lake, queue_url, client = s3 }: UploadSettings): Uploads {
  return {
    placeFor: (declared) => placeFor(client, lake, declared),
    landAgain: (key) => landAgain(queue_url, [key]),
  }
}

async function placeFor(client: S3Client, lake: string, declared: DeclaredUpload): Promise<UploadPlace> {
  const { bucket, prefix } = parseS3Url(lake)
  const { scope, delivery, sha256, bytes, file } = declared
  const checksum = Buffer.from(sha256, 'hex').toString('base64')
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: `${prefix}${keys.landing(scope, delivery)}${file}`,
    ContentLength: bytes,
    ChecksumSHA256: checksum,
    IfNoneMatch: '*',
  })
  const expires_at = new Date(Date.now() + EXPIRES_SECONDS * 1000).toISOString()
  const url = await getSignedUrl(client, command, {
    expiresIn: EXPIRES_SECONDS,
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  })
  const headers = {
    'content-length': String(bytes),
    'if-none-match': '*',
    'x-amz-checksum-sha256': checksum,
  }
  return { method: 'PUT', url, headers, expires_at }
}
