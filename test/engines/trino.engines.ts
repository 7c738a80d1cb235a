import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ModelFolder } from '../../core/engines/engine.ts'
import { TrinoEngine } from '../../core/engines/trino.ts'
import type { TrinoError } from '../../core/engines/trino-errors.ts'
import { catalogue } from '../../schemas/catalogue.ts'
import { engineContract, exactRows, typesOf } from '../contracts/engine.contract.ts'
import { contractTables, modelTable } from '../support/athena.ts'
import { freePort } from '../support/cloud/free-port.ts'
import { keysOf } from '../support/small-region.ts'
import { askTrino } from '../support/trino/client.ts'
import { type DescribedLake, describedLake } from '../support/trino/lake.ts'

const extremes = {
  ...{ no: 'boolean', i: 'int', b: 'bigint', d: 'double', text: 'string', day: 'date' },
  ...{ kg: 'decimal(18,3)', wide: 'decimal(38,20)', big: 'decimal(38,0)' },
}
const tables = [
  ...catalogue,
  ...contractTables,
  modelTable('model_extremes', extremes),
  modelTable('model_many', { n: 'bigint', kg: 'decimal(18,3)', text: 'string' }),
]

engineContract('TrinoEngine on a Trino', async () => {
  const lake = await describedLake(inject('servers'), tables)
  const engine = await lake.openTrino()
  const close = async () => {
    await engine.close()
    await lake.close()
  }
  return { engine, storage: lake.storage, close }
})

let lake: DescribedLake
let engine: TrinoEngine
beforeAll(async () => {
  lake = await describedLake(inject('servers'), tables)
  engine = await lake.openTrino()
})
afterAll(async () => {
  await engine?.close()
  await lake?.close()
})

let runs = 0
const folderOf = (model: string): ModelFolder => ({ model, year: 2026, quarter: 3, run: `t${++runs}` })
const ofRun = ({ run }: ModelFolder) => `run_year = 2026 and run_quarter = 3 and run = '${run}'`
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: TrinoError) => error,
  )

const NUMBERS = `select cast(n as bigint) as n, cast(n as decimal(18, 3)) / 8 as kg, concat('nr "', cast(n as varchar), '"') as text
  from unnest(sequence(1, 300)) as a (thousands)
  cross join unnest(sequence((thousands - 1) * 1000 + 1, thousands * 1000)) as b (n)`

/** Values at which decoders fail, in the order of the columns of `extremes`. */
const CELLS = [
  `false, cast(-2147483648 as integer), bigint '-9223372036854775808', 1.7976931348623157e308, 'å"''\\🥕', date '0001-01-01',
   decimal '999999999999999.999', decimal '123456789012345678.12345678901234567890', decimal '99999999999999999999999999999999999999'`,
  `true, 2147483647, bigint '9007199254740993', 1e20, '-1234567890123456789', date '1969-12-31',
   decimal '-0.005', decimal '-0.00000000000000000001', decimal '-99999999999999999999999999999999999999'`,
  `true, 0, bigint '-9007199254740993', nan(), '"9007199254740993"', date '1582-10-10', decimal '0.000', decimal '0.12345678901234567890', decimal '9007199254740993'`,
  `true, 1, bigint '9223372036854775807', -infinity(), '', date '9999-12-31', decimal '1.000', decimal '1.00000000000000000000', decimal '1234567890123456'`,
  `true, 2, bigint '1', 4.9e-324, concat(chr(9), chr(10), chr(13), chr(1)), date '1970-01-01', decimal '2.000', decimal '2', decimal '2'`,
  `true, 3, bigint '1234567890123456', 1152921504606846976e0, 'null', date '2024-02-29', decimal '3.000', decimal '3', decimal '3'`,
  `null, null, null, null, null, null, null, null, null`,
]
const SELECT = CELLS.map((cells, at) => {
  const typed = Object.entries(extremes).map(([name, type]) => {
    const word = { string: 'varchar', int: 'integer' }[type] ?? type
    return `cast(${name} as ${word}) as ${name}`
  })
  return `select ${at} as at, ${typed.join(', ')} from (values (${cells})) as t (${Object.keys(extremes).join(', ')})`
}).join(' union all ')
const wide = 10n ** 38n - 1n
const row = (...values: readonly unknown[]) =>
  Object.fromEntries(Object.keys(extremes).map((name, at) => [name, values[at]]))
const day = (text: string) => Date.parse(text)
const ROWS = [
  row(
    ...[false, -(2 ** 31), -(2n ** 63n), Number.MAX_VALUE, `å"'\\🥕`, day('0001-01-01')],
    ...[10n ** 18n - 1n, 12345678901234567812345678901234567890n, wide],
  ),
  row(true, 2 ** 31 - 1, 2n ** 53n + 1n, 1e20, '-1234567890123456789', -86_400_000, -5n, -1n, -wide),
  row(
    ...[true, 0, -(2n ** 53n) - 1n, Number.NaN, '"9007199254740993"', day('1582-10-10')],
    ...[0n, 12345678901234567890n, 2n ** 53n + 1n],
  ),
  row(
    ...[true, 1, 2n ** 63n - 1n, Number.NEGATIVE_INFINITY, '', day('9999-12-31')],
    ...[1000n, 10n ** 20n, 1234567890123456n],
  ),
  row(true, 2, 1n, 5e-324, '\t\n\r\u0001', 0, 2000n, 2n * 10n ** 20n, 2n),
  row(true, 3, 1234567890123456n, 2 ** 60, 'null', day('2024-02-29'), 3000n, 3n * 10n ** 20n, 3n),
  row(null, null, null, null, null, null, null, null, null),
]

describe('what Trino answers', () => {
  test('is exact in every type, asked and saved and read again', async () => {
    const names = Object.keys(extremes).join(', ')
    const asked = await engine.query(`select ${names} from (${SELECT}) as t order by at`)
    expect(typesOf(asked)).toEqual({
      ...{ no: 'Bool', i: 'Int32', b: 'Int64', d: 'Float', text: 'Utf8', day: 'Date' },
      ...{ kg: 'Decimal128(18, 3)', wide: 'Decimal128(38, 20)', big: 'Decimal128(38, 0)' },
    })
    expect(exactRows(asked)).toEqual(ROWS)
    const folder = folderOf('model_extremes')
    const [file] = await engine.save(`select ${names} from (${SELECT}) as t`, folder)
    expect(file).toMatchObject({ rows: ROWS.length })
    const read = await engine.query(`select ${names} from model_extremes where ${ofRun(folder)}`)
    expect(typesOf(read)).toEqual(typesOf(asked))
    const keyed = (rows: readonly Record<string, unknown>[]) => new Map(rows.map((row) => [row.i, row]))
    expect(keyed(exactRows(read))).toEqual(keyed(ROWS))
  })

  test('comes whole, page after page, and is stored for the next model', async () => {
    const table = await engine.query(`${NUMBERS} order by n desc`)
    expect(table.numRows).toBe(300_000)
    const numbers = table.getChild('n')
    expect([numbers.at(0), numbers.at(149_999), numbers.at(299_999)].map(Number)).toEqual([
      300_000, 150_001, 1,
    ])
    const folder = folderOf('model_many')
    const files = await engine.save(NUMBERS, folder)
    expect(files.map(({ rows }) => rows)).toEqual([300_000])
    const [sums] = exactRows(
      await engine.query(
        `select count(distinct n) as n, sum(kg) as kg, max(text) as text from model_many where ${ofRun(folder)}`,
      ),
    )
    expect(sums).toEqual({ n: 300_000n, kg: (300_000n * 300_001n * 1000n) / 16n, text: 'nr "99999"' })
  })

  test('in a type that the lake has not is an error that says to cast it, and the query is ended', async () => {
    for (const sql of [
      `select timestamp '2026-07-01 12:00:00' as at`,
      'select array[1, 2] as list',
      'select null as n',
    ]) {
      const error = await thrown(engine.query(sql))
      expect(error).toMatchObject({ kind: 'fault' })
      expect(error.message).toMatch(
        /trino could not run the query: column \w+ is .* which has no place in the lake/,
      )
    }
  })

  test.each([
    ['select n frm nowhere x', 'SYNTAX_ERROR', 'running it again will not help'],
    ['select missing', 'COLUMN_NOT_FOUND', "line 1:8: Column 'missing' cannot be resolved"],
    ['select * from nowhere', 'TABLE_NOT_FOUND', 'make the tables of this lake in Trino first'],
    [`select cast('x' as bigint) as n`, 'INVALID_CAST_ARGUMENT', "Cannot cast 'x' to BIGINT"],
    ['select n from model_many', 'INVALID_COLUMN_PROPERTY', 'run'],
  ])('%j fails with %s', async (sql, code, reason) => {
    const error = await thrown(engine.query(sql))
    expect(error).toMatchObject({ code, query_id: expect.stringMatching(/^\d{8}_\d{6}_\d{5}_\w{5}$/) })
    expect(error.message).toContain(reason)
  })

  test('a statement that is called off is ended in Trino as well', async () => {
    const off = new AbortController()
    const folder = folderOf('model_next')
    const mark = `${lake.database} ${folder.run}`
    const slow = `select count(*) as n from unnest(sequence(1, 10000)) as a (x) cross join unnest(sequence(1, 10000)) as b (y)
                   cross join unnest(sequence(1, 10000)) as c (z) where x + y * z = -1 and '${mark}' <> ''`
    const saving = engine.save(slow, folder, off.signal)
    const state = async () => {
      const sql = `select state from system.runtime.queries where query like '%${mark}%' and source = 'skafferi'`
      return (await askTrino(inject('servers').trino, sql)).rows.flat().at(-1)
    }
    await expect.poll(state, { timeout: 30_000 }).toBe('RUNNING')
    off.abort()
    expect(await thrown(saving)).toMatchObject({ code: 'CANCELLED' })
    await expect.poll(state, { timeout: 30_000 }).toBe('FAILED')
    expect(await keysOf(lake.storage, `models/model_next/`)).toEqual([])
  })
})

describe('opening', () => {
  const open = (url: string, storage = lake.storage) => TrinoEngine.open(storage, { url, wait_ms: [20, 100] })

  test('is refused over another lake, and says which is which', async () => {
    const other = await describedLake(inject('servers'))
    try {
      const error = await thrown(open(lake.trino_url, other.storage))
      expect(error).toMatchObject({ kind: 'usage' })
      for (const said of [lake.storage.url, other.storage.url, 'SKAFFERI_TRINO_URL'])
        expect(error.message).toContain(said)
    } finally {
      await other.close()
    }
  })

  test.each([
    ['a schema that is not there', (url: string) => url.replace(/\w+$/, 'nowhere'), 'glue.nowhere'],
    ['a catalog that is not there', (url: string) => url.replace('/glue/', '/hive/'), 'hive'],
  ])('is refused in %s', async (_, changed, said) => {
    const error = await thrown(open(changed(lake.trino_url)))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain(said)
  })

  test('is refused where no server listens', async () => {
    const error = await thrown(open(`http://skafferi@127.0.0.1:${await freePort()}/glue/${lake.database}`))
    expect(error).toMatchObject({ code: 'NO_ANSWER' })
    expect(error.message).toMatch(/gave no answer: .*ECONNREFUSED.*is it running and can it be reached/)
  })

  test('is refused by a server that is no Trino', async () => {
    const { endpoint } = inject('servers').s3
    const error = await thrown(open(`${endpoint.replace('//', '//skafferi@')}/glue/${lake.database}`))
    expect(error.message).toContain('is it a Trino that SKAFFERI_TRINO_URL names?')
  })
})
