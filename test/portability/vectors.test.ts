import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { lint } from './linter.ts'
import { syntaxErrors } from './trino-grammar.ts'
import {
  conformance,
  dialectTraps,
  heldElsewhere,
  modelOf,
  sameValue,
  statementOf,
  typeName,
} from './vectors.ts'

/** Rows of the portability table. */
const ROWS = 67

let ours: DuckDBConnection
let plain: DuckDBConnection

beforeAll(async () => {
  ours = await (await DuckDBInstance.create(':memory:')).connect()
  // as the engine does: without it, int / int is DOUBLE
  await ours.run("set integer_division = true; set TimeZone = 'UTC'")
  plain = await (await DuckDBInstance.create(':memory:')).connect()
  await plain.run('create table places (place varchar)')
})

test('every row of the table has a form, or is held elsewhere', () => {
  const rows = [...conformance, ...dialectTraps].map(({ row }) => row)
  const held = [...rows, ...Object.keys(heldElsewhere).map(Number)]
  expect([...new Set(held)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: ROWS }, (_, index) => index + 1),
  )
  expect(rows.filter((row) => row in heldElsewhere)).toEqual([])
})

test('vectors have names of their own, and traps, and each trap has a way out', () => {
  const vectors = conformance.map(({ what }) => what)
  const traps = dialectTraps.map(({ what }) => what)
  for (const names of [vectors, traps])
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  const ways = dialectTraps.map(({ instead }) => instead)
  expect(ways.filter((way) => 'vector' in way && !vectors.includes(way.vector))).toEqual([])
})

describe.each(conformance)('row $row, $what', (vector) => {
  test('answers alike on DuckDB', async () => {
    const reader = await ours.runAndReadAll(statementOf(vector))
    expect(typeName(`${reader.columnType(0)}`)).toBe(vector.type)
    expect(reader.getRowsJson()[0]?.[0]).toSatisfy((answer) => sameValue(vector, answer), `${vector.value}`)
  })

  // in the wrapping in which traps are refused, so that it is the form that is refused
  test('passes both gates', () => {
    expect(refusals(statementOf(vector))).toEqual([])
  })
})

describe.each(dialectTraps)('the trap of row $row, $what', (trap) => {
  test('DuckDB answers as it says, and Trino otherwise', async () => {
    const { duckdb, trino } = trap
    if ('error' in duckdb) {
      await expect(plain.runAndReadAll(statementOf(trap))).rejects.toThrow(duckdb.error)
    } else {
      const reader = await plain.runAndReadAll(statementOf(trap))
      // the last column is the one that is meant
      const answer = reader.getRowsJson()[0]?.at(-1) as unknown
      expect(typeName(`${reader.columnTypes().at(-1)}`)).toBe(duckdb.type)
      const { type, value } = duckdb
      if (value !== undefined)
        expect(answer).toSatisfy((found) => sameValue({ type, value }, found), `${value}`)
    }
    expect(trino).not.toEqual(duckdb)
  })

  test(`is refused by ${trap.refused_by}`, () => {
    expect(refusals(statementOf(trap))).toContain(trap.refused_by)
  })
})

/** What keeps a statement out of a model: rules of the linter, and `grammar`. */
function refusals(statement: string): string[] {
  const sql = modelOf(statement)
  const codes = lint('vector', sql).map(({ code }) => code)
  return [...new Set([...codes, ...(syntaxErrors(sql).length > 0 ? ['grammar'] : [])])]
}
