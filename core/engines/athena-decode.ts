import type { ColumnInfo, Row } from '@aws-sdk/client-athena'
import {
  type Table as ArrowTable,
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  float64,
  int32,
  int64,
  tableFromColumns,
  utf8,
} from '@uwdata/flechette'

/** How the texts of one Athena type become values that an Arrow column of `type` is built from. */
interface Conversion {
  readonly type: DataType
  /** Undefined for a text that no value of the type has. */
  readonly convert: (text: string) => unknown
}

const INTEGER = /^-?\d+$/

/** The exact Arrow counterpart of an Athena type; instants, nested and rare types stay text. */
function conversionOf({ Type, Precision = 38, Scale = 0 }: ColumnInfo): Conversion {
  switch (Type) {
    case 'boolean':
      return { type: bool(), convert: (text) => ({ true: true, false: false })[text] }
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return { type: int32(), convert: (text) => (INTEGER.test(text) ? Number(text) : undefined) }
    case 'bigint':
      return { type: int64(), convert: (text) => (INTEGER.test(text) ? BigInt(text) : undefined) }
    case 'float':
    case 'double':
      return { type: float64(), convert: double }
    case 'decimal':
      return { type: decimal(Precision, Scale, 128), convert: (text) => unscaled(text, Scale) }
    case 'date':
      return { type: dateDay(), convert: day }
    default:
      return { type: utf8(), convert: (text) => text }
  }
}

/** Java's words for doubles are JavaScript's, `NaN` and the infinities too. */
function double(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || (Number.isNaN(value) && text !== 'NaN') ? undefined : value
}

/** A decimal in units of its last digit. */
function unscaled(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > scale) return undefined
  const digits = BigInt(whole + fraction.padEnd(scale, '0'))
  return sign === '-' ? -digits : digits
}

/** Milliseconds of a day since 1970. */
function day(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/**
 * Rows of Athena's answer as an Arrow table. A cell without text is null, one with an empty text is that text.
 *
 * @throws Error for a text that its column's type does not have
 */
export function toArrow(columns: readonly ColumnInfo[], rows: readonly Row[]): ArrowTable {
  return tableFromColumns(
    columns.map((column, at) => {
      const { type, convert } = conversionOf(column)
      const values = rows.map(({ Data }) => {
        const text = Data?.[at]?.VarCharValue
        const value = text === undefined ? null : convert(text)
        if (value === undefined)
          throw new Error(`column ${column.Name} is ${column.Type} but has ${JSON.stringify(text)}`)
        return value
      })
      return [column.Name!, columnFromArray(values, type)]
    }),
  )
}
