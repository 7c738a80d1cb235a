import type { ApiScope } from '../../schemas/api-routes.ts'

/** Who asks: what they may do, and for which sources they may speak. */
export interface Caller {
  readonly scopes: readonly ApiScope[]
  readonly sources: readonly string[] | 'all'
}

/** A request, whatever server it came through. */
export interface ApiRequest {
  readonly method: string
  /** Without query, percent-encoded as it was sent. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** Null for somebody without a token. */
  readonly caller: Caller | null
}

/** An answer, for whatever server to send. */
export interface ApiResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text is UTF-8. */
  readonly body: string | Uint8Array
}

/** An answer in JSON. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** The largest answer: a Lambda function may give 6 MB, in which text is JSON and bytes are base64. */
export const MOST_ANSWER_BYTES = 5_500_000

/** How large a body is on its way through a Lambda function. */
export function transportBytes(body: string | Uint8Array): number {
  return typeof body === 'string'
    ? Buffer.byteLength(JSON.stringify(body))
    : Math.ceil(body.byteLength / 3) * 4
}
