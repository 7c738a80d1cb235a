import type { QueryExecution } from '@aws-sdk/client-athena'
import { EngineError } from '../errors.ts'

/**
 * Whose turn it is after a failure. `transient`: Athena's, try again; `leftovers`: the place of the result was
 * not empty; `data`: a file is not what its table says; `author`: the statement is wrong; `access`: a permission
 * lacks; `guard`: the workgroup's limit ended it; `stopped`: somebody did, or its time was up.
 */
export type AthenaFault = 'transient' | 'leftovers' | 'data' | 'author' | 'access' | 'guard' | 'stopped'

/** What one has to know of a failure on Athena beside its reason. */
export interface AthenaFailure {
  readonly fault: AthenaFault
  /** Athena's name of the error, such as `HIVE_BAD_DATA`. */
  readonly code: string
  readonly reason: string
  /** Name of the query, where one was started. */
  readonly query_id?: string | undefined
  readonly cause?: unknown
}

/** A failure on Athena; its message says what, why, what to do, and which query it was. */
export class AthenaError extends EngineError {
  readonly fault: AthenaFault
  readonly code: string
  readonly query_id: string | undefined

  constructor(subject: string, { fault, code, reason, query_id, cause }: AthenaFailure) {
    const whence = [code, ...(query_id === undefined ? [] : [`query ${query_id}`])].join(', ')
    super(
      'athena',
      subject,
      new Error(`${reason}; ${remedy(fault, `${code} ${reason}`)} (${whence})`, { cause }),
    )
    this.fault = fault
    this.code = code
    this.query_id = query_id
  }
}

const DATA =
  /HIVE_BAD_DATA|HIVE_PARTITION_SCHEMA_MISMATCH|HIVE_CANNOT_OPEN_SPLIT|HIVE_INVALID|INVALID_CAST_ARGUMENT|DIVISION_BY_ZERO|NUMERIC_VALUE_OUT_OF_RANGE/
const ACCESS =
  /AccessDenied|Access Denied|not authorized|Lake Formation permission|ExpiredToken|UnrecognizedClient|CredentialsProvider|InvalidSignature/i
/** What Athena adds to every column that it does not find. */
const UNSEEN = ' or requester is not authorized to access requested resources'
const TRANSIENT =
  /Rate exceeded|Throttling|TooManyRequests|SlowDown|exhausted resources at this scale factor|INTERNAL_ERROR|ServiceUnavailable/i

/** What ended a query that did not succeed. */
export function failureOf(query: QueryExecution): AthenaFailure {
  const { State, StateChangeReason, AthenaError: error } = query.Status ?? {}
  const reason = StateChangeReason ?? error?.ErrorMessage ?? 'Athena gives no reason'
  const code =
    /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/.exec(reason)?.[0] ?? `error type ${error?.ErrorType ?? 'unknown'}`
  const fault = faultOf(State, reason, error)
  const read = fault === 'guard' ? ` after ${query.Statistics?.DataScannedInBytes ?? 'unknown'} bytes` : ''
  return { fault, code, reason: `${reason}${read}`, query_id: query.QueryExecutionId }
}

type Reported = NonNullable<QueryExecution['Status']>['AthenaError']

function faultOf(state: string | undefined, reason: string, error: Reported): AthenaFault {
  if (/bytes scanned/i.test(reason)) return 'guard'
  if (state === 'CANCELLED') return 'stopped'
  if (ACCESS.test(reason.replace(UNSEEN, ''))) return 'access'
  if (reason.includes('HIVE_PATH_ALREADY_EXISTS')) return 'leftovers'
  if (DATA.test(reason)) return 'data'
  const isTransient = error?.Retryable === true || error?.ErrorCategory === 1 || TRANSIENT.test(reason)
  return isTransient ? 'transient' : 'author'
}

/** What a call that Athena refused, or that did not reach it, means. */
export function refusalOf(error: unknown): AthenaFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const code = (error as { AthenaErrorCode?: string }).AthenaErrorCode ?? name
  const fault = ACCESS.test(`${name} ${message}`) ? 'access' : isPassing(error) ? 'transient' : 'author'
  return { fault, code, reason: message, cause: error }
}

const PASSING =
  /^(TooManyRequests|Throttling|ThrottlingException|InternalServer|ServiceUnavailable|RequestTimeout|TimeoutError|ECONN|EPIPE|EAI_AGAIN)/

/** Whether the same call may well be answered a moment later: too many calls, or none that arrived. */
export function isPassing(error: unknown): boolean {
  const { name, code, $metadata } = error as {
    name?: string
    code?: string
    $metadata?: { httpStatusCode?: number }
  }
  return PASSING.test(name ?? '') || PASSING.test(code ?? '') || ($metadata?.httpStatusCode ?? 0) >= 500
}

/** Whether Athena has answered that it did not do as asked; else it may have. */
export function isAnswered(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  return status !== undefined && status < 500
}

function remedy(fault: AthenaFault, reason: string): string {
  switch (fault) {
    case 'transient':
      return 'Athena was short of resources or failed inside, so run it again later'
    case 'leftovers':
      return 'files lie where the result was to go, so it needs a place of its own'
    case 'data':
      return 'a file holds what the table does not allow: select "$path" beside the columns to find it, and land that delivery again'
    case 'access':
      return accessRemedy(reason)
    case 'guard':
      return 'the workgroup ends queries that read more than its limit of bytes, so name fewer quarters or raise the limit'
    case 'stopped':
      return 'it was ended before it was done'
    default:
      return 'the statement or its tables are wrong, and running it again will not help'
  }
}

function accessRemedy(reason: string): string {
  if (/Lake Formation/i.test(reason))
    return 'grant SELECT and DESCRIBE on the database’s tables, and the data location, to this role in Lake Formation, or leave the tables to IAMAllowedPrincipals'
  if (/Expired|Credentials|UnrecognizedClient|InvalidSignature/i.test(reason))
    return 'sign in to AWS again: the credentials are missing, wrong or too old'
  return 'give the role the action that is named; a query needs athena:* on its workgroup, glue:GetTable, and to read and write the bucket of the lake'
}
