import { status } from '../status.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { type ApiResponse, json } from './http.ts'
import { readQuery } from './parameters.ts'

/** How the lake stands; where it lies is nobody's business. */
export async function readStatus(
  { storage, now }: ApiContext,
  { headers, query }: RouteRequest,
): Promise<ApiResponse> {
  negotiate(headers.accept, ['application/json'])
  readQuery(query, [])
  const { lake: _, ...told } = await status(storage, undefined, now?.())
  return json(200, told, { 'cache-control': 'private, no-cache' })
}
