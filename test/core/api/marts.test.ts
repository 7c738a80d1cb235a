import { tableFromIPC } from '@uwdata/flechette'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../../core/analyse.ts'
import type { ApiContext } from '../../../core/api/context.ts'
import { MOST_ANSWER_BYTES, transportBytes } from '../../../core/api/http.ts'
import { martCsv } from '../../../core/mart-text.ts'
import { plainRows, query } from '../../../core/query.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { jsonSchema } from '../../../schemas/documents.ts'
import { marts } from '../../../schemas/marts/index.ts'
import { rowSchema } from '../../../schemas/table.ts'
import { AskedAnalyses, ask, jsonOf, QueuedUploads } from '../../support/api.ts'
import { copyOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../../support/small-region.ts'

const folder = suiteFolder()
let storage: MemoryStorage
let context: ApiContext
let run: string
const on = (of: MemoryStorage): ApiContext => ({
  storage: of,
  uploads: new QueuedUploads(of),
  analyses: new AskedAnalyses(),
})

beforeAll(async () => {
  storage = new MemoryStorage()
  await landRegion(storage, folder.path, smallRegion())
  run = (await analyse(storage, { quarter: QUARTER })).run
  context = on(storage)
}, 120_000)

test.each(marts.map(({ name }) => name))('%s is what query gives, in every format', async (mart) => {
  const found = await query(storage, { mart })
  const told = jsonOf(await ask(context, `/v1/marts/${mart}`))
  expect(told).toEqual({ mart, quarter: QUARTER, run, notices: [], rows: plainRows(found.arrow), next: null })
  for (const row of told.rows) rowSchema(found.table).parse(row)
  const csv = await ask(context, `/v1/marts/${mart}`, { headers: { accept: 'text/csv' } })
  expect(csv.body).toBe(martCsv(found.table, plainRows(found.arrow)))
  expect(csv.headers['content-type']).toMatch(/^text\/csv/)
  const media = 'application/vnd.apache.arrow.stream'
  const arrow = await ask(context, `/v1/marts/${mart}`, { headers: { accept: media } })
  expect(arrow.headers).toMatchObject({ 'content-type': media, 'skafferi-run': run })
  expect(plainRows(tableFromIPC(arrow.body as Uint8Array))).toEqual(plainRows(found.arrow))
})

test('no column of a mart has the name of a parameter but its quarter', () => {
  for (const mart of marts)
    for (const name of ['run', 'limit', 'cursor'])
      expect(Object.keys((jsonSchema(mart) as { properties: object }).properties)).not.toContain(name)
})

describe('conditions', () => {
  test.each([
    'zoning=county',
    'zoning=county&product_group=milk',
    'price_sek_per_kg=',
    'supply_status=reported',
    'demand_kg=0.5',
    'zone=no-such-zone',
    "zone='; select 1",
  ])('%s', async (conditions) => {
    const where = conditions.split('&')
    const found = await query(storage, { mart: 'gaps', where })
    const response = await ask(context, `/v1/marts/gaps?${conditions}`)
    expect(jsonOf(response).rows).toEqual(plainRows(found.arrow))
  })

  test.each([
    ['zonig=county', 'zoning'],
    ['supply_status=maybe', 'reported'],
    ['demand_kg=many', '1250.5'],
    [`demand_kg=${'9'.repeat(400)}`, '1250.5'],
    ['zone=%00', 'character 0'],
    ['limit=0', 'a whole number from 1 to 10000'],
    ['limit=10001', 'a whole number from 1 to 10000'],
    ['limit=1.5', 'a whole number from 1 to 10000'],
    ['limit=5&limit=6', 'once'],
    ['quarter=2026', '2026-Q3'],
    ['run=newest', 'the name of a run'],
    ['cursor=', '>=1'],
    ['cursor=abc', 'the cursor of the page before'],
  ])('%s is 400 and says what would be valid: %s', async (conditions, valid) => {
    const response = await ask(context, `/v1/marts/gaps?${conditions}`)
    expect(response.status).toBe(400)
    expect(jsonOf(response).valid.join(' ')).toContain(valid)
  })

  test.each(['2026-02-31', '2026-2-1', 'soon'])('the date %s is 400', async (day) => {
    expect((await ask(context, `/v1/marts/opportunities?next_window=${day}`)).status).toBe(400)
  })

  test.each(['quarter=2019-Q1', 'run=20261127T000000000Z-01234567'])('%s is 404', async (of) => {
    const response = await ask(context, `/v1/marts/gaps?${of}`)
    expect(response.status).toBe(404)
    expect(jsonOf(response).valid.length).toBeGreaterThan(0)
  })
})

describe('pages', () => {
  async function pages(url: string, of = context): Promise<{ rows: object[]; runs: string[] }> {
    const rows: object[] = []
    const runs: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const told = jsonOf(await ask(of, `${url}${next && `&cursor=${next}`}`))
      rows.push(...told.rows)
      runs.push(told.run)
      next = told.next
    }
    return { rows, runs }
  }

  test.each([1, 2, 7, 1000])('of %i rows hold every row once, in order', async (limit) => {
    const found = await query(storage, { mart: 'shares' })
    expect((await pages(`/v1/marts/shares?limit=${limit}`)).rows).toEqual(plainRows(found.arrow))
  })

  test('belong to one run, though a newer one comes between them', async () => {
    const lake = await copyOf(storage)
    const own = on(lake)
    const first = jsonOf(await ask(own, '/v1/marts/gaps?limit=2'))
    const newer = await analyse(lake, { quarter: QUARTER })
    const second = jsonOf(await ask(own, `/v1/marts/gaps?limit=2&cursor=${first.next}`))
    expect([first.run, second.run]).toEqual([run, run])
    expect(jsonOf(await ask(own, '/v1/marts/gaps?limit=2')).run).toBe(newer.run)
  })

  test('a cursor of another question, or one that was changed, is 400', async () => {
    const { next } = jsonOf(await ask(context, '/v1/marts/gaps?limit=1&zoning=county'))
    const [position, seal] = next.split('.')
    const forged = Buffer.from(JSON.stringify([run, 5])).toString('base64url')
    for (const url of [
      `/v1/marts/gaps?limit=1&cursor=${next}`,
      `/v1/marts/gaps?zoning=municipality&cursor=${next}`,
      `/v1/marts/balances?zoning=county&cursor=${next}`,
      `/v1/marts/gaps?zoning=county&run=${run}&cursor=${next}`,
      `/v1/marts/gaps?zoning=county&cursor=${forged}.${seal}`,
      `/v1/marts/gaps?zoning=county&cursor=${position}`,
      `/v1/marts/gaps?zoning=county&cursor=${position}.${seal}x`,
    ])
      expect((await ask(context, url)).status, url).toBe(400)
    expect((await ask(context, `/v1/marts/gaps?limit=5&zoning=county&cursor=${next}`)).status).toBe(200)
  })

  test('of CSV are linked', async () => {
    const csv = { headers: { accept: 'text/csv' } }
    const first = await ask(context, '/v1/marts/gaps?limit=2&zoning=county', csv)
    const [, url] = /^<(.*)>; rel="next"$/.exec(first.headers.link!)!
    const second = await ask(context, url!, csv)
    const found = await query(storage, { mart: 'gaps', where: ['zoning=county'] })
    const rows = plainRows(found.arrow)
    expect(second.body).toBe(martCsv(found.table, rows.slice(2, 4)))
    const last = await ask(context, '/v1/marts/gaps?limit=1000', csv)
    expect(last.headers).not.toHaveProperty('link')
  })

  test('are as small as an answer may be', () => {
    expect(transportBytes('a"b')).toBe(6)
    expect(transportBytes(new Uint8Array(4))).toBe(8)
    expect(MOST_ANSWER_BYTES).toBeLessThan(6 * 2 ** 20)
  })
})

describe('what a reader has already', () => {
  test('is not sent again', async () => {
    const first = await ask(context, '/v1/marts/gaps')
    const etag = first.headers.etag!
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask(context, '/v1/marts/gaps', { headers: { 'if-none-match': known } })
      expect(again).toMatchObject({ status: 304, headers: { etag }, body: '' })
    }
    const other = await ask(context, '/v1/marts/gaps', { headers: { 'if-none-match': '"x"' } })
    expect(other.status).toBe(200)
  })

  test('holds for ever where a run is named, else is asked for anew', async () => {
    const named = await ask(context, `/v1/marts/gaps?run=${run}`)
    expect(named.headers['cache-control']).toContain('immutable')
    const newest = await ask(context, '/v1/marts/gaps')
    expect(newest.headers['cache-control']).toBe('private, no-cache')
    expect(named.headers.vary).toBe('Accept')
  })
})

test('invented figures are said to be so, in every format', async () => {
  const lake = new MemoryStorage()
  const region = smallRegion()
  region[`portions/example-kitchens/${QUARTER}`] = region[`portions/kitchens/${QUARTER}`]!
  delete region[`portions/kitchens/${QUARTER}`]
  await landRegion(lake, folder.path, region)
  await analyse(lake, { quarter: QUARTER })
  expect(jsonOf(await ask(on(lake), '/v1/marts/gaps')).notices.join()).toContain('example-kitchens')
  const csv = await ask(on(lake), '/v1/marts/gaps', { headers: { accept: 'text/csv' } })
  expect(csv.headers['skafferi-notice']).toContain('example-kitchens')
})
