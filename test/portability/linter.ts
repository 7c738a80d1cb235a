import { ModelText } from './model-text.ts'
import { nameRules } from './rules/names.ts'
import { rowRules } from './rules/rows.ts'
import type { Rule } from './rules/rule.ts'
import { shapeRules } from './rules/shape.ts'
import { subqueryRules } from './rules/subqueries.ts'
import { syntaxRules } from './rules/syntax.ts'
import { valueRules } from './rules/values.ts'

export const rules: Rule[] = [
  ...shapeRules,
  ...nameRules,
  ...syntaxRules,
  ...valueRules,
  ...rowRules,
  ...subqueryRules,
]

/** Where a model leaves the subset on which DuckDB, Trino and Athena agree, and what to write instead. */
export type Violation = { code: string; line: number; message: string }

/** Checks a model, before its parameters are filled in, against every rule; in order of lines. */
export function lint(name: string, sql: string): Violation[] {
  const model = new ModelText(name, sql)
  return rules
    .flatMap(({ code, find }) =>
      find(model).map(({ at, message }) => ({ code, line: model.line(at), message })),
    )
    .sort((a, b) => a.line - b.line)
}
