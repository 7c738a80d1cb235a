import { type ApiRoute, type ApiRouteId, apiRoutes } from '../../schemas/api-routes.ts'
import { readAnalysis, startAnalysis } from './analyses.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { declareDelivery } from './deliveries.ts'
import type { ApiRequest, ApiResponse, Caller } from './http.ts'
import { readMart } from './marts.ts'
import { readPathParameter } from './parameters.ts'
import { ApiProblem, problemResponse } from './problem.ts'
import { readReceiptPage } from './receipts.ts'
import { listReleasesAnswer, readReleaseAnswer } from './releases.ts'
import { readStatus } from './status.ts'
import { revalidated } from './validators.ts'

type Handler = (context: ApiContext, request: RouteRequest) => Promise<ApiResponse>

const handlers: Readonly<Record<ApiRouteId, Handler>> = {
  readMart,
  readStatus,
  listReleases: listReleasesAnswer,
  readRelease: readReleaseAnswer,
  declareDelivery,
  readReceipt: readReceiptPage,
  startAnalysis,
  readAnalysis,
}

/** Answers a request. Never throws: what fails is an answer too. */
export async function answer(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  try {
    return withoutBody(request, await routed(context, request))
  } catch (error) {
    const response = problemResponse(error)
    if (response.status >= 500) context.onFault?.(error, request)
    return withoutBody(request, response)
  }
}

/** HEAD is told how much GET would give. */
function withoutBody({ method }: ApiRequest, response: ApiResponse): ApiResponse {
  if (method !== 'HEAD') return response
  const length = { 'content-length': String(Buffer.byteLength(response.body)) }
  return { ...response, headers: { ...response.headers, ...length }, body: '' }
}

async function routed(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  const matching = apiRoutes.flatMap((route) => {
    const parameters = matchPath(route.path, request.path)
    return parameters ? [{ route, parameters }] : []
  })
  if (matching.length === 0)
    throw new ApiProblem(404, `no such resource: ${request.path.slice(0, 200)}`, {
      value: request.path,
      valid: apiRoutes.map(({ path }) => path),
    })
  const allowed = ['OPTIONS', ...matching.flatMap(({ route }) => methodsOf(route))]
  const allow = allowed.toSorted().join(', ')
  if (request.method === 'OPTIONS') return { status: 204, headers: { allow }, body: '' }
  const found = matching.find(({ route }) => methodsOf(route).includes(request.method))
  if (!found)
    throw new ApiProblem(405, `${request.method} is not for ${request.path.slice(0, 200)}`, {
      value: request.method,
      valid: allowed,
      headers: { allow },
    })
  authorise(found.route, request.caller)
  const parameters = Object.fromEntries(
    Object.entries(found.parameters).map(([name, text]) => [name, readPathParameter(name, text)]),
  )
  const response = await handlers[found.route.id](context, { ...request, parameters })
  return revalidated(request, response)
}

/** Methods that a route answers. */
export function methodsOf({ method }: Pick<ApiRoute, 'method'>): string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method]
}

function authorise({ scopes }: ApiRoute, caller: Caller | null): void {
  if (scopes.length === 0) return
  if (caller === null)
    throw new ApiProblem(401, 'a token is needed', { headers: { 'www-authenticate': 'Bearer' } })
  if (scopes.some((scope) => caller.scopes.includes(scope))) return
  throw new ApiProblem(403, `the token lacks a scope that allows this: ${scopes.join(' or ')}`, {
    valid: scopes,
  })
}

/** Texts of a pattern's parameters; null when the path is another one. */
function matchPath(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return null
  const parameters: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = decoded(given[at]!)
    else if (part !== given[at]) return null
  }
  return parameters
}

/** What is not percent-encoded rightly stays as it is: it names nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
