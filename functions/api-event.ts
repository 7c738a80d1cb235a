import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { ApiRequest, ApiResponse, Caller } from '../core/api/http.ts'
import { type ApiScope, apiScopes } from '../schemas/api-routes.ts'

/** Claims of a token, as the gateway hands them on. */
export type Claims = Readonly<Record<string, unknown>>

/** A request as an HTTP API hands it on; who asks stands there only if the route has an authoriser. */
export interface ApiEvent extends Omit<APIGatewayProxyEventV2, 'requestContext'> {
  readonly requestContext: Pick<APIGatewayProxyEventV2['requestContext'], 'http' | 'stage' | 'requestId'> & {
    readonly authorizer?: { readonly jwt?: { readonly claims?: Claims } }
  }
}

/** The request in an event. */
export function requestOf(event: ApiEvent, scope_prefix: string): ApiRequest {
  const { http, authorizer, stage } = event.requestContext
  return {
    method: http.method,
    path: pathOf(event.rawPath, stage),
    query: new URLSearchParams(event.rawQueryString),
    headers: Object.fromEntries(
      Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    caller: authorizer?.jwt?.claims ? callerOf(authorizer.jwt.claims, scope_prefix) : null,
  }
}

/** The answer as the gateway takes it. */
export function resultOf({ status, headers, body }: ApiResponse): APIGatewayProxyStructuredResultV2 {
  const statusCode = status
  if (typeof body === 'string') return { statusCode, headers: { ...headers }, body }
  return {
    statusCode,
    headers: { ...headers },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}

/** Stages but the default one stand before the path; what the gateway has decoded is encoded again. */
function pathOf(path: string, stage: string): string {
  const own = stage !== '$default' && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path
  return own.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent)
}

function callerOf(claims: Claims, prefix: string): Caller {
  const scopes = wordsOf(claims.scope ?? claims.scp).flatMap((scope) =>
    scope.startsWith(prefix) ? scope.slice(prefix.length) : [],
  )
  return {
    scopes: scopes.filter((scope): scope is ApiScope => Object.hasOwn(apiScopes, scope)),
    sources: wordsOf(claims.sources),
  }
}

/** A claim of several words: an array, text, or an array as the gateway writes it, `[a b]`. */
function wordsOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.map(String)
  if (typeof claim !== 'string') return []
  return claim.split(/[\s,"[\]]+/).filter((word) => word !== '')
}
