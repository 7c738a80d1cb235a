import { createHash } from 'node:crypto'
import type { ApiRequest, ApiResponse } from './http.ts'

/** A name for just these bytes, as ETag has it. */
export function etagOf(body: string | Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 32)}"`
}

/** The answer, or 304 where the reader has it already. */
export function revalidated({ headers }: ApiRequest, response: ApiResponse): ApiResponse {
  const { etag, vary, 'cache-control': cached } = response.headers
  const known = headers['if-none-match']
  if (response.status !== 200 || etag === undefined || known === undefined) return response
  const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (!tags.includes(etag) && known.trim() !== '*') return response
  const kept = { etag, ...(vary ? { vary } : {}), ...(cached ? { 'cache-control': cached } : {}) }
  return { status: 304, headers: kept, body: '' }
}
