import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { AthenaEngine } from '../../../core/engines/athena.ts'
import { AthenaError } from '../../../core/engines/athena-errors.ts'
import type { ModelFolder } from '../../../core/engines/engine.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { catalogue } from '../../../schemas/catalogue.ts'
import { engineContract, exactRows, typesOf } from '../../contracts/engine.contract.ts'
import { all } from '../../contracts/storage.contract.ts'
import { athenaClient, modelTable, type OpenAthena, openAthena, PLACE, SOON } from '../../support/athena.ts'
import { throttled } from '../../support/cloud/athena-endpoint/faults.ts'
import { lakeAt } from '../../support/cloud/athena-endpoint/lake-at.ts'

const columns = { product_group: 'string', kg: 'decimal(18,3)', day: 'date' }
const tables = [
  ...catalogue,
  modelTable('model_read', columns),
  modelTable('model_empty', columns),
  modelTable('model_next', { n: 'bigint' }),
  modelTable('model_twice', { n: 'int' }),
]

engineContract('AthenaEngine', () => openAthena({}, { catalogue: tables }))

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

let runs = 0
const folderOf = (model = 'gaps'): ModelFolder => ({ model, year: 2026, quarter: 3, run: `f${++runs}` })
const failed = (reason: string, more: object = {}) => ({ end: { state: 'FAILED' as const, reason, ...more } })
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: AthenaError) => error,
  )
const saveRow = (folder = folderOf()) => opened.engine.save('select 1 as n', folder)
const keysBelow = async (prefix: string) => (await all(opened.storage.list(prefix))).map(({ key }) => key)

describe('a query', () => {
  test('is waited for through every state, also when it goes back to the queue', async () => {
    opened.endpoint.faults.queries.push({ states: ['QUEUED', 'RUNNING', 'QUEUED', 'RUNNING'] })
    expect(exactRows(await opened.engine.query('select 7 as n'))).toEqual([{ n: 7 }])
    expect(opened.endpoint.operations.executions.at(-1)!.looks).toBeGreaterThanOrEqual(5)
  })

  test('is started and watched through throttling', async () => {
    opened.endpoint.faults.start.push(throttled, throttled, throttled)
    opened.endpoint.faults.look.push(throttled, throttled, throttled)
    opened.endpoint.faults.results.push(throttled)
    const before = opened.endpoint.operations.executions.length
    expect(exactRows(await opened.engine.query('select 1 as n'))).toEqual([{ n: 1 }])
    expect(opened.endpoint.operations.executions).toHaveLength(before + 1)
  })

  test('whose start was answered into the void runs once', async () => {
    opened.endpoint.faults.start.push('lost', 'lost', 'lost')
    const before = opened.endpoint.operations.executions.length
    expect(exactRows(await opened.engine.query('select 2 as n'))).toEqual([{ n: 2 }])
    expect(opened.endpoint.operations.executions).toHaveLength(before + 1)
  })

  test.each([1, 998, 999, 1000, 1998, 1999, 2500])(
    'of %i rows comes whole, header never among them',
    async (count) => {
      const digits = '(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))'
      const numbers = `select a.n + 10 * b.n + 100 * c.n + 1000 * d.n as n from ${digits} as a (n) cross join ${digits} as b (n) cross join ${digits} as c (n) cross join ${digits} as d (n)`
      const rows = exactRows(
        await opened.engine.query(
          `select cast(n as varchar) as n from (${numbers}) as numbers where n < ${count} order by numbers.n`,
        ),
      )
      expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, n) => String(n)))
    },
  )

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

  test.each([
    'select 1; select 2',
    'create table t (a int)',
    'select 1) union (select 2',
    'insert into places select 1',
    "select 'x",
  ])('refuses %j before it costs anything', async (sql) => {
    const before = opened.endpoint.operations.calls.StartQueryExecution
    await expect(opened.engine.query(sql)).rejects.toThrow('athena could not run the query')
    expect(opened.endpoint.operations.calls.StartQueryExecution).toBe(before)
  })

  test('that names no run is refused by the catalogue, not answered from all runs', async () => {
    const error = await thrown(opened.engine.query('select zone from gaps'))
    expect(error).toMatchObject({ fault: 'author', code: 'CONSTRAINT_VIOLATION' })
  })
})

describe('a failure', () => {
  test.each([
    [
      'a wrong column',
      failed("COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved"),
      'author',
      'COLUMN_NOT_FOUND',
      'running it again will not help',
    ],
    [
      'a bad file',
      failed('HIVE_BAD_DATA: Field kg has type DOUBLE in file s3://lake/a', { category: 1 }),
      'data',
      'HIVE_BAD_DATA',
      '"$path"',
    ],
    [
      'no access to a file',
      failed('PERMISSION_DENIED: Access Denied (Service: Amazon S3; Status Code: 403)'),
      'access',
      'PERMISSION_DENIED',
      'give the role the action',
    ],
    [
      'Lake Formation',
      failed('COLUMN_NOT_FOUND: Insufficient Lake Formation permission(s) on table gaps'),
      'access',
      'COLUMN_NOT_FOUND',
      'grant SELECT and DESCRIBE',
    ],
    [
      'the limit of bytes',
      { end: { state: 'CANCELLED' as const, reason: 'Bytes scanned limit was exceeded' } },
      'guard',
      'error type',
      'raise the limit',
    ],
    [
      'somebody who stopped it',
      { end: { state: 'CANCELLED' as const, reason: 'Query cancelled by user' } },
      'stopped',
      'error type',
      'ended before it was done',
    ],
  ])('by %s says what to do, once', async (_, fault, kind, code, remedy) => {
    opened.endpoint.faults.queries.push(fault)
    const before = opened.endpoint.operations.executions.length
    const error = await thrown(saveRow())
    expect(error).toBeInstanceOf(AthenaError)
    const { id } = opened.endpoint.operations.executions.at(-1)!
    expect(error).toMatchObject({ fault: kind, query_id: id })
    expect(error.message).toContain('athena could not run model gaps: ')
    for (const part of [fault.end.reason, code, remedy, id]) expect(error.message).toContain(part)
    expect(opened.endpoint.operations.executions).toHaveLength(before + 1)
    expect(opened.engine.queries.at(-1)).toMatchObject({
      id,
      model: 'gaps',
      attempt: 1,
      state: fault.end.state.toLowerCase(),
    })
  })

  test.each([
    ['retryable', failed('something odd', { is_retryable: true })],
    ['its own fault', failed('GENERIC_INTERNAL_ERROR: null', { category: 1 })],
    ['exhaustion', failed('Query exhausted resources at this scale factor')],
    ['leftovers', failed('HIVE_PATH_ALREADY_EXISTS: Target directory already exists')],
    ['throttling inside', failed('Rate exceeded (Service: AWSGlue; ThrottlingException)')],
  ])('that is Athena’s (%s) is tried again in another place with another token', async (_, fault) => {
    opened.endpoint.faults.queries.push({ ...fault, leaves: true }, { ...fault, leaves: true })
    const folder = folderOf()
    const files = await saveRow(folder)
    expect(files).toHaveLength(1)
    const three = opened.endpoint.operations.executions.slice(-3)
    expect(new Set(three.map(({ token }) => token)).size).toBe(3)
    for (const { token } of three) expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(three.map(({ sql }) => /unloads\/[^']*/.exec(sql)![0])).toEqual(
      [1, 2, 3].map((n) => `unloads/${folder.run}/gaps/${n}/`),
    )
    expect(opened.engine.queries.slice(-3).map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'succeeded'],
    ])
    // the first two left files too
    expect(await keysBelow(`unloads/${folder.run}/`)).toHaveLength(3)
    expect(await keysBelow(`models/gaps/year=2026/quarter=3/run=${folder.run}/`)).toEqual(
      files.map(({ key }) => key),
    )
  })

  test('that stays is thrown after three attempts, and leaves no file where the run keeps it', async () => {
    const fault = failed('Query exhausted resources at this scale factor', {
      category: 1,
      is_retryable: true,
    })
    opened.endpoint.faults.queries.push(fault, fault, fault)
    const before = opened.endpoint.operations.executions.length
    const folder = folderOf()
    expect(await thrown(saveRow(folder))).toMatchObject({ fault: 'transient' })
    expect(opened.endpoint.operations.executions).toHaveLength(before + 3)
    expect(await keysBelow(`models/gaps/year=2026/quarter=3/run=${folder.run}/`)).toEqual([])
  })
})

describe('tokens', () => {
  test('make of one statement, started twice for one place, one query', async () => {
    const folder = folderOf()
    opened.endpoint.faults.queries.push({ takes_ms: 30 })
    const before = opened.endpoint.operations.executions.length
    const both = await Promise.allSettled([saveRow(folder), saveRow(folder)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(opened.endpoint.operations.executions).toHaveLength(before + 1)
  })

  test('of other parameters are refused by the endpoint, as by Athena', async () => {
    const start = (sql: string, token: string) =>
      opened.client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          ClientRequestToken: token,
          WorkGroup: PLACE.workgroup,
          QueryExecutionContext: { Database: PLACE.database },
        }),
      )
    const token = 'x'.repeat(32)
    const first = await start('select 1 as n', token)
    expect((await start('select 1 as n', token)).QueryExecutionId).toBe(first.QueryExecutionId)
    await expect(start('select 2 as n', token)).rejects.toThrow('Idempotent parameters do not match')
    await expect(start('select 1 as n', 'short')).rejects.toThrow('32 to 128')
  })
})

describe('a statement that is not waited for', () => {
  const slow = { takes_ms: 60_000 }
  const last = () => opened.endpoint.operations.executions.at(-1)!

  test('is stopped when its time is up', async () => {
    const engine = await AthenaEngine.open(opened.storage, {
      ...PLACE,
      client: opened.client,
      poll_ms: SOON,
      deadline_ms: 60,
    })
    opened.endpoint.faults.queries.push(slow)
    const error = await thrown(engine.query('select 1 as n'))
    expect(error).toMatchObject({ fault: 'stopped', query_id: last().id })
    expect(error.message).toContain('it was not done within 0.06 s')
    expect(last().state).toBe('CANCELLED')
    expect(engine.queries).toMatchObject([{ state: 'cancelled', id: last().id }])
  })

  test.each(['engine', 'model'])('is stopped when the %s is called off', async (whose) => {
    const off = new AbortController()
    const engine = await AthenaEngine.open(opened.storage, {
      ...PLACE,
      client: opened.client,
      poll_ms: SOON,
      signal: whose === 'engine' ? off.signal : undefined,
    })
    opened.endpoint.faults.queries.push(slow)
    opened.endpoint.faults.stop.push(throttled)
    setTimeout(() => off.abort(), 40)
    const error = await thrown(
      engine.save('select 1 as n', folderOf(), whose === 'model' ? off.signal : undefined),
    )
    expect(error).toMatchObject({ fault: 'stopped', query_id: last().id })
    expect(last().state).toBe('CANCELLED')
  })

  test('is not started at all when it was called off before', async () => {
    const before = opened.endpoint.operations.executions.length
    const error = await thrown(opened.engine.save('select 1 as n', folderOf(), AbortSignal.abort()))
    expect(error).toMatchObject({ fault: 'stopped' })
    expect(opened.endpoint.operations.executions).toHaveLength(before)
  })
})

describe('what is saved', () => {
  test('goes beside what lies in the way', async () => {
    const folder = folderOf()
    await opened.storage.put(`unloads/${folder.run}/gaps/1/left`, Buffer.from('not Parquet'))
    expect(await saveRow(folder)).toHaveLength(1)
    expect(opened.engine.queries.at(-2)).toMatchObject({ attempt: 1, state: 'failed' })
    expect(opened.engine.queries.at(-1)).toMatchObject({ attempt: 2, state: 'succeeded' })
  })

  test('has rows in one to three files, none without rows', async () => {
    const sizes = new Set<number>()
    for (const more of ['', ' ', '  ', '   ']) {
      const select = `select n from (values (1), (2), (3)) as t (n)${more} where n > 0`
      const files = await opened.engine.save(select, folderOf())
      sizes.add(files.length)
      expect(files.map(({ key }) => key.slice(-14))).toEqual(files.map((_, at) => `part-${at}.parquet`))
      expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(3)
    }
    expect([...sizes].sort()).toEqual([1, 2, 3])
    expect(await opened.engine.save('select 1 as n where 1 = 0', folderOf())).toEqual([])
  })

  test('tells what it took', async () => {
    const folder = folderOf()
    await saveRow(folder)
    const query = opened.engine.queries.at(-1)!
    expect(query).toMatchObject({
      model: 'gaps',
      attempt: 1,
      state: 'succeeded',
      queue_ms: 1,
      planning_ms: 1,
    })
    expect(query.sql_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(query.total_ms).toBeGreaterThanOrEqual(query.engine_ms)
  })

  test('is refused where the statement is too long for Athena, before it is sent', async () => {
    const sql = `select '${'x'.repeat(262_144)}' as text`
    await expect(opened.engine.save(sql, folderOf())).rejects.toThrow('bytes, and Athena takes 262144')
  })
})

describe('opening', () => {
  const open = (more: object = {}, storage = opened.storage) =>
    AthenaEngine.open(storage, { ...PLACE, client: opened.client, ...more })
  const { workgroup } = { workgroup: () => opened.endpoint.operations.workgroup }
  beforeEach(() => {
    const before = { ...workgroup() }
    return () => Object.assign(workgroup(), before)
  })

  test.each([
    ['a lake on this machine', {}, new MemoryStorage(), 'athena reads lakes in buckets, not memory:'],
    [
      'a workgroup that is not there',
      { workgroup: 'other' },
      undefined,
      'no workgroup other in this account and region: SKAFFERI_ATHENA_WORKGROUP',
    ],
    [
      'a database that is not there',
      { database: 'other' },
      undefined,
      'database other has no table inputs in this account and region: SKAFFERI_GLUE_DATABASE',
    ],
    [
      'a database of another lake',
      {},
      lakeAt('s3://lake/other'),
      'describes the lake s3://lake/region, not s3://lake/other',
    ],
  ])('%s is wrong usage', async (_, more, storage, message) => {
    await expect(open(more, storage)).rejects.toThrow(message)
    await expect(open(more, storage)).rejects.toMatchObject({ kind: 'usage' })
  })

  test.each([
    [{ state: 'DISABLED' }, 'is disabled: enable it'],
    [
      { version: 'Athena engine version 2' },
      'runs Athena engine version 2: set it to "Athena engine version 3"',
    ],
    [{ output: '' }, 'has no place for results'],
  ])('a workgroup with %j is wrong usage', async (settings, message) => {
    Object.assign(workgroup(), settings)
    await expect(open()).rejects.toThrow(message)
  })

  test('a slash at the end of the lake’s URL changes nothing', async () => {
    await expect(open({}, lakeAt('s3://lake/region/'))).resolves.toBeInstanceOf(AthenaEngine)
  })
})

describe('what no server can be made to say', () => {
  const OPEN = {
    WorkGroup: {
      Name: 'w',
      Configuration: {
        EngineVersion: { EffectiveEngineVersion: 'Athena engine version 3' },
        ResultConfiguration: { OutputLocation: 's3://results/' },
      },
    },
  }
  const TABLE = { TableMetadata: { Name: 'inputs', Parameters: { location: 's3://lake/models/inputs/' } } }
  const named = (name: string, message: string, status = 400) =>
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })

  async function mocked() {
    const client = athenaClient('http://127.0.0.1:1')
    const mock = mockClient(client as AthenaClient)
    onTestFinished(() => mock.restore())
    mock.on(GetWorkGroupCommand).resolves(OPEN).on(GetTableMetadataCommand).resolves(TABLE)
    const open = () => AthenaEngine.open(lakeAt('s3://lake'), { ...PLACE, client, poll_ms: SOON })
    return { mock, open }
  }

  test.each([
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'sign in to AWS again',
    ],
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid',
      'sign in to AWS again',
    ],
    [
      'AccessDeniedException',
      'User: arn:x is not authorized to perform: athena:StartQueryExecution on resource: arn:y',
      'give the role the action that is named',
    ],
  ])('%s at the start', async (name, message, remedy) => {
    const { mock, open } = await mocked()
    mock.on(StartQueryExecutionCommand).rejects(named(name, message))
    const error = await thrown((await open()).query('select 1 as n'))
    expect(error).toMatchObject({ fault: 'access', code: name, query_id: undefined })
    expect(error.message).toContain(message)
    expect(error.message).toContain(remedy)
  })

  test('a token that expires while a query runs: it may still be running', async () => {
    const { mock, open } = await mocked()
    mock.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' })
    mock.on(GetQueryExecutionCommand).rejects(named('ExpiredTokenException', 'expired'))
    const error = await thrown((await open()).query('select 1 as n'))
    expect(error).toMatchObject({ fault: 'access', query_id: 'q1' })
    expect(error.message).toContain('the query may still be running')
  })

  test('faults inside Athena and cut connections pass', async () => {
    const { mock, open } = await mocked()
    mock
      .on(StartQueryExecutionCommand)
      .rejectsOnce(named('InternalServerException', 'oh', 500))
      .rejectsOnce(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
      .resolves({ QueryExecutionId: 'q1' })
    mock
      .on(GetQueryExecutionCommand)
      .rejectsOnce(named('ThrottlingException', 'Rate exceeded'))
      .resolves({ QueryExecution: { QueryExecutionId: 'q1', Status: { State: 'SUCCEEDED' } } })
    const Data = (...texts: string[]) => ({ Data: texts.map((text) => ({ VarCharValue: text })) })
    mock.on(GetQueryResultsCommand).resolves({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: [{ Name: 'n', Type: 'integer' }] },
        Rows: [Data('n'), Data('7')],
      },
    })
    expect(exactRows(await (await open()).query('select 7 as n'))).toEqual([{ n: 7 }])
    const tokens = mock
      .commandCalls(StartQueryExecutionCommand)
      .map(({ args }) => args[0].input.ClientRequestToken)
    expect(new Set(tokens).size).toBe(1)
  })

  test.each([
    ['integer', '1.5'],
    ['bigint', ''],
    ['double', 'one'],
    ['decimal', '1.2345'],
    ['boolean', 'yes'],
    ['date', '2026-13-01'],
  ])('a text that no %s has (%j) is an error, not a guess', async (Type, text) => {
    const { mock, open } = await mocked()
    mock.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' })
    mock
      .on(GetQueryExecutionCommand)
      .resolves({ QueryExecution: { QueryExecutionId: 'q1', Status: { State: 'SUCCEEDED' } } })
    mock.on(GetQueryResultsCommand).resolves({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: [{ Name: 'n', Type, Precision: 18, Scale: 3 }] },
        Rows: [{ Data: [{ VarCharValue: 'n' }] }, { Data: [{ VarCharValue: text }] }],
      },
    })
    await expect((await open()).query('select n from t')).rejects.toThrow(
      `column n is ${Type} but has ${JSON.stringify(text)}`,
    )
  })

  test('access refused at opening names the action', async () => {
    const { mock, open } = await mocked()
    mock
      .on(GetTableMetadataCommand)
      .rejects(named('MetadataException', 'AccessDeniedException: not authorized to perform: glue:GetTable'))
    const error = await thrown(open())
    expect(error).toMatchObject({ fault: 'access' })
    expect(error.message).toContain('glue:GetTable')
  })
})
