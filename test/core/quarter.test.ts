import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SkafferiError } from '../../core/errors.ts'
import { parseQuarter, quarterAt, stockholmDay } from '../../core/quarter.ts'

describe('parseQuarter(name)', () => {
  test.each([
    ['2026-Q1', 2026, 1, '2026-01-01', '2026-03-31'],
    ['2026-Q2', 2026, 2, '2026-04-01', '2026-06-30'],
    ['2026-Q3', 2026, 3, '2026-07-01', '2026-09-30'],
    ['2026-Q4', 2026, 4, '2026-10-01', '2026-12-31'],
    ['2024-Q1', 2024, 1, '2024-01-01', '2024-03-31'],
    ['0001-Q1', 1, 1, '0001-01-01', '0001-03-31'],
    ['0099-Q4', 99, 4, '0099-10-01', '0099-12-31'],
    ['9999-Q4', 9999, 4, '9999-10-01', '9999-12-31'],
  ])('%s has its days', (name, year, quarter, first_day, last_day) => {
    expect(parseQuarter(name)).toEqual({
      name,
      year,
      quarter,
      index: year * 4 + quarter - 1,
      first_day,
      last_day,
    })
  })

  test.each([
    '',
    '2026',
    '2026-Q0',
    '2026-Q5',
    '2026-q3',
    '26-Q3',
    '2026Q3',
    ' 2026-Q3',
    '2026-Q3\n',
    '2026-Q33',
    '２０２６-Q3',
  ])('refuses %j as a usage error that shows a valid one', (name) => {
    expect(() => parseQuarter(name)).toThrow(SkafferiError)
    expect(() => parseQuarter(name)).toThrow(/2026-Q3/)
    expect(() => parseQuarter(name)).toThrow(expect.objectContaining({ kind: 'usage' }))
  })
})

describe('quarterAt(index)', () => {
  test('is the inverse of an index, also before the year 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 * 4 + 3 }), (index) => {
        const quarter = quarterAt(index)
        expect(quarter.index).toBe(index)
        expect(parseQuarter(quarter.name)).toEqual(quarter)
      }),
    )
    expect(quarterAt(-1)).toMatchObject({ year: -1, quarter: 4 })
  })

  test('quarters follow each other without a day between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9998 * 4 }), (index) => {
        const next = new Date(`${quarterAt(index).last_day}T00:00:00Z`).getTime() + 86_400_000
        expect(new Date(next).toISOString().slice(0, 10)).toBe(quarterAt(index + 1).first_day)
      }),
    )
  })
})

describe('stockholmDay(instant)', () => {
  test.each([
    ['2026-06-30T21:59:59.999Z', '2026-06-30'],
    ['2026-06-30T22:00:00Z', '2026-07-01'],
    ['2026-12-31T22:59:59Z', '2026-12-31'],
    ['2026-12-31T23:00:00Z', '2027-01-01'],
    // the nights on which the clocks change
    ['2026-03-28T23:00:00Z', '2026-03-29'],
    ['2026-03-29T22:00:00Z', '2026-03-30'],
    ['2026-10-24T22:00:00Z', '2026-10-25'],
    ['2026-10-25T22:59:59Z', '2026-10-25'],
    ['2026-10-25T23:00:00Z', '2026-10-26'],
  ])('at %s it is %s', (instant, day) => {
    expect(stockholmDay(new Date(instant))).toBe(day)
  })
})
