import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../../core/analyse.ts'
import type { ApiContext } from '../../../core/api/context.ts'
import { hashBytes } from '../../../core/lake/lake-files.ts'
import { publish } from '../../../core/publish.ts'
import { status } from '../../../core/status.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import * as answers from '../../../schemas/api-answers.ts'
import { AskedAnalyses, ask, jsonOf, QueuedUploads } from '../../support/api.ts'
import { noViolations, showAll } from '../../support/disclosures.ts'
import { landRegion, QUARTER, smallRegion, suiteFolder } from '../../support/small-region.ts'

const folder = suiteFolder()
let storage: MemoryStorage
let context: ApiContext
let analyses: AskedAnalyses
let run: string

beforeAll(async () => {
  storage = new MemoryStorage()
  await landRegion(storage, folder.path, smallRegion())
  run = (await analyse(storage, { quarter: QUARTER })).run
  await publish(storage, { quarter: QUARTER }, { check: noViolations, disclose: showAll })
  analyses = new AskedAnalyses()
  context = { storage, uploads: new QueuedUploads(storage), analyses }
}, 120_000)

describe('analyses', () => {
  test('are started under a name of their own, and followed', async () => {
    const now = () => new Date('2026-11-27T10:00:00.000Z')
    const body = { quarter: QUARTER, as_of: '2026-11-01T12:00:00+01:00', publish: true, reason: 'corrected' }
    const response = await ask({ ...context, now }, '/v1/analyses', { body })
    expect(response.status).toBe(202)
    const started = answers.StartedAnswer.parse(jsonOf(response))
    expect(started.run).toMatch(/^20261127T100000000Z-[0-9a-f]{8}$/)
    expect(response.headers.location).toBe(`/v1/analyses/${started.run}`)
    expect(analyses.asked.at(-1)).toEqual({
      ...body,
      run: started.run,
      as_of: '2026-11-01T11:00:00.000Z',
    })
    const followed = await ask(context, started.location)
    expect(answers.AnalysisAnswer.parse(jsonOf(followed))).toEqual({
      run: started.run,
      quarter: QUARTER,
      state: 'queued',
    })
  })

  test('publish nothing unless asked to', async () => {
    await ask(context, '/v1/analyses', { body: { quarter: QUARTER } })
    expect(analyses.asked.at(-1)).toMatchObject({ publish: false, as_of: null, reason: null })
  })

  test('that would be published without the reason that they need are not begun', async () => {
    const before = analyses.asked.length
    for (const reason of [undefined, null]) {
      const response = await ask(context, '/v1/analyses', {
        body: { quarter: QUARTER, publish: true, reason },
      })
      expect(response.status).toBe(400)
      expect(jsonOf(response).detail).toContain(`${QUARTER} has release 1 already, of run ${run}`)
    }
    expect(analyses.asked).toHaveLength(before)
    const first = { quarter: '2031-Q1', publish: true }
    expect((await ask(context, '/v1/analyses', { body: first })).status).toBe(202)
  })

  test('say what is wrong with what is asked, in words', async () => {
    const told = async (body: object) => jsonOf(await ask(context, '/v1/analyses', { body }))
    const day = await told({ quarter: QUARTER, as_of: 'yesterday' })
    expect(day).toMatchObject({ value: 'yesterday', valid: ['an instant such as 2026-10-20T12:00:00Z'] })
    expect((await told({ quarter: QUARTER, publish: 'yes' })).valid).toEqual(['true or false'])
    const unknown = await told({ quarter: QUARTER, force: true })
    expect(unknown).toMatchObject({ detail: 'unknown: "force"', value: 'force' })
    expect(unknown.valid).toEqual(['quarter', 'as_of', 'publish', 'reason'])
  })

  test('that nobody asked for here are told of if the lake has them', async () => {
    const told = answers.AnalysisAnswer.parse(jsonOf(await ask(context, `/v1/analyses/${run}`)))
    expect(told).toMatchObject({ run, quarter: QUARTER, state: 'succeeded' })
    expect(told.result!.marts.gaps).toBeGreaterThan(0)
    expect(told.result!.release).toBe(1)
    expect((await ask(context, '/v1/analyses/20261127T000000000Z-01234567')).status).toBe(404)
  })

  test.each([
    { quarter: '2026Q3' },
    {},
    { quarter: QUARTER, as_of: 'yesterday' },
    { quarter: QUARTER, publish: 'yes' },
    { quarter: QUARTER, reason: '' },
  ])('%j is 400', async (body) => {
    const before = analyses.asked.length
    expect((await ask(context, '/v1/analyses', { body })).status).toBe(400)
    expect(analyses.asked).toHaveLength(before)
  })
})

describe('releases', () => {
  test('are listed by quarter, for everybody', async () => {
    const response = await ask(context, '/v1/releases', { caller: null })
    const { releases } = answers.ReleasesAnswer.parse(jsonOf(response))
    expect(releases).toMatchObject([{ quarter: QUARTER, release: 1, run }])
    const etag = response.headers.etag!
    expect((await ask(context, '/v1/releases', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  test('name their files, each as it lies there, and where the public reads it', async () => {
    const releases_url = 'https://open.example/releases'
    const response = await ask({ ...context, releases_url }, `/v1/releases/${QUARTER}`, { caller: null })
    const { record, files } = answers.ReleaseAnswer.parse(jsonOf(response))
    expect(record).toMatchObject({ quarter: QUARTER, run })
    for (const { path, url, bytes, sha256 } of files) {
      expect(hashBytes(await storage.read(`releases/${path}`))).toEqual({ bytes, sha256 })
      expect(url).toBe(`${releases_url}/${path}`)
    }
    const names = files.map(({ path }) => path.split('/').at(-1))
    expect(names).toEqual(expect.arrayContaining(['gaps.csv', 'release.json', 'datapackage.json']))
    const without = jsonOf(await ask(context, `/v1/releases/${QUARTER}`))
    expect(without.files.every(({ url }: { url: string | null }) => url === null)).toBe(true)
  })

  test('of a quarter without one are 404', async () => {
    const response = await ask(context, '/v1/releases/2026-Q2')
    expect(response.status).toBe(404)
    expect(jsonOf(response).valid).toEqual([QUARTER])
  })
})

test('the status is that of the lake, but for where it lies', async () => {
  const now = () => new Date('2026-11-27T10:00:00.000Z')
  const told = jsonOf(await ask({ ...context, now }, '/v1/status'))
  const { lake: _, ...known } = await status(storage, undefined, now())
  expect(told).toEqual(JSON.parse(JSON.stringify(known)))
  answers.StatusAnswer.parse(told)
})
