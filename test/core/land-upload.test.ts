import { createHash } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { pinDeliveries } from '../../core/analyse.ts'
import { readScopes } from '../../core/lake/commits.ts'
import { deliveryOf } from '../../core/lake/layout.ts'
import { landUpload, PoisonedUploadError, unfinishedLandings } from '../../core/land-upload.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { receiptSummary } from '../../core/receipt.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { withdraw } from '../../core/withdraw.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import { interruptedStorage } from '../support/interrupted-storage.ts'
import {
  copyOf,
  csvOf,
  keysOf,
  landRegion,
  OFFICE,
  only,
  purchase,
  QUARTER,
  type Region,
  type Row,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { SIZED, tries } from '../support/thorough.ts'

const folder = suiteFolder()
const bytesOf = (dataset: string, rows: readonly Row[]) => Buffer.from(csvOf(dataset, rows))

/** The delivery's name for these bytes. */
function named(dataset: string, source: string, quarter: string | null, bytes: Uint8Array): string {
  const scope = { dataset, source, quarter: quarter === null ? null : parseQuarter(quarter) }
  return deliveryOf(scope, createHash('sha256').update(bytes).digest('hex'))
}

/** Puts bytes where somebody with an upload's URL, or with a key to the bucket alone, would. */
async function upload(
  storage: Storage,
  path: string,
  bytes: Uint8Array,
  form: 'declared' | 'by hand' = 'declared',
): Promise<string> {
  const [dataset, source, of] = path.split('/') as [string, string, string]
  const place = form === 'by hand' ? of : named(dataset, source, of === 'all' ? null : of, bytes)
  const key = `landing/${dataset}/${source}/${place}/${of}.csv`
  await storage.put(key, bytes)
  return key
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)

/** Makes an object look as if it had been put so many seconds from now. */
async function putAt(storage: FileStorage, key: string, seconds: number): Promise<void> {
  await utimes(join(storage.url, key), inSeconds(seconds), inSeconds(seconds))
}

/** What counts, by scope. */
async function effective(storage: Storage): Promise<Record<string, string>> {
  const scopes = await readScopes(storage)
  return Object.fromEntries(
    scopes.flatMap(({ effective: one }) =>
      one ? [[`${one.dataset}/${one.source}/${one.quarter ?? 'all'}`, one.delivery]] : [],
    ),
  )
}

/** Takes a moment to fetch a file, and counts how many it is asked for at a time. */
class SlowStorage extends MemoryStorage {
  most_at_once = 0
  #now = 0

  override async localFile(key: string): Promise<string> {
    this.most_at_once = Math.max(this.most_at_once, ++this.#now)
    await pause(2)
    this.#now--
    return await super.localFile(key)
  }
}

const landed = new Map<string, Promise<MemoryStorage>>()

/** A lake of its own in which a region has been landed. */
async function lakeOf(region: Region): Promise<MemoryStorage> {
  const name = JSON.stringify(region)
  const storage = new MemoryStorage()
  if (!landed.has(name))
    landed.set(
      name,
      landRegion(storage, folder.path, region).then(() => storage),
    )
  return await copyOf(await landed.get(name)!)
}

/** The same, in a folder. */
async function folderOf(region: Region): Promise<FileStorage> {
  const storage = new FileStorage(await temporaryFolder())
  const from = await lakeOf(region)
  for await (const { key } of from.list('')) await storage.put(key, await from.read(key))
  return storage
}

const reference = () =>
  only(smallRegion(), ...datasets.filter(({ layer }) => layer === 'reference').map(({ name }) => name))

describe('landUpload(storage, key)', () => {
  test('lands what was declared, of whatever quarter, and knows it by its bytes', async () => {
    const storage = await lakeOf(reference())
    for (const quarter of ['1990-Q1', QUARTER, '2100-Q4']) {
      const bytes = bytesOf('portions', [served()])
      const key = await upload(storage, `portions/kitchens/${quarter}`, bytes)
      const { result, repeated, waiting } = await landUpload(storage, key)
      const delivery = named('portions', 'kitchens', quarter, bytes)
      expect(result).toMatchObject({ status: 'accepted', delivery, source: 'kitchens', quarter, rows: 1 })
      expect({ repeated, waiting }).toEqual({ repeated: false, waiting: [] })
      expect((await readScopes(storage)).flatMap((one) => one.effective?.landing.key ?? [])).toContain(key)
    }
  })

  test('lands a reference dataset, which has no quarter, in both forms of key', async () => {
    const storage = new MemoryStorage()
    const places = smallRegion()[`places/${OFFICE}/all`]!
    const first = await upload(storage, `places/${OFFICE}/all`, bytesOf('places', places))
    expect((await landUpload(storage, first)).result).toMatchObject({ status: 'accepted', quarter: null })
    const more = [...places, { ...places[3]!, place: '2403', name: 'Bjurholm' }]
    const second = await upload(storage, `places/${OFFICE}/all`, bytesOf('places', more), 'by hand')
    expect((await landUpload(storage, second)).result).toMatchObject({ status: 'accepted', rows: 7 })
  })

  test('a file put by hand becomes the delivery that land makes of it, under its own name', async () => {
    const storage = await lakeOf(reference())
    const bytes = bytesOf('portions', [served()])
    const key = await upload(storage, `portions/kitchens/${QUARTER}`, bytes, 'by hand')
    const { result } = await landUpload(storage, key)
    const delivery = named('portions', 'kitchens', QUARTER, bytes)
    expect(result).toMatchObject({ status: 'accepted', delivery })
    expect(await keysOf(storage, `landing/portions/kitchens/${delivery}/`)).toEqual([
      `landing/portions/kitchens/${delivery}/${QUARTER}.csv`,
    ])
    expect((await receiptSummary(storage, delivery)).file).toBe(`${QUARTER}.csv`)
  })

  test('landing twice is a duplicate; told when it was sent, it is not even looked at', async () => {
    const storage = await lakeOf(reference())
    const key = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    const sent_at = new Date(Date.now() - 1000)
    expect((await landUpload(storage, key, { sent_at })).result.status).toBe('accepted')
    expect((await landUpload(storage, key)).result.status).toBe('duplicate')
    const again = await landUpload(storage, key, { sent_at })
    expect(again).toMatchObject({ repeated: true, result: { status: 'accepted', rows: 1 } })
  })

  test('a message that comes again does not bring back what was superseded meanwhile', async () => {
    const storage = await lakeOf(reference())
    const sent_at = new Date(Date.now() - 1000)
    const old = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    await landUpload(storage, old, { sent_at })
    const changed = bytesOf('portions', [served({ portions: '7' })])
    const key = await upload(storage, `portions/kitchens/${QUARTER}`, changed)
    await landUpload(storage, key, { sent_at })
    const counts = await effective(storage)
    expect((await landUpload(storage, old, { sent_at })).repeated).toBe(true)
    expect(await effective(storage)).toEqual(counts)
    // sent again on purpose it counts again
    await landUpload(storage, old, { sent_at: new Date(Date.now() + 1000) })
    expect(await effective(storage)).not.toEqual(counts)
  })

  test('a message that comes late does not put an older file in the place of a newer one', async () => {
    const storage = await folderOf(reference())
    const path = `portions/kitchens/${QUARTER}`
    const older = await upload(storage, path, bytesOf('portions', [served()]), 'by hand')
    const newer = await upload(storage, path, bytesOf('portions', [served({ portions: '7' })]))
    await putAt(storage, older, -90)
    await putAt(storage, newer, -60)
    expect((await landUpload(storage, newer, { keeps_newer: true })).waiting).toEqual([])
    const counts = await effective(storage)
    const late = await landUpload(storage, older, { keeps_newer: true })
    expect([late.result.status, late.waiting]).toEqual(['accepted', [newer]])
    expect((await landUpload(storage, newer, { keeps_newer: true })).waiting).toEqual([])
    expect(await effective(storage)).toEqual(counts)
    // whoever asks for it now wants it to count
    expect((await landUpload(storage, older)).waiting).toEqual([])
    expect(await effective(storage)).not.toEqual(counts)
  })

  test('what was taken back does not come back for a message that comes late', async () => {
    const storage = await folderOf(reference())
    const path = `portions/kitchens/${QUARTER}`
    const older = await upload(storage, path, bytesOf('portions', [served()]))
    const newer = await upload(storage, path, bytesOf('portions', [served({ portions: '7' })]))
    await putAt(storage, older, -90)
    await putAt(storage, newer, -60)
    const { result } = await landUpload(storage, newer, { keeps_newer: true })
    await withdraw(storage, result.delivery, 'wrong file')
    const late = await landUpload(storage, older, { keeps_newer: true })
    expect([late.result.status, late.waiting]).toEqual(['accepted', []])
  })

  test('counts as having come when it was put, not when its turn came', async () => {
    const storage = await folderOf(reference())
    const key = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    await utimes(join(storage.url, key), new Date('2026-10-30T22:59:00Z'), new Date('2026-10-30T22:59:00Z'))
    const now = () => new Date('2026-10-31T04:00:00Z')
    await landUpload(storage, key, { keeps_newer: true, now })
    const pins = await pinDeliveries(storage, parseQuarter(QUARTER))
    expect(pins.find(({ dataset }) => dataset === 'portions')).toMatchObject({
      received_at: '2026-10-31T04:00:00.000Z',
      first_received_on: '2026-10-30',
    })
  })

  test('a refusal that comes again is told once', async () => {
    const storage = await lakeOf(reference())
    const bytes = bytesOf('portions', [served({ portions: 'many' })])
    const key = await upload(storage, `portions/kitchens/${QUARTER}`, bytes)
    const sent_at = new Date(Date.now() - 1000)
    const first = await landUpload(storage, key, { sent_at })
    expect(first.result.status).toBe('refused')
    const again = await landUpload(storage, key, { sent_at })
    expect(again).toEqual({ ...first, repeated: true })
    expect((await receiptSummary(storage, first.result.delivery)).receipts).toBe(1)
  })

  test.each([
    ['curated/portions/d0123456789abcdef01234567.parquet', 'valid: landing/<dataset>'],
    ['landing/portions/kitchens/2026-Q3', 'valid: landing/<dataset>'],
    ['landing/portions/kitchens/2026-Q3/a/b.csv', 'valid: landing/<dataset>'],
    ['landing/portion/kitchens/2026-Q3/a.csv', 'unknown dataset'],
    ['landing/portions/köket/2026-Q3/a.csv', 'not a source'],
    ['landing/portions/kitchens/2026-Q5/a.csv', 'neither a delivery nor a quarter'],
    ['landing/portions/kitchens/all/a.csv', 'neither a delivery nor a quarter'],
    ['landing/places/office/2026-Q3/a.csv', 'neither a delivery nor `all`'],
    ['landing/portions/kitchens/d0123/a.csv', 'neither a delivery'],
  ])('%s is poisoned: %s', async (key, reason) => {
    const storage = new MemoryStorage()
    await storage.put(key, Buffer.from('x'))
    const failure = await landUpload(storage, key).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PoisonedUploadError)
    expect(String(failure)).toContain(reason)
    expect(await keysOf(storage)).toEqual([key])
  })

  test('bytes that are not those declared are poisoned, and do not stand in the way of the right ones', async () => {
    const storage = await lakeOf(reference())
    const right = bytesOf('portions', [served()])
    const delivery = named('portions', 'kitchens', QUARTER, right)
    const key = `landing/portions/kitchens/${delivery}/${QUARTER}.csv`
    await storage.put(key, bytesOf('portions', [served({ portions: '999999' })]))
    await expect(landUpload(storage, key)).rejects.toThrow('are not those that were declared')
    expect(await effective(storage)).not.toHaveProperty(`portions/kitchens/${QUARTER}`)
    const by_hand = await upload(storage, `portions/kitchens/${QUARTER}`, right, 'by hand')
    const { result } = await landUpload(storage, by_hand)
    expect(result).toMatchObject({ status: 'accepted', delivery })
    const landed = (await readScopes(storage)).find((one) => one.effective?.delivery === delivery)!
    const { sha256, key: stands } = landed.effective!.landing
    expect(
      createHash('sha256')
        .update(await storage.read(stands))
        .digest('hex'),
    ).toBe(sha256)
    expect((await receiptSummary(storage, delivery)).sha256).toBe(sha256)
  })

  test('a key without object fails and changes nothing', async () => {
    const storage = new MemoryStorage()
    await expect(landUpload(storage, 'landing/portions/kitchens/2026-Q3/a.csv')).rejects.toThrow('no object')
    expect(await keysOf(storage)).toEqual([])
  })
})

describe('what waits', () => {
  const without = (dataset: string) => {
    const region = reference()
    delete region[`${dataset}/${OFFICE}/all`]
    return region
  }
  const groups = () => bytesOf('product_groups', smallRegion()[`product_groups/${OFFICE}/all`]!)

  test('a delivery refused for unknown codes waits for the reference data that have them', async () => {
    const storage = new MemoryStorage()
    const region = smallRegion()
    const early = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    expect((await landUpload(storage, early)).result.status).toBe('refused')
    const places = await upload(
      storage,
      `places/${OFFICE}/all`,
      bytesOf('places', region[`places/${OFFICE}/all`]!),
    )
    expect((await landUpload(storage, places)).waiting).toEqual([early])
    // as long as nobody has tried it again it goes on waiting, and afterwards no more
    expect((await landUpload(storage, places)).waiting).toEqual([early])
    expect((await landUpload(storage, early)).result.status).toBe('accepted')
    expect((await landUpload(storage, places)).waiting).toEqual([])
  })

  test('reference data that come while a delivery is looked at are not missed', async () => {
    const storage = new MemoryStorage()
    const early = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    const rows = bytesOf('places', smallRegion()[`places/${OFFICE}/all`]!)
    const places = await upload(storage, `places/${OFFICE}/all`, rows)
    let found: readonly string[] | undefined
    const meanwhile = interruptedStorage(storage, {
      ...{ call: 'put', key: 'receipts/' },
      before: async () => {
        found = (await landUpload(storage, places)).waiting
      },
    })
    const { result, waiting } = await landUpload(meanwhile, early)
    expect([result.status, found, waiting]).toEqual(['refused', [], [early]])
    expect((await landUpload(storage, early)).result.status).toBe('accepted')
  })

  test('a refusal that nothing has overtaken, or that has another fault, is not tried again by itself', async () => {
    const storage = await lakeOf(reference())
    const stranger = await upload(
      storage,
      `portions/kitchens/${QUARTER}`,
      bytesOf('portions', [served({ place: '2403' })]),
    )
    expect((await landUpload(storage, stranger)).waiting).toEqual([])
    const empty = new MemoryStorage()
    const wrong = await upload(
      empty,
      `portions/kitchens/${QUARTER}`,
      bytesOf('portions', [served({ portions: 'many' })]),
    )
    const rows = bytesOf('places', smallRegion()[`places/${OFFICE}/all`]!)
    const places = await upload(empty, `places/${OFFICE}/all`, rows)
    const meanwhile = interruptedStorage(empty, {
      ...{ call: 'put', key: 'receipts/' },
      before: () => landUpload(empty, places),
    })
    expect((await landUpload(meanwhile, wrong)).waiting).toEqual([])
  })

  test('one with another fault beside does not wait', async () => {
    const storage = new MemoryStorage()
    const bytes = bytesOf('portions', [served({ portions: 'many' })])
    await landUpload(storage, await upload(storage, `portions/kitchens/${QUARTER}`, bytes))
    const places = bytesOf('places', smallRegion()[`places/${OFFICE}/all`]!)
    const key = await upload(storage, `places/${OFFICE}/all`, places)
    expect((await landUpload(storage, key)).waiting).toEqual([])
  })

  test('one in whose scope something newer was accepted does not wait', async () => {
    const storage = await lakeOf(reference())
    const stranger = bytesOf('portions', [served({ place: '2403' })])
    const early = await upload(storage, `portions/kitchens/${QUARTER}`, stranger)
    expect((await landUpload(storage, early)).result.status).toBe('refused')
    const newer = await upload(storage, `portions/kitchens/${QUARTER}`, bytesOf('portions', [served()]))
    await landUpload(storage, newer)
    const places = smallRegion()[`places/${OFFICE}/all`]!
    const more = [...places, { ...places[3]!, place: '2403', name: 'Bjurholm' }]
    const key = await upload(storage, `places/${OFFICE}/all`, bytesOf('places', more))
    expect((await landUpload(storage, key)).waiting).toEqual([])
  })

  test('of several in one scope the newest waits, of other scopes each', async () => {
    const storage = new MemoryStorage()
    const sent = async (quarter: string, portions: string, minute: number) => {
      const bytes = bytesOf('portions', [served({ portions })])
      const key = await upload(storage, `portions/kitchens/${quarter}`, bytes)
      await landUpload(storage, key, { now: () => new Date(Date.UTC(2026, 9, 1, 0, minute)) })
      return key
    }
    await sent(QUARTER, '1', 0)
    const second = await sent(QUARTER, '2', 1)
    const other = await sent('2026-Q2', '1', 2)
    const places = bytesOf('places', smallRegion()[`places/${OFFICE}/all`]!)
    const { waiting } = await landUpload(storage, await upload(storage, `places/${OFFICE}/all`, places))
    expect(waiting.toSorted()).toEqual([second, other].toSorted())
  })

  test('is looked for among years of refused deliveries within the time that a landing has', async () => {
    const storage = new SlowStorage()
    for (let n = 0; n < 100; n++) {
      const delivery = `d${String(n).padStart(24, '0')}`
      const said = { ...{ delivery, dataset: 'portions', source: 'a', quarter: QUARTER, status: 'refused' } }
      const counts = { rows: 0, refused_rows: 0, supersedes: null, problems_total: 1, file: 'x.csv' }
      const receipt = { ...said, ...counts, received_at: '2026-10-01T00:00:00Z' }
      await storage.put(`landing/portions/a/${delivery}/x.csv`, Buffer.from('x'))
      const problem = { line: null, column: null, value: null, rule: 'empty', message: '' }
      const problems = `"problems":[\n${JSON.stringify(problem)}]}\n`
      const text = `${JSON.stringify(receipt).slice(0, -1)},${problems}`
      await storage.put(`receipts/${delivery}.json`, Buffer.from(text))
    }
    const places = bytesOf('places', smallRegion()[`places/${OFFICE}/all`]!)
    await landUpload(storage, await upload(storage, `places/${OFFICE}/all`, places))
    expect(storage.most_at_once).toBeGreaterThan(10)
  })

  test('reference data that deliveries in force held on to wait until those are replaced', async () => {
    const storage = await lakeOf(smallRegion())
    const fewer = smallRegion()[`product_forms/${OFFICE}/all`]!.filter(({ form }) => form !== 'diced')
    const key = await upload(storage, `product_forms/${OFFICE}/all`, bytesOf('product_forms', fewer))
    expect((await landUpload(storage, key)).result).toMatchObject({ status: 'refused' })
    const bytes = bytesOf('purchases', [purchase()])
    const replaced = await upload(storage, `purchases/wholesaler/${QUARTER}`, bytes)
    expect((await landUpload(storage, replaced)).waiting).toEqual([key])
    expect((await landUpload(storage, key)).result.status).toBe('accepted')
  })

  test('a chain of references is worked off whatever it begins with', async () => {
    const storage = await lakeOf(only(without('product_groups'), 'places', 'zonings', 'uncertainty'))
    const [steps, forms] = ['processing_steps', 'product_forms'].map((name) =>
      bytesOf(name, smallRegion()[`${name}/${OFFICE}/all`]!),
    )
    const queue = [
      await upload(storage, `purchases/wholesaler/${QUARTER}`, bytesOf('purchases', [purchase()])),
      await upload(storage, `product_forms/${OFFICE}/all`, forms!),
      await upload(storage, `processing_steps/${OFFICE}/all`, steps!),
      await upload(storage, `product_groups/${OFFICE}/all`, groups()),
    ]
    for (let key = queue.shift(); key; key = queue.shift())
      queue.push(...(await landUpload(storage, key)).waiting)
    expect(Object.keys(await effective(storage))).toContain(`purchases/wholesaler/${QUARTER}`)
  })
})

/** Numbers that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('files in any order, twice, and broken ones among them', SIZED, () => {
  test.each(Array.from({ length: tries(1, 4, 20) }, (_, at) => at + 1))(
    'end as in the order of references (seed %d)',
    async (seed) => {
      const region = smallRegion()
      const inOrder = await lakeOf(region)
      const storage = new MemoryStorage()
      const random = randomFrom(seed)
      const uploaded: string[] = []
      for (const [path, rows] of Object.entries(region)) {
        const form = random() < 0.5 ? 'declared' : 'by hand'
        uploaded.push(await upload(storage, path, bytesOf(path.split('/')[0]!, rows), form))
      }
      const broken = [
        await upload(storage, 'portions/other/2026-Q3', bytesOf('portions', [served({ portions: 'x' })])),
        await upload(storage, 'purchases/other/2026-Q3', Buffer.from('a,b\n1,2\n'), 'by hand'),
      ]
      const lies = 'landing/production/liar/d0123456789abcdef01234567/a.csv'
      await storage.put(lies, Buffer.from('x'))
      const queue = [...uploaded, ...uploaded.filter(() => random() < 0.3), ...broken, lies]
      const poisoned: string[] = []
      let tried = 0
      while (queue.length > 0) {
        const [key] = queue.splice(Math.floor(random() * queue.length), 1) as [string]
        expect(++tried).toBeLessThan(500)
        const outcome = await landUpload(storage, key).catch((error: unknown) => {
          if (!(error instanceof PoisonedUploadError)) throw error
          poisoned.push(key)
        })
        queue.push(...(outcome?.waiting ?? []))
      }
      expect(poisoned).toEqual([lies])
      expect(await effective(storage)).toEqual(await effective(inOrder))
      expect(await unfinishedLandings(storage, new Date())).toEqual([lies])
    },
  )
})

describe('unfinishedLandings(storage, older_than)', () => {
  test('names uploads nobody has landed, and no others', async () => {
    const storage = await folderOf(reference())
    const bytes = (portions: string) => bytesOf('portions', [served({ portions })])
    const landed = await upload(storage, `portions/a/${QUARTER}`, bytes('1'))
    const by_hand = await upload(storage, `portions/b/${QUARTER}`, bytes('2'), 'by hand')
    const refused = await upload(storage, `portions/c/${QUARTER}`, bytes('x'))
    const lost = await upload(storage, `portions/d/${QUARTER}`, bytes('4'))
    const lost_by_hand = await upload(storage, `portions/e/${QUARTER}`, bytes('5'), 'by hand')
    const other_quarter = await upload(storage, 'portions/b/2026-Q2', bytes('2'), 'by hand')
    await storage.put('landing/notes.txt', Buffer.from('not an upload'))
    for (const key of [landed, by_hand, refused]) await landUpload(storage, key)
    expect(await unfinishedLandings(storage, new Date(Date.now() - 3_600_000))).toEqual([])
    const unfinished = [other_quarter, lost, lost_by_hand].toSorted()
    expect(await unfinishedLandings(storage, new Date(Date.now() + 1000))).toEqual(unfinished)
    for (const key of unfinished) await landUpload(storage, key)
    expect(await unfinishedLandings(storage, new Date(Date.now() + 1000))).toEqual([])
  })

  test('a file put by hand anew is one if something else counts, and none if it counts', async () => {
    const storage = await folderOf(reference())
    const key = await upload(storage, `portions/a/${QUARTER}`, bytesOf('portions', [served()]), 'by hand')
    await landUpload(storage, key)
    await putAt(storage, key, 5)
    expect(await unfinishedLandings(storage, inSeconds(10))).toEqual([])
    const other = bytesOf('portions', [served({ portions: '7' })])
    await landUpload(storage, await upload(storage, `portions/a/${QUARTER}`, other))
    expect(await unfinishedLandings(storage, inSeconds(10))).toEqual([key])
  })

  test('bytes put by hand that came before under another name are none, be they refused or in force', async () => {
    const storage = await folderOf(reference())
    for (const portions of ['1', 'x']) {
      const bytes = bytesOf('portions', [served({ portions })])
      await landUpload(storage, await upload(storage, `portions/s${portions}/${QUARTER}`, bytes))
      const again = `landing/portions/s${portions}/${QUARTER}/again.csv`
      await storage.put(again, bytes)
      await landUpload(storage, again)
    }
    expect(await unfinishedLandings(storage, inSeconds(10))).toEqual([])
  })

  test('a landing that died between receipt and commit is one', async () => {
    const storage = await lakeOf(reference())
    const key = await upload(storage, `portions/a/${QUARTER}`, bytesOf('portions', [served()]))
    const failing = new FailingStorage(storage, { at: 3, when: 'before' })
    await expect(landUpload(failing, key)).rejects.toThrow()
    expect(await keysOf(storage, 'receipts/')).toHaveLength(15)
    expect(await unfinishedLandings(storage, new Date())).toEqual([key])
    expect((await landUpload(storage, key, { sent_at: new Date(0) })).result.status).toBe('accepted')
    expect(await unfinishedLandings(storage, new Date())).toEqual([])
  })
})
