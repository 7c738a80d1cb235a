import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApiContext } from '../../../core/api/context.ts'
import { safeName } from '../../../core/api/deliveries.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { isKey } from '../../../core/storage/storage.ts'
import * as answers from '../../../schemas/api-answers.ts'
import { datasets } from '../../../schemas/datasets/index.ts'
import { type Asked, AskedAnalyses, ask, jsonOf, QueuedUploads, somebody } from '../../support/api.ts'
import {
  copyOf,
  csvOf,
  landRegion,
  OFFICE,
  only,
  QUARTER,
  type Row,
  served,
  smallRegion,
  suiteFolder,
} from '../../support/small-region.ts'

const folder = suiteFolder()
let landed: MemoryStorage
let storage: MemoryStorage
let uploads: QueuedUploads
let context: ApiContext

beforeAll(async () => {
  landed = new MemoryStorage()
  await landRegion(landed, folder.path, only(smallRegion(), 'places', 'uncertainty'))
}, 120_000)
beforeEach(async () => {
  storage = await copyOf(landed)
  uploads = new QueuedUploads(storage)
  context = { storage, uploads, analyses: new AskedAnalyses() }
})

const kitchens = somebody(['land'], ['kitchens'])
const bytesOf = (rows: readonly Row[]) => Buffer.from(csvOf('portions', rows))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const declaration = (bytes: Uint8Array, more: object = {}) => ({
  ...{ dataset: 'portions', source: 'kitchens', quarter: QUARTER, file: 'june.csv' },
  ...{ sha256: sha256(bytes), bytes: bytes.length },
  ...more,
})
const declare = (bytes: Uint8Array, more: object = {}, asked: Asked = {}) =>
  ask(context, '/v1/deliveries', { body: declaration(bytes, more), caller: kitchens, ...asked })
const receiptOf = (delivery: string, query = '', caller = kitchens) =>
  ask(context, `/v1/deliveries/${delivery}${query}`, { caller })

describe('POST /v1/deliveries', () => {
  test('gives a place, whose file is landed, whose receipt can be read', async () => {
    const bytes = bytesOf([served()])
    const declared = await declare(bytes)
    expect(declared.status).toBe(201)
    const { delivery, receipts, upload } = answers.PlaceAnswer.parse(jsonOf(declared))
    expect(receipts).toBe(0)
    expect(upload.method).toBe('PUT')
    expect(declared.headers.location).toBe(`/v1/deliveries/${delivery}`)
    expect(uploads.places).toMatchObject([{ delivery, file: 'june.csv', bytes: bytes.length }])
    expect((await receiptOf(delivery)).status).toBe(404)
    await uploads.put(bytes)
    const waiting = await receiptOf(delivery)
    expect(waiting.status).toBe(202)
    expect(answers.WaitingAnswer.parse(jsonOf(waiting))).toMatchObject({ delivery, source: 'kitchens' })
    await uploads.work()
    const receipt = answers.ReceiptAnswer.parse(jsonOf(await receiptOf(delivery)))
    expect(receipt).toMatchObject({ status: 'accepted', rows: 1, file: 'june.csv', receipts: 1, next: null })
  })

  test('of bytes that count already gives their receipt and no place', async () => {
    const bytes = bytesOf([served()])
    await declare(bytes)
    await uploads.put(bytes)
    await uploads.work()
    const again = await declare(bytes)
    expect(again.status).toBe(200)
    expect(answers.InForceAnswer.parse(jsonOf(again)).receipt).toMatchObject({ status: 'accepted' })
    expect(uploads.places).toHaveLength(1)
  })

  test('of bytes that were refused, or superseded, lands them once more', async () => {
    const [first, second] = [bytesOf([served()]), bytesOf([served({ portions: 'many' })])]
    for (const bytes of [first, second, bytesOf([served({ portions: '5' })])]) {
      await declare(bytes)
      await uploads.put(bytes)
      await uploads.work()
    }
    for (const bytes of [first, second]) {
      const again = await declare(bytes)
      expect(again.status).toBe(202)
      const { delivery, receipts } = answers.LandedAgainAnswer.parse(jsonOf(again))
      expect(receipts).toBe(1)
      expect(uploads.queue).toHaveLength(1)
      await uploads.work()
      expect(jsonOf(await receiptOf(delivery)).receipts).toBe(2)
    }
  })

  test('what lies in its folder and is something else does not stand in the way', async () => {
    const bytes = bytesOf([served()])
    await declare(bytes)
    const wrong = Buffer.from(bytes)
    wrong[wrong.length - 3] = 88
    await uploads.put(wrong)
    expect((await declare(bytes)).status).toBe(201)
    expect(uploads.places.at(-1)!.file).toBe('2-june.csv')
    uploads.queue.length = 0
    await uploads.put(bytes)
    await uploads.work()
    expect(jsonOf(await receiptOf(uploads.places[0]!.delivery))).toMatchObject({ status: 'accepted' })
  })

  test('a reference dataset that another source sent counts without its receipt being shown', async () => {
    const bytes = Buffer.from(csvOf('places', smallRegion()[`places/${OFFICE}/all`]!))
    const response = await declare(bytes, { dataset: 'places', quarter: null })
    expect(response.status).toBe(200)
    expect(jsonOf(response)).toMatchObject({ upload: null, receipt: null })
  })

  test.each([
    [{ source: 'farmers' }, 403, 'kitchens'],
    [{ dataset: 'portion' }, 400, 'portions'],
    [{ quarter: null }, 400, 'a quarter such as 2026-Q3'],
    [{ quarter: undefined }, 400, 'a quarter such as 2026-Q3'],
    [{ quarter: '2026-Q5' }, 400, '2026-Q3'],
    [{ quarter: '1989-Q4' }, 400, '1990'],
    [{ dataset: 'places' }, 400, 'left out'],
    [{ sha256: 'ABC' }, 400, '64 digits'],
    [{ bytes: -1 }, 400, 'a whole number, at least 0'],
    [{ bytes: 1.5 }, 400, 'a whole number, at least 0'],
    [{ bytes: '10' }, 400, 'a whole number, at least 0'],
    [{ bytes: 200_000_001 }, 413, '200000000'],
    [{ source: '../kitchens' }, 400, 'letters'],
    [{ more: 1 }, 400, 'dataset'],
  ])('%j is %i and says what would be valid: %s', async (more, status, valid) => {
    const response = await declare(bytesOf([served()]), more)
    expect(response.status).toBe(status)
    expect(jsonOf(response).valid.join(' ')).toContain(valid)
    expect(uploads.places).toEqual([])
  })

  test('of a dataset that is none says which there are, each by itself', async () => {
    const { detail, value, valid } = jsonOf(await declare(bytesOf([served()]), { dataset: 'portion' }))
    expect(detail).toBe('dataset cannot be "portion"')
    expect(value).toBe('portion')
    expect(valid).toEqual(expect.arrayContaining(datasets.map(({ name }) => name)))
  })

  test('tells all that is wrong with it at once', async () => {
    const wrong = { quarter: 'june', bytes: 1.5, sha256: undefined, more: 1 }
    const { detail } = jsonOf(await declare(bytesOf([served()]), wrong))
    for (const words of ['quarter cannot be "june"', 'bytes cannot be 1.5', 'sha256 is missing', '"more"'])
      expect(detail).toContain(words)
  })

  test('that is no object says so', async () => {
    const { detail, valid } = jsonOf(await ask(context, '/v1/deliveries', { body: [] }))
    expect(detail).toBe('the body is no JSON object: []')
    expect(valid).toEqual(['a JSON object'])
  })

  test('a stage may allow less', async () => {
    context = { ...context, most_upload_bytes: 10 }
    expect((await declare(bytesOf([served()]))).status).toBe(413)
  })

  test.each([
    '../../etc/passwd',
    '.hidden',
    '..',
    'a\\b',
    'å'.repeat(200),
    '\ud800.csv',
    'a\0b',
    '\u{1F955}'.repeat(100),
  ])('a file called %j gets a name that every store can hold', (name) => {
    const safe = safeName(name)
    expect(isKey(`landing/${safe}`)).toBe(true)
    expect(safe).not.toContain('/')
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(160)
  })
})

describe('GET /v1/deliveries/{delivery}', () => {
  async function refused(rows: number): Promise<string> {
    const bytes = bytesOf(Array.from({ length: rows }, (_, n) => served({ portions: `x${n}` })))
    await declare(bytes)
    await uploads.put(bytes)
    await uploads.work()
    return uploads.places.at(-1)!.delivery
  }

  test('of another source is not there, neither its receipt nor its bytes', async () => {
    const delivery = await refused(1)
    const farmers = somebody(['land'], ['farmers'])
    const theirs = await receiptOf(delivery, '', farmers)
    const nobodys = await receiptOf('d0123456789abcdef01234567', '', farmers)
    expect(theirs.status).toBe(404)
    expect(String(theirs.body).replaceAll(delivery, 'D')).toBe(
      String(nobodys.body).replaceAll('d0123456789abcdef01234567', 'D'),
    )
    const bytes = bytesOf([served({ portions: '3' })])
    await declare(bytes)
    await uploads.put(bytes)
    expect((await receiptOf(uploads.places.at(-1)!.delivery, '', farmers)).status).toBe(404)
    expect((await receiptOf(uploads.places.at(-1)!.delivery)).status).toBe(202)
    const reader = somebody(['read:receipts'])
    expect((await receiptOf(delivery, '', reader)).status).toBe(200)
    expect((await receiptOf(uploads.places.at(-1)!.delivery, '', reader)).status).toBe(202)
  })

  test('tells every problem, page by page', async () => {
    const delivery = await refused(25)
    const lines: (number | null)[] = []
    let next: string | null = null
    do {
      const page: { problems: { line: number | null }[]; next: string | null } = answers.ReceiptAnswer.parse(
        jsonOf(await receiptOf(delivery, `?limit=10${next === null ? '' : `&cursor=${next}`}`)),
      )
      lines.push(...page.problems.map(({ line }) => line))
      next = page.next
    } while (next !== null)
    // every row has its number and its repeated key, and the file too many of both
    const { problems_total } = jsonOf(await receiptOf(delivery))
    expect(lines).toHaveLength(problems_total)
    expect(new Set(lines).size).toBe(26)
  })

  test('a cursor of another delivery, or of an older receipt, is 400', async () => {
    const delivery = await refused(3)
    const { next } = jsonOf(await receiptOf(delivery, '?limit=1'))
    const other = await refused(2)
    expect((await receiptOf(other, `?cursor=${next}`)).status).toBe(400)
    await ask(context, '/v1/deliveries', {
      body: declaration(bytesOf([0, 1, 2].map((n) => served({ portions: `x${n}` })))),
      caller: kitchens,
    })
    await uploads.work()
    expect((await receiptOf(delivery, `?cursor=${next}`)).status).toBe(400)
    expect((await receiptOf(delivery, '?limit=1')).status).toBe(200)
  })
})
