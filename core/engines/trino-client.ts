import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { exactJson, type TrinoColumn } from './trino-decode.ts'
import {
  type Answer,
  DROPPED,
  failureOf,
  refusalOf,
  TrinoError,
  type TrinoFailure,
  UNREACHED,
} from './trino-errors.ts'
import type { TrinoPlace } from './trino-url.ts'

/** How statements are sent and how long they may take. */
export interface TrinoClientOptions {
  /** Longest time for one statement, queueing included. */
  readonly deadline_ms: number
  /** First and longest wait before a page is asked for again. */
  readonly wait_ms: readonly [number, number]
  /** Ends every statement. */
  readonly signal?: AbortSignal | undefined
  readonly fetch: typeof globalThis.fetch
}

/** One statement. */
export interface TrinoStatement {
  readonly sql: string
  /** What messages call it. */
  readonly subject: string
  readonly signal?: AbortSignal | undefined
}

/** Some rows of a result, not yet looked at. */
export interface TrinoRows {
  readonly columns: readonly TrinoColumn[]
  readonly rows: readonly (readonly unknown[])[]
}

/** What of Trino's answers matters. */
const pageSchema = z.object({
  id: z.string(),
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z
    .object({
      message: z.string().optional(),
      errorName: z.string().optional(),
      errorType: z.string().optional(),
    })
    .optional(),
})
type Page = z.infer<typeof pageSchema>

/** A statement on its way. */
interface Query {
  readonly subject: string
  readonly signal: AbortSignal
  id?: string
  /** Where its next page is; without one it has ended or has not begun. */
  next?: string | undefined
}

const GROWTH = 1.6
/** Failures of a page in a row before it is given up. */
const MOST_FAILURES = 10
/** Longest time for one answer; Trino itself answers within seconds, done or not. */
const ANSWER_MS = 60_000
const CANCEL_MS = 10_000
/** Answers after which the same page may be asked for again. */
const PASSING = [UNREACHED, DROPPED, 429, 502, 503, 504]
/** Answers after which a statement was certainly not taken. */
const NOT_TAKEN = [UNREACHED, 429, 503]
/** Failures to connect, the cause of what `fetch` throws. */
const NO_CONNECTION = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|UND_ERR_CONNECT_TIMEOUT)$/

/** Speaks Trino's protocol: a statement is sent, its pages are fetched, and one that is left is cancelled. */
export class TrinoClient {
  readonly #place: TrinoPlace
  readonly #options: TrinoClientOptions
  /** Whether the place has ever answered; one that never has is more likely wrong than away for a while. */
  #hasAnswered = false

  constructor(place: TrinoPlace, options: TrinoClientOptions) {
    this.#place = place
    this.#options = options
  }

  /** A result piece by piece, its columns in each; an empty one in one piece. A failure is a `TrinoError`. */
  async *pages(statement: TrinoStatement): AsyncGenerator<TrinoRows, void, undefined> {
    const deadline = AbortSignal.timeout(this.#options.deadline_ms)
    const signals = [this.#options.signal, statement.signal, deadline]
    const signal = AbortSignal.any(signals.filter((one) => one !== undefined))
    const query: Query = { subject: statement.subject, signal }
    try {
      yield* this.#follow(query, statement.sql)
    } catch (error) {
      if (!signal.aborted || error instanceof TrinoError) throw error
      const late = `it was not done within ${this.#options.deadline_ms / 1000} s`
      const reason = deadline.aborted ? late : 'it was called off'
      const remedy = (await this.#cancel(query))
        ? 'it was ended before it was done'
        : 'cancelling it failed, so it may still be running'
      throw failed(query, { code: 'CANCELLED', reason, remedy })
    } finally {
      // after an error, or for a reader that has seen enough
      await this.#cancel(query)
    }
  }

  async *#follow(query: Query, sql: string): AsyncGenerator<TrinoRows, void, undefined> {
    let page = await this.#start(query, sql)
    for (let told = false; ; ) {
      query.id = page.id
      query.next = this.#ours(query, page.nextUri)
      if (page.error !== undefined) throw new TrinoError(query.subject, failureOf(page.error, page.id))
      const { columns, data = [] } = page
      const isLast = query.next === undefined
      if (columns !== undefined && (data.length > 0 || (isLast && !told))) {
        told = true
        yield { columns, rows: data }
      }
      if (query.next === undefined) return
      const next = query.next
      page = await this.#persistently(query, PASSING, () => this.#ask('GET', next, undefined, query.signal))
    }
  }

  /** Not broken off, since the name of a query that was taken is needed to cancel it. */
  async #start(query: Query, sql: string): Promise<Page> {
    const url = `${this.#place.origin}/v1/statement`
    return await this.#persistently(query, NOT_TAKEN, () => this.#ask('POST', url, sql))
  }

  /** Asks for a page again for as long as its failures are of the kinds that pass. */
  async #persistently(query: Query, passing: readonly number[], ask: () => Promise<Answer>): Promise<Page> {
    const [first, longest] = this.#options.wait_ms
    for (let failures = 1, wait = first; ; failures++, wait = Math.min(wait * GROWTH, longest)) {
      query.signal.throwIfAborted()
      const answer = await ask().catch(withoutAnswer)
      if (answer.status !== DROPPED && answer.status !== UNREACHED) this.#hasAnswered = true
      if (answer.status === 200) return this.#pageOf(query, answer)
      query.signal.throwIfAborted()
      if (!passing.includes(answer.status) || failures === MOST_FAILURES || !this.#hasAnswered)
        throw failed(query, refusalOf(answer, this.#place.origin, query.id))
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: query.signal })
    }
  }

  #pageOf(query: Query, { text }: Answer): Page {
    try {
      return pageSchema.parse(JSON.parse(exactJson(text)))
    } catch (cause) {
      const reason = `${this.#place.origin} answered with what is no page of a result`
      throw failed(query, {
        code: 'NO_PAGE',
        reason,
        remedy: 'is it a Trino that SKAFFERI_TRINO_URL names?',
        cause,
      })
    }
  }

  /** The password goes nowhere but to the place it was given for. */
  #ours(query: Query, next: string | undefined): string | undefined {
    if (next === undefined || URL.parse(next)?.origin === this.#place.origin) return next
    const reason = `${this.#place.origin} sends on to ${URL.parse(next)?.origin ?? 'no URL'}`
    const remedy = 'behind a proxy, Trino needs http-server.process-forwarded=true'
    throw failed(query, { code: 'ELSEWHERE', reason, remedy })
  }

  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    sql?: string,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const { user, password, catalog, schema } = this.#place
    const timeout = AbortSignal.timeout(ANSWER_MS)
    const response = await this.#options.fetch(url, {
      method,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(sql === undefined ? {} : { body: sql }),
      headers: {
        'X-Trino-User': user,
        'X-Trino-Catalog': catalog,
        'X-Trino-Schema': schema,
        'X-Trino-Source': 'skafferi',
        'X-Trino-Time-Zone': 'UTC',
        'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
        ...(password === undefined ? {} : { Authorization: `Basic ${base64(`${user}:${password}`)}` }),
      },
    })
    return { status: response.status, text: await response.text() }
  }

  /** Whether a query runs no more for all that we know. */
  async #cancel(query: Query): Promise<boolean> {
    const { next } = query
    if (next === undefined) return true
    delete query.next
    const answer = await this.#ask('DELETE', next, undefined, AbortSignal.timeout(CANCEL_MS)).catch(
      () => null,
    )
    return answer !== null && answer.status < 300
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

function withoutAnswer(error: unknown): Answer {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  const status = NO_CONNECTION.test(cause?.code ?? '') ? UNREACHED : DROPPED
  // of several addresses that were tried, only the failures of each have a text
  return { status, text: cause?.message || cause?.code || message }
}

const failed = ({ subject, id }: Query, failure: TrinoFailure) =>
  new TrinoError(subject, { ...failure, query_id: id })
