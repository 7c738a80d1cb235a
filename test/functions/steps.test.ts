import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../core/errors.ts'
import { readRelease } from '../../core/lake/releases.ts'
import { listRuns } from '../../core/lake/runs.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { forbiddenIn } from '../../schemas/forbidden-phrasings.ts'
import { copyOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { captureLogs, contextOf } from './invocation.ts'
import { standInFor } from './stand-in.ts'

vi.stubEnv('SKAFFERI_LAKE', 's3://bucket')
vi.stubEnv('SKAFFERI_ENGINE', 'duckdb')
vi.stubEnv('SKAFFERI_DUCKDB_MEMORY', '300MB')
vi.stubEnv('SKAFFERI_TOPIC_ARN', 'arn:aws:sns:eu-north-1:0:notices')
vi.stubEnv('SKAFFERI_RELEASES_URL', 'https://open.example/releases')
vi.stubEnv('POWERTOOLS_DEV', 'true')
vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')

/** The lake that stands for the bucket. */
let lake = new MemoryStorage()
vi.mock('../../core/storage/open.ts', () => ({ openStorage: async () => bucket }))
const bucket = standInFor(() => lake)
const sns = mockClient(SNSClient)
const { handler: analyse } = await import('../../functions/analyse.ts')
const { handler: check } = await import('../../functions/check.ts')
const { handler: publish } = await import('../../functions/publish.ts')

const folder = suiteFolder()
const landed = new MemoryStorage()
const analysed = new MemoryStorage()
beforeAll(async () => {
  await landRegion(landed, folder.path, smallRegion())
})
let logs: ReturnType<typeof captureLogs>
beforeEach(async () => {
  lake = await copyOf(landed)
  logs = captureLogs()
})
afterEach(() => {
  vi.restoreAllMocks()
  sns.reset()
})
const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)
const asked = { run: 'r1', quarter: QUARTER, as_of: null, scheduled_at: null, attempt: 0 }

describe('analyse', () => {
  test('computes the run that was asked for, and says how long it took', async () => {
    const result = await analyse(asked, contextOf())
    expect(result).toMatchObject({ run: 'r1', quarter: QUARTER, marts: { gaps: expect.any(Number) } })
    expect((await listRuns(lake)).get(QUARTER)).toEqual(['r1'])
    expect([
      logs.metric('RunSeconds').length,
      logs.metric('RunsFailed'),
      logs.metric('BytesScanned'),
    ]).toEqual([1, [], []])
    expect(logs.lines().find(({ message }) => message === 'analysed')).toMatchObject({
      correlation_id: 'r1',
      run: 'r1',
    })
  })

  test('a retry is a run of its own', async () => {
    expect(await analyse({ ...asked, attempt: 2 }, contextOf())).toMatchObject({ run: 'r1-3' })
  })

  test('without a quarter it is the newest that had ended when it was planned, in Stockholm', async () => {
    // New Year in Stockholm, still December in UTC
    const input = { ...asked, run: null, quarter: null, scheduled_at: '2026-12-31T23:30:00Z' }
    const { quarter, run } = await analyse(input, contextOf())
    expect(quarter).toBe('2026-Q4')
    expect(run).toMatch(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/)
  })

  test.each([
    ['a quarter that is none', { ...asked, quarter: 'autumn' }, 'not a quarter: "autumn"'],
    ['a run that exists', { ...asked, run: 'r1' }, 'r1'],
    ['an input that is none', { ...asked, attempt: 'first' }, 'attempt'],
  ])('%s is refused for good', async (_, input, why) => {
    await lake.put(`runs/${QUARTER}/r1.json`, Buffer.from('{}'))
    await expect(analyse(input, contextOf())).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringContaining(why),
    })
  })

  test('a lake without deliveries too', async () => {
    lake = new MemoryStorage()
    await expect(analyse(asked, contextOf())).rejects.toMatchObject({ name: 'RefusedError' })
    expect(logs.metric('RunsFailed')).toEqual([1])
  })

  test('what may pass is to be tried again, and is logged once', async () => {
    const reset = Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET' })
    lake.read = async (key) => {
      throw new StorageError(key, 'cannot read', { cause: reset })
    }
    await expect(analyse(asked, contextOf())).rejects.toMatchObject({ name: 'RetryableError' })
    const errors = logs.lines().filter(({ level }) => level === 'ERROR')
    expect(errors).toMatchObject([{ kind: 'transient', error_name: 'StorageError', correlation_id: 'r1' }])
  })

  test('what lacks a permission keeps its name', async () => {
    const denied = Object.assign(new Error('Forbidden'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    })
    lake.read = async (key) => {
      throw new StorageError(key, 'access denied', { cause: denied })
    }
    await expect(analyse(asked, contextOf())).rejects.toMatchObject({ name: 'StorageError' })
  })
})

describe('check and publish', () => {
  beforeAll(async () => {
    lake = await copyOf(landed)
    captureLogs()
    await analyse(asked, contextOf())
    for await (const { key } of lake.list('')) await analysed.put(key, await lake.read(key))
    vi.restoreAllMocks()
  })
  beforeEach(async () => {
    lake = await copyOf(analysed)
  })

  test('check counts what it found and names nobody', async () => {
    const result = await check({ run: 'r1', quarter: QUARTER }, contextOf())
    expect(result).toEqual({ errors: 0, warnings: expect.any(Number), clean: true })
    expect([logs.metric('CheckErrors'), logs.metric('CheckWarnings')]).toEqual([[0], [result.warnings]])
    expect(JSON.stringify(logs.lines())).not.toMatch(/Potatisgården|farm-1|plant-1/)
  })

  test('check of a run that does not exist is refused', async () => {
    await expect(check({ run: 'r9', quarter: QUARTER }, contextOf())).rejects.toMatchObject({
      name: 'RefusedError',
    })
  })

  test('publish makes a release and tells of it, in both languages, as the release says it', async () => {
    const input = { run: 'r1', quarter: QUARTER, reason: null }
    expect(await publish(input, contextOf())).toEqual({
      ...{ quarter: QUARTER, release: 1, run: 'r1', status: 'published' },
    })
    expect(logs.metric('Releases')).toEqual([1])
    const [message] = published()
    expect(message).toMatchObject({
      Subject: `Skafferi: ${QUARTER}: release 1`,
      MessageAttributes: { kind: { StringValue: 'release' } },
    })
    expect(message?.MessageAttributes).not.toHaveProperty('source')
    const [sv, en] = message!.Message!.split('\n---\n') as [string, string]
    expect(sv).toContain(`https://open.example/releases/${QUARTER}/1/summary.sv.md`)
    expect(en).toContain(`https://open.example/releases/${QUARTER}/1/summary.en.md`)
    for (const [language, text] of [
      ['sv', sv],
      ['en', en],
    ] as const) {
      expect(forbiddenIn(text)).toEqual([])
      const summary = new TextDecoder().decode(
        await lake.read(`releases/${QUARTER}/1/summary.${language}.md`),
      )
      const findings = text.split('\n').filter((line) => line.startsWith('- '))
      expect(findings.length).toBeLessThanOrEqual(5)
      for (const [, what, zone] of findings.map((line) => /^- (.*), ([^,:]+): /.exec(line)!))
        expect(summary).toContain(`${what} | ${zone}`)
    }
  })

  test('publishes the run that was checked, not one that somebody computed meanwhile', async () => {
    await analyse({ ...asked, run: 'r2' }, contextOf())
    const input = { run: 'r1', quarter: QUARTER, reason: null }
    expect(await publish(input, contextOf())).toMatchObject({ status: 'published', run: 'r1' })
    expect((await readRelease(lake, QUARTER, 1)).run).toBe('r1')
  })

  test('a run that comes to its end late does not lead readers back', async () => {
    await analyse({ ...asked, run: 'r2' }, contextOf())
    await publish({ run: 'r2', quarter: QUARTER, reason: null }, contextOf())
    const late = publish({ run: 'r1', quarter: QUARTER, reason: 'corrected' }, contextOf())
    await expect(late).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('r2') })
  })

  test('publishing the same again is no news, another run without a reason is refused', async () => {
    const input = { run: 'r1', quarter: QUARTER, reason: null }
    await publish(input, contextOf())
    expect(await publish(input, contextOf())).toMatchObject({ status: 'unchanged', release: 1 })
    expect(published()).toHaveLength(1)
    // a second try cannot know whether the first one told of it
    await publish({ ...input, attempt: 1 }, contextOf())
    expect(published()).toHaveLength(2)
    await analyse({ ...asked, run: 'r2' }, contextOf())
    await expect(publish({ run: 'r2', quarter: QUARTER, reason: null }, contextOf())).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringContaining('reason'),
    })
  })
})
