import { closest } from 'fastest-levenshtein'
import { type LandingRule, landingRules } from '../../schemas/landing-rules.ts'
import type { Column, Table } from '../../schemas/table.ts'
import type { Quarter } from '../quarter.ts'

/** A fault as its sender reads it. */
export interface Problem {
  /** Line of the file on which the record begins, the header being 1; null for the whole file. */
  readonly line: number | null
  readonly column: string | null
  readonly value: string | null
  readonly rule: LandingRule
  readonly message: string
}

/** A fault as landing found it. */
export type Fault = Omit<Problem, 'message'> & { readonly detail?: string }

/** What is known where a fault is put into words. */
export interface ProblemContext {
  readonly table: Table
  readonly quarter: Quarter | null
  /** Codes that a dataset has, for "did you mean"; keyed by `dataset.column`. */
  readonly codes: ReadonlyMap<string, readonly string[]>
  /** Suggestions made so far, since a file tends to repeat its faults. */
  readonly suggestions: Map<string, string>
}

const MOST_SUGGESTIONS = 10_000

/** Puts a fault into words: what, the value, and what would be valid. */
export function problem(fault: Fault, context: ProblemContext): Problem {
  const { line, column, value, rule } = fault
  const said =
    value === null ? '' : `: ${JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)}`
  const subject = column === null ? '' : `${column} `
  const what = lowerFirst(landingRules[rule].en).replace(/\.$/, '')
  const valid = fault.detail ?? validOf(fault, context)
  return { line, column, value, rule, message: `${subject}${what}${said}${valid ? ` (${valid})` : ''}` }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** What would be valid in place of the value. */
function validOf({ column: name, rule, value }: Fault, context: ProblemContext): string {
  const { table, quarter } = context
  const column = table.columns.find((other) => other.name === name)
  switch (rule) {
    case 'number':
    case 'too_many_digits':
    case 'barcode':
      return 'valid: 1250.5'
    case 'out_of_range':
      return `valid: ${[
        column?.above === undefined ? [] : [`above ${column.above}`],
        column?.minimum === undefined ? [] : [`at least ${column.minimum}`],
        column?.maximum === undefined ? [] : [`at most ${column.maximum}`],
      ]
        .flat()
        .join(', ')}`
    case 'date':
      return 'valid: 2026-07-31'
    case 'quarter':
      return 'valid: 2026-Q3'
    case 'boolean':
      return column?.nullable ? 'valid: true, false or empty' : 'valid: true or false'
    case 'code':
      return 'valid: potato, 2482, farm-7'
    case 'not_allowed':
      return `valid: ${column?.values?.join(', ')}`
    case 'outside_quarter':
      return `valid: ${quarter?.first_day} to ${quarter?.last_day}`
    case 'place_kind':
      return column?.place_kind === 'buyer'
        ? 'valid: a municipality, or a county for its own kitchens'
        : 'valid: a municipality, or a county or country without municipalities in places'
    case 'unknown_code':
      return suggestion(column?.references, value, context)
    case 'repeated_key':
      return `the key is ${table.key.join(', ')}; valid: one row for each`
    case 'too_few_cells':
    case 'too_many_cells':
      return `valid: ${table.columns.length} cells`
    case 'required':
      return column?.values ? `valid: ${column.values.join(', ')}` : `valid: ${validOfType(column)}`
    case 'reserved_code':
      return 'valid: any other code'
    case 'before_start':
      return 'valid: the same as the start, or later'
    case 'below_available':
      return 'valid: at least available_kg, or empty where both are the same'
    case 'credit_line':
      return 'valid: negative kg with no, 0 or negative sek; other kg with no, 0 or positive sek'
    case 'personal_number':
      return 'valid: a name or code that is no personal identity number'
    default:
      return ''
  }
}

/** An example of a value, or where values come from. */
function validOfType(column: Column | undefined): string {
  if (column?.references) return `a code of ${column.references.table}`
  switch (column?.type) {
    case 'kilograms':
    case 'sek':
    case 'number':
      return '1250.5'
    case 'date':
      return '2026-07-31'
    case 'quarter':
      return '2026-Q3'
    case 'boolean':
      return 'true or false'
    case 'code':
      return 'a code such as potato'
    default:
      return 'any text'
  }
}

function suggestion(
  references: { table: string; keys: readonly string[]; or?: readonly string[] } | undefined,
  value: string | null,
  { codes, suggestions }: ProblemContext,
): string {
  if (!references) return ''
  const key = references.keys.at(-1)!
  const known = [...(codes.get(`${references.table}.${key}`) ?? []), ...(references.or ?? [])]
  if (known.length === 0) return `no ${references.table} have been landed`
  const name = `${references.table}.${key} ${value}`
  const told = suggestions.get(name)
  if (told !== undefined) return told
  // a code that only another product group has is known here, but no help
  const others = known.filter((code) => code !== value)
  const said = `not in ${references.table}; did you mean ${closest(value ?? '', others)}?`
  if (suggestions.size < MOST_SUGGESTIONS) suggestions.set(name, said)
  return said
}
