import { STATUS_CODES } from 'node:http'
import {
  type FailureKind,
  InvalidValueError,
  NoRunsError,
  SkafferiError,
  UnknownNameError,
} from '../errors.ts'
import type { ApiResponse } from './http.ts'

/** What else a problem says. */
export interface ProblemMore {
  readonly value?: string
  readonly valid?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that cannot be fulfilled; becomes problem details (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly more: ProblemMore

  constructor(status: number, detail: string, more: ProblemMore = {}) {
    super(detail)
    this.status = status
    this.more = more
  }
}

const MOST_VALUE = 200
const MOST_VALID = 100
const statuses: Readonly<Record<Exclude<FailureKind, 'fault'>, number>> = {
  usage: 400,
  refused: 422,
  check: 409,
}
/** What was asked for is not there, rather than wrongly asked. */
const MISSING = new Set(['mart', 'run', 'quarter with a run'])

/** The answer to a request that failed. What nobody expected says nothing of how the program works. */
export function problemResponse(error: unknown): ApiResponse {
  const { status, message, more } = asProblem(error)
  const { value, valid, headers } = more
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    ...(value === undefined ? {} : { value: value.slice(0, MOST_VALUE) }),
    ...(valid === undefined ? {} : { valid: valid.slice(0, MOST_VALID) }),
  }
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(problem),
  }
}

function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof UnknownNameError) {
    const { subject, value, known, message } = error
    return new ApiProblem(MISSING.has(subject) ? 404 : 400, message, { value, valid: known })
  }
  if (error instanceof NoRunsError) return new ApiProblem(404, 'nothing has been analysed yet')
  if (error instanceof InvalidValueError) {
    const { value, valid, message } = error
    return new ApiProblem(400, message, { value, valid })
  }
  if (error instanceof SkafferiError && error.kind !== 'fault')
    return new ApiProblem(statuses[error.kind], error.message)
  return new ApiProblem(500, 'a fault of the program or its surroundings')
}
