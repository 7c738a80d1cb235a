import { hashBytes } from '../lake/lake-files.ts'
import { PACKAGE_FILE, RELEASE_FILE, type ReleaseRecord, readNumbers } from '../lake/releases.ts'
import { parseQuarter } from '../quarter.ts'
import { type ReadRelease, readCurrent } from '../releases.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { type ApiResponse, json } from './http.ts'
import { readQuery } from './parameters.ts'
import { ApiProblem } from './problem.ts'
import { etagOf } from './validators.ts'

/** The release of each quarter that readers get. */
export async function listReleasesAnswer(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  readQuery(request.query, [])
  const releases: object[] = []
  for (const { quarter } of await readNumbers(context.storage)) {
    const current = await readCurrent(context.storage, quarter)
    if (current) releases.push(published(current.record))
  }
  return publicly({ releases })
}

/** The release of one quarter, with its files. */
export async function readReleaseAnswer(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  readQuery(request.query, [])
  const quarter = parseQuarter(request.parameters.quarter!).name
  const current = await readCurrent(context.storage, quarter)
  if (current === null)
    throw new ApiProblem(404, `nothing is published for ${quarter}`, {
      value: quarter,
      valid: (await readNumbers(context.storage))
        .filter(({ made }) => made.length > 0)
        .map((one) => one.quarter),
    })
  const { record } = current
  return publicly({ ...published(record), record, files: await filesOf(context, current) })
}

function published({ quarter, release, run, computed_at, reason, notices }: ReleaseRecord) {
  return { quarter, release, run, computed_at, reason, notices }
}

/** Every file that the release names, and the two that name them. */
async function filesOf({ storage, releases_url }: ApiContext, { folder, record }: ReadRelease) {
  const naming = await Promise.all(
    [PACKAGE_FILE, RELEASE_FILE].map(async (path) => ({
      path,
      ...hashBytes(await storage.read(`${folder}${path}`)),
    })),
  )
  return [...record.files, ...naming].map(({ path, bytes, sha256 }) => ({
    path: `${record.quarter}/${record.release}/${path}`,
    url: releases_url ? `${releases_url}/${record.quarter}/${record.release}/${path}` : null,
    bytes,
    sha256,
  }))
}

function publicly(value: unknown): ApiResponse {
  return json(200, value, { etag: etagOf(JSON.stringify(value)), 'cache-control': 'public, max-age=60' })
}
