import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { answer } from '../core/api/api.ts'
import { problemResponse } from '../core/api/problem.ts'
import { analysesBy } from './analyses.ts'
import { type ApiEvent, requestOf, resultOf } from './api-event.ts'
import { environment } from './environment.ts'
import { withLake } from './lake.ts'
import { correlate, logFailure, logger, observed } from './observed.ts'
import { uploadsTo } from './uploads.ts'

const env = environment(
  'SKAFFERI_LAKE',
  'SKAFFERI_LANDING_QUEUE_URL',
  'SKAFFERI_STATE_MACHINE_ARN',
  'SKAFFERI_SCOPE_PREFIX',
  'SKAFFERI_RELEASES_URL',
)
const surroundings = {
  uploads: uploadsTo({ lake: env.SKAFFERI_LAKE, queue_url: env.SKAFFERI_LANDING_QUEUE_URL }),
  analyses: analysesBy(env.SKAFFERI_STATE_MACHINE_ARN),
  releases_url: env.SKAFFERI_RELEASES_URL ?? null,
  onFault: logFailure,
}

/** Answers the HTTP API. The gateway has looked at the token; what it allows is looked at here. */
export const handler = observed(
  async (event: ApiEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    correlate(event.requestContext.requestId)
    const request = requestOf(event, env.SKAFFERI_SCOPE_PREFIX)
    return await withLake(env.SKAFFERI_LAKE, async (storage) => {
      const response = await answer({ ...surroundings, storage }, request)
      logger.info('answered', { method: request.method, path: request.path, status: response.status })
      return resultOf(response)
    })
  },
  (error) => resultOf(problemResponse(error)),
)
