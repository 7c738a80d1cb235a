import {
  type DuckDBDateValue,
  type DuckDBDecimalType,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { AnswerColumn } from './backend.ts'

/** Athena's column for a column of DuckDB, whose sums of integers are wider than Athena's. */
export function answerColumn(name: string, type: DuckDBType): AnswerColumn {
  const column = (type: string, precision = 0, scale = 0): AnswerColumn => ({ name, type, precision, scale })
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return column('boolean')
    case DuckDBTypeId.TINYINT:
      return column('tinyint', 3)
    case DuckDBTypeId.SMALLINT:
      return column('smallint', 5)
    case DuckDBTypeId.INTEGER:
      return column('integer', 10)
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
      return column('bigint', 19)
    case DuckDBTypeId.FLOAT:
      return column('float', 17)
    case DuckDBTypeId.DOUBLE:
      return column('double', 17)
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType
      return column('decimal', width, scale)
    }
    case DuckDBTypeId.DATE:
      return column('date')
    default:
      return column('varchar', 2147483647)
  }
}

/** A value in the text that Athena has for it. */
export function athenaText(value: DuckDBValue, { type }: AnswerColumn): string | null {
  if (value === null) return null
  if (type === 'double' || type === 'float') return javaDouble(value as number)
  if (type === 'date') return isoDay(value as DuckDBDateValue)
  return String(value)
}

const isoDay = ({ days }: DuckDBDateValue) => new Date(days * 86_400_000).toISOString().slice(0, 10)

/** As Java writes a double: always with a point, and with an exponent from 10⁷ and below 10⁻³. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value) || value === 0)
    return Object.is(value, -0) ? '-0.0' : `${value === 0 ? '0.0' : value}`
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
}
