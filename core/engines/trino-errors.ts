import { EngineError } from '../errors.ts'

/** A failure as Trino reports it on a page. https://trino.io/docs/current/develop/client-protocol.html */
export interface TrinoReport {
  readonly message?: string | undefined
  readonly errorName?: string | undefined
  /** `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`. */
  readonly errorType?: string | undefined
}

/** What one has to know of a failure on Trino beside its reason. */
export interface TrinoFailure {
  /** Trino's name of the error, such as `COLUMN_NOT_FOUND`, or ours. */
  readonly code: string
  readonly reason: string
  /** What to do about it. */
  readonly remedy: string
  /** Name of the query, where one was started. */
  readonly query_id?: string | undefined
  readonly cause?: unknown
}

/** A failure on Trino; its message says what, why, what to do, and which query it was. */
export class TrinoError extends EngineError {
  readonly code: string
  readonly query_id: string | undefined

  constructor(subject: string, { code, reason, remedy, query_id, cause }: TrinoFailure) {
    const whence = [code, ...(query_id === undefined ? [] : [`query ${query_id}`])].join(', ')
    super('trino', subject, new Error(`${reason}; ${remedy} (${whence})`, { cause }))
    this.code = code
    this.query_id = query_id
  }
}

/** What a reported failure means. */
export function failureOf(report: TrinoReport, query_id: string | undefined): TrinoFailure {
  const { message = 'Trino gives no reason', errorName: code = 'unknown error', errorType = '' } = report
  return { code, reason: message.replace(/\.$/, ''), remedy: remedyOf(code, errorType), query_id }
}

function remedyOf(code: string, type: string): string {
  if (/^(TABLE|SCHEMA|CATALOG)_NOT_FOUND$|^MISSING_(SCHEMA|CATALOG)_NAME$/.test(code))
    return 'make the tables of this lake in Trino first (skafferi tables --format trino prints them)'
  if (code === 'PERMISSION_DENIED') return 'give the user SELECT on the lake’s tables'
  if (code === 'QUERY_HAS_TOO_MANY_STAGES')
    return 'let Trino allow as many as it does by itself (query.max-stage-count is 150 unless somebody lowers it)'
  if (code.startsWith('HIVE_'))
    return 'Trino could not read the lake as the table says: look at its files and catalog'
  if (type === 'INSUFFICIENT_RESOURCES')
    return 'Trino was short of resources or over one of its limits, so run it again later or give it more'
  if (type === 'INTERNAL_ERROR' || type === 'EXTERNAL')
    return 'Trino, or what it reads from, failed inside, so look at its log and run it again'
  return /CANCELED|ADMINISTRATIVELY/.test(code)
    ? 'somebody ended it before it was done'
    : 'the statement or its tables are wrong, and running it again will not help'
}

/** An answer to a request. */
export interface Answer {
  /** Of HTTP, or `DROPPED` or `UNREACHED`. */
  readonly status: number
  readonly text: string
}

/** In the place of a status: no answer came. */
export const DROPPED = 0
/** No connection came about, so that nothing was sent. */
export const UNREACHED = -1

/** What an answer that is no page means, to a statement or about a query. */
export function refusalOf(
  { status, text }: Answer,
  origin: string,
  query_id: string | undefined,
): TrinoFailure {
  const said = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  const isSilent = status === DROPPED || status === UNREACHED
  const answered = isSilent ? 'gave no answer' : `answered ${status}`
  const reason = `${origin} ${answered}${said === '' ? '' : `: ${said}`}`
  if (isSilent && /certificate/i.test(said)) return { code: 'NO_TRUST', reason, remedy: TRUST }
  return { code: isSilent ? 'NO_ANSWER' : `HTTP ${status}`, reason, remedy: refusalRemedy(status, query_id) }
}

const TRUST =
  'let NODE_EXTRA_CA_CERTS name a file with the certificate that vouches for it, and SKAFFERI_TRINO_URL the host that is in its own'

function refusalRemedy(status: number, query_id: string | undefined): string {
  if (status === 401 || status === 403)
    return 'the user or the password in SKAFFERI_TRINO_URL is missing or not the right one'
  if ((status === 404 || status === 410) && query_id !== undefined)
    return 'Trino knows the query no more, as when it was started anew, so run it again'
  if (status >= 300 && status < 500 && status !== 429) return 'is it a Trino that SKAFFERI_TRINO_URL names?'
  return 'is it running and can it be reached? It may be busy: try again later'
}
