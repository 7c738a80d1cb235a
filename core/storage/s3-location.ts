import { SkafferiError } from '../errors.ts'
import { isKey } from './storage.ts'

/** Where in S3 a lake lies. */
export interface S3Location {
  readonly bucket: string
  /** What stands before every key: nothing, or a path that ends in a slash. */
  readonly prefix: string
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** The bucket and prefix of `s3://bucket` or `s3://bucket/prefix`. */
export function parseS3Url(url: string): S3Location {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/?$/s.exec(url) ?? []
  if (!BUCKET.test(bucket) || (path !== '' && !isKey(path))) {
    throw new SkafferiError(
      'usage',
      `not a lake in S3: ${JSON.stringify(url)} (valid: s3://bucket or s3://bucket/prefix)`,
    )
  }
  return { bucket, prefix: path === '' ? '' : `${path}/` }
}
