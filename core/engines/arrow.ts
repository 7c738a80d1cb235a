import {
  type DuckDBDateValue,
  type DuckDBDecimalType,
  type DuckDBDecimalValue,
  type DuckDBMaterializedResult,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
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

/** How the values of one DuckDB type become values that an Arrow column of `type` is built from. */
interface Conversion {
  readonly type: DataType
  readonly convert: (value: NonNullable<DuckDBValue>) => unknown
}

const DAY_MS = 86_400_000
const same = (value: unknown) => value

/** The exact Arrow counterpart of a DuckDB type; instants, nested and rare types become text. */
function conversionOf(type: DuckDBType): Conversion {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return { type: bool(), convert: same }
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
      return { type: int32(), convert: same }
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.BIGINT:
      return { type: int64(), convert: (value) => BigInt(value as number | bigint) }
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UBIGINT:
      return { type: decimal(38, 0, 128), convert: same }
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return { type: float64(), convert: same }
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType
      return { type: decimal(width, scale, 128), convert: (value) => (value as DuckDBDecimalValue).value }
    }
    case DuckDBTypeId.DATE:
      return { type: dateDay(), convert: (value) => (value as DuckDBDateValue).days * DAY_MS }
    default:
      return { type: utf8(), convert: String }
  }
}

/** A DuckDB result as an Arrow table, column by column, without loss. */
export async function toArrow(result: DuckDBMaterializedResult): Promise<ArrowTable> {
  const names = result.deduplicatedColumnNames()
  const types = result.columnTypes()
  const columns = await result.getColumns()
  return tableFromColumns(
    names.map((name, index) => {
      const { type, convert } = conversionOf(types[index]!)
      const values = (columns[index] ?? []).map((value) => (value === null ? null : convert(value)))
      return [name, columnFromArray(values, type)]
    }),
  )
}
