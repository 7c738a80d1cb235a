import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { check } from '../../core/check.ts'
import { TrinoEngine, type TrinoOptions } from '../../core/engines/trino.ts'
import type { TrinoError } from '../../core/engines/trino-errors.ts'
import { NoRunsError, type SkafferiError } from '../../core/errors.ts'
import { listRuns, readRun } from '../../core/lake/runs.ts'
import { publish } from '../../core/publish.ts'
import { query } from '../../core/query.ts'
import { status } from '../../core/status.ts'
import { catalogue, type GlueTableInput, glueTableInput } from '../../schemas/catalogue.ts'
import { askJson } from '../support/cloud/signed.ts'
import { s3At } from '../support/cloud/versitygw.ts'
import { differences } from '../support/same-results.ts'
import { keysOf, landRegion, objectsOf, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { type Certificate, makeCertificate } from '../support/trino/certificate.ts'
import { askTrino } from '../support/trino/client.ts'
import { type DescribedLake, describedLake } from '../support/trino/lake.ts'
import { type Passing, startTrinoProxy, type Treatment, type TrinoProxy } from '../support/trino/proxy.ts'
import { startTrino, type Trino } from '../support/trino/trino.ts'
import { trinoVersion } from '../support/trino/versions.ts'

const ROOT = join(import.meta.dirname, '../..')
const PASSWORD = 'hemligt/lösen'
/** Statements of a run up to its first models: two looks, the pins, and a count of what was stored. */
const BEFORE_MODELS = 4

const servers = inject('servers')
const folder = suiteFolder()
let lake: DescribedLake

beforeAll(async () => {
  lake = await describedLake(servers)
  await landRegion(lake.storage, folder.path, smallRegion())
})
afterAll(() => lake?.close())

let users = 0
/** A URL of the lake's tables for a user whose queries no other test has. */
function urlAt(
  origin: string,
  { user = `user-${process.pid}-${++users}`, catalog = 'glue', schema = lake.database, password = '' } = {},
) {
  const url = new URL(`${origin}/${catalog}/${schema}`)
  url.username = user
  url.password = encodeURIComponent(password)
  return { url: url.href, user }
}

const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: TrinoError & SkafferiError) => error,
  )

const openAt = (url: string, options: Partial<TrinoOptions> = {}) =>
  TrinoEngine.open(lake.storage, { url, wait_ms: [20, 1000], ...options })

/** A run within this process. */
const analyseAt = (url: string, options: Partial<TrinoOptions> = {}, opened?: () => void) =>
  analyse(
    lake.storage,
    { quarter: QUARTER },
    {
      openEngine: async () => {
        const engine = await openAt(url, options)
        opened?.()
        return engine
      },
    },
  )

interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `skafferi analyse --engine trino`, as a user starts it. */
function startAnalyse(url: string, more: Readonly<Record<string, string>> = {}) {
  const own = { SKAFFERI_LAKE: lake.storage.url, SKAFFERI_TRINO_URL: url, ...more }
  const env = { ...process.env, ...s3At(servers.s3.endpoint).environment, ...own }
  const args = [join(ROOT, 'cli/main.ts'), 'analyse', '--quarter', QUARTER, '--engine', 'trino']
  const program = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  return { program, said: saidBy(program) }
}

async function saidBy(program: ChildProcess): Promise<Said> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(program.stdout!),
    text(program.stderr!),
    once(program, 'close'),
  ])
  return { code, stdout, stderr }
}

/** A proxy of this test's before the Trino of all. */
async function ownProxy(): Promise<TrinoProxy> {
  const proxy = await startTrinoProxy(servers.trino)
  onTestFinished(() => proxy.close())
  return proxy
}

/** 1e18 rows to count, a hundred at a time: long arrays would fill the server's memory. */
const ENDLESS = `select count(*) from ${[...'abcdefghi'].map((name) => `unnest(sequence(1, 100)) ${name}(x)`).join(' cross join ')}`

/** Where every model takes for ever, and which of its queries run. */
async function slowModels() {
  const proxy = await ownProxy()
  proxy.rewrite = (sql, number) => (number > BEFORE_MODELS ? ENDLESS : sql)
  // what a failing test leaves behind goes by itself
  proxy.headers = { 'x-trino-session': 'query_max_run_time=2m' }
  const { url, user } = urlAt(proxy.origin)
  const models = async () => {
    const { rows } = await askTrino(
      servers.trino,
      `select query_id, state || coalesce(' ' || error_code, '') from system.runtime.queries
        where "user" = '${user}' and query = '${ENDLESS}'`,
    )
    return rows as [string, string][]
  }
  const running = async () => {
    const states = await models()
    return states.filter(([, state]) => state === 'RUNNING').map(([id]) => id)
  }
  const ended = async () => [...new Set((await models()).map(([, state]) => state))]
  return { url, running, ended }
}

const noRun = async () => expect((await listRuns(lake.storage)).get(QUARTER)).toBeUndefined()

describe('what runs is ended', () => {
  afterEach(noRun)

  test('on Ctrl-C, on the server too; no record is left', async () => {
    const { url, running, ended } = await slowModels()
    const { program, said } = startAnalyse(url)
    await expect.poll(async () => (await running()).length, { timeout: 60_000 }).toBeGreaterThan(1)
    program.kill('SIGINT')
    const { code, stderr, stdout } = await said
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      /trino could not run model \w+: it was called off; it was ended before it was done \(CANCELLED, query \d+_\w+\)/,
    )
    await expect.poll(ended, { timeout: 30_000 }).toEqual(['FAILED USER_CANCELED'])
  })

  test('when its time is up', async () => {
    const { url, ended } = await slowModels()
    const { message } = await thrown(analyseAt(url, { deadline_ms: 10_000 }))
    expect(message).toMatch(
      /model \w+: it was not done within 10 s; it was ended before it was done \(CANCELLED, query \d+_\w+\)/,
    )
    await expect.poll(ended, { timeout: 30_000 }).toEqual(['FAILED USER_CANCELED'])
  })

  test('by an administrator, whose words are told', async () => {
    const { url, running, ended } = await slowModels()
    const failing = thrown(analyseAt(url))
    await expect.poll(async () => (await running()).length, { timeout: 60_000 }).toBeGreaterThan(0)
    const [id] = await running()
    // as Trino's own pages do it; the procedure kill_query is for those whom the rules let call it
    const killing = { method: 'PUT', body: 'not before noon', headers: { 'x-trino-user': 'administrator' } }
    expect((await fetch(`${servers.trino}/v1/query/${id}/killed`, killing)).status).toBeLessThan(300)
    const { message } = await failing
    expect(message).toMatch(/trino could not run model \w+: /)
    expect(message).toContain('not before noon')
    expect(message).toContain(`somebody ended it before it was done (ADMINISTRATIVELY_KILLED, query ${id})`)
    await expect
      .poll(async () => (await ended()).sort(), { timeout: 30_000 })
      .toEqual(['FAILED ADMINISTRATIVELY_KILLED', 'FAILED USER_CANCELED'])
  })
})

describe('what Trino refuses', () => {
  afterEach(noRun)

  test('a column that there is not', async () => {
    const engine = await openAt(urlAt(servers.trino).url)
    const saving = engine.save('select nowhere from places', {
      model: 'gaps',
      year: 2026,
      quarter: 3,
      run: 'no',
    })
    expect((await thrown(saving)).message).toMatch(
      /trino could not run model gaps: line 1:8: Column 'nowhere' cannot be resolved; .*will not help \(COLUMN_NOT_FOUND, query \w+\)/,
    )
  })

  test.each([
    [
      'query_max_stage_count=6',
      /model \w+: Number of stages .*; .*\(query\.max-stage-count .*\(QUERY_HAS_TOO_MANY_STAGES, query \w+\)/,
    ],
    [
      'query_max_memory_per_node=10kB',
      /model \w+: .*memory limit of 10kB.*; .* give it more \(EXCEEDED_LOCAL_MEMORY_LIMIT, query \w+\)/,
    ],
    [
      'query_max_execution_time=1ms',
      /exceeded the maximum execution time limit of 1.00ms; .*\(EXCEEDED_TIME_LIMIT, query \w+\)/,
    ],
  ])('a model over a limit of Trino’s (%s)', async (limit, message) => {
    const proxy = await ownProxy()
    const running = analyseAt(urlAt(proxy.origin).url, {}, () => {
      proxy.headers = { 'x-trino-session': limit }
    })
    expect((await thrown(running)).message).toMatch(message)
  })
})

describe('what is not this lake', () => {
  afterEach(noRun)
  const glue = (action: string, input: object) => askJson(servers.glue, 'glue', `AWSGlue.${action}`, input)
  const tableNamed = (name: string) => catalogue.find((table) => table.name === name)!
  const inputOf = (name: string) => glueTableInput(tableNamed(name), lake.storage.url)

  /** Gives a table of the lake another form while a test lasts, or none. */
  async function changed(name: string, change: (input: GlueTableInput) => GlueTableInput | undefined) {
    const put = (TableInput: GlueTableInput) =>
      glue('CreateTable', { DatabaseName: lake.database, TableInput })
    const drop = () => glue('DeleteTable', { DatabaseName: lake.database, Name: name })
    await drop()
    const other = change(inputOf(name))
    if (other !== undefined) await put(other)
    onTestFinished(async () => {
      if (other !== undefined) await drop()
      await put(inputOf(name))
    })
  }

  const withColumns = (
    input: GlueTableInput,
    change: (columns: GlueTableInput['StorageDescriptor']['Columns']) => typeof columns,
  ): GlueTableInput => ({
    ...input,
    StorageDescriptor: { ...input.StorageDescriptor, Columns: change(input.StorageDescriptor.Columns) },
  })

  const NO_CATALOG = { '435': "Catalog 'nowhere' does not exist", '476': "Catalog 'nowhere' not found" }[
    trinoVersion()
  ]

  test('is wrong usage for the user', async () => {
    const { code, stderr } = await startAnalyse(urlAt(servers.trino, { catalog: 'nowhere' }).url).said
    expect(stderr).toContain(NO_CATALOG)
    expect(code).toBe(2)
  })

  test.each([
    ['a catalogue', { catalog: 'nowhere' }, NO_CATALOG],
    ['a schema', { schema: 'nowhere' }, 'it has not the tables of a lake: no table places'],
  ])('%s that there is not', async (_, names, message) => {
    const error = await thrown(openAt(urlAt(servers.trino, names).url))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain(message)
    expect(error.message).toContain('skafferi tables --format trino')
  })

  test.each<[string, string, (input: GlueTableInput) => GlueTableInput | undefined, string]>([
    ['is missing', 'processing', () => undefined, 'no table processing;'],
    [
      'lacks a column',
      'portions',
      (input) => withColumns(input, (columns) => columns.filter(({ Name }) => Name !== 'evidence')),
      'no column portions.evidence;',
    ],
    [
      'has another type',
      'int_place_demand',
      (input) =>
        withColumns(input, (columns) =>
          columns.map((column) => (column.Type === 'double' ? { ...column, Type: 'decimal(9,2)' } : column)),
        ),
      ' is decimal(9,2), not double',
    ],
    [
      'is another lake’s',
      'portions',
      () => glueTableInput(tableNamed('portions'), 's3://elsewhere/region'),
      'portions lies at s3://elsewhere/region/curated/portions/year=',
    ],
    [
      'projects nothing',
      'inputs',
      (input) => ({ ...input, Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' } }),
      'its partitions are not projected',
    ],
  ])('a table that %s', async (_, name, change, message) => {
    await changed(name, change)
    const error = await thrown(openAt(urlAt(servers.trino).url))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain(`glue.${lake.database} on this Trino, as user-`)
    expect(error.message).toContain(message)
  })
})

describe('a Trino that dies', () => {
  let trino: Trino
  let certificate: Certificate
  const start = (port?: number) =>
    startTrino(servers.glue, servers.s3, undefined, {
      ...(port === undefined ? {} : { port }),
      config: { 'http-server.process-forwarded': true },
      catalogs: { unprojected: { 'hive.partition-projection-enabled': false } },
    })
  const restart = async () => {
    trino = await start(Number(new URL(trino.endpoint).port))
  }
  beforeAll(async () => {
    trino = await start()
    certificate = await makeCertificate(folder.path)
  }, 240_000)
  afterAll(() => trino?.stop())

  /** A proxy with TLS that asks for a password. */
  async function secured() {
    const { path, ...server } = certificate
    const proxy = await startTrinoProxy(trino.endpoint, server)
    onTestFinished(() => proxy.close())
    const { url, user } = urlAt(proxy.origin, { password: PASSWORD })
    proxy.authorization = `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString('base64')}`
    proxy.headers = { 'x-forwarded-proto': 'https' }
    return { proxy, url, trust: { NODE_EXTRA_CA_CERTS: path } }
  }

  test('without projection of partitions it is refused, over which every table would seem empty', async () => {
    const error = await thrown(openAt(urlAt(trino.endpoint, { catalog: 'unprojected' }).url))
    expect(error).toMatchObject({ kind: 'usage' })
    expect(error.message).toContain('hive.partition-projection-enabled=true')
    await noRun()
  })

  test('is told of by the run that it leaves, of which nothing counts', async () => {
    const before = await objectsOf(lake.storage)
    const { url } = urlAt(trino.endpoint)
    const { said } = startAnalyse(url)
    const saved = async () => (await keysOf(lake.storage, 'models/')).filter((key) => !before.has(key)).length
    await expect.poll(saved, { timeout: 120_000 }).toBeGreaterThan(2)

    const asking = await waitingEngine(urlAt(trino.endpoint).url)
    const lost = thrown(asking.engine.query('select count(*) as n from places'))
    await expect.poll(() => asking.isHeld(), { timeout: 60_000 }).toBe(true)
    await trino.stop()
    const count = () => asking.engine.query('select count(*) as n from zonings')
    // a Trino that takes statements may have no node yet
    const unsent = count().catch((error: TrinoError) =>
      error.code === 'NO_NODES_AVAILABLE' ? undefined : Promise.reject(error),
    )
    const back = restart().then(asking.release)

    const [{ code, stdout, stderr }] = await Promise.all([said, back])
    expect([code, stdout]).toEqual([1, ''])
    // it is asked again for a while, in which another Trino may have come that does not know the query
    expect(stderr).toMatch(
      new RegExp(
        String.raw`trino could not run model \w+: http:\S+ (${[
          String.raw`gave no answer: .*; is it running and can it be reached\? .*\(NO_ANSWER(, query \d+_\w+)?\)`,
          String.raw`answered 4(04|10).*; Trino knows the query no more, as when it was started anew, so run it again \(HTTP 4(04|10), query \d+_\w+\)`,
        ].join('|')})`,
      ),
    )
    await expectNothing(before)

    expect((await lost).message).toMatch(
      /the query: http:\S+ answered 4(04|10).*; Trino knows the query no more, as when it was started anew, so run it again/,
    )
    expect(Number(((await unsent) ?? (await count())).getChild('n').at(0))).toBe(2)
  }, 300_000)

  /** Nothing of a run counts, and all that was in the lake before is there as it was. */
  async function expectNothing(before: ReadonlyMap<string, string>) {
    await noRun()
    expect((await status(lake.storage)).runs).toEqual([])
    const request = { quarter: QUARTER }
    expect(await thrown(query(lake.storage, { mart: 'gaps' }))).toBeInstanceOf(NoRunsError)
    expect((await thrown(check(lake.storage, request))).message).toContain(`no run of ${QUARTER}`)
    expect(await thrown(publish(lake.storage, request))).toBeInstanceOf(NoRunsError)
    const after = await objectsOf(lake.storage)
    expect([...after.keys()].filter((key) => !before.has(key) && !key.startsWith('models/'))).toEqual([])
    for (const [key, sha256] of before) expect(after.get(key), key).toBe(sha256)
  }

  test('is seen through a line that breaks now and then, encrypted and with a password, as DuckDB sees it', async () => {
    const { proxy, url, trust } = await secured()
    const treatments: Treatment[] = []
    proxy.treat = async (passing) => {
      const treatment = await flaky(passing)
      if (treatment !== undefined) treatments.push(treatment)
      return treatment
    }
    const { code, stdout, stderr } = await startAnalyse(url, trust).said
    expect([code, stderr]).toEqual([0, ''])
    expect(new Set(treatments)).toEqual(new Set([429, 502, 503, 504, 'drop', 'lose']))
    const [name] = (await listRuns(lake.storage)).get(QUARTER)!
    const ours = await readRun(lake.storage, QUARTER, name!)
    const { run } = await analyse(lake.storage, { quarter: QUARTER })
    expect(await differences(lake.storage, ours, await readRun(lake.storage, QUARTER, run))).toEqual([])
    for (const said of [stdout, JSON.stringify(ours)])
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), proxy.authorization!.slice(6)])
        expect(said).not.toContain(secret)
  }, 300_000)

  test('lets nobody in who is not trusted, or does not trust it', async () => {
    const { proxy, url, trust } = await secured()
    const wrong = url.replace(/:[^:@]*@/, ':gissning@')
    const [refused, distrusting] = await Promise.all([
      startAnalyse(wrong, trust).said,
      startAnalyse(url).said,
    ])
    expect(refused.stderr).toContain(
      'answered 401: Invalid credentials; the user or the password in SKAFFERI_TRINO_URL is missing or not the right one',
    )
    expect(distrusting.stderr).toMatch(/gave no answer: self-signed certificate; .*NODE_EXTRA_CA_CERTS/)
    proxy.headers = {}
    const unforwarded = await startAnalyse(url, trust).said
    expect(unforwarded.stderr).toContain('behind a proxy, Trino needs http-server.process-forwarded=true')
    for (const { code, stderr, stdout } of [refused, distrusting, unforwarded]) {
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).not.toMatch(/gissning|hemligt/)
    }
  })
})

/** What befalls every few requests, never the same page twice in a row for long. */
async function flaky({ method, number }: Passing): Promise<Treatment> {
  if (method === 'POST') return number % 10 === 3 ? 503 : number % 10 === 7 ? 429 : undefined
  if (number % 5 === 0) await new Promise((done) => setTimeout(done, 50))
  return { 2: 502, 5: 'drop', 9: 'lose', 14: 503, 17: 504, 21: 429 }[number % 23] as Treatment
}

/** An engine whose pages wait, and that waits for Trino to come back once it is away. */
async function waitingEngine(url: string) {
  let release = () => {}
  const released = new Promise<void>((done) => {
    release = done
  })
  let isOpen = false
  let isHeld = false
  const fetch: typeof globalThis.fetch = async (to, init) => {
    if (isOpen && init?.method === 'GET') {
      isHeld = true
      await released
    }
    try {
      return await globalThis.fetch(to, init)
    } catch (error) {
      await released
      throw error
    }
  }
  const engine = await openAt(url, { fetch })
  isOpen = true
  return { engine, release, isHeld: () => isHeld }
}
