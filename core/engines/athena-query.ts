import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsOutput,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { AthenaError, failureOf, isAnswered, isPassing, refusalOf } from './athena-errors.ts'
import type { QueryRecord } from './engine.ts'

/** Where statements run and how long they may take. */
export interface AthenaQueriesOptions {
  readonly workgroup: string
  readonly database: string
  /** Longest time for one statement, queueing included. */
  readonly deadline_ms: number
  /** First and longest wait between two looks at a statement. */
  readonly poll_ms: readonly [number, number]
  /** Ends every statement. */
  readonly signal?: AbortSignal | undefined
}

/** One statement. */
export interface AthenaStatement {
  readonly sql: string
  /** What messages call it. */
  readonly subject: string
  readonly model: string | null
  readonly attempt: number
  /** The same token and statement never run twice. */
  readonly token: string
  readonly signal?: AbortSignal | undefined
}

const GROWTH = 1.6
const STOPPING_MS = 60_000
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED']

/** Runs statements on Athena from start to their final state, and keeps what each has cost. */
export class AthenaQueries {
  readonly ended: QueryRecord[] = []
  readonly #client: AthenaClient
  readonly #options: AthenaQueriesOptions

  constructor(client: AthenaClient, options: AthenaQueriesOptions) {
    this.#client = client
    this.#options = options
  }

  /** The statement when it has succeeded; else an `AthenaError`. One that is not waited for is stopped first. */
  async run(statement: AthenaStatement): Promise<QueryExecution> {
    const deadline = AbortSignal.timeout(this.#options.deadline_ms)
    const signal = this.#anyOf(statement.signal, deadline)
    const stopped = (query_id?: string) => {
      const late = `it was not done within ${this.#options.deadline_ms / 1000} s`
      const reason = deadline.aborted ? late : 'it was called off'
      return new AthenaError(statement.subject, { fault: 'stopped', code: 'CANCELLED', reason, query_id })
    }
    let lost = false
    const id = await this.#start(statement, signal, () => (lost = true)).catch(async (error) => {
      if (!signal.aborted) throw refused(statement, error)
      // it may run although no answer came: its token is asked for its name
      const unseen = lost ? await this.#startedUnseen(statement) : null
      if (unseen !== null) this.ended.push(recordOf(statement, await this.#stop(statement, unseen)))
      throw stopped(unseen ?? undefined)
    })
    const query = await this.#untilEnded(id, signal).catch(async (error) => {
      if (!signal.aborted) throw refused(statement, error, id)
      return await this.#stop(statement, id)
    })
    this.ended.push(recordOf(statement, query))
    // it may have succeeded before it could be stopped
    if (query.Status?.State === 'SUCCEEDED') return query
    throw signal.aborted ? stopped(id) : new AthenaError(statement.subject, failureOf(query))
  }

  /** A page of what a SELECT found. */
  async page(id: string, next: string | undefined): Promise<GetQueryResultsOutput> {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: next })
    const signal = this.#anyOf(AbortSignal.timeout(this.#options.deadline_ms))
    return await this.#persistently((abortSignal) => this.#client.send(command, { abortSignal }), signal)
  }

  /** Gives Athena time to recover before something is tried again. */
  async pause(signal?: AbortSignal): Promise<void> {
    const longest = this.#options.poll_ms[1]
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: this.#anyOf(signal) })
  }

  /** One signal of these and the one that ends every statement. */
  #anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
    return AbortSignal.any([this.#options.signal, ...signals].filter((signal) => signal !== undefined))
  }

  async #start(
    { sql, token }: AthenaStatement,
    signal: AbortSignal,
    onLost: () => void = () => undefined,
  ): Promise<string> {
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: token,
      WorkGroup: this.#options.workgroup,
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: this.#options.database },
    })
    const { QueryExecutionId } = await this.#persistently(
      (abortSignal) =>
        this.#client.send(command, { abortSignal }).catch((error) => {
          if (!isAnswered(error)) onLost()
          throw error
        }),
      signal,
    )
    return QueryExecutionId!
  }

  async #startedUnseen(statement: AthenaStatement): Promise<string> {
    return await this.#start(statement, AbortSignal.timeout(STOPPING_MS)).catch((error) => {
      throw refused(statement, error, 'unknown')
    })
  }

  /** Looks again and again; a state may also go back, from running to queued. */
  async #untilEnded(id: string, signal: AbortSignal): Promise<QueryExecution> {
    const [first, longest] = this.#options.poll_ms
    for (let wait = first; ; wait = Math.min(wait * GROWTH, longest)) {
      await sleep(Math.random() * wait, undefined, { signal })
      const query = await this.#look(id, signal)
      if (ENDED.includes(query.Status?.State ?? '')) return query
    }
  }

  async #look(id: string, signal: AbortSignal): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id })
    const { QueryExecution: query } = await this.#persistently(
      (abortSignal) => this.#client.send(command, { abortSignal }),
      signal,
    )
    return query!
  }

  /** Stops a statement and waits for its end, so that nothing runs on, and costs, unseen. */
  async #stop(statement: Omit<AthenaStatement, 'sql'>, id: string): Promise<QueryExecution> {
    const signal = AbortSignal.timeout(STOPPING_MS)
    const command = new StopQueryExecutionCommand({ QueryExecutionId: id })
    try {
      await this.#persistently((abortSignal) => this.#client.send(command, { abortSignal }), signal)
      return await this.#untilEnded(id, signal)
    } catch (error) {
      const { code, ...rest } = refusalOf(error)
      const reason = `it was to be stopped, but that failed, so it may still be running: ${rest.reason}`
      throw new AthenaError(statement.subject, { fault: 'stopped', code, reason, query_id: id, cause: error })
    }
  }

  /** Makes a call again for as long as its failures are of the kind that passes. */
  async #persistently<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const [first, longest] = this.#options.poll_ms
    for (let wait = first; ; wait = Math.min(wait * GROWTH, longest)) {
      signal.throwIfAborted()
      try {
        return await call(signal)
      } catch (error) {
        if (!isPassing(error)) throw error
        await sleep(Math.random() * wait, undefined, { signal })
      }
    }
  }
}

function refused({ subject }: AthenaStatement, error: unknown, query_id?: string): AthenaError {
  const { reason, ...failure } = refusalOf(error)
  const running = query_id === undefined ? '' : '; the query may still be running'
  return new AthenaError(subject, { ...failure, reason: `${reason}${running}`, query_id })
}

function recordOf({ model, attempt, sql }: AthenaStatement, query: QueryExecution): QueryRecord {
  const { Statistics: taken = {} } = query
  return {
    model,
    id: query.QueryExecutionId!,
    sql_sha256: createHash('sha256').update(sql).digest('hex'),
    attempt,
    state: query.Status!.State!.toLowerCase() as QueryRecord['state'],
    bytes_scanned: taken.DataScannedInBytes ?? 0,
    queue_ms: taken.QueryQueueTimeInMillis ?? 0,
    planning_ms: taken.QueryPlanningTimeInMillis ?? 0,
    engine_ms: taken.EngineExecutionTimeInMillis ?? 0,
    total_ms: taken.TotalExecutionTimeInMillis ?? 0,
  }
}
