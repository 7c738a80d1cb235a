import type { LandingRule } from '../../schemas/landing-rules.ts'
import { CODE, QUARTER, RESERVED_CODES } from '../../schemas/logical-types.ts'
import type { Column, Table, TableRule } from '../../schemas/table.ts'
import { quote } from '../engines/duckdb-session.ts'
import type { Quarter } from '../quarter.ts'

/** What rows are held against, beside their own cells. */
export interface RuleContext {
  /** Quarter of the delivery; null for a reference dataset. */
  readonly quarter: Quarter | null
}

/** A fault that a row can have at a column: the rule and the SQL condition under which it is broken. */
interface Violation {
  readonly rule: LandingRule
  readonly when: string
}

const CELL = /^-?[0-9]+(\.[0-9]+)?$/
const matches = (cell: string, pattern: RegExp) => `regexp_full_match(${cell}, ${quote(pattern.source)})`
const listed = (values: readonly (string | number)[]) =>
  values.map((value) => quote(String(value))).join(', ')
const id = (name: string) => `"${name}"`

/** Table with the codes of a dataset that references may name. */
export const knownTable = (dataset: string) => `known_${dataset}`
/** Table with the keys that stand in the file more than once. */
export const REPEATED_KEYS = 'repeated_keys'

/**
 * SQL that gives, for a row of text cells named as the columns, the rule that the cell of this column breaks,
 * or null. A cell reports one fault, the first in the order of the violations below.
 */
export function brokenRule(table: Table, column: Column, context: RuleContext): string {
  const violations = [
    ...typeViolations(column),
    ...rangeViolations(column),
    ...table.rules.flatMap((rule) => rowViolations(rule, column, context)),
  ]
  const branches = referenceBranch(table, column)
  branches.push(...violations.map(({ rule, when }) => `when ${when} then ${quote(rule)}`))
  if (column.type === 'number' || isAmount(column)) branches.unshift(numberBranch(column))
  const empty = column.nullable ? 'null' : quote('required')
  return `case when ${id(column.name)} is null then ${empty} ${branches.join(' ')} end`
}

/** SQL of the typed value of a column, from its text. */
export function typedCell(column: Column): string {
  const cell = id(column.name)
  switch (column.type) {
    case 'kilograms':
      return `try_cast(${cell} as decimal(18, 3))`
    case 'sek':
      return `try_cast(${cell} as decimal(18, 2))`
    case 'number':
      return `try_cast(${cell} as double)`
    case 'date':
      return `try_cast(${cell} as date)`
    case 'boolean':
      return `(${cell} = 'true')`
    default:
      return cell
  }
}

const isAmount = ({ type }: Column) => type === 'kilograms' || type === 'sek'

/** One look at a good number; only a bad one is looked at again to say what is wrong with it. */
function numberBranch(column: Column): string {
  const cell = id(column.name)
  const long = column.type === 'kilograms' ? 'barcode' : 'too_many_digits'
  const good = matches(cell, /-?[0-9]{1,12}(\.[0-9]+)?/)
  return `when not ${good} then case when ${matches(cell, CELL)} then ${quote(long)} else 'number' end`
}

function typeViolations(column: Column): Violation[] {
  const cell = id(column.name)
  if (column.values) return [{ rule: 'not_allowed', when: `${cell} not in (${listed(column.values)})` }]
  switch (column.type) {
    case 'date':
      // the length keeps out what DuckDB calls dates too: infinity, years before Christ or of five digits
      return [
        {
          rule: 'date',
          when: `length(${cell}) <> 10 or cast(try_cast(${cell} as date) as varchar) is distinct from ${cell}`,
        },
      ]
    case 'quarter':
      return [{ rule: 'quarter', when: `not ${matches(cell, QUARTER)}` }]
    case 'boolean':
      return [{ rule: 'boolean', when: `${cell} not in ('true', 'false')` }]
    case 'code':
      if (column.references) return []
      return [
        { rule: 'code', when: `not ${matches(cell, CODE)}` },
        { rule: 'reserved_code', when: `${cell} in (${listed(RESERVED_CODES)})` },
        ...personalNumber(column),
      ]
    case 'text':
      return personalNumber(column)
    default:
      return []
  }
}

function rangeViolations(column: Column): Violation[] {
  // as it was written: rounding must not bring a value into its range
  const value = `try_cast(${id(column.name)} as double)`
  const conditions = [
    column.minimum === undefined ? [] : [`${value} < ${column.minimum}`],
    column.maximum === undefined ? [] : [`${value} > ${column.maximum}`],
    column.above === undefined ? [] : [`${value} <= ${column.above}`],
  ].flat()
  return conditions.length === 0 ? [] : [{ rule: 'out_of_range', when: conditions.join(' or ') }]
}

/**
 * One look-up where the code is good. Where it is not: a row whose earlier code is unknown is refused for that
 * one, since what hangs on it cannot be judged.
 */
function referenceBranch(table: Table, column: Column): string[] {
  const { references } = column
  if (!references) return []
  const known = knownTable(references.table)
  const own = `(${references.columns.map(id).join(', ')})`
  const keys = references.keys.map(id).join(', ')
  const missing = `${own} not in (select ${keys} from ${known})`
  const reserved = references.or ? `${id(column.name)} not in (${listed(references.or)}) and ` : ''
  if (column.place_kind) {
    const good = `select ${keys} from ${known} where is_${column.place_kind}`
    return [
      `when ${own} not in (${good}) then case when ${missing} then 'unknown_code' else 'place_kind' end`,
    ]
  }
  const earlier = references.columns
    .slice(0, -1)
    .map((name) => table.columns.find((other) => other.name === name)!)
  const unjudged = earlier.map((other) => `when ${brokenReference(other)} then null`)
  const verdict =
    unjudged.length === 0 ? "'unknown_code'" : `case ${unjudged.join(' ')} else 'unknown_code' end`
  return [`when ${reserved}${missing} then ${verdict}`]
}

/** SQL condition: the code of a column that refers by itself alone is not known. */
function brokenReference({ name, references }: Column): string {
  if (!references) return 'false'
  return `${id(name)} not in (select ${references.keys.map(id).join(', ')} from ${knownTable(references.table)})`
}

function rowViolations(rule: TableRule, column: Column, { quarter }: RuleContext): Violation[] {
  const cell = id(column.name)
  if (rule.rule === 'in_quarter' && rule.date === column.name && quarter) {
    return [
      {
        rule: 'outside_quarter',
        when: `${cell} not between ${quote(quarter.first_day)} and ${quote(quarter.last_day)}`,
      },
    ]
  }
  // ISO dates and quarters compare as text; a malformed start has its own fault
  if (rule.rule === 'not_before' && rule.last === column.name) {
    return [{ rule: 'before_start', when: `${cell} < ${id(rule.first)}` }]
  }
  if (rule.rule === 'at_least' && rule.larger === column.name) {
    const kg = (name: string) => `try_cast(${id(name)} as decimal(18, 3))`
    return [{ rule: 'below_available', when: `${kg(rule.larger)} < ${kg(rule.smaller)}` }]
  }
  if (rule.rule === 'credit_line' && rule.sek === column.name) {
    const kg = `try_cast(${id(rule.kg)} as decimal(18, 3))`
    const sek = `try_cast(${cell} as decimal(18, 2))`
    // no sign in either text is good and cheap to see: a minus stands before every digit
    const plain = `${cell} >= '.' and ${id(rule.kg)} >= '.'`
    const differ = `(${kg} < 0 and ${sek} > 0) or (${kg} >= 0 and ${sek} < 0)`
    return [{ rule: 'credit_line', when: `case when ${plain} then false else ${differ} end` }]
  }
  return []
}

/** SQL condition: the row's key stands in the file more than once; null for a table without key. */
export function isRepeated(table: Table): string | null {
  if (table.key.length === 0) return null
  const key = table.key.map(id).join(', ')
  return `coalesce((${key}) in (select ${key} from ${REPEATED_KEYS}), false)`
}

/**
 * Swedish personal identity numbers: six or eight digits of a valid date, an optional hyphen, three digits and
 * a check digit by the Luhn algorithm over the last ten.
 * https://www.skatteverket.se/privat/folkbokforing/personnummer.4.3810a01c150939e893f18c29.html
 */
function personalNumber(column: Column): Violation[] {
  if (!column.no_personal_number) return []
  const cell = `trim(${id(column.name)})`
  const digits = `replace(${cell}, '-', '')`
  const last_ten = `right(${digits}, 10)`
  const day = (century: string) =>
    `try_cast(${century} || substr(${last_ten}, 1, 2) || '-' || substr(${last_ten}, 3, 2) || '-' || substr(${last_ten}, 5, 2) as date) is not null`
  const valid_day = `case when length(${digits}) = 12 then ${day(`left(${digits}, 2)`)} else ${day(`'19'`)} or ${day(`'20'`)} end`
  const luhn = Array.from({ length: 10 }, (_, at) => {
    const digit = `cast(substr(${last_ten}, ${at + 1}, 1) as integer)`
    return at % 2 === 0 ? `(2 * ${digit}) // 10 + (2 * ${digit}) % 10` : digit
  }).join(' + ')
  const shape = matches(cell, /[0-9]{6}([0-9]{2})?-?[0-9]{4}/)
  // most names begin with a letter, which is cheaper to see than a pattern
  const when = `case when ${id(column.name)} >= ':' then false when not ${shape} then false when ${valid_day} then (${luhn}) % 10 = 0 else false end`
  return [{ rule: 'personal_number', when }]
}
