import { z } from 'zod'

/** Codes: what places, product groups, forms, sources and other keys are named by. */
export const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
/** Numbers as text: at most twelve digits before the point, no spaces, no exponent. */
export const NUMBER = /^-?[0-9]{1,12}(\.[0-9]+)?$/
/** Quarters as text, `2026-Q3`. */
export const QUARTER = /^[0-9]{4}-Q[1-4]$/
/** Codes that mean something of their own and may not be given to anything else. */
export const RESERVED_CODES = ['all', 'organic'] as const

/** One row per logical type: how it is written down in each place where data of that type may live. */
export interface LogicalTypeSpec {
  /** DuckDB type; Trino's and Athena's SQL type is the same word but for `integer` and `double`. */
  readonly duckdb: 'VARCHAR' | 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'DATE' | 'DECIMAL(18,3)' | 'DECIMAL(18,2)'
  /** Type of a column of a Glue table, which Athena and Trino's Hive connector read. */
  readonly glue: 'string' | 'boolean' | 'bigint' | 'double' | 'date' | 'decimal(18,3)' | 'decimal(18,2)'
  /** Arrow type, in the words of the Arrow specification's Schema.fbs. */
  readonly arrow: 'Utf8' | 'Bool' | 'Int64' | 'Float64' | 'Date32' | 'Decimal128(18, 3)' | 'Decimal128(18, 2)'
  /** JSON Schema 2020-12 of one value in JSON. */
  readonly jsonSchema: Readonly<Record<string, unknown>>
  /** Type of a field in a Frictionless Table Schema. */
  readonly tableSchema: 'string' | 'boolean' | 'integer' | 'number' | 'date'
  /** Decimals with which a value is written as CSV; null = as it is. */
  readonly decimals: number | null
  /** Validator of one value as a program holds it (numbers as numbers, dates as ISO text). */
  readonly zod: z.ZodType
}

const text = {
  duckdb: 'VARCHAR',
  glue: 'string',
  arrow: 'Utf8',
  tableSchema: 'string',
  decimals: null,
} as const
const double = { duckdb: 'DOUBLE', glue: 'double', arrow: 'Float64', tableSchema: 'number' } as const
const json = { string: { type: 'string' }, number: { type: 'number' } } as const

/**
 * The one table of types. Everything that must agree on a column's type (row validation, DuckDB, Arrow,
 * Glue, JSON Schema, Table Schema, the data dictionary) reads it here.
 */
export const logicalTypes = {
  /** A key or a reference to one. */
  code: { ...text, jsonSchema: { ...json.string, pattern: CODE.source }, zod: z.string().regex(CODE) },
  /** Free text. */
  text: { ...text, jsonSchema: json.string, zod: z.string() },
  /** `2026-Q3`. */
  quarter: {
    ...text,
    jsonSchema: { ...json.string, pattern: QUARTER.source },
    zod: z.string().regex(QUARTER),
  },
  /** An instant, ISO 8601 in UTC, kept as text because engines differ on timestamps. */
  instant: { ...text, jsonSchema: { ...json.string, format: 'date-time' }, zod: z.iso.datetime() },
  /** A calendar day. */
  date: {
    duckdb: 'DATE',
    glue: 'date',
    arrow: 'Date32',
    tableSchema: 'date',
    decimals: null,
    jsonSchema: { ...json.string, format: 'date' },
    zod: z.iso.date(),
  },
  boolean: {
    duckdb: 'BOOLEAN',
    glue: 'boolean',
    arrow: 'Bool',
    tableSchema: 'boolean',
    decimals: null,
    jsonSchema: { type: 'boolean' },
    zod: z.boolean(),
  },
  /** A number of things counted by a model. */
  count: {
    duckdb: 'BIGINT',
    glue: 'bigint',
    arrow: 'Int64',
    tableSchema: 'integer',
    decimals: 0,
    jsonSchema: { type: 'integer' },
    zod: z.int(),
  },
  /** A number as it was stated: yields, shares, grams, days, heads. */
  number: { ...double, decimals: null, jsonSchema: json.number, zod: z.number() },
  /** Mass as it was stated, exact to the gram. */
  kilograms: {
    duckdb: 'DECIMAL(18,3)',
    glue: 'decimal(18,3)',
    arrow: 'Decimal128(18, 3)',
    tableSchema: 'number',
    decimals: 3,
    jsonSchema: json.number,
    zod: z.number(),
  },
  /** Money as it was stated, exact to the öre, without VAT. */
  sek: {
    duckdb: 'DECIMAL(18,2)',
    glue: 'decimal(18,2)',
    arrow: 'Decimal128(18, 2)',
    tableSchema: 'number',
    decimals: 2,
    jsonSchema: json.number,
    zod: z.number(),
  },
  /** Mass that a model computed. */
  computed_kilograms: { ...double, decimals: 3, jsonSchema: json.number, zod: z.number() },
  /** Money that a model computed, without VAT. */
  computed_sek: { ...double, decimals: 2, jsonSchema: json.number, zod: z.number() },
  /** A share or coverage, 0…1, that a model computed. */
  computed_share: { ...double, decimals: 6, jsonSchema: json.number, zod: z.number() },
  /** A number of portions that a model computed. */
  computed_portions: { ...double, decimals: 3, jsonSchema: json.number, zod: z.number() },
} as const satisfies Record<string, LogicalTypeSpec>

/** Name of a logical type. */
export type LogicalType = keyof typeof logicalTypes
