/** What a statement gives; cells as JSON has them: decimals, dates and timestamps as text. */
export interface TrinoResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly queued_and_run_ms: number
}

interface Page {
  readonly nextUri?: string
  readonly columns?: TrinoResult['columns']
  readonly data?: TrinoResult['rows']
  readonly error?: { readonly errorName: string; readonly message: string }
  readonly stats: { readonly elapsedTimeMillis: number }
}

/** Runs one statement over HTTP, without an adapter, so that an adapter can be held against it. */
export async function askTrino(endpoint: string, sql: string, database = 'default'): Promise<TrinoResult> {
  const headers = {
    'x-trino-user': 'skafferi',
    'x-trino-catalog': 'glue',
    'x-trino-schema': database,
    'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
  }
  let columns: TrinoResult['columns'] = []
  const rows: (readonly unknown[])[] = []
  let page = await pageOf(`${endpoint}/v1/statement`, { method: 'POST', headers, body: sql })
  for (;;) {
    columns = page.columns ?? columns
    for (const row of page.data ?? []) rows.push(row)
    if (page.nextUri === undefined) return { columns, rows, queued_and_run_ms: page.stats.elapsedTimeMillis }
    page = await pageOf(page.nextUri, { headers })
  }
}

async function pageOf(url: string, request: RequestInit): Promise<Page> {
  const answer = await fetch(url, request)
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${(await answer.text()).slice(0, 500)}`)
  // bare integers that a Number cannot hold become text; what is inside of strings stays as it is
  const exact = (await answer.text()).replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (found) =>
    /^-?\d{16,}$/.test(found) ? `"${found}"` : found,
  )
  const page = JSON.parse(exact) as Page
  if (page.error) throw new Error(`${page.error.errorName}: ${page.error.message}`)
  return page
}
