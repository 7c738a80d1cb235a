import { expect, test } from 'vitest'
import { formulas } from '../../schemas/formulas.ts'
import { marts } from '../../schemas/marts/index.ts'

test('every column of every mart but its key has a formula in both languages, and nothing else has one', () => {
  const stated = Object.entries(formulas).map(([mart, columns]) => [mart, Object.keys(columns)])
  const expected = marts.map(({ name, columns, key }) => [
    name,
    columns.map((column) => column.name).filter((column) => !key.includes(column)),
  ])
  expect(stated).toEqual(expected)
  for (const [mart, columns] of Object.entries(formulas))
    for (const [column, { sv, en }] of Object.entries(columns)) {
      expect(sv, `${mart}.${column}`).toMatch(/\S.*\.$/)
      expect(en, `${mart}.${column}`).toMatch(/\S.*\.$/)
    }
})

test('a column that a formula names in its own words is one of its mart or of a dataset', () => {
  const known = new Set(marts.flatMap(({ columns }) => columns.map(({ name }) => name)))
  for (const name of [
    'grace_days',
    'valid_from',
    'ends_on',
    'processing_gap',
    'diverted_gap',
    'production_gap',
    'chain_gap',
  ])
    known.add(name)
  const named = Object.values(formulas).flatMap((columns) =>
    Object.values(columns).flatMap(({ sv, en }) => `${sv} ${en}`.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []),
  )
  const instruments = marts.flatMap(({ columns }) => columns.flatMap(({ values }) => values ?? []))
  expect(named.filter((name) => !known.has(name) && !instruments.includes(name))).toEqual([])
})
