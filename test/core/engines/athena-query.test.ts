import { StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AthenaEngine } from '../../../core/engines/athena.ts'
import type { AthenaError } from '../../../core/engines/athena-errors.ts'
import type { ModelFolder } from '../../../core/engines/engine.ts'
import { exactRows } from '../../contracts/engine.contract.ts'
import { type OpenAthena, openAthena, PLACE, SOON } from '../../support/athena.ts'
import { throttled } from '../../support/cloud/athena-endpoint/faults.ts'

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

let runs = 0
const folderOf = (model = 'gaps'): ModelFolder => ({ model, year: 2026, quarter: 3, run: `f${++runs}` })
const saveRow = (folder = folderOf()) => opened.engine.save('select 1 as n', folder)
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: AthenaError) => error,
  )

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

  test('is stopped although no answer told that it was started', async () => {
    const off = new AbortController()
    opened.endpoint.faults.queries.push(slow)
    opened.endpoint.faults.start.push(...Array.from({ length: 50 }, () => 'lost' as const))
    const before = opened.endpoint.operations.executions.length
    setTimeout(() => {
      opened.endpoint.faults.start.length = 0
      off.abort()
    }, 40)
    const error = await thrown(opened.engine.save('select 1 as n', folderOf(), off.signal))
    expect(opened.endpoint.operations.executions).toHaveLength(before + 1)
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
