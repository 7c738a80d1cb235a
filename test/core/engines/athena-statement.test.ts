import { expect, test } from 'vitest'
import { unloadText } from '../../../core/engines/athena-statement.ts'
import { selectText } from '../../../core/engines/select-text.ts'
import type { Pin } from '../../../core/lake/runs.ts'
import { loadModels, renderModel } from '../../../core/models.ts'
import { parseQuarter } from '../../../core/quarter.ts'
import { parameterValues, pinsSql } from '../../../core/run-models.ts'
import { syntaxErrors } from '../../portability/trino-grammar.ts'
import { unloadOf } from '../../support/cloud/athena-endpoint/executions.ts'

const folder = { year: 2026, quarter: 3, run: '20260701T080000000Z-abcdef12' }
const values = parameterValues({ quarter: parseQuarter('2026-Q3'), today: '2026-11-20' })
const pin = (changes: Partial<Pin> = {}): Pin => ({
  delivery: 'd0123456789abcdef01234567',
  row_name: 'd0123456789abcdef01234567',
  dataset: 'purchases',
  source: 'wholesaler-a',
  quarter: '2026-Q3',
  received_at: '2026-07-01T08:00:00.000Z',
  first_received_on: '2026-07-01',
  rows: 123456,
  refused_rows: 12,
  keys: [],
  ...changes,
})

/** What is inside the UNLOAD that Athena is sent; the grammar at hand does not know UNLOAD itself. */
function sent(sql: string): string {
  const { select, location } = unloadOf(
    unloadText(selectText(sql, 'it', 'athena'), 's3://lake/unloads/r/m/1/', 'it'),
  )!
  expect(location).toBe('s3://lake/unloads/r/m/1/')
  return select
}

test('every model is sent without comments, in Trino’s grammar', async () => {
  for (const model of await loadModels()) {
    const text = sent(renderModel(model, values, folder))
    expect(text, model.name).not.toMatch(/--|\/\*|;/)
    expect(syntaxErrors(text), model.name).toEqual([])
  }
})

test('the pins are sent in Trino’s grammar, those of a country in one statement', () => {
  expect(syntaxErrors(sent(pinsSql([pin(), pin({ quarter: null, dataset: 'places' })])))).toEqual([])
  const sources = Array.from({ length: 140 }, (_, n) => `wholesaler-number-${n}`)
  const quarters = ['2024-Q1', '2024-Q2', '2024-Q3', '2024-Q4', '2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4']
  const pins = sources.flatMap((source) =>
    [...quarters, '2026-Q1', '2026-Q2', '2026-Q3'].map((quarter) => pin({ source, quarter })),
  )
  expect(() => sent(pinsSql(pins))).not.toThrow()
  expect(() => sent(pinsSql([...pins, ...pins]))).toThrow('bytes, and Athena takes 262144')
})

test.each([
  ['', 'only a SELECT is allowed'],
  ['drop table places', 'only a SELECT is allowed'],
  ['select 1;', 'one statement at a time'],
  ["select ';' as a; select 2", 'one statement at a time'],
  [
    "select 1) to 's3://elsewhere/' with (format = 'PARQUET') -- (",
    'a parenthesis is closed that was not opened',
  ],
  ["select 'a", 'string does not end'],
])('%j is no statement: %s', (sql, message) => {
  expect(() => selectText(sql, 'model x', 'athena')).toThrow(`athena could not run model x: `)
  expect(() => selectText(sql, 'model x', 'athena')).toThrow(message)
})

test('a place with a quote stays one text', () => {
  const sql = unloadText('select 1 as n', "s3://lake/o'brien/unloads/r/m/1/", 'it')
  expect(sql).toContain(" to 's3://lake/o''brien/unloads/r/m/1/' with (")
})

test('what looks like a comment, an end or a parenthesis inside a text is text', () => {
  const sql = "select '-- ;)' as a, '/*' as b -- the end)"
  expect(selectText(sql, 'it', 'athena')).toBe("select '-- ;)' as a, '/*' as b")
})
