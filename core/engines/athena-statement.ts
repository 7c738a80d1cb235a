import { EngineError } from '../errors.ts'

/** Athena's limit for a statement. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const MOST_BYTES = 262_144

/** The statement that writes a SELECT's result as Parquet below a place in S3 that holds nothing yet. */
export function unloadText(selected: string, location: string, subject: string): string {
  const place = `'${location.replaceAll("'", "''")}'`
  const sql = `unload (${selected}\n) to ${place} with (format = 'PARQUET', compression = 'SNAPPY')`
  const bytes = Buffer.byteLength(sql)
  if (bytes <= MOST_BYTES) return sql
  throw new EngineError('athena', subject, `the statement has ${bytes} bytes, and Athena takes ${MOST_BYTES}`)
}
