import { AthenaError } from '../core/engines/athena-errors.ts'
import { SkafferiError } from '../core/errors.ts'

/** What may go well another time: the state machine tries again. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError'
}

/** What the data or the question do not allow: trying again changes nothing. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

/** Faults of connections, as Node and the SDK name them. */
const CONNECTION =
  /^(ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND|TimeoutError|RequestTimeout)$/
const THROTTLED =
  /^(SlowDown|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|InternalServerException|InternalError|ServiceUnavailable)$/

/** An error and what caused it, outermost first. */
function* causes(
  error: unknown,
): Generator<Error & { readonly code?: unknown; readonly $metadata?: unknown }> {
  for (let at = error; at instanceof Error; at = at.cause) yield at
}

/** Whether the same may go well another time. Athena's errors say so themselves; time may have run out in a queue. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AthenaError) return ['transient', 'leftovers', 'stopped'].includes(error.fault)
  for (const { name, code, $metadata } of causes(error)) {
    if (name === 'RetryableError' || CONNECTION.test(name) || THROTTLED.test(name)) return true
    if (typeof code === 'string' && CONNECTION.test(code)) return true
    if ((($metadata ?? {}) as { httpStatusCode?: number }).httpStatusCode! >= 500) return true
  }
  return false
}

/** What a failure is, for logs and alarms: `bug` is what nobody expected. */
export function kindOf(error: unknown): SkafferiError['kind'] | 'transient' | 'bug' {
  if (isTransient(error)) return 'transient'
  return error instanceof SkafferiError ? error.kind : 'bug'
}

/** The error by whose name a state machine decides what to do next; bugs and faults keep their own. */
export function stepError(error: unknown): unknown {
  const kind = kindOf(error)
  const { message } = error as Error
  if (kind === 'transient') return new RetryableError(message, { cause: error })
  if (kind === 'bug' || kind === 'fault') return error
  return new RefusedError(message, { cause: error })
}
