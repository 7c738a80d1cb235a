import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AthenaEngine } from '../../../core/engines/athena.ts'
import { AthenaError } from '../../../core/engines/athena-errors.ts'
import type { ModelFolder } from '../../../core/engines/engine.ts'
import { exactRows } from '../../contracts/engine.contract.ts'
import { all } from '../../contracts/storage.contract.ts'
import { athenaClient, type OpenAthena, openAthena, PLACE, SOON } from '../../support/athena.ts'
import { lakeAt } from '../../support/cloud/athena-endpoint/lake-at.ts'

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

let runs = 0
const folderOf = (model = 'gaps'): ModelFolder => ({ model, year: 2026, quarter: 3, run: `f${++runs}` })
const failed = (reason: string, more: object = {}) => ({ end: { state: 'FAILED' as const, reason, ...more } })
const saveRow = (folder = folderOf()) => opened.engine.save('select 1 as n', folder)
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: AthenaError) => error,
  )
const keysBelow = async (prefix: string) => (await all(opened.storage.list(prefix))).map(({ key }) => key)

describe('a failure', () => {
  test.each([
    [
      'a wrong column',
      failed(
        "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
      ),
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
