import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { SQSBatchResponse } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { writePurchases } from '../../bench/purchases-file.ts'
import { readScopes } from '../../core/lake/commits.ts'
import { landFiles, readLayout } from '../../core/land-folder.ts'
import { S3Storage } from '../../core/storage/s3.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { bundle } from '../../infra/bundle.ts'
import { type AthenaEndpoint, startAthenaEndpoint } from '../support/cloud/athena-endpoint/server.ts'
import { type RunningFunction, startFunction } from '../support/cloud/runtime-api.ts'
import { type S3Server, startS3Server } from '../support/cloud/versitygw.ts'
import { csvOf, landRegion, QUARTER, smallRegion } from '../support/small-region.ts'
import { apiEvent } from './api-events.ts'
import { batchOf, eventBridge } from './invocation.ts'

const NAMES = ['land', 'analyse', 'check', 'publish', 'api', 'status', 'token'] as const
type Name = (typeof NAMES)[number]
const REGION = join(import.meta.dirname, '../../data/vasterbotten')
const MOST_INIT_MS = 1500
const MOST_UNZIPPED_MB = 250
const BIG_BYTES = 100e6
const LINES = 1_220_000
const MOST_BIG_MB = 512

let folder: string
let server: S3Server
let client: S3Client
let topic: Topic
/** A bucket with the bundled region's reference data. */
let bucket: string
/** A bucket with the small region. */
let small: string
const measured: Record<string, object> = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skafferi-bundles-'))
  server = await startS3Server()
  client = server.client()
  topic = await startTopic()
  bucket = await server.makeBucket()
  small = await server.makeBucket()
  for (const name of NAMES) bundle(name, join(folder, name), { architecture: 'x64' })
  const references = (await readLayout(REGION)).filter(({ quarter }) => quarter === undefined)
  await withLake(bucket, (lake) => landFiles(lake, references))
  await withLake(small, (lake) => landRegion(lake, folder, smallRegion()))
}, 300_000)
afterAll(async () => {
  console.table(measured)
  client?.destroy()
  topic?.server.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

async function withLake<T>(of: string, use: (lake: Storage) => Promise<T>): Promise<T> {
  const lake = new S3Storage(`s3://${of}`, { client })
  try {
    return await use(lake)
  } finally {
    await lake.close()
  }
}

interface Topic {
  readonly server: Server
  readonly endpoint: string
  /** What was published, as the form that it was sent as. */
  readonly published: URLSearchParams[]
}

/** Takes what is published to a topic. */
async function startTopic(): Promise<Topic> {
  const published: URLSearchParams[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      published.push(new URLSearchParams(body))
      response.end(
        '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, published, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const environment = (lake: string) => ({
  ...server.environment,
  SKAFFERI_LAKE: `s3://${lake}`,
  SKAFFERI_ENGINE: 'duckdb',
  SKAFFERI_LANDING_QUEUE_URL: 'http://127.0.0.1:1/landing',
  SKAFFERI_STATE_MACHINE_ARN: 'arn:aws:states:eu-north-1:000000000000:stateMachine:runs',
  SKAFFERI_TOPIC_ARN: 'arn:aws:sns:eu-north-1:000000000000:notices',
  SKAFFERI_SCOPE_PREFIX: 'skafferi/',
  AWS_ENDPOINT_URL_SNS: topic.endpoint,
})

async function start(name: Name, lake = bucket, more: Record<string, string> = {}): Promise<RunningFunction> {
  const started = await startFunction({
    folder: join(folder, name),
    handler: `functions/${name}.handler`,
    environment: { ...environment(lake), ...more },
  })
  onTestFinished(() => started.stop())
  return started
}

async function sizeOf(path: string): Promise<number> {
  const files = await readdir(path, { recursive: true, withFileTypes: true })
  const sizes = files
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => stat(join(parentPath, name)))
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0)
}

const FIRST: Record<Name, unknown> = {
  land: batchOf('{"Event":"s3:TestEvent"}'),
  analyse: { run: 'r', quarter: 'autumn' },
  check: { run: 'r', quarter: '1999-Q1' },
  publish: { run: 'r', quarter: '1999-Q1', reason: null },
  api: apiEvent('GET', '/v1/releases'),
  status: { scheduled_at: '1990-01-02T04:00:00Z' },
  token: { request: { scopes: ['source/a'], userAttributes: {} }, response: {} },
}
const REFUSING: readonly Name[] = ['analyse', 'check', 'publish']

describe.each(NAMES)('%s', (name) => {
  test('starts in time, answers, leaves nothing, and is small enough', async () => {
    const { init_ms, invoke, left, log } = await start(name)
    const { error, ms, max_rss_mb } = await invoke(FIRST[name])
    expect(error?.errorType).toBe(REFUSING.includes(name) ? 'RefusedError' : undefined)
    const mb = (await sizeOf(join(folder, name))) / 1e6
    measured[name] = {
      ...{ 'init ms': Math.round(init_ms), 'first invoke ms': Math.round(ms) },
      ...{ 'peak RSS MB': Math.round(max_rss_mb), 'unzipped MB': Math.round(mb) },
    }
    expect(log()).toContain('"ColdStart":1')
    expect(init_ms).toBeLessThan(MOST_INIT_MS)
    expect(mb).toBeLessThan(MOST_UNZIPPED_MB)
    expect(await left()).toEqual([])
  })

  test('the same sources give the same bytes', async () => {
    const again = join(folder, `${name}-again`)
    bundle(name, again, { architecture: 'x64' })
    const hash = async (of: string) =>
      createHash('sha256')
        .update(await text(createReadStream(join(of, 'functions', `${name}.mjs`))))
        .digest('hex')
    expect(await hash(again)).toBe(await hash(join(folder, name)))
    expect(await text(createReadStream(join(again, 'functions', `${name}.mjs`)))).not.toContain(process.cwd())
  })
})

test('only those that need DuckDB carry it, for either processor', async () => {
  const carries = async (of: string) => (await readdir(of)).includes('node_modules')
  expect(await Promise.all(NAMES.map((name) => carries(join(folder, name))))).toEqual(
    NAMES.map((name) => name !== 'token'),
  )
  const arm = join(folder, 'check-arm64')
  expect(bundle('check', arm, { architecture: 'arm64' })).toEqual({
    handler: 'functions/check.handler',
    duckdb: true,
  })
  expect(await readdir(join(arm, 'node_modules/@duckdb'))).toContain('node-bindings-linux-arm64')
  expect((await sizeOf(arm)) / 1e6).toBeLessThan(MOST_UNZIPPED_MB)
}, 120_000)

test('a function that lacks a variable says which when it starts', async () => {
  await expect(start('land', bucket, { SKAFFERI_TOPIC_ARN: '' })).rejects.toMatchObject({
    errorMessage: expect.stringContaining('SKAFFERI_TOPIC_ARN is missing'),
  })
})

describe('landing', () => {
  const KEY = 'landing/purchases/bench/2026-Q3'
  const put = async (
    key: string,
    Body: Buffer | ReturnType<typeof createReadStream>,
    ContentLength: number,
  ) => await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength }))
  const accepted = async (source: string) =>
    await withLake(bucket, async (lake) =>
      (await readScopes(lake)).flatMap(({ effective }) => (effective?.source === source ? [effective] : [])),
    )

  test.each([
    ['clean', 0],
    ['with faults, row by row', 5000],
  ])(
    'a big file, %s, fits into a small function',
    async (kind, bad) => {
      const file = join(folder, 'big.csv')
      await writePurchases(file, LINES, bad)
      const { size } = await stat(file)
      expect(size).toBeGreaterThan(BIG_BYTES)
      const key = `landing/purchases/big-${bad}/2026-Q3/big.csv`
      await put(key, createReadStream(file), size)
      const { invoke, left } = await start('land', bucket, { SKAFFERI_DUCKDB_MEMORY: '300MB' })
      const { response, ms, max_rss_mb } = await invoke(batchOf(eventBridge(bucket, key)), 300_000)
      expect(response).toEqual({ batchItemFailures: [] })
      measured[`land ${Math.round(size / 1e6)} MB, ${kind}`] = {
        ...{ 'first invoke ms': Math.round(ms), 'peak RSS MB': Math.round(max_rss_mb) },
      }
      expect(await accepted(`big-${bad}`)).toMatchObject([{ rows: LINES - bad, refused_rows: bad }])
      expect(await left()).toEqual([])
      expect(max_rss_mb).toBeLessThan(MOST_BIG_MB)
    },
    300_000,
  )

  test('what the program itself put is left to its writer', async () => {
    const key = 'landing/purchases/wholesaler/d0123456789abcdef01234567/ours.csv'
    const bytes = Buffer.from('purchased_on\n')
    await withLake(bucket, (lake) => lake.put(key, bytes))
    const { invoke } = await start('land')
    const { response } = await invoke(batchOf(eventBridge(bucket, key)))
    expect(response).toEqual({ batchItemFailures: [] })
    expect(topic.published).toEqual([])
  })

  test('a poisoned message among good ones fails alone and leaves nothing; a refused file is told of', async () => {
    const key = `${KEY}/refused.csv`
    await put(key, Buffer.from('purchased_on\n'), 13)
    const poison = 'landing/purchases/bench/d0123456789abcdef01234567/x.csv'
    await put(poison, Buffer.from('other bytes'), 11)
    const batch = batchOf(...[poison, `${KEY}/nothing.csv`, key].map((one) => eventBridge(bucket, one)), '{')
    const { invoke, left, log } = await start('land')
    const { response } = await invoke(batch)
    const failed = (response as SQSBatchResponse).batchItemFailures.map(
      ({ itemIdentifier }) => itemIdentifier,
    )
    expect(failed).toEqual([batch.ids[0], batch.ids[1], batch.ids[3]])
    expect(await left()).toEqual([])
    expect(topic.published.at(-1)?.get('Subject')).toBe(
      'Skafferi: purchases 2026-Q3, bench: avvisad / refused',
    )
    expect(log()).toContain('are not those that were declared')
  })
})

describe('an upload by the API', () => {
  const claims = { scope: 'skafferi/land', sources: 'wholesaler' }
  const bytes = Buffer.from(csvOf('purchases', smallRegion()[`purchases/wholesaler/${QUARTER}`]!.slice(1)))
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  interface Upload {
    readonly delivery: string
    readonly upload: { readonly url: string; readonly headers: Record<string, string> }
  }
  async function declare(api: RunningFunction): Promise<Upload> {
    const body = JSON.stringify({
      ...{ dataset: 'purchases', source: 'wholesaler', quarter: QUARTER, sha256, bytes: bytes.length },
      file: 'kök +1 %.csv',
    })
    const headers = { 'content-type': 'application/json' }
    const { response } = await api.invoke(apiEvent('POST', '/v1/deliveries', { headers, body }, claims))
    const { statusCode, body: said } = response as { statusCode: number; body: string }
    expect([statusCode, said]).toEqual([201, expect.any(String)])
    return JSON.parse(said) as Upload
  }
  /** PUTs with just these headers. */
  async function put(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
    const request = httpRequest(url, { method: 'PUT', headers })
    request.end(body)
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
    response.resume()
    return response.statusCode!
  }

  test('takes just the bytes declared, once, and lands them', async () => {
    const api = await start('api', small)
    const { delivery, upload } = await declare(api)
    const { url, headers } = upload
    const tampered = Buffer.from(bytes)
    tampered[tampered.length - 2]! ^= 1
    expect(await put(url, headers, tampered)).toBe(400)
    const longer = { ...headers, 'content-length': String(bytes.length + 1) }
    expect(await put(url, longer, Buffer.concat([bytes, Buffer.from('\n')]))).toBe(403)
    const { 'if-none-match': _, ...overwriting } = headers
    expect(await put(url, overwriting, bytes)).toBe(403)
    const { 'x-amz-checksum-sha256': __, ...unhashed } = headers
    expect(await put(url, unhashed, bytes)).toBe(403)
    expect(await put(url.replace('/wholesaler/', '/dairy/'), headers, bytes)).toBe(403)
    expect(await put(url, headers, bytes)).toBe(200)
    expect(await put(url, headers, bytes)).toBe(412)

    const key = decodeURIComponent(new URL(url).pathname).replace(`/${small}/`, '')
    const land = await start('land', small)
    const landed = await land.invoke(batchOf(eventBridge(small, key)))
    expect([landed.response, land.log()]).toEqual([{ batchItemFailures: [] }, expect.any(String)])
    const { response } = await api.invoke(apiEvent('GET', `/v1/deliveries/${delivery}`, {}, claims))
    expect(JSON.parse((response as { body: string }).body)).toMatchObject({
      delivery,
      status: 'accepted',
      rows: 3,
    })
  })

  test('fetch, as browsers and scripts have it, can send it', async () => {
    const other = Buffer.concat([bytes, bytes.subarray(bytes.indexOf(10) + 1)])
    const api = await start('api', small)
    const body = JSON.stringify({
      ...{ dataset: 'purchases', source: 'wholesaler', quarter: '2026-Q2', bytes: other.length },
      sha256: createHash('sha256').update(other).digest('hex'),
    })
    const event = apiEvent(
      'POST',
      '/v1/deliveries',
      { headers: { 'content-type': 'application/json' }, body },
      claims,
    )
    const { response } = await api.invoke(event)
    const { upload } = JSON.parse((response as { body: string }).body) as Upload
    const { ok } = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: other })
    expect(ok).toBe(true)
  })
})

test('a run through its three steps, in a bucket', async () => {
  const run = { run: 'r1', quarter: QUARTER }
  const analyse = await start('analyse', small)
  const analysed = await analyse.invoke({ ...run, as_of: null, scheduled_at: null, attempt: 0 })
  expect(analysed.response).toMatchObject({ ...run, marts: { gaps: expect.any(Number) } })
  const check = await start('check', small)
  const checked = await check.invoke(run)
  expect(checked.response).toMatchObject({ errors: 0, clean: true })
  const publish = await start('publish', small)
  const published = await publish.invoke({ ...run, reason: null })
  expect(published.response).toEqual({ ...run, release: 1, status: 'published' })
  expect(topic.published.at(-1)?.get('Subject')).toBe(`Skafferi: ${QUARTER}: release 1`)
  for (const [name, { ms, max_rss_mb }] of Object.entries({ analysed, checked, published }))
    measured[`${name}, small region`] = {
      ...{ 'first invoke ms': Math.round(ms), 'peak RSS MB': Math.round(max_rss_mb) },
    }
  expect([await analyse.left(), await check.left(), await publish.left()]).toEqual([[], [], []])
})

describe('a run on Athena', () => {
  let lake: S3Storage
  let athena: AthenaEndpoint
  beforeAll(async () => {
    lake = new S3Storage(`s3://${small}`, { client })
    athena = await startAthenaEndpoint({ lake, workgroup: 'runs', database: 'lake' })
  })
  afterAll(async () => {
    await athena?.close()
    await lake?.close()
  })
  const onAthena = async (workgroup = 'runs') =>
    await start('analyse', small, {
      SKAFFERI_ENGINE: 'athena',
      SKAFFERI_ATHENA_WORKGROUP: workgroup,
      SKAFFERI_GLUE_DATABASE: 'lake',
      AWS_ENDPOINT_URL_ATHENA: athena.url,
    })

  test('is computed there, and says how much was read', async () => {
    const { invoke, log, left } = await onAthena()
    const { response, ms, max_rss_mb } = await invoke({ run: 'a1', quarter: QUARTER, attempt: 0 }, 300_000)
    expect(response).toMatchObject({ run: 'a1', quarter: QUARTER, marts: { gaps: expect.any(Number) } })
    expect(Number(/"BytesScanned":(\d+)/.exec(log())?.[1])).toBeGreaterThan(0)
    expect(await left()).toEqual([])
    measured['analysed on Athena, small region'] = {
      ...{ 'first invoke ms': Math.round(ms), 'peak RSS MB': Math.round(max_rss_mb) },
    }
  }, 300_000)

  test('that has no time left is stopped before Lambda would end it, to be tried again', async () => {
    athena.faults.queries.push({ takes_ms: 120_000 })
    const { invoke, left } = await onAthena()
    const { error, ms } = await invoke({ run: 'a2', quarter: QUARTER, attempt: 0 }, 22_000)
    expect(error).toMatchObject({ errorType: 'RetryableError' })
    expect(ms).toBeLessThan(22_000)
    expect(athena.operations.executions.at(-1)?.state).toBe('CANCELLED')
    expect(await left()).toEqual([])
  }, 60_000)

  test('in a workgroup that is none says so, and is not tried again', async () => {
    const { invoke } = await onAthena('gone')
    const { error } = await invoke({ run: 'a3', quarter: QUARTER, attempt: 0 })
    expect(error?.errorType).not.toBe('RetryableError')
    expect(error?.errorMessage).toContain('gone')
  })
})
