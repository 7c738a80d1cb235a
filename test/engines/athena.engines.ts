import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { pinDeliveries } from '../../core/analyse.ts'
import type { AthenaError } from '../../core/engines/athena-errors.ts'
import type { ModelFolder, SavedFile } from '../../core/engines/engine.ts'
import { listRuns, type RunRecord, readRun } from '../../core/lake/runs.ts'
import { landFolder } from '../../core/land-folder.ts'
import { loadModels } from '../../core/models.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { runModels } from '../../core/run-models.ts'
import { catalogue } from '../../schemas/catalogue.ts'
import { engineContract, exactRows, typesOf } from '../contracts/engine.contract.ts'
import { contractTables, type OpenAthena } from '../support/athena.ts'
import { throttled } from '../support/cloud/athena-endpoint/faults.ts'
import { startAthenaEndpoint } from '../support/cloud/athena-endpoint/server.ts'
import { freePort } from '../support/cloud/free-port.ts'
import { s3At } from '../support/cloud/versitygw.ts'
import { differences } from '../support/same-results.ts'
import { keysOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { askTrino } from '../support/trino/client.ts'
import { type DescribedLake, describedLake } from '../support/trino/lake.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/node/bin/node')

const tables = [...catalogue, ...contractTables]

engineContract('AthenaEngine on a Trino', async () => {
  const lake = await describedLake(inject('servers'), tables)
  const opened = await lake.openAthena()
  const close = async () => {
    await opened.close()
    await lake.close()
  }
  return { ...opened, close }
})

describe('skafferi analyse --engine athena and --engine trino, over the bundled region', () => {
  let lake: DescribedLake
  let endpoint: ChildProcess
  let environment: NodeJS.ProcessEnv
  let duckdb: RunRecord
  let athena: RunRecord
  let trino: RunRecord

  const CLI = join(ROOT, 'cli/main.ts')
  const ON_ATHENA = ['analyse', '--quarter', QUARTER, '--engine', 'athena']
  const skafferi = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    await promisify(execFile)(NODE, [CLI, ...args], { env: { ...environment, ...more } })
  const analysed = async (engine: string) => {
    const { stdout } = await skafferi(['analyse', '--quarter', QUARTER, '--engine', engine, '--json'])
    return await readRun(lake.storage, QUARTER, JSON.parse(stdout).run)
  }

  beforeAll(async () => {
    const { s3 } = inject('servers')
    lake = await describedLake(inject('servers'))
    for (const folder of ['vasterbotten', 'example-purchases'])
      await landFolder(lake.storage, join(ROOT, 'data', folder))
    const port = await freePort()
    environment = {
      ...process.env,
      ...s3At(s3.endpoint).environment,
      AWS_ENDPOINT_URL_ATHENA: `http://127.0.0.1:${port}`,
      SKAFFERI_LAKE: lake.storage.url,
      SKAFFERI_ATHENA_WORKGROUP: 'skafferi',
      SKAFFERI_GLUE_DATABASE: lake.database,
      SKAFFERI_TRINO_URL: lake.trino_url,
    }
    const place = ['--port', String(port), '--lake', lake.storage.url, '--trino', lake.trino_url]
    const named = ['--workgroup', 'skafferi', '--database', lake.database]
    const main = join(ROOT, 'test/support/cloud/athena-endpoint/main.ts')
    endpoint = spawn(NODE, [main, ...place, ...named], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(endpoint.stdout!, 'data')) as [Buffer]
    expect(String(said)).toBe(`ready ${environment.AWS_ENDPOINT_URL_ATHENA}\n`)
    trino = await analysed('trino')
    duckdb = await analysed('duckdb')
    athena = await analysed('athena')
  }, 400_000)

  afterAll(async () => {
    if (endpoint?.exitCode === null) {
      endpoint.kill('SIGTERM')
      await once(endpoint, 'exit')
    }
    await lake?.close()
  })

  test.each(['athena', 'trino'])('on %s finds what DuckDB finds, in every model', async (name) => {
    const record = name === 'athena' ? athena : trino
    expect([duckdb.engine, record.engine]).toEqual(['duckdb', name])
    expect(record.marts).toEqual(duckdb.marts)
    expect(Object.keys(record.models)).toEqual(Object.keys(duckdb.models))
    expect(await differences(lake.storage, record, duckdb)).toEqual([])
  })

  test('is read and checked like any run', async () => {
    const { stdout: rows } = await skafferi(['query', 'opportunities', '--format', 'csv'])
    expect(rows.trim().split('\n')).toHaveLength(1 + athena.marts.opportunities!)
    const { stdout: checked } = await skafferi(['check', '--quarter', QUARTER, '--json'])
    expect(JSON.parse(checked)).toMatchObject({ run: athena.run, errors: 0, not_checked: [] })
  })

  test('that is interrupted stops what runs and leaves no record', async () => {
    const slow = await startAthenaEndpoint({ lake: lake.storage })
    onTestFinished(() => slow.close())
    slow.faults.queries.push({ takes_ms: 60_000 })
    const before = (await listRuns(lake.storage)).get(QUARTER)
    const analyse = spawn(NODE, [CLI, ...ON_ATHENA], {
      env: { ...environment, AWS_ENDPOINT_URL_ATHENA: slow.url, SKAFFERI_GLUE_DATABASE: 'skafferi' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    analyse.stderr.on('data', (text: Buffer) => {
      said += text
    })
    const exited = once(analyse, 'exit')
    await expect.poll(() => slow.operations.executions.length, { timeout: 30_000 }).toBe(1)
    analyse.kill('SIGINT')
    expect(await exited).toEqual([1, null])
    expect(said).toContain('athena could not run model inputs: it was called off')
    expect(slow.operations.executions.map(({ state }) => state)).toEqual(['CANCELLED'])
    expect((await listRuns(lake.storage)).get(QUARTER)).toEqual(before)
  })

  test.each([
    [{ SKAFFERI_ATHENA_WORKGROUP: 'other' }, 'no workgroup other in this account and region'],
    [{ SKAFFERI_GLUE_DATABASE: '' }, 'athena needs the name of a Glue database: set SKAFFERI_GLUE_DATABASE'],
  ])('with %j is wrong usage', async (more, message) => {
    await expect(skafferi(ON_ATHENA, more)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    })
  })

  test('tells what each statement read: something, where the tables that it names have files', async () => {
    const models = await loadModels()
    const queries = new Map(athena.queries!.map((query) => [query.model, query]))
    expect([...queries.keys()].sort()).toEqual(['inputs', ...models.map(({ name }) => name)].sort())
    expect(athena.queries!.filter(({ state, attempt }) => state !== 'succeeded' || attempt !== 1)).toEqual([])
    const datasets = new Set(
      athena.inputs.map(({ dataset }) => dataset.replace(/^purchases$/, 'rolled_purchases')),
    )
    const hasFiles = (table: string) => datasets.has(table) || (athena.models[table] ?? []).length > 0
    const unread = models.filter(
      ({ name, reads }) =>
        reads.length > 0 && reads.every(hasFiles) && queries.get(name)!.bytes_scanned === 0,
    )
    expect(unread.map(({ name }) => name)).toEqual([])
    expect(queries.get('inputs')!.bytes_scanned).toBe(0)
  })

  test('leaves no table behind', async () => {
    const { trino } = inject('servers')
    const unloads = async () => (await askTrino(trino, 'show tables from unloads.results')).rows
    await expect.poll(unloads, { timeout: 30_000 }).toEqual([])
    const { rows } = await askTrino(trino, 'show tables', lake.database)
    expect(rows.flat().sort()).toEqual(catalogue.map(({ name }) => name).sort())
  })
})

describe('with Trino behind the endpoint', () => {
  const folder = suiteFolder()
  let lake: DescribedLake
  let opened: OpenAthena
  let before: number
  beforeAll(async () => {
    lake = await describedLake(inject('servers'))
    await landRegion(lake.storage, folder.path, smallRegion())
    opened = await lake.openAthena()
  })
  beforeEach(() => {
    before = opened.endpoint.operations.executions.length
  })
  afterAll(async () => {
    await opened?.close()
    await lake?.close()
  })

  let runs = 0
  const folderOf = (model = 'stg_places'): ModelFolder => ({
    model,
    year: 2026,
    quarter: 3,
    run: `r${++runs}`,
  })
  const thrown = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('nothing was thrown'),
      (error: AthenaError) => error,
    )
  const started = () => opened.endpoint.operations.executions.slice(before)
  const rowsOf = (files: readonly SavedFile[]) => files.reduce((sum, { rows }) => sum + rows, 0)

  /** Runs the first model of every run, one that reads its pins, and tells their rows and attempts. */
  async function pinsAndPlaces(run = `p${++runs}`) {
    const inputs = await pinDeliveries(lake.storage, parseQuarter(QUARTER))
    const models = (await loadModels()).filter(({ name }) => name === 'stg_places')
    const saved = await runModels(opened.engine, models, inputs, {
      quarter: parseQuarter(QUARTER),
      run,
      today: '2026-11-23',
    })
    expect([rowsOf(saved.inputs!), rowsOf(saved.stg_places!)]).toEqual([
      inputs.length,
      smallRegion()['places/office/all']!.length,
    ])
    return started().map(({ state }) => state)
  }
  const done = ['SUCCEEDED', 'SUCCEEDED']
  const failing = (reason: string, more: object = {}) => ({
    end: { state: 'FAILED' as const, reason, category: 1, type: 0, is_retryable: true },
    ...more,
  })

  test('a start that is throttled, or whose answer is lost, becomes one query', async () => {
    opened.endpoint.faults.start.push(throttled, 'lost', throttled, 'lost')
    expect(await pinsAndPlaces()).toEqual(done)
    expect(opened.endpoint.faults.start).toEqual([])
  })

  test('a look that is refused is taken again', async () => {
    opened.endpoint.faults.look.push(throttled, throttled, throttled)
    expect(await pinsAndPlaces()).toEqual(done)
    expect(opened.endpoint.faults.look).toEqual([])
  })

  test('a model that fails for want of resources succeeds at its second attempt', async () => {
    opened.endpoint.faults.queries.push(null, failing('Query exhausted resources at this scale factor'))
    expect(await pinsAndPlaces()).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED'])
    expect(opened.engine.queries.slice(-2)).toMatchObject([
      { model: 'stg_places', attempt: 1, state: 'failed', bytes_scanned: 0 },
      { model: 'stg_places', attempt: 2, state: 'succeeded' },
    ])
  })

  test('files of an attempt that failed do not count', async () => {
    opened.endpoint.faults.queries.push(null, failing('INTERNAL_ERROR', { leaves: true }))
    const run = `p${++runs}`
    expect(await pinsAndPlaces(run)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED'])
    const attempts = (await keysOf(lake.storage, `unloads/${run}/stg_places/`)).map(
      (key) => key.split('/')[3],
    )
    expect([...new Set(attempts)]).toEqual(['1', '2'])
  })

  test('a place that is not empty is refused by Trino, and the next one is taken', async () => {
    const saving = folderOf()
    await lake.storage.put(`unloads/${saving.run}/stg_places/1/left`, Buffer.from('not Parquet'))
    expect(rowsOf(await opened.engine.save('select 1 as n', saving))).toBe(1)
    expect(started().map(({ reason }) => reason)).toEqual([
      expect.stringContaining('HIVE_PATH_ALREADY_EXISTS: Target directory for table'),
      undefined,
    ])
  })

  test('what is unloaded is read whole, be it in several files or none', async () => {
    const numbers = (last: number) =>
      `select cast(n as bigint) as n, cast(n as decimal(18, 3)) as kg, n / 3.0e0 as third
         from unnest(sequence(1, ${last / 1000})) as a (thousands)
         cross join unnest(sequence((thousands - 1) * 1000 + 1, thousands * 1000)) as b (n)`
    const files = await opened.engine.save(numbers(100_000), folderOf())
    expect(files.length).toBeGreaterThan(1)
    expect(rowsOf(files)).toBe(100_000)
    expect(await opened.engine.save(`${numbers(1000)} where n < 0`, folderOf())).toEqual([])
  })

  test('a call to stop reaches Trino', async () => {
    const off = new AbortController()
    const slow = `select count(*) as n from unnest(sequence(1, 10000)) as a (x) cross join unnest(sequence(1, 10000)) as b (y)
                   cross join unnest(sequence(1, 10000)) as c (z) where x + y * z = -1`
    const folder = folderOf()
    const saving = opened.engine.save(slow, folder, off.signal)
    const running = async () => {
      const place = `${lake.storage.url}/unloads/${folder.run}/`
      const sql = `select state from system.runtime.queries where query like 'create table%${place}%'`
      return (await askTrino(inject('servers').trino, sql)).rows.flat().at(-1)
    }
    await expect.poll(running, { timeout: 30_000 }).toBe('RUNNING')
    off.abort()
    expect(await thrown(saving)).toMatchObject({ fault: 'stopped' })
    expect(started().map(({ state }) => state)).toEqual(['CANCELLED'])
    await expect.poll(running, { timeout: 30_000 }).toBe('FAILED')
  })

  test.each([
    [
      'select 1 as n frm x y',
      'MALFORMED_QUERY',
      "line 1:15: mismatched input 'frm'. Expecting: ',', 'EXCEPT'",
    ],
    ['select', 'MALFORMED_QUERY', "mismatched input '<EOF>'. Expecting: '*', 'ALL'"],
    [
      'select missing as n',
      'COLUMN_NOT_FOUND',
      "COLUMN_NOT_FOUND: line 1:8: Column 'missing' cannot be resolved or requester is not authorized to access requested resources",
    ],
    ['select n\nfrom nowhere', 'TABLE_NOT_FOUND', "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.lake_"],
    [
      `select cast('x' as bigint) as n`,
      'INVALID_CAST_ARGUMENT',
      "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT",
    ],
    ['select zone from gaps', 'INVALID_COLUMN_PROPERTY', 'run'],
  ])('%j is refused as Athena refuses it, asked or saved', async (sql, code, reason) => {
    const isStarted = code !== 'MALFORMED_QUERY'
    for (const asking of [() => opened.engine.query(sql), () => opened.engine.save(sql, folderOf())]) {
      const error = await thrown(asking())
      expect(error).toMatchObject({ code })
      expect(error.message).toContain(reason)
      expect(error.query_id !== undefined).toBe(isStarted)
    }
    expect(started()).toHaveLength(isStarted ? 2 : 0)
  })

  test('every type comes back at its extremes, in Athena’s words for types and values', async () => {
    const table = await opened.engine.query(
      `select cast(-2147483648 as integer) as i, bigint '-9223372036854775808' as b,
              decimal '99999999999999999999999999999999999.999' as d, cast('-0.01' as decimal(18, 2)) as cent,
              decimal '0.12345678901234567890' as long, 1.7976931348623157e308 as big, 4.9e-324 as tiny, 1e20 as whole,
              -0e0 as minus, nan() as nan, -infinity() as inf, date '0001-01-01' as first, date '1969-12-31' as before,
              false as no, cast('1' as varchar) as text, cast(null as bigint) as nothing, '' as blank`,
    )
    expect(typesOf(table)).toMatchObject({
      i: 'Int32',
      b: 'Int64',
      d: 'Decimal128(38, 3)',
      big: 'Float',
      no: 'Bool',
    })
    expect(exactRows(table)).toEqual([
      {
        ...{ i: -(2 ** 31), b: -(2n ** 63n), d: 10n ** 38n - 1n, cent: -1n, long: 12345678901234567890n },
        ...{ big: Number.MAX_VALUE, tiny: 5e-324, whole: 1e20, minus: -0, nan: Number.NaN, inf: -Infinity },
        ...{
          first: Date.parse('0001-01-01'),
          before: -86_400_000,
          no: false,
          text: '1',
          nothing: null,
          blank: '',
        },
      },
    ])
    const { answer } = opened.endpoint.operations.executions.at(-1)!
    expect(
      Object.fromEntries(answer!.columns.map(({ name }, at) => [name, answer!.rows[0]![at]])),
    ).toMatchObject({
      ...{ big: '1.7976931348623157E308', tiny: '4.9E-324', whole: '1.0E20', minus: '-0.0', nan: 'NaN' },
      ...{ inf: '-Infinity', cent: '-0.01', nothing: null, blank: '' },
    })
  })
})
