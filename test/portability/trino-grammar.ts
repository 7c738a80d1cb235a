// the index of the package would load seven other grammars
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js'

const parser = new TrinoSQL()

/** Syntax errors of a query, as `line:column message`, by Trino's own grammar. It knows no functions, types or columns. */
export function syntaxErrors(sql: string): string[] {
  return parser
    .validate(sql)
    .map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`)
}
