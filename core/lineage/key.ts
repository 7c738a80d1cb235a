import { distance } from 'fastest-levenshtein'
import type { Table } from '../../schemas/table.ts'
import { SkafferiError } from '../errors.ts'
import type { MartRow } from '../mart-text.ts'
import { unknownName } from '../names.ts'

/** Rows of a mart that an error names at most. */
const NEAREST = 5

/** A mart's key without the quarter, which the run has. */
export const keyColumns = (mart: Table): string[] => mart.key.filter((name) => name !== 'quarter')

/**
 * Reads a key: `column=value` of each key column, or the values alone in the key's order. What lacks is left
 * out of the result.
 *
 * @throws SkafferiError `usage` for a name that is no key column, a column named twice, or too many values
 */
export function parseKey(mart: Table, words: readonly string[]): Map<string, string> {
  const names = keyColumns(mart)
  const pairs = words.filter((word) => word.includes('='))
  if (pairs.length > 0 && pairs.length < words.length)
    throw usage(
      `a key is either all column=value or values alone: ${JSON.stringify(words.join(' '))} (${valid(mart)})`,
    )
  if (pairs.length === 0) {
    if (words.length > names.length)
      throw usage(
        `${words.length} values for a key of ${names.length}: ${JSON.stringify(words.join(' '))} (${valid(mart)})`,
      )
    return new Map(words.map((word, at) => [names[at]!, word]))
  }
  const key = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (name === 'quarter') throw usage(`the quarter is an option: --quarter ${pair.slice(at + 1)}`)
    if (!names.includes(name)) throw unknownName(`key column of ${mart.name}`, name, names)
    if (key.has(name)) throw usage(`key column named twice: ${name} (${valid(mart)})`)
    key.set(name, pair.slice(at + 1))
  }
  return key
}

/** The error for a key that no row has: tells what lacks, and which rows come nearest. */
export function noSuchRow(
  mart: Table,
  key: ReadonlyMap<string, string>,
  rows: readonly MartRow[],
): SkafferiError {
  const names = keyColumns(mart)
  const missing = names.filter((name) => !key.has(name))
  const asked = names.filter((name) => key.has(name)).map((name) => key.get(name))
  const what =
    missing.length > 0
      ? `the key of ${mart.name} lacks ${missing.join(', ')} (${valid(mart)})`
      : `no row ${asked.join(' ')} in ${mart.name} of this run`
  const nearest = nearestRows(names, key, rows).map((row) => names.map((name) => row[name]).join(' '))
  const hint =
    nearest.length > 0 ? `; nearest rows: ${nearest.join(' | ')}` : `; the run has no rows of ${mart.name}`
  return usage(`${what}${hint}`)
}

/** Rows whose keys agree most with what was asked: in most columns, then in most letters. */
function nearestRows(
  names: readonly string[],
  key: ReadonlyMap<string, string>,
  rows: readonly MartRow[],
): MartRow[] {
  const asked = names.filter((name) => key.has(name))
  const scored = rows.map((row) => {
    const apart = asked.map((name) => distance(String(row[name]), key.get(name)!))
    return {
      row,
      differing: apart.filter((by) => by > 0).length,
      apart: apart.reduce((sum, by) => sum + by, 0),
    }
  })
  scored.sort((a, b) => a.differing - b.differing || a.apart - b.apart)
  return scored.slice(0, NEAREST).map(({ row }) => row)
}

const valid = (mart: Table) => `valid: ${keyColumns(mart).join(' ')}`
const usage = (message: string) => new SkafferiError('usage', message)
