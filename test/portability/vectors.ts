import traps from './traps.json' with { type: 'json' }
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
  value: Cell
}

/** A value as JSON has it. */
export type Cell = string | number | boolean | null

/**
 * What one engine says: a value and its type, the type alone where the value moves with the clock, or how its error
 * begins. Trino's errors are their names.
 */
export type Answer = { type: string; value?: Cell | undefined } | { error: string }

/**
 * A form on which DuckDB, as one finds it, and Trino 435 differ: an expression, or a whole statement. `refused_by` is
 * the rule of the linter that keeps it out of models, or `grammar`. `instead` names the vector of the portable form,
 * or says what to do where SQL has none.
 */
export type Trap = {
  row: number
  what: string
  sql?: string | undefined
  statement?: string | undefined
  duckdb: Answer
  trino: Answer
  refused_by: string
  instead: { vector: string } | { advice: string }
}

export const conformance: Vector[] = vectors
export const dialectTraps: Trap[] = traps

/** Rows of the portability table that are about no single form, and what holds them. */
export const heldElsewhere: Readonly<Record<number, string>> = {
  37: 'array_agg: the engines agree, and the rule `function` refuses it, since arrays leave no engine alike',
  47: 'CTEs that are planned once for each read: the rule `cte-reads`, and the stages in test/engines/models.engines.ts',
  66: 'partitions that are pruned: the years that scans read, in test/engines/models.engines.ts',
}

/** The statement that asks for a vector or a trap. */
export function statementOf({ sql, statement }: Pick<Trap, 'sql' | 'statement'>): string {
  return statement ?? `select ${sql} as value`
}

/** A statement as the one CTE of a model called `vector`. */
export function modelOf(statement: string): string {
  return `-- one row: a\n-- answers: b\n-- leaves out: c\nwith vector as (${statement})\n\nselect * from vector\n`
}

/** An engine's name for a type, as the vectors write it. */
export function typeName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(' ', '')
    .replace(/^varchar\(\d+\)$/, 'varchar')
}

/** Whether an answer is the expected one; doubles to 1e-12. */
export function sameValue({ type, value }: Pick<Vector, 'type' | 'value'>, answer: unknown): boolean {
  if (value === null || answer === null) return value === answer
  if (type !== 'double' || String(answer) === String(value)) return String(answer) === String(value)
  return Math.abs(Number(answer) - Number(value)) <= 1e-12 * Math.abs(Number(value))
}
