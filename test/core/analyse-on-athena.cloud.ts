import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listRuns, readRun } from '../../core/lake/runs.ts'
import { landFolder } from '../../core/land-folder.ts'
import { S3Storage } from '../../core/storage/s3.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { marts } from '../../schemas/marts/index.ts'
import { startAthenaEndpoint } from '../support/cloud/athena-endpoint/server.ts'
import { freePort } from '../support/cloud/free-port.ts'
import { type S3Server, startS3Server } from '../support/cloud/versitygw.ts'
import { differences } from '../support/same-results.ts'

const ROOT = join(import.meta.dirname, '../..')
const node = join(ROOT, 'node_modules/node/bin/node')
const QUARTER = '2026-Q3'

let server: S3Server
let endpoint: ChildProcess
let storage: Storage
let environment: Record<string, string>

beforeAll(async () => {
  server = await startS3Server()
  const url = `s3://${await server.makeBucket()}/region`
  storage = new S3Storage(url, {
    config: { endpoint: server.endpoint, region: server.region, credentials: server.credentials },
  })
  for (const folder of ['vasterbotten', 'example-purchases'])
    await landFolder(storage, join(ROOT, 'data', folder))
  const port = await freePort()
  environment = {
    ...server.environment,
    AWS_ENDPOINT_URL_ATHENA: `http://127.0.0.1:${port}`,
    SKAFFERI_LAKE: url,
    SKAFFERI_ATHENA_WORKGROUP: 'skafferi',
    SKAFFERI_GLUE_DATABASE: 'skafferi',
  }
  const main = join(ROOT, 'test/support/cloud/athena-endpoint/main.ts')
  const args = [
    main,
    '--port',
    String(port),
    '--lake',
    url,
    '--workgroup',
    'skafferi',
    '--database',
    'skafferi',
  ]
  endpoint = spawn(node, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(endpoint.stdout!, 'data')) as [Buffer]
  expect(String(said)).toBe(`ready ${environment.AWS_ENDPOINT_URL_ATHENA}\n`)
}, 120_000)

afterAll(async () => {
  await storage?.close()
  if (endpoint?.exitCode === null) {
    endpoint.kill('SIGTERM')
    await once(endpoint, 'exit')
  }
  await server?.stop()
}, 60_000)

function isSame(a: string, b: string): boolean {
  const decimals = /^-?\d+\.(\d+)$/.exec(a)?.[1]?.length
  return a === b || (decimals !== undefined && Math.abs(Number(a) - Number(b)) < 1.5 * 10 ** -decimals)
}

const skafferi = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  await promisify(execFile)(node, [join(ROOT, 'cli/main.ts'), ...args], {
    env: { ...process.env, ...environment, ...more },
  })

describe('skafferi analyse --engine athena, over the bundled region in a bucket', () => {
  beforeAll(async () => {
    await skafferi(['analyse', '--quarter', QUARTER])
    await skafferi(['publish', '--quarter', QUARTER])
  }, 300_000)

  test('finds what DuckDB finds, in every model, and is read and checked like any run', async () => {
    const { stdout } = await skafferi(['analyse', '--quarter', QUARTER, '--engine', 'athena', '--json'])
    const told = JSON.parse(stdout) as { run: string; marts: Record<string, number> }
    const [duckdb, athena] = await Promise.all(
      (await listRuns(storage)).get(QUARTER)!.map((run) => readRun(storage, QUARTER, run)),
    )
    expect([duckdb!.engine, athena!.engine]).toEqual(['duckdb', 'athena'])
    expect(told).toMatchObject({ run: athena!.run, marts: duckdb!.marts })
    expect(await differences(storage, athena!, duckdb!)).toEqual([])
    expect(
      athena!.queries!.every(({ state, bytes_scanned }) => state === 'succeeded' && bytes_scanned >= 0),
    ).toBe(true)
    const { stdout: rows } = await skafferi(['query', 'opportunities', '--format', 'csv'])
    expect(rows.trim().split('\n')).toHaveLength(1 + athena!.marts.opportunities!)
    const { stdout: checked } = await skafferi(['check', '--quarter', QUARTER, '--json'])
    expect(JSON.parse(checked)).toMatchObject({ run: athena!.run, errors: 0, not_checked: [] })
  })

  test('makes the same release, but for the last decimal of what lies half-way', async () => {
    await skafferi(['publish', '--quarter', QUARTER, '--reason', 'computed on another engine'])
    for (const { name } of marts) {
      const cells = async (release: number) =>
        parse(Buffer.from(await storage.read(`releases/${QUARTER}/${release}/${name}.csv`))) as string[][]
      const [ours, theirs] = [await cells(2), await cells(1)]
      expect(ours.map(({ length }) => length)).toEqual(theirs.map(({ length }) => length))
      const differing = ours.flatMap((row, at) => row.filter((cell, of) => !isSame(cell, theirs[at]![of]!)))
      expect(differing, name).toEqual([])
    }
  })

  test('that is interrupted stops what runs and leaves no record', async () => {
    const slow = await startAthenaEndpoint({ lake: storage })
    onTestFinished(() => slow.close())
    slow.faults.queries.push({ takes_ms: 60_000 })
    const env = { ...process.env, ...environment, AWS_ENDPOINT_URL_ATHENA: slow.url }
    const before = (await listRuns(storage)).get(QUARTER)
    const args = [join(ROOT, 'cli/main.ts'), 'analyse', '--quarter', QUARTER, '--engine', 'athena']
    const analyse = spawn(node, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
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
    expect((await listRuns(storage)).get(QUARTER)).toEqual(before)
  })

  test.each([
    [{ SKAFFERI_ATHENA_WORKGROUP: 'other' }, 'no workgroup other in this account and region'],
    [{ SKAFFERI_GLUE_DATABASE: '' }, 'athena needs the name of a Glue database: set SKAFFERI_GLUE_DATABASE'],
  ])('with %j is wrong usage', async (more, message) => {
    const failing = skafferi(['analyse', '--quarter', QUARTER, '--engine', 'athena'], more)
    await expect(failing).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  })
})
