import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toArrow } from '../../../core/engines/athena-decode.ts'
import { exactRows, typesOf } from '../../contracts/engine.contract.ts'
import { type OpenAthena, openAthena } from '../../support/athena.ts'

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

describe('a query', () => {
  test('tells null from an empty text', async () => {
    const table = await opened.engine.query(
      "select a from (values (1, ''), (2, cast(null as varchar)), (3, 'null'), (4, ' ')) as t (n, a) order by n",
    )
    expect(exactRows(table).map(({ a }) => a)).toEqual(['', null, 'null', ' '])
  })

  test('keeps every type at its extremes', async () => {
    const table = await opened.engine.query(
      `select cast(-2147483648 as integer) as i, cast(-9223372036854775808 as bigint) as b,
              cast('99999999999999999999999999999999999.999' as decimal(38, 3)) as d,
              cast('-0.01' as decimal(18, 2)) as cent, cast(1.7976931348623157e308 as double) as big,
              cast(5e-324 as double) as tiny, cast(1e7 as double) as ten, cast('NaN' as double) as nan,
              cast('-Infinity' as double) as inf, date '0001-01-01' as first, false as no`,
    )
    expect(typesOf(table)).toMatchObject({
      i: 'Int32',
      b: 'Int64',
      d: 'Decimal128(38, 3)',
      big: 'Float',
      first: 'Date',
      no: 'Bool',
    })
    expect(exactRows(table)).toEqual([
      {
        i: -(2 ** 31),
        b: -(2n ** 63n),
        d: 10n ** 38n - 1n,
        cent: -1n,
        big: Number.MAX_VALUE,
        tiny: 5e-324,
        ten: 1e7,
        nan: Number.NaN,
        inf: Number.NEGATIVE_INFINITY,
        first: Date.parse('0001-01-01'),
        no: false,
      },
    ])
  })
})

describe('toArrow', () => {
  test.each([
    ['integer', '1.5'],
    ['integer', ''],
    ['bigint', ''],
    ['double', 'one'],
    ['double', ''],
    ['decimal', '1.2345'],
    ['decimal', '1e3'],
    ['boolean', 'yes'],
    ['date', '2026-13-01'],
    ['date', '2026-07-01 00:00'],
  ])('a text that no %s has (%j) is an error, not a guess', (Type, text) => {
    const decode = () =>
      toArrow([{ Name: 'n', Type, Precision: 18, Scale: 3 }], [{ Data: [{ VarCharValue: text }] }])
    expect(decode).toThrow(`column n is ${Type} but has ${JSON.stringify(text)}`)
  })

  test('types that are not ours stay the text that Athena has for them', () => {
    const types = ['timestamp', 'array', 'row', 'varbinary', 'char', 'time']
    const texts = types.map((type) => `some ${type}`)
    const table = toArrow(
      types.map((Type) => ({ Name: Type, Type })),
      [{ Data: texts.map((VarCharValue) => ({ VarCharValue })) }, { Data: [] }],
    )
    expect(exactRows(table).map(Object.values)).toEqual([texts, types.map(() => null)])
  })
})
