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
import { day, double, unscaled } from './exact-texts.ts'

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
