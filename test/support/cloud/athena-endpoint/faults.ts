/** A call that is refused: the error's name and status as Athena gives them. */
export interface Refusal {
  readonly name: string
  readonly message: string
  readonly status?: number
  readonly code?: string
}

/** What goes wrong with one query, or is just odd. */
export interface QueryFault {
  /** States that are reported first, each for one look. Default QUEUED, RUNNING. */
  readonly states?: readonly ('QUEUED' | 'RUNNING')[]
  /** The final state in the place of success, and why. */
  readonly end?: {
    readonly state: 'FAILED' | 'CANCELLED'
    readonly reason: string
    readonly category?: number
    readonly type?: number
    readonly is_retryable?: boolean
  }
  /** Time that it takes beside its own. */
  readonly takes_ms?: number
  /** A file that it leaves behind although it fails. */
  readonly leaves?: boolean
}

/** What goes wrong next; each entry happens once, in order. */
export interface Faults {
  /** Answers to starting a query: refused, or `lost`: done, but the answer never arrives. */
  readonly start: (Refusal | 'lost')[]
  /** Answers to looks at a query. */
  readonly look: Refusal[]
  /** Answers to asking for results. */
  readonly results: Refusal[]
  /** Answers to asking for a query to be stopped. */
  readonly stop: Refusal[]
  /** One for each query that is started; null for none. */
  readonly queries: (QueryFault | null)[]
}

export const throttled: Refusal = { name: 'TooManyRequestsException', message: 'Rate exceeded' }
