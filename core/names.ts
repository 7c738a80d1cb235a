import { closest } from 'fastest-levenshtein'
import { UnknownNameError } from './errors.ts'

/** The error for a name that nobody knows: says which are known and which one may have been meant. */
export function unknownName(kind: string, name: string, known: readonly string[]): UnknownNameError {
  const meant = known.length > 0 ? `; did you mean ${closest(name, known)}?` : ''
  return new UnknownNameError(kind, name, known, meant)
}
