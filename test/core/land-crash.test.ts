import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { pinDeliveries } from '../../core/analyse.ts'
import { readScope, readScopes } from '../../core/lake/commits.ts'
import { type LandRequest, type LandResult, land } from '../../core/land.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import { sendOn, startProcess } from '../support/land-processes.ts'
import { parquetRows } from '../support/parquet-rows.ts'
import {
  copyOf,
  csvOf,
  keysOf,
  landRegion,
  OFFICE,
  only,
  purchase,
  QUARTER,
  requestFor,
  send,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'
import { SIZED, tries } from '../support/thorough.ts'

const folder = suiteFolder()
const region = smallRegion()
const needed = ['places', 'product_groups', 'processing_steps', 'product_forms', 'uncertainty']
let lake: MemoryStorage

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, only(region, ...needed))
  await send(lake, folder.path, 'purchases', [purchase({ kg: '1' })])
})

const scopeOf = ({ dataset, source, quarter }: LandRequest) => ({
  dataset,
  source,
  quarter: quarter === undefined ? null : parseQuarter(quarter),
})

/** What readers see, after a look at every file that they would read. */
async function seen(storage: Storage) {
  const scopes = await readScopes(storage)
  for (const { effective } of scopes) {
    const { curated, rolled, landing } = effective!
    for (const { key, sha256, bytes } of [curated, landing, ...(rolled ? [rolled] : [])]) {
      const content = await storage.read(key)
      expect(content.length, key).toBe(bytes)
      expect(createHash('sha256').update(content).digest('hex'), key).toBe(sha256)
    }
  }
  const pins = await pinDeliveries(storage, parseQuarter(QUARTER))
  return {
    deliveries: scopes.map(({ effective }) => effective!.delivery),
    pinned: pins.map((pin) => pin.delivery),
  }
}
type Seen = Awaited<ReturnType<typeof seen>>

/** A store that has a look taken at it around every write. */
function watched(storage: Storage, look: () => Promise<void>): Storage {
  const put: Storage['put'] = async (key, content) => {
    const result = await storage.put(key, content)
    await look()
    return result
  }
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'put') return put
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Lands with a failure at every write in turn, each time into a fresh lake, and then once more. */
async function crashEverywhere(request: LandRequest, status: LandResult['status']): Promise<number> {
  const before = await seen(lake)
  const calm = await copyOf(lake)
  const counting = new FailingStorage(calm)
  expect((await land(counting, request)).status).toBe(status)
  const after = await seen(calm)
  const calmKeys = await keysOf(calm)
  const counted = (await readScope(lake, scopeOf(request))).commits.length
  for (let at = 1; at <= counting.writes; at++) {
    for (const when of ['before', 'after'] as const) {
      const copy = await copyOf(lake)
      const looks: Seen[] = []
      const watching = watched(copy, async () => void looks.push(await seen(copy)))
      await expect(land(new FailingStorage(watching, { at, when }), request)).rejects.toThrow(
        `write ${at} fails`,
      )
      looks.push(await seen(copy))
      const committed = status === 'accepted' && at === counting.writes && when === 'after'
      for (const look of looks.slice(0, -1)) expect([before, after]).toContainEqual(look)
      expect(looks.at(-1)).toEqual(committed ? after : before)

      const again = await land(copy, request)
      expect(again.status, `${when} write ${at}`).toBe(committed ? 'duplicate' : status)
      expect(await seen(copy)).toEqual(after)
      const { commits } = await readScope(copy, scopeOf(request))
      expect(commits.length).toBe(counted + (status === 'accepted' ? 1 : 0))
      // the same objects as without a crash, but for a receipt of what was never said
      const extra = (await keysOf(copy)).filter((key) => !calmKeys.includes(key))
      expect(extra.filter((key) => !key.startsWith('receipts/'))).toEqual([])
      expect(extra.length).toBeLessThanOrEqual(1)
    }
  }
  return counting.writes
}

describe('a landing that dies at any one of its writes', () => {
  test('of purchases with a refused row is finished by landing again', async () => {
    const rows = Array.from({ length: 100 }, (_, at) =>
      purchase(at === 50 ? { kg: 'x' } : { kg: String(at) }),
    )
    // bytes, rows, roll-up, quarantine, receipt, commit
    expect(await crashEverywhere(await requestFor(folder.path, 'purchases', rows), 'accepted')).toBe(6)
  })

  test('of reference data is finished by landing again', async () => {
    const margins = region[`uncertainty/${OFFICE}/all`]!.map((row) => ({ ...row, margin: '0.5' }))
    expect(await crashEverywhere(await requestFor(folder.path, 'uncertainty', margins), 'accepted')).toBe(4)
  })

  test('of a file to be refused changes nothing that counts, then or later', async () => {
    const request = await requestFor(folder.path, 'purchases', [purchase({ kg: 'x' })])
    expect(await crashEverywhere(request, 'refused')).toBe(3)
  })
})

describe('what a dead landing left behind', () => {
  test('counts for nothing when its file never comes again', async () => {
    const copy = await copyOf(lake)
    const request = await requestFor(folder.path, 'purchases', [purchase({ kg: '7' })])
    await expect(land(new FailingStorage(copy, { at: 5, when: 'before' }), request)).rejects.toThrow('fails')
    const other = await send(copy, folder.path, 'purchases', [purchase({ kg: '8' })])
    const { commits, effective } = await readScope(copy, scopeOf(request))
    expect(commits.map(({ n }) => n)).toEqual([1, 2])
    expect(effective!.delivery).toBe(other.delivery)
  })

  test('is not taken for its rows when reference data has changed since', async () => {
    const copy = await copyOf(lake)
    const rows = Array.from({ length: 100 }, (_, at) => purchase(at === 0 ? { place: '2499' } : {}))
    const request = await requestFor(folder.path, 'purchases', rows)
    // dies before its commit, with 99 rows stored
    await expect(land(new FailingStorage(copy, { at: 6, when: 'before' }), request)).rejects.toThrow('fails')
    const places = region[`places/${OFFICE}/all`]!
    await send(copy, folder.path, 'places', [...places, { ...places[5]!, place: '2499' }])
    expect(await land(copy, request)).toMatchObject({ status: 'accepted', rows: 100, refused_rows: 0 })
    const { effective } = await readScope(copy, scopeOf(request))
    expect(effective).toMatchObject({ n: 2, rows: 100, curated: { rows: 100 } })
    expect(await parquetRows(copy, effective!.curated.key, 'select count(*) as n from file')).toEqual([
      { n: '100' },
    ])
  })
})

describe('a process that is killed', SIZED, () => {
  const KILLS = tries(4, 20, 40)
  const LANES = 4

  /** Numbers between 0 and 1 that a seed determines. */
  function* randomOf(seed: number): Generator<number, never> {
    for (let state = seed >>> 0; ; ) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      yield state / 2 ** 32
    }
  }

  test('at any moment leaves the lake as it was or as it should be, and landing again finishes it', async () => {
    const seed = Date.now() % 1_000_000
    console.log(`moments of death by seed ${seed}`)
    const random = randomOf(seed)
    const base = join(folder.path, 'killed')
    const store = new FileStorage(base)
    await landRegion(store, folder.path, only(region, ...needed))
    await send(store, folder.path, 'purchases', [purchase({ kg: '1' })])
    const before = await seen(store)
    const rows = Array.from({ length: 2000 }, (_, at) =>
      purchase(at % 200 === 7 ? { kg: 'x' } : { kg: String(at) }),
    )
    const request = await requestFor(folder.path, 'purchases', csvOf('purchases', rows))
    const commits = [
      `commits/purchases/sender/${QUARTER}/000001.json`,
      `commits/purchases/sender/${QUARTER}/000002.json`,
    ]

    async function killOnce(number: number, after_ms: number): Promise<'before' | 'after'> {
      const path = `${base}-${number}`
      await cp(base, path, { recursive: true })
      const child = await startProcess(path)
      onTestFinished(() => void child.kill('SIGKILL'))
      child.send({ do: 'land', request })
      await new Promise((done) => setTimeout(done, after_ms))
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      const storage = new FileStorage(path)
      const found = await seen(storage)
      const done =
        found.deliveries.length === before.deliveries.length && found.pinned.join() !== before.pinned.join()
      if (!done) expect(found).toEqual(before)
      const again = await land(storage, request)
      expect(again).toMatchObject({ status: done ? 'duplicate' : 'accepted', rows: 1990, refused_rows: 10 })
      expect(await keysOf(storage, 'commits/purchases/')).toEqual(commits)
      const { effective } = await readScope(storage, scopeOf(request))
      expect(effective).toMatchObject({ n: 2, delivery: again.delivery })
      await seen(storage)
      return done ? 'after' : 'before'
    }

    // how long an undisturbed landing takes here and now
    await cp(base, `${base}-calm`, { recursive: true })
    const calm = await startProcess(`${base}-calm`)
    onTestFinished(() => void calm.kill('SIGKILL'))
    const start = performance.now()
    expect((await sendOn(calm, { do: 'land', request })).landed?.status).toBe('accepted')
    const span = (performance.now() - start) * 1.5
    const moments = Array.from({ length: KILLS }, () => random.next().value * span)
    const ends: string[] = []
    const lane = async (first: number) => {
      for (let number = first; number < KILLS; number += LANES)
        ends.push(await killOnce(number, moments[number]!))
    }
    await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)))
    expect(ends).toHaveLength(KILLS)
    expect(ends).toContain('before')
  })
})
