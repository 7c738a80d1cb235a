import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { analyse } from '../core/analyse.ts'
import { readScopes } from '../core/lake/commits.ts'
import { land } from '../core/land.ts'
import { landFolder } from '../core/land-folder.ts'
import { martCsv } from '../core/mart-text.ts'
import { plainRows, query } from '../core/query.ts'
import { S3Storage } from '../core/storage/s3.ts'
import { compareMarts } from './reference/compare.ts'
import { computeMarts, formatMart, martNames } from './reference/marts.ts'
import { generateRegion } from './reference/region.ts'
import { writeRegion as writeReference } from './reference/write-region.ts'
import { type S3Server, startS3Server } from './support/cloud/versitygw.ts'
import { QUARTER, requestFor, served, smallRegion, suiteFolder, writeRegion } from './support/small-region.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const folder = suiteFolder()
let server: S3Server
let bucket: string

beforeAll(async () => {
  server = await startS3Server()
  bucket = await server.makeBucket()
})
afterAll(() => server?.stop())

function openLake(name: string): S3Storage {
  const client = server.client()
  const storage = new S3Storage(`s3://${bucket}/${name}`, { client })
  onTestFinished(async () => {
    await storage.close()
    client.destroy()
  })
  return storage
}

/** Runs the program in a process of its own, as it is installed. */
async function skafferi(
  lake: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const program = join(import.meta.dirname, '../cli/skafferi.js')
  const env = {
    ...process.env,
    NO_COLOR: '1',
    ...server.environment,
    SKAFFERI_LAKE: `s3://${bucket}/${lake}`,
  }
  return await new Promise((done) => {
    execFile(process.execPath, [program, ...args], { env, maxBuffer: 64 << 20 }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

async function answerOf<T = Record<string, unknown>>(lake: string, ...args: string[]): Promise<T> {
  const { code, out, err } = await skafferi(lake, ...args, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}

test('a lake in a bucket gives the figures of the reference, to whoever opens it', async () => {
  const region = generateRegion(1001, { quarter: '2026-Q2' })
  const source = join(await temporaryFolder(), 'region')
  await writeReference(region, source)
  const landed = await landFolder(openLake('reference'), source)
  expect(landed.filter(({ status }) => status !== 'accepted')).toEqual([])
  await analyse(openLake('reference'), { quarter: '2026-Q2' })
  const expected = computeMarts(region, '2026-Q2')
  const reader = openLake('reference')
  for (const mart of martNames) {
    const { table, arrow } = await query(reader, { mart })
    expect(compareMarts(formatMart(mart, expected[mart]), martCsv(table, plainRows(arrow)), mart)).toEqual([])
  }
})

test('every command works on a bucket', async () => {
  const region = join(folder.path, 'region')
  await writeRegion(region, smallRegion())
  const landed = await answerOf<{ delivery: string; status: string; dataset: string }[]>(
    'all',
    'land',
    region,
  )
  expect(landed.map(({ status }) => status)).toEqual(landed.map(() => 'accepted'))
  const again = await answerOf<{ status: string }[]>('all', 'land', region)
  expect(again.map(({ status }) => status)).toEqual(again.map(() => 'duplicate'))

  const { run } = await answerOf('all', 'analyse', '--quarter', QUARTER)
  expect((await skafferi('all', 'check', '--quarter', QUARTER)).code).toBe(0)
  expect(await answerOf('all', 'publish', '--quarter', QUARTER)).toMatchObject({ release: 1, run })
  const { table, arrow } = await query(openLake('all'), { mart: 'gaps' })
  const { out } = await skafferi('all', 'query', 'gaps', '--format', 'csv')
  expect(out).toBe(martCsv(table, plainRows(arrow)))
  expect(await answerOf('all', 'sql', 'select count(*) as n from gaps')).toMatchObject([{ n: arrow.numRows }])
  expect(await answerOf('all', 'plan', '--quarter', QUARTER)).toMatchObject({ last_run: run, stale: [] })

  const { delivery } = landed.find(({ dataset }) => dataset === 'portions')!
  expect(await answerOf('all', 'receipt', delivery)).toMatchObject({ delivery })
  expect((await skafferi('all', 'withdraw', delivery, '--reason', 'as a test')).code).toBe(0)
  const status = await answerOf('all', 'status')
  expect(status).toMatchObject({ releases: [{ quarter: QUARTER, release: 1, current: true, stale: true }] })

  // what the public fetches says what it is
  expect(await typeOf('all', 'current.json')).toEqual(['application/json', 'no-cache'])
  expect(await typeOf('all', '1/gaps.csv')).toEqual(['text/csv; charset=utf-8', undefined])
  expect(await typeOf('all', '1/summary.sv.md')).toEqual(['text/markdown; charset=utf-8', undefined])
  expect(await typeOf('all', '1/gaps.parquet')).toEqual(['application/vnd.apache.parquet', undefined])
})

/** Media type and cache rule of a file of the releases. */
async function typeOf(lake: string, name: string): Promise<(string | undefined)[]> {
  const client = server.client()
  const Key = `${lake}/releases/${QUARTER}/${name}`
  const { ContentType, CacheControl } = await client
    .send(new HeadObjectCommand({ Bucket: bucket, Key }))
    .finally(() => client.destroy())
  return [ContentType, CacheControl]
}

test('eight who land in one scope at the same time all count, one after the other', async () => {
  await landFolder(openLake('race'), await referenceFolder())
  const requests = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      requestFor(folder.path, 'portions', [served({ portions: String(1000 + n) })]),
    ),
  )
  const results = await Promise.all(requests.map((request, n) => land(openLake('race'), request, at(n))))
  expect(results.map(({ status }) => status)).toEqual(requests.map(() => 'accepted'))
  const [scope] = await readScopes(openLake('race'), undefined, ['portions'])
  expect(scope?.commits.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const deliveries = scope?.commits.flatMap((commit) => (commit.kind === 'acceptance' ? commit.delivery : []))
  expect(new Set(deliveries)).toEqual(new Set(results.map(({ delivery }) => delivery)))
})

const at = (n: number) => ({ now: () => new Date(Date.UTC(2026, 9, 1, 0, 0, n)) })

async function referenceFolder(): Promise<string> {
  const path = join(await temporaryFolder(), 'reference')
  const region = Object.entries(smallRegion()).filter(([name]) => name.endsWith('/all'))
  await writeRegion(path, Object.fromEntries(region))
  return path
}
