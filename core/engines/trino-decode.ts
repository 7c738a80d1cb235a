import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
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
import { day, double, unscaled } from './exact-texts.ts'
import type { TrinoRows } from './trino-client.ts'

/** A column as Trino tells of it. */
export interface TrinoColumn {
  readonly name: string
  /** As one writes it in SQL, such as `decimal(18,3)`. */
  readonly type: string
}

type Cell = boolean | number | bigint | string

/** What the cells of one column are here, in Arrow and in DuckDB. */
export interface TrinoType {
  readonly arrow: DataType
  readonly duckdb: DuckDBType
  /** The exact value of a cell of JSON, decimals in units of their last digit; undefined for one that no value has. */
  readonly decode: (cell: unknown) => Cell | undefined
  /** A value as DuckDB takes it. */
  readonly stored: (value: never) => DuckDBValue
}

const DAY_MS = 86_400_000
const LONG_INTEGER = /^-?\d{16,}$/
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g
const same = (value: DuckDBValue) => value

/** JSON in which whole numbers that a JavaScript number cannot hold stand as text. */
export function exactJson(json: string): string {
  return json.replaceAll(STRING_OR_NUMBER, (found) => (LONG_INTEGER.test(found) ? `"${found}"` : found))
}

const TEXT: TrinoType = {
  arrow: utf8(),
  duckdb: VARCHAR,
  decode: (cell) => (typeof cell === 'string' ? cell : undefined),
  stored: same,
}
const INT: TrinoType = {
  arrow: int32(),
  duckdb: INTEGER,
  decode: (cell) => (Number.isInteger(cell) ? (cell as number) : undefined),
  stored: same,
}
const TYPES: Readonly<Record<string, TrinoType>> = {
  boolean: {
    arrow: bool(),
    duckdb: BOOLEAN,
    decode: (cell) => (typeof cell === 'boolean' ? cell : undefined),
    stored: same,
  },
  tinyint: INT,
  smallint: INT,
  integer: INT,
  bigint: {
    arrow: int64(),
    duckdb: BIGINT,
    decode: (cell) => (/^-?\d+$/.test(String(cell)) ? BigInt(cell as string) : undefined),
    stored: same,
  },
  double: {
    arrow: float64(),
    duckdb: DOUBLE,
    // a long whole number is text by now, as NaN and the infinities are
    decode: (cell) => (typeof cell === 'number' ? cell : double(String(cell))),
    stored: same,
  },
  date: {
    arrow: dateDay(),
    duckdb: DATE,
    decode: (cell) => day(String(cell)),
    stored: (ms: number) => new DuckDBDateValue(ms / DAY_MS),
  },
  varchar: TEXT,
  char: TEXT,
}

function decimalOf(width: number, scale: number): TrinoType {
  return {
    arrow: decimal(width, scale, 128),
    duckdb: DECIMAL(width, scale),
    decode: (cell) => unscaled(String(cell), scale),
    stored: (value: bigint) => new DuckDBDecimalValue(value, width, scale),
  }
}

/** @throws Error for a type that the lake does not have */
export function typeOf({ name, type }: TrinoColumn): TrinoType {
  const [, word = '', first, second] = /^(\w+)(?:\((\d+)(?:,\s*(\d+))?\))?$/.exec(type) ?? []
  const known = word === 'decimal' ? decimalOf(Number(first ?? 38), Number(second ?? 0)) : TYPES[word]
  if (known !== undefined) return known
  throw new Error(
    `column ${name} is ${type}, which has no place in the lake: cast it to varchar, boolean, bigint, double, date or decimal`,
  )
}

/**
 * Exact values of some rows, column by column.
 *
 * @throws Error for a cell that its column's type does not have
 */
export function valuesOf({ columns, rows }: TrinoRows): (Cell | null)[][] {
  return columns.map((column, at) => {
    const { decode } = typeOf(column)
    return rows.map((row) => {
      const cell = row[at] ?? null
      const value = cell === null ? null : decode(cell)
      if (value !== undefined) return value
      throw new Error(`column ${column.name} is ${column.type} but has ${JSON.stringify(cell)}`)
    })
  })
}

/** A result as an Arrow table. */
export function toArrow(result: TrinoRows): ArrowTable {
  const values = valuesOf(result)
  return tableFromColumns(
    result.columns.map((column, at) => [column.name, columnFromArray(values[at]!, typeOf(column).arrow)]),
  )
}
