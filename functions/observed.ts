import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics } from '@aws-lambda-powertools/metrics'
import middy, { type MiddyfiedHandler, type Request } from '@middy/core'
import type { Context } from 'aws-lambda'
import { kindOf, stepError } from './step-errors.ts'

const MESSAGE_CHARACTERS = 500

/** Structured lines, as CloudWatch Logs Insights reads them. */
export const logger = new Logger()
/** Counts that go out through the logs. */
export const metrics = new Metrics({ namespace: 'Skafferi' })

/**
 * A handler as Lambda calls it: logs carry the request and, once `correlate` was told, what they belong to;
 * metrics are given out whatever happens; a failure is logged once and thrown on under a name that a state
 * machine can tell apart, or becomes the `answer`.
 */
export function observed<Event, Result>(
  handler: (event: Event, context: Context) => Promise<Result>,
  answer?: (error: unknown, event: Event) => Result,
): MiddyfiedHandler<Event, Result> {
  // Lambda ends what takes too long for good; an answer before that would leave it running beside the next event
  return middy<Event, Result>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .before(({ context }) => metrics.captureColdStartMetric(context.functionName))
    .after(publishMetrics)
    .onError(publishMetrics)
    .use({ onError: (request: Request<Event, Result>) => failed(request, answer) })
    .handler(handler)
}

/** Ties what is logged from here on to an object that was put, or to a run, and to nothing before. */
export function correlate(correlation_id: string, keys: Readonly<Record<string, string | null>> = {}): void {
  logger.resetKeys()
  logger.appendKeys({ correlation_id, ...keys })
}

/**
 * Logs a failure, once. Only the first line of what it says: what follows may quote the file, as other
 * fields of an error may.
 */
export function logFailure(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const kind = kindOf(error)
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line))
  logger.error(message.split('\n')[0]!.slice(0, MESSAGE_CHARACTERS), {
    kind,
    error_name: name,
    ...(kind === 'bug' ? { stack: frames } : {}),
  })
}

function failed<Event, Result>(
  request: Request<Event, Result>,
  answer: ((error: unknown, event: Event) => Result) | undefined,
): void {
  logFailure(request.error)
  if (answer) request.response = answer(request.error, request.event)
  else request.error = stepError(request.error) as Error
}

function publishMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
}
