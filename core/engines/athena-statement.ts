import { EngineError } from '../errors.ts'
import { significant, stripComments, tokenize } from '../sql-text.ts'

/** Athena's limit for a statement. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const MOST_BYTES = 262_144

/** The text of one SELECT and nothing beside it, without comments, which Athena's own parser stumbles over. */
export function selectText(sql: string, subject: string): string {
  try {
    const tokens = significant(tokenize(sql))
    if (tokens.some(({ text }) => text === ';')) throw new Error('one statement at a time')
    if (!['select', 'with'].includes(tokens[0]?.text.toLowerCase() ?? ''))
      throw new Error('only a SELECT is allowed')
    let depth = 0
    for (const { text, kind } of tokens) {
      if (kind === 'symbol') depth += text === '(' ? 1 : text === ')' ? -1 : 0
      if (depth < 0) throw new Error('a parenthesis is closed that was not opened')
    }
    return stripComments(sql).trim()
  } catch (error) {
    throw new EngineError('athena', subject, error)
  }
}

/** The statement that writes a SELECT's result as Parquet below a place in S3 that holds nothing yet. */
export function unloadText(selected: string, location: string, subject: string): string {
  const place = `'${location.replaceAll("'", "''")}'`
  const sql = `unload (${selected}\n) to ${place} with (format = 'PARQUET', compression = 'SNAPPY')`
  const bytes = Buffer.byteLength(sql)
  if (bytes <= MOST_BYTES) return sql
  throw new EngineError('athena', subject, `the statement has ${bytes} bytes, and Athena takes ${MOST_BYTES}`)
}
