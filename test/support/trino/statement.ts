/** A statement and who it is for. */
export interface TrinoStatement {
  /** `http://host:port` */
  readonly origin: string
  readonly sql: string
  readonly headers: Readonly<Record<string, string>>
  /** Cancels it. */
  readonly signal?: AbortSignal
  readonly fetch: typeof globalThis.fetch
  /** What a number becomes of its digits; by default it stays as Trino wrote it, which is how Athena's results have it. */
  readonly numberOf?: (digits: string) => unknown
}

/** All that a statement finds. Decimals, dates and timestamps are text. */
export interface TrinoFound {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  /** Bytes that connectors read from files: `physicalInputBytes` of its last page. */
  readonly physical_input_bytes: number
}

/** What Trino says of a statement that failed. */
export interface TrinoFault {
  readonly message: string
  /** Such as `COLUMN_NOT_FOUND`. */
  readonly errorName: string
  readonly errorType: 'USER_ERROR' | 'INTERNAL_ERROR' | 'INSUFFICIENT_RESOURCES' | 'EXTERNAL'
}

/** A statement that Trino says has failed. */
export class TrinoFailed extends Error {
  readonly fault: TrinoFault

  constructor(fault: TrinoFault) {
    super(`${fault.errorName}: ${fault.message}`)
    this.fault = fault
  }
}

interface Page {
  readonly nextUri?: string
  readonly columns?: TrinoFound['columns']
  readonly data?: TrinoFound['rows']
  readonly error?: TrinoFault
  readonly stats: { readonly physicalInputBytes: string }
}

/** Runs a statement by Trino's protocol, apart from the client that is under test. A failure is a `TrinoFailed`. */
export async function runOnTrino(statement: TrinoStatement): Promise<TrinoFound> {
  const { origin, sql, headers, signal, fetch, numberOf = (digits) => digits } = statement
  const pageOf = async (url: string, request: RequestInit) => pageIn(await fetch(url, request), numberOf)
  let columns: TrinoFound['columns'] = []
  const rows: (readonly unknown[])[] = []
  // not broken off, since its answer says where to cancel it
  let page = await pageOf(`${origin}/v1/statement`, { method: 'POST', body: sql, headers })
  for (;;) {
    if (page.error) throw new TrinoFailed(page.error)
    columns = page.columns ?? columns
    for (const row of page.data ?? []) rows.push(row)
    const { nextUri: next, stats } = page
    if (next === undefined) return { columns, rows, physical_input_bytes: Number(stats.physicalInputBytes) }
    page = await pageOf(next, { headers, signal: signal ?? null }).catch(async (error) => {
      if (signal?.aborted) await fetch(next, { method: 'DELETE', headers })
      throw error
    })
  }
}

async function pageIn(answer: Response, numberOf: (digits: string) => unknown): Promise<Page> {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Trino answered ${answer.status}: ${text.slice(0, 500)}`)
  const exact = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? numberOf(context!.source!) : value
  return JSON.parse(text, exact) as Page
}
