import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { lint } from './linter.ts'
import { syntaxErrors } from './trino-grammar.ts'
import { conformance, sameValue, typeName } from './vectors.ts'

let connection: DuckDBConnection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect()
  // as the engine does: without it, int / int is DOUBLE
  await connection.run("set integer_division = true; set TimeZone = 'UTC'")
})

describe.each(conformance)('row $row, $what', (vector) => {
  test('answers alike on DuckDB', async () => {
    const reader = await connection.runAndReadAll(`select ${vector.sql} as value`)
    expect(typeName(`${reader.columnType(0)}`)).toBe(vector.type)
    expect(reader.getRowsJson()[0]?.[0]).toSatisfy((answer) => sameValue(vector, answer), `${vector.value}`)
  })

  test('passes both gates', () => {
    const sql = `-- one row: a\n-- answers: b\n-- leaves out: c\nwith vector as (select ${vector.sql} as value)\n\nselect * from vector\n`
    expect(lint('vector', sql)).toEqual([])
    expect(syntaxErrors(sql)).toEqual([])
  })
})
