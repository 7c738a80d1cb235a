import { z } from 'zod'
import { type LogicalType, logicalTypes } from './logical-types.ts'

/** A sentence in both languages of the product. */
export interface Text {
  readonly sv: string
  readonly en: string
}

/** What a column refers to: `columns` of this table, together, must be `keys` of a row of `table`. */
export interface Reference {
  readonly table: string
  /** Columns of this table, the referring one last; the earlier ones belong to the same row. */
  readonly columns: readonly string[]
  /** Columns of the other table, in the same order. */
  readonly keys: readonly string[]
  /** Codes that are allowed although no row has them. */
  readonly or?: readonly string[]
}

/** A column: the only place where its name, type, unit, bounds and meaning are declared. */
export interface Column {
  readonly name: string
  readonly type: LogicalType
  readonly nullable: boolean
  readonly description: Text
  readonly unit?: string
  /** Smallest and largest value allowed, both inclusive. */
  readonly minimum?: number
  readonly maximum?: number
  /** The value must be above this one. */
  readonly above?: number
  /** The only values allowed. */
  readonly values?: readonly string[]
  readonly references?: Reference
  /** Which kinds of place may stand here. */
  readonly place_kind?: 'buyer' | 'supplier'
  /** A sole trader's company number is a personal identity number: refuse such a value. */
  readonly no_personal_number?: boolean
  /** Decimals in CSV where they depend on the row: column → value → decimals. */
  readonly decimals_by?: { readonly column: string; readonly decimals: Readonly<Record<string, number>> }
}

/** How a column is declared: everything but the name, which is the property's name. */
export type ColumnSpec = Omit<Column, 'name' | 'nullable'> & { readonly nullable?: boolean }

/** Rules between cells and rows that one column cannot state. */
export type TableRule =
  /** `last` is not before `first`. */
  | { readonly rule: 'not_before'; readonly first: string; readonly last: string }
  /** `larger` is at least `smaller`. */
  | { readonly rule: 'at_least'; readonly smaller: string; readonly larger: string }
  /** A line with negative kg has negative, zero or no sek, and no other line has negative sek. */
  | { readonly rule: 'credit_line'; readonly kg: string; readonly sek: string }
  /** The date lies inside the delivery's quarter. */
  | { readonly rule: 'in_quarter'; readonly date: string }
  /** `child` and `parent` (within `scope`) form a forest of at most four levels. */
  | {
      readonly rule: 'forest'
      readonly scope: readonly string[]
      readonly child: string
      readonly parent: string
    }
  /** The column has exactly these values, one row each. */
  | { readonly rule: 'exactly'; readonly column: string; readonly values: readonly string[] }

/** reference = one delivery holds it all; quarterly = a delivery per source and quarter; mart = computed. */
export type Layer = 'reference' | 'quarterly' | 'rolled' | 'mart'

/** A table with its columns, key and meaning. */
export interface Table {
  readonly name: string
  readonly layer: Layer
  /** Columns that together name a row; empty for lines without key. */
  readonly key: readonly string[]
  /** What one row is. */
  readonly grain: Text
  readonly columns: readonly Column[]
  readonly rules: readonly TableRule[]
}

/** Declares a table. `columns` in the contract's order; names are the properties' names. */
export function defineTable(spec: {
  name: string
  layer: Layer
  key: readonly string[]
  grain: Text
  columns: Readonly<Record<string, ColumnSpec>>
  rules?: readonly TableRule[]
}): Table {
  const columns = Object.entries(spec.columns).map(([name, column]) => ({ nullable: false, ...column, name }))
  const unknown = spec.key.filter((name) => !columns.some((column) => column.name === name))
  if (unknown.length > 0)
    throw new Error(`table ${spec.name}: key columns not declared: ${unknown.join(', ')}`)
  return { ...spec, columns, rules: spec.rules ?? [] }
}

/** Validator of one row of a table as a program holds it; a null cell is null. */
export function rowSchema(table: Table): z.ZodObject {
  return z.strictObject(Object.fromEntries(table.columns.map((column) => [column.name, cellSchema(column)])))
}

function cellSchema(column: Column): z.ZodType {
  let cell: z.ZodType = column.values ? z.enum(column.values) : logicalTypes[column.type].zod
  if (cell instanceof z.ZodNumber) {
    if (column.minimum !== undefined) cell = cell.min(column.minimum)
    if (column.maximum !== undefined) cell = (cell as z.ZodNumber).max(column.maximum)
    if (column.above !== undefined) cell = (cell as z.ZodNumber).gt(column.above)
  }
  return column.nullable ? cell.nullable() : cell
}
