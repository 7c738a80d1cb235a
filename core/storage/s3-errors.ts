import { StorageError } from '../errors.ts'
import type { S3Location } from './s3-location.ts'

/** What a role must allow; named when it does not. */
export type S3Action = 's3:GetObject' | 's3:PutObject' | 's3:ListBucket'

/** The bytes that came are not those that were stored. */
export class BrokenDownload extends Error {}

interface S3Error extends Error {
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

const CONNECTION = [
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'TimeoutError', 'RequestTimeout'],
]
const UNREACHABLE = [...CONNECTION, 'ENOTFOUND', 'ENETUNREACH']
const THROTTLED = ['SlowDown', 'Throttling', 'ThrottlingException', 'TooManyRequestsException']
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']
const UNKNOWN_KEYS = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'UnrecognizedClientException',
]
const RACE = ['ConditionalRequestConflict', 'OperationAborted', 'PreconditionFailed', 'NoSuchUpload']

const is = (error: S3Error, names: readonly string[]) =>
  names.includes(error.name) || names.includes(error.code ?? '')
const statusOf = (error: S3Error) => error.$metadata?.httpStatusCode ?? 0

/** Whether there is no object of that key. */
export function isMissing(error: unknown): boolean {
  const { name } = error as S3Error
  return name === 'NoSuchKey' || name === 'NotFound'
}

/** Whether the same request may succeed when it is made again. */
export function isPassing(error: unknown): boolean {
  const known = error as S3Error
  if (error instanceof BrokenDownload || /checksum mismatch/i.test(known.message)) return true
  return is(known, [...CONNECTION, ...THROTTLED]) || statusOf(known) >= 500
}

/** Whether a conditional write may have taken place, or lost against another: a look at the key decides. */
export function isUndecided(error: unknown): boolean {
  const known = error as S3Error
  return isPassing(error) || isMissing(error) || is(known, RACE) || statusOf(known) === 412
}

/** Says what S3 refused, of which bucket and key, and what would help. */
export function s3Failure(
  { bucket, prefix }: S3Location,
  key: string,
  action: S3Action,
  error: unknown,
): StorageError {
  const verb = { 's3:GetObject': 'read from', 's3:PutObject': 'write into', 's3:ListBucket': 'list' }[action]
  const lake = `s3://${bucket}${prefix && `/${prefix.slice(0, -1)}`}`
  return new StorageError(key, `cannot ${verb} ${lake} (${reason(error as S3Error, bucket, action)})`, {
    cause: error,
  })
}

function reason(error: S3Error, bucket: string, action: S3Action): string {
  const region = error.$response?.headers?.['x-amz-bucket-region']
  if (error.name === 'NoSuchBucket') return `there is no bucket ${bucket}`
  if (
    error.name === 'PermanentRedirect' ||
    error.name === 'AuthorizationHeaderMalformed' ||
    statusOf(error) === 301
  )
    return `the bucket lies in another region: set AWS_REGION${region ? ` to ${region}` : ''}`
  if (is(error, EXPIRED)) return 'the AWS credentials have expired: sign in again'
  if (is(error, UNKNOWN_KEYS)) return `AWS does not know the credentials: ${error.message}`
  if (error.name === 'RequestTimeTooSkewed') return 'the clock of this machine is wrong'
  if (error.name === 'CredentialsProviderError')
    return `no AWS credentials found (valid: AWS_PROFILE, AWS_ACCESS_KEY_ID, a role): ${error.message}`
  if (/region is missing/i.test(error.message)) return 'no AWS region: set AWS_REGION'
  if (statusOf(error) === 400 && isSilent(error))
    return 'S3 does not say why; most often the AWS credentials have expired: sign in again'
  if (statusOf(error) === 403) return denied(error, action)
  if (is(error, UNREACHABLE)) return `S3 cannot be reached: ${error.message || error.code}`
  return `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
}

/** An answer to HEAD has no body, and so no message of its own. */
const isSilent = ({ message }: S3Error) => /^(|UnknownError|Unknown|Forbidden|BadRequest)$/.test(message)

function denied(error: S3Error, action: S3Action): string {
  const hint =
    action === 's3:GetObject' ? '; without s3:ListBucket this is also said of what does not exist' : ''
  const said = isSilent(error) ? '' : `: ${error.message}`
  return `access denied, ${action} is needed${hint}${said}`
}
