import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ParameterValue, parameters, render } from '../../core/sql-text.ts'
import { lint } from './linter.ts'
import { syntaxErrors } from './trino-grammar.ts'

const folder = new URL('../../sql/', import.meta.url)
const files = (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
  .filter((file) => file.endsWith('.sql'))
  .sort()

test('there are models, and marts among them', () => {
  expect(files.length, 'models in sql/').toBeGreaterThan(0)
  expect(files.filter((file) => file.startsWith('marts')).length, 'models in sql/marts/').toBeGreaterThan(0)
})

test('each model has a name of its own', () => {
  const names = files.map((file) => basename(file))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

describe.each(files)('sql/%s', (file) => {
  const sql = readFileSync(new URL(file, folder), 'utf8')

  test("is a query by Trino's grammar", () => {
    // the grammar does not look at types, so any literal will do
    const any: ParameterValue = { type: 'integer', value: 1 }
    const values = Object.fromEntries(parameters(sql).map((name) => [name, any]))
    expect(syntaxErrors(render(sql, values))).toEqual([])
  })

  test('keeps to what the engines have in common', () => {
    const violations = lint(basename(file, '.sql'), sql)
    expect(violations.map(({ line, code, message }) => `line ${line}, ${code}: ${message}`)).toEqual([])
  })
})
