import { StartAnalysis } from '../../schemas/api-requests.ts'
import { runName } from '../analyse.ts'
import { readIdentity, readNumbers, readPointer } from '../lake/releases.ts'
import { listRuns, readRun } from '../lake/runs.ts'
import type { Storage } from '../storage/storage.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { type ApiResponse, json } from './http.ts'
import { readBody, readQuery } from './parameters.ts'
import type { AnalysisProgress } from './ports.ts'
import { ApiProblem } from './problem.ts'

/** Starts a run, and says where it is followed. */
export async function startAnalysis(
  { storage, analyses, now }: ApiContext,
  request: RouteRequest,
): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  readQuery(request.query, [])
  const { quarter, as_of, publish, reason } = readBody(request, StartAnalysis)
  if (publish && !reason) await assertFirstRelease(storage, quarter)
  const run = runName(now?.() ?? new Date())
  const instant = as_of ? new Date(as_of).toISOString() : null
  await analyses.start({ run, quarter, as_of: instant, publish, reason: reason ?? null })
  const location = `/v1/analyses/${run}`
  const headers = { location, 'retry-after': '5', 'cache-control': 'no-store' }
  return json(202, { run, quarter, state: 'queued', location }, headers)
}

/** A correction without a reason would be computed in full and not be published then. */
async function assertFirstRelease(storage: Storage, quarter: string): Promise<void> {
  const current = await readPointer(storage, quarter)
  if (current === null) return
  const { release, run } = current
  throw new ApiProblem(
    400,
    `reason is missing: ${quarter} has release ${release} already, of run ${run}, which is only corrected with a reason`,
    { valid: ['why it is published once more'] },
  )
}

/** How a run stands: one that was asked for, or one that the lake has. */
export async function readAnalysis(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  readQuery(request.query, [])
  const run = request.parameters.run!
  const told = (await context.analyses.follow(run)) ?? (await recorded(context.storage, run))
  if (told === null) throw new ApiProblem(404, `no such run: ${run}`, { value: run })
  return json(200, told, { 'cache-control': 'private, no-cache' })
}

async function recorded(storage: Storage, run: string): Promise<AnalysisProgress | null> {
  for (const [quarter, runs] of await listRuns(storage)) {
    if (!runs.includes(run)) continue
    const { marts } = await readRun(storage, quarter, run)
    const release = await releaseOf(storage, quarter, run)
    return { run, quarter, state: 'succeeded', result: { run, marts, release } }
  }
  return null
}

/** The newest release that was made of a run. */
async function releaseOf(storage: Storage, quarter: string, run: string): Promise<number | null> {
  const made = (await readNumbers(storage)).find((one) => one.quarter === quarter)?.made ?? []
  for (const release of made.toReversed())
    if ((await readIdentity(storage, quarter, release)).run === run) return release
  return null
}
