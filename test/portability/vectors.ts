import vectors from './vectors.json' with { type: 'json' }

/**
 * A portable form and what every engine must answer. `row` is the row of the portability table. Decimals and dates
 * are text, so that no digit is lost; types are in lower case without spaces and varchar without its length.
 */
export type Vector = {
  row: number
  what: string
  sql: string
  type: string
  value: string | number | boolean | null
}

export const conformance: Vector[] = vectors

/** An engine's name for a type, as the vectors write it. */
export function typeName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(' ', '')
    .replace(/^varchar\(\d+\)$/, 'varchar')
}

/** Whether an answer is the expected one; doubles to 1e-12. */
export function sameValue({ type, value }: Vector, answer: unknown): boolean {
  if (value === null || answer === null) return value === answer
  if (type !== 'double') return String(answer) === String(value)
  return Math.abs(Number(answer) - Number(value)) <= 1e-12 * Math.abs(Number(value))
}
