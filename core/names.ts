import { closest } from 'fastest-levenshtein'
import type { Table } from '../schemas/table.ts'
import { UnknownNameError } from './errors.ts'

/** The error for a name that nobody knows: says which are known and which one may have been meant. */
export function unknownName(kind: string, name: string, known: readonly string[]): UnknownNameError {
  const meant = known.length > 0 ? `; did you mean ${closest(name, known)}?` : ''
  return new UnknownNameError(kind, name, known, meant)
}

/** The dataset or mart of a name; throws `usage` for one that nobody knows. */
export function tableNamed(kind: string, tables: readonly Table[], wanted: string): Table {
  const table = tables.find(({ name }) => name === wanted)
  if (table) return table
  const known = tables.map(({ name }) => name)
  throw unknownName(kind, wanted, known)
}
