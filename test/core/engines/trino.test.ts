import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { DuckDBEngine } from '../../../core/engines/duckdb.ts'
import type { ModelFolder } from '../../../core/engines/engine.ts'
import { TrinoEngine, type TrinoOptions } from '../../../core/engines/trino.ts'
import type { TrinoError } from '../../../core/engines/trino-errors.ts'
import { trinoPlace } from '../../../core/engines/trino-url.ts'
import { EngineError } from '../../../core/errors.ts'
import { catalogue } from '../../../schemas/catalogue.ts'
import { engineContract, exactRows, typesOf } from '../../contracts/engine.contract.ts'
import { all } from '../../contracts/storage.contract.ts'
import { modelTable } from '../../support/athena.ts'
import { lakeAt } from '../../support/cloud/athena-endpoint/lake-at.ts'
import { openTrino } from '../../support/trino-over-duckdb.ts'
import {
  atOnce,
  startTrino,
  type TrinoScript,
  type TrinoServer,
  tablesAt,
} from '../../support/trino-protocol.ts'

const model = { product_group: 'string', kg: 'decimal(18,3)', day: 'date' }
const tables = [
  ...catalogue,
  modelTable('model_read', model),
  modelTable('model_empty', model),
  modelTable('model_next', { n: 'bigint' }),
  modelTable('model_twice', { n: 'int' }),
]

engineContract('TrinoEngine', () => openTrino(tables))

const LAKE = 's3://lake/region'
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const look = tablesAt(LAKE)
const isCount = (sql: string) => /^select count\(\*\) from \w+ where run_year = /.test(sql)
const countOf = ({ pages = [] }: TrinoScript) =>
  atOnce([[pages.reduce((sum, page) => sum + (JSON.parse(page) as unknown[]).length, 0)]])

/** An engine on a server that has one answer, over a lake in memory that says it lies in a bucket. */
async function opened(script: TrinoScript, options: Partial<TrinoOptions> = {}) {
  const server = await startTrino((sql) => look(sql) ?? (isCount(sql) ? countOf(script) : script))
  closing.push(() => server.close())
  const storage = lakeAt(LAKE)
  const url = `http://anna@${server.host}/hive/lake`
  const engine = await TrinoEngine.open(storage, { url, wait_ms: [1, 20], ...options })
  return { engine, server, storage }
}

let runs = 0
const folderOf = (model = 'gaps'): ModelFolder => ({ model, year: 2026, quarter: 3, run: `f${++runs}` })
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: TrinoError) => error,
  )
/** Methods and paths of what came after the look at the tables. */
const asked = ({ requests }: TrinoServer) =>
  requests
    .slice(requests.findLastIndex(({ method }) => method === 'POST'))
    .map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`)

const EXTREMES: TrinoScript = {
  columns: [
    { name: 'no', type: 'boolean' },
    { name: 't', type: 'tinyint' },
    { name: 'i', type: 'integer' },
    { name: 'b', type: 'bigint' },
    { name: 'd', type: 'double' },
    { name: 'v', type: 'varchar' },
    { name: 'c', type: 'char(3)' },
    { name: 'x', type: 'varchar(7)' },
    { name: 'day', type: 'date' },
    { name: 'kg', type: 'decimal(18,3)' },
    { name: 'wide', type: 'decimal(38, 3)' },
  ],
  pages: [
    `[[false,-128,-2147483648,-9223372036854775808,1.7976931348623157E308,"12345678901234567890, \\"-1234567890123456\\" 🥕","a  ","","0001-01-01","-0.005","99999999999999999999999999999999999.999"],
      [true,127,2147483647,9223372036854775807,4.9E-324," \\\\","   ","null","9999-12-31","999999999999999.999","-99999999999999999999999999999999999.999"]]`,
    `[[null,null,null,9007199254740993,"NaN",null,null,null,null,null,null],
      [true,0,0,0,"-Infinity","","","","1969-12-31","0.000","0.000"],
      [true,0,0,-1,-0.0,"","","","1970-01-01","1.000","1.000"]]`,
  ],
}
const EXTREME_ROWS = [
  {
    ...{ no: false, t: -128, i: -(2 ** 31), b: -(2n ** 63n), d: Number.MAX_VALUE },
    ...{ v: '12345678901234567890, "-1234567890123456" 🥕', c: 'a  ', x: '', day: Date.parse('0001-01-01') },
    ...{ kg: -5n, wide: 10n ** 38n - 1n },
  },
  {
    ...{ no: true, t: 127, i: 2 ** 31 - 1, b: 2n ** 63n - 1n, d: 5e-324 },
    ...{ v: ' \\', c: '   ', x: 'null', day: Date.parse('9999-12-31') },
    ...{ kg: 10n ** 18n - 1n, wide: 1n - 10n ** 38n },
  },
  {
    ...{ no: null, t: null, i: null, b: 2n ** 53n + 1n, d: Number.NaN },
    ...{ v: null, c: null, x: null, day: null, kg: null, wide: null },
  },
  {
    ...{ no: true, t: 0, i: 0, b: 0n, d: Number.NEGATIVE_INFINITY },
    ...{ v: '', c: '', x: '', day: -86_400_000, kg: 0n, wide: 0n },
  },
  { ...{ no: true, t: 0, i: 0, b: -1n, d: -0, v: '', c: '', x: '', day: 0, kg: 1000n, wide: 1000n } },
]

describe('a query', () => {
  test('keeps every type at its extremes, page after page, and tells null from an empty text', async () => {
    const { engine } = await opened(EXTREMES)
    const table = await engine.query('select everything')
    expect(exactRows(table)).toEqual(EXTREME_ROWS)
    expect(typesOf(table)).toMatchObject({ i: 'Int32', b: 'Int64', d: 'Float', wide: 'Decimal128(38, 3)' })
  })

  test('an empty result keeps its columns', async () => {
    const { engine } = await opened({ columns: EXTREMES.columns!, pages: [] })
    const table = await engine.query('select nothing')
    expect(table.numRows).toBe(0)
    expect(table.names).toEqual(EXTREMES.columns!.map(({ name }) => name))
    expect(typesOf(table)).toMatchObject({ kg: 'Decimal128(18, 3)', day: 'Date' })
  })

  test('says who asks, where, and that it can tell timestamps apart', async () => {
    const { engine, server } = await opened(EXTREMES)
    await engine.query('select 1 -- one')
    const start = server.requests.findLast(({ method }) => method === 'POST')!
    expect(start.body).toBe('select 1')
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({
        'x-trino-user': 'anna',
        'x-trino-catalog': 'hive',
        'x-trino-schema': 'lake',
        'x-trino-source': 'skafferi',
        'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      })
    expect(start.headers.authorization).toBeUndefined()
  })

  test.each(['timestamp(3)', 'array(varchar)', 'real', 'row(a bigint)', 'unknown', 'varbinary'])(
    'a column that is %s is an error that says to cast it, and the query is cancelled',
    async (type) => {
      const { engine, server } = await opened({ columns: [{ name: 'n', type }], pages: ['[["1"]]', '[]'] })
      const error = await thrown(engine.query('select 1'))
      expect(error).toBeInstanceOf(EngineError)
      expect(error.message).toContain(`column n is ${type}`)
      expect(error.message).toContain('cast it')
      const empty = await opened({ columns: [{ name: 'n', type }] })
      await expect(empty.engine.query('select 1')).rejects.toThrow('cast it')
      await expect(empty.engine.save('select 1', folderOf())).rejects.toThrow('cast it')
      await expect(engine.save('select 1', folderOf())).rejects.toThrow('cast it')
      expect(server.cancelled).toEqual(['q1', 'q2'])
    },
  )

  test.each([
    ['bigint', '1.5'],
    ['bigint', '"x"'],
    ['integer', '1.5'],
    ['boolean', '"true"'],
    ['double', '"one"'],
    ['date', '"+10000-01-01"'],
    ['decimal(18,3)', '"1.2345"'],
    ['varchar', '1'],
  ])('a cell that no %s has (%s) is an error, not a guess', async (type, cell) => {
    const { engine } = await opened({ columns: [{ name: 'n', type }], pages: [`[[${cell}]]`] })
    await expect(engine.query('select 1')).rejects.toThrow(`column n is ${type} but has ${cell}`)
  })

  test.each(['', 'drop table places', 'select 1;', 'show create table places'])(
    '%j is sent to nobody',
    async (sql) => {
      const { engine, server } = await opened(EXTREMES)
      const before = server.requests.length
      await expect(engine.query(sql)).rejects.toBeInstanceOf(EngineError)
      expect(server.requests).toHaveLength(before)
    },
  )
})

describe('a failure', () => {
  const failing = (errorName: string, errorType: string, message = 'something is wrong'): TrinoScript => ({
    ...EXTREMES,
    error: { errorName, errorType, message },
  })

  test.each([
    ['COLUMN_NOT_FOUND', 'USER_ERROR', 'running it again will not help'],
    ['TABLE_NOT_FOUND', 'USER_ERROR', 'skafferi tables --format trino'],
    ['EXCEEDED_LOCAL_MEMORY_LIMIT', 'INSUFFICIENT_RESOURCES', 'run it again later'],
    ['QUERY_HAS_TOO_MANY_STAGES', 'USER_ERROR', 'query.max-stage-count'],
    ['HIVE_BAD_DATA', 'EXTERNAL', 'look at its files'],
    ['GENERIC_INTERNAL_ERROR', 'INTERNAL_ERROR', 'look at its log'],
    ['ADMINISTRATIVELY_KILLED', 'USER_ERROR', 'somebody ended it'],
  ])('%s on a later page is thrown, with what to do and which query it was', async (name, type, remedy) => {
    const { engine, storage } = await opened(failing(name, type))
    const folder = folderOf()
    const error = await thrown(engine.save('select 1', folder))
    expect(error).toMatchObject({ code: name, query_id: 'q1' })
    expect(error.message).toMatch('trino could not run model gaps: something is wrong; ')
    expect(error.message).toContain(remedy)
    expect(error.message).toContain(`(${name}, query q1)`)
    expect(await all(storage.list('models/'))).toEqual([])
    await expect(engine.query('select 1')).rejects.toThrow(
      'trino could not run the query: something is wrong',
    )
  })

  test('pages that did not come are asked for again', async () => {
    const faults = { 1: [503, 'drop', 502, 504, 429], 2: ['drop'] } as const
    const { engine, server } = await opened({ ...EXTREMES, faults })
    expect(exactRows(await engine.query('select 1'))).toEqual(EXTREME_ROWS)
    expect(asked(server)).toEqual([
      'POST v1/statement',
      ...Array(6).fill('GET q1/1'),
      'GET q1/2',
      'GET q1/2',
      'GET q1/3',
    ])
  })

  test('a page that never comes is given up, and its query is cancelled', async () => {
    const { engine, server } = await opened({ ...EXTREMES, faults: { 1: Array(99).fill(503) } })
    const error = await thrown(engine.query('select 1'))
    expect(error).toMatchObject({ code: 'HTTP 503', query_id: 'q1' })
    expect(server.cancelled).toEqual(['q1'])
    expect(asked(server).filter((one) => one === 'GET q1/1')).toHaveLength(10)
  })

  test('a statement that was not taken is sent again', async () => {
    const { engine, server } = await opened({ ...EXTREMES, faults: { start: [503, 503] } })
    expect(exactRows(await engine.query('select 1'))).toHaveLength(5)
    expect(server.requests.filter(({ body }) => body === 'select 1')).toHaveLength(3)
  })

  test('so is one that could not be sent, to a server that has answered before', async () => {
    let missed = 0
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (init?.body !== 'select 1' || ++missed === 4) return await globalThis.fetch(url, init)
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code: 'ECONNREFUSED' }) })
    }
    const { engine } = await opened(EXTREMES, { fetch })
    expect(exactRows(await engine.query('select 1'))).toHaveLength(5)
    missed = -99
    const error = await thrown(engine.query('select 1'))
    expect(error).toMatchObject({ code: 'NO_ANSWER' })
    expect(error.message).toContain('gave no answer: ECONNREFUSED; is it running')
    expect(missed).toBe(-89)
  })

  test.each([
    ['drop', 'NO_ANSWER'],
    [502, 'HTTP 502'],
    [504, 'HTTP 504'],
    [500, 'HTTP 500'],
  ] as const)('a statement that may have been taken (%s) is not sent twice', async (fault, code) => {
    const { engine, server } = await opened({ ...EXTREMES, faults: { start: [fault] } })
    expect(await thrown(engine.query('select 1'))).toMatchObject({ code })
    expect(server.requests.filter(({ body }) => body === 'select 1')).toHaveLength(1)
  })

  test('a page that Trino does not know any more says so', async () => {
    const { engine } = await opened({ ...EXTREMES, faults: { 2: [404] } })
    await expect(engine.query('select 1')).rejects.toThrow('Trino knows the query no more')
  })

  test('what is no Trino is told apart from one', async () => {
    const url = 'http://anna@localhost:1/hive/lake'
    const answering = (status: number, text: string) =>
      TrinoEngine.open(lakeAt(LAKE), { url, fetch: async () => new Response(text, { status }) })
    await expect(answering(200, '<html>')).rejects.toThrow('is it a Trino')
    await expect(answering(200, '{"ok":true}')).rejects.toThrow('is it a Trino')
    await expect(answering(302, '')).rejects.toThrow('http://localhost:1 answered 302; is it a Trino')
    const nobody = await thrown(TrinoEngine.open(lakeAt(LAKE), { url }))
    expect(nobody).toMatchObject({ code: 'NO_ANSWER', kind: 'fault' })
  })
})

describe('cancelling', () => {
  const endless = { ...EXTREMES, endless: true }

  test('an aborted signal deletes the query on the server', async () => {
    const { engine, server, storage } = await opened(endless)
    const controller = new AbortController()
    const saving = thrown(engine.save('select 1', folderOf(), controller.signal))
    await expect.poll(() => asked(server).length).toBeGreaterThan(3)
    controller.abort()
    const error = await saving
    expect(error.message).toContain(
      'it was called off; it was ended before it was done (CANCELLED, query q1)',
    )
    expect(server.cancelled).toEqual(['q1'])
    expect(await all(storage.list('models/'))).toEqual([])
  })

  test('so does the engine’s own signal', async () => {
    const controller = new AbortController()
    const { engine, server } = await opened(endless, { signal: controller.signal })
    const asking = thrown(engine.query('select 1'))
    await expect.poll(() => asked(server).length).toBeGreaterThan(3)
    controller.abort()
    expect(await asking).toMatchObject({ code: 'CANCELLED', query_id: 'q1' })
    expect(server.cancelled).toEqual(['q1'])
    const before = server.requests.length
    expect(await thrown(engine.query('select 2'))).toMatchObject({ code: 'CANCELLED' })
    expect(server.requests).toHaveLength(before)
  })

  test('and time that is up', async () => {
    const { engine, server } = await opened(endless, { deadline_ms: 300 })
    const error = await thrown(engine.query('select 1'))
    expect(error.message).toContain('it was not done within 0.3 s')
    expect(server.cancelled).toEqual(['q1'])
  })

  test('a query that was taken while it was called off is cancelled too', async () => {
    const controller = new AbortController()
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const answer = await globalThis.fetch(url, init)
      if (init?.body === 'select 1') controller.abort()
      return answer
    }
    const { engine, server } = await opened(endless, { signal: controller.signal, fetch })
    expect(await thrown(engine.query('select 1'))).toMatchObject({ query_id: 'q1' })
    expect(server.cancelled).toEqual(['q1'])
  })

  test('that fails is told', async () => {
    const controller = new AbortController()
    const fetch: typeof globalThis.fetch = async (url, init) =>
      init?.method === 'DELETE' ? new Response('', { status: 500 }) : globalThis.fetch(url, init)
    const { engine, server } = await opened(endless, { signal: controller.signal, fetch })
    const asking = thrown(engine.query('select 1'))
    await expect.poll(() => asked(server).length).toBeGreaterThan(3)
    controller.abort()
    expect((await asking).message).toContain('it may still be running')
  })
})

describe('save', () => {
  test('what is stored is what was fetched, to the last digit', async () => {
    const { engine, storage } = await opened(EXTREMES)
    const folder = folderOf('int_zone_stocks')
    const files = await engine.save('select 1', folder)
    expect(files).toMatchObject([
      { key: `models/int_zone_stocks/year=2026/quarter=3/run=${folder.run}/part-0.parquet`, rows: 5 },
    ])
    const bytes = await readFile(await storage.localFile(files[0]!.key))
    expect(files[0]!.bytes).toBe(bytes.length)
    const duckdb = await DuckDBEngine.open(storage, { models: [{ folder, keys: [files[0]!.key] }] })
    closing.push(() => duckdb.close())
    const names = EXTREMES.columns!.map(({ name }) => name).join(', ')
    const table = await duckdb.query(`select ${names} from int_zone_stocks`)
    expect(exactRows(table)).toEqual(EXTREME_ROWS)
    expect(typesOf(table)).toMatchObject({ b: 'Int64', kg: 'Decimal128(18, 3)', wide: 'Decimal128(38, 3)' })
  })

  test('many rows come whole and in their order', async () => {
    const page = (from: number) => JSON.stringify(Array.from({ length: 5000 }, (_, n) => [from + n]))
    const { engine, storage } = await opened({
      columns: [{ name: 'n', type: 'bigint' }],
      pages: [page(0), '[]', page(5000)],
    })
    const folder = folderOf('gaps')
    const [file] = await engine.save('select 1', folder)
    const duckdb = await DuckDBEngine.open(storage, { models: [{ folder, keys: [file!.key] }] })
    closing.push(() => duckdb.close())
    const rows = exactRows(await duckdb.query('select n from gaps'))
    expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
  })

  test('an empty result has no file', async () => {
    const { engine, storage } = await opened({ columns: EXTREMES.columns!, pages: [] })
    expect(await engine.save('select 1', folderOf())).toEqual([])
    expect(await all(storage.list(''))).toEqual([])
  })

  test('a folder is written once', async () => {
    const { engine, storage } = await opened(EXTREMES)
    const folder = folderOf()
    const [file] = await engine.save('select 1', folder)
    const before = await storage.read(file!.key)
    const again = await thrown(engine.save('select 1', folder))
    expect(again.message).toContain(`model gaps: ${file!.key} exists already`)
    expect(await storage.read(file!.key)).toEqual(before)
  })
})

describe('opening', () => {
  const opening = async (answer: (sql: string) => TrinoScript, lake = LAKE) => {
    const server = await startTrino(answer)
    closing.push(() => server.close())
    return await TrinoEngine.open(lakeAt(lake), { url: `http://anna@${server.host}/hive/lake` })
  }

  test('tables of another lake are refused', async () => {
    const elsewhere = (sql: string) => tablesAt('s3a://lake/elsewhere')(sql)!
    const error = await thrown(opening(elsewhere))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain('hive.lake on this Trino, as anna sees it, is not this lake')
    expect(error.message).toContain('its table portions lies at s3://lake/elsewhere/curated/portions/')
    expect(error.message).toContain(', not at s3://lake/region/curated/portions/')
    await opening(elsewhere, 's3://lake/elsewhere/')
    await opening(elsewhere, 'memory:')
  })

  test('so is a Trino that does not find what was stored', async () => {
    const server = await startTrino((sql) => look(sql) ?? (isCount(sql) ? atOnce([[0]]) : EXTREMES))
    closing.push(() => server.close())
    const engine = await TrinoEngine.open(lakeAt(LAKE), { url: `http://anna@${server.host}/hive/lake` })
    const error = await thrown(engine.save('select 1', folderOf()))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain('it finds 0 of the 5 rows that were just stored in models/gaps/')
  })

  test('the password is sent as it was meant, and told to nobody', async () => {
    const password = 'p@ss:wörd/1'
    const authorization = `Basic ${Buffer.from(`anna:${password}`).toString('base64')}`
    const server = await startTrino((sql) => look(sql)!, { authorization })
    closing.push(() => server.close())
    const at = (secret: string, host = server.host) =>
      `http://anna:${encodeURIComponent(secret)}@${host}/hive/lake`
    await TrinoEngine.open(lakeAt(LAKE), { url: at(password) })
    const error = await thrown(TrinoEngine.open(lakeAt(LAKE), { url: at('hemligt') }))
    expect(error.message).toContain('answered 401: Invalid credentials; the user or the password')
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('hemligt')
  })

  test('a server that sends on to another place is not followed', async () => {
    const other = await startTrino(() => EXTREMES)
    const server = await startTrino(() => EXTREMES, { nextOrigin: other.origin })
    closing.push(
      () => other.close(),
      () => server.close(),
    )
    const url = `http://anna:secret@${server.host}/hive/lake`
    await expect(TrinoEngine.open(lakeAt(LAKE), { url })).rejects.toThrow(`sends on to ${other.origin}`)
    expect(other.requests).toEqual([])
  })
})

describe('the URL', () => {
  test('has all that is needed', () => {
    expect(trinoPlace('https://an%20na:p%40ss@trino.example:8443/hive/lake/')).toEqual({
      ...{ origin: 'https://trino.example:8443', user: 'an na', password: 'p@ss' },
      ...{ catalog: 'hive', schema: 'lake' },
    })
    expect(trinoPlace('http://a:hemligt@[::1]:8080/hive/lake').password).toBe('hemligt')
    expect(trinoPlace('http://a@trino.example/hive/lake').password).toBeUndefined()
  })

  test.each([
    ['hemligt', 'it is no URL'],
    ['trino://a:hemligt@host/hive/lake', 'it begins with trino:'],
    ['https://a:hemligt@host/hive', 'not a catalog and a schema'],
    ['https://a:hemligt@host/', 'not a catalog and a schema'],
    ['https://a:hemligt@host/hive/lake/places', 'not a catalog and a schema'],
    ['https://a:hemligt@host/hive/lake?x=1', 'nothing may follow the schema'],
    ['https://:hemligt@host/hive/lake', 'it names no user'],
    ['https://host/hive/lake', 'it names no user'],
    ['https://a%zz:hemligt@host/hive/lake', 'two hexadecimal digits'],
    ['https://a:hemligt@host/hive/l%C3%A5ke', 'a header cannot hold'],
    ['http://a:hemligt@host:8080/hive/lake', 'would go to host:8080 unencrypted'],
    ['http://a:hemligt@127.0.0.1.example/hive/lake', 'unencrypted'],
  ])('%s is wrong usage, told without the password', (url, message) => {
    const parse = () => trinoPlace(url)
    expect(parse).toThrow(message)
    expect(parse).toThrow('valid: https://user:password@host:port/catalog/schema')
    expect(parse).not.toThrow('hemligt')
    expect(parse).toThrow(expect.objectContaining({ kind: 'usage' }))
  })
})
