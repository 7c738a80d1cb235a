import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Backend, QueryFailure } from './backend.ts'
import type { QueryFault } from './faults.ts'

/** What a client asked to run. */
export interface Started {
  readonly sql: string
  readonly workgroup: string
  readonly database: string
  readonly token: string
}

/** A query from its start to its end. */
export interface Execution extends Started {
  readonly id: string
  readonly fault: QueryFault
  readonly stop: AbortController
  /** States still to be reported before the real one. */
  readonly first: ('QUEUED' | 'RUNNING')[]
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  reason?: string
  failure?: QueryFailure
  answer?: Answer
  bytes_scanned: number
  looks: number
  readonly submitted: number
  ended: number
}

const UNLOAD =
  /^unload\s*\(([\s\S]*)\)\s*to\s*'([^']+)'\s*with\s*\(\s*format\s*=\s*'PARQUET'\s*(?:,\s*compression\s*=\s*'\w+'\s*)?\)$/i

/** Takes an UNLOAD apart; null for anything else. */
export function unloadOf(sql: string): { select: string; location: string } | null {
  const [, select, location] = UNLOAD.exec(sql) ?? []
  return select === undefined || location === undefined ? null : { select, location }
}

/** Starts computing at once; what is reported may lag behind, as the fault says. */
export function execute(backend: Backend, started: Started, fault: QueryFault): Execution {
  const execution: Execution = {
    ...started,
    id: randomUUID(),
    fault,
    stop: new AbortController(),
    first: [...(fault.states ?? ['QUEUED', 'RUNNING'])],
    state: 'RUNNING',
    bytes_scanned: 0,
    looks: 0,
    submitted: Date.now(),
    ended: 0,
  }
  void compute(backend, execution)
  return execution
}

async function compute(backend: Backend, execution: Execution): Promise<void> {
  const { sql, fault, stop } = execution
  try {
    if (fault.takes_ms) await sleep(fault.takes_ms, undefined, { signal: stop.signal })
    const unload = unloadOf(sql)
    if (!fault.end || fault.leaves) {
      if (unload) execution.bytes_scanned = (await backend.unload(unload, stop.signal)).bytes_scanned
      else execution.answer = await backend.select(sql, stop.signal)
    }
    if (stop.signal.aborted) throw stop.signal.reason
    if (fault.end) end(execution, fault.end.state, fault.end.reason, failureOf(fault.end))
    else end(execution, 'SUCCEEDED')
  } catch (error) {
    if (stop.signal.aborted) end(execution, 'CANCELLED', 'Query cancelled by user')
    else end(execution, 'FAILED', (error as Error).message, error as QueryFailure)
  }
}

function failureOf({
  reason,
  category = 2,
  type = 1301,
  is_retryable = false,
}: NonNullable<QueryFault['end']>) {
  return new QueryFailure(reason, category as 1 | 2 | 3, type, is_retryable)
}

function end(execution: Execution, state: Execution['state'], reason?: string, failure?: QueryFailure): void {
  execution.state = state
  execution.ended = Date.now()
  execution.bytes_scanned ||= execution.answer?.bytes_scanned ?? 0
  if (reason !== undefined) execution.reason = reason
  if (failure instanceof QueryFailure) execution.failure = failure
}
