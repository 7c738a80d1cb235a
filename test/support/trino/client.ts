import { runOnTrino, type TrinoFound } from './statement.ts'

/** Runs one statement over HTTP, without an adapter, so that an adapter can be held against it. */
export async function askTrino(endpoint: string, sql: string, database = 'default'): Promise<TrinoFound> {
  const headers = {
    'x-trino-user': 'skafferi',
    'x-trino-catalog': 'glue',
    'x-trino-schema': database,
    'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
  }
  return await runOnTrino({ origin: endpoint, sql, headers, fetch, numberOf })
}

/** Whole numbers that a Number cannot hold stay text. */
const numberOf = (digits: string) => (/^-?\d{16,}$/.test(digits) ? digits : Number(digits))
