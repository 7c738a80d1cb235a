import { expect, test } from 'vitest'
import { staleFiles } from '../../docs/generate.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { jsonSchema, tableSchema } from '../../schemas/documents.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { marts } from '../../schemas/marts/index.ts'
import { defineTable, rowSchema } from '../../schemas/table.ts'

const tables = [...datasets, ...marts]
const table = (name: string) => tables.find((one) => one.name === name)!

test('generated files are what npm run generate would write', async () => {
  expect(await staleFiles()).toEqual([])
})

test('every column is described in both languages and named in snake_case', () => {
  for (const { name, columns } of tables) {
    for (const column of columns) {
      expect(column.name, name).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(column.description.sv.length, `${name}.${column.name}`).toBeGreaterThan(3)
      expect(column.description.en.length, `${name}.${column.name}`).toBeGreaterThan(3)
    }
  }
})

test('every reference names a key of a dataset that stands before it, or of its own', () => {
  for (const [at, { name, columns }] of datasets.entries()) {
    for (const { references } of columns) {
      if (!references) continue
      const other = table(references.table)
      expect(datasets.indexOf(other), `${name} → ${other.name}`).toBeLessThanOrEqual(at)
      expect(references.keys).toEqual(other.key)
      expect(references.columns.every((column) => columns.some((one) => one.name === column))).toBe(true)
    }
  }
})

test('a row is validated by type, bounds, values and null', () => {
  const row = { place: '2482', segment: 'school', portions: 1150, serving_days: 49, evidence: 'derived' }
  const schema = rowSchema(table('portions'))
  expect(schema.safeParse(row).success).toBe(true)
  for (const wrong of [
    { portions: -1 },
    { segment: 'adult' },
    { place: 'Skellefteå' },
    { evidence: null },
    { more: 1 },
  ]) {
    expect(schema.safeParse({ ...row, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  }
  expect(rowSchema(table('product_forms')).shape.yield?.safeParse(0).success).toBe(false)
  expect(rowSchema(table('product_forms')).shape.step?.safeParse(null).success).toBe(true)
})

test('JSON Schema, Table Schema and Glue say the same of a column', () => {
  expect(jsonSchema(table('product_groups'))).toMatchObject({
    properties: {
      quarterly_storage_loss: { type: 'number', minimum: 0, maximum: 1 },
      cpv: { type: ['string', 'null'] },
    },
    additionalProperties: false,
  })
  expect(tableSchema(table('purchases'))).toMatchObject({
    foreignKeys: expect.arrayContaining([
      {
        fields: ['product_group', 'form'],
        reference: { resource: 'product_forms', fields: ['product_group', 'form'] },
      },
    ]),
  })
})

test('the engines have the same words for a type but for case', () => {
  const words: Record<string, string> = {
    VARCHAR: 'string',
    BIGINT: 'bigint',
    DOUBLE: 'double',
    BOOLEAN: 'boolean',
    DATE: 'date',
  }
  for (const [name, { duckdb, glue }] of Object.entries(logicalTypes)) {
    expect(glue, name).toBe(words[duckdb] ?? duckdb.toLowerCase())
  }
})

test('a key column that is not declared is an error', () => {
  const column = { type: 'code', description: { sv: 'kod', en: 'code' } } as const
  const text = { sv: 'rad', en: 'row' }
  expect(() =>
    defineTable({ name: 't', layer: 'mart', key: ['b'], grain: text, columns: { a: column } }),
  ).toThrow('table t: key columns not declared: b')
})
