import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import type { ReleaseRecord } from '../../core/lake/releases.ts'
import { type PublishEffects, publish } from '../../core/publish.ts'
import { listReleases, readCurrent } from '../../core/releases.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { publishedMarts } from '../../schemas/published.ts'
import { noViolations, showAll } from '../support/disclosures.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import { copyOf, landRegion, objectsOf, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { SIZED, tries } from '../support/thorough.ts'

const folder = suiteFolder()
/** Data package, tables, summaries, release.json, pointer. */
const WRITES = 1 + publishedMarts.length * 3 + 4 + 1 + 1
let lake: MemoryStorage
const effects: PublishEffects = { check: noViolations, disclose: showAll, patience_ms: 0 }

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, smallRegion())
  await analyse(lake, { quarter: QUARTER })
}, 120_000)

/** What a reader gets, after a look at every file of it. */
async function seen(storage: Storage): Promise<ReleaseRecord | null> {
  const current = await readCurrent(storage, QUARTER)
  if (current === null) return null
  const { folder, record } = current
  const descriptor = JSON.parse(Buffer.from(await storage.read(`${folder}datapackage.json`)).toString())
  for (const { path, hash } of descriptor.resources) {
    const content = await storage.read(folder + path)
    expect(`sha256:${createHash('sha256').update(content).digest('hex')}`, path).toBe(hash)
  }
  for (const { path } of record.files)
    expect(descriptor.resources).toContainEqual(expect.objectContaining({ path }))
  return record
}

async function copyWithPointer(storage: MemoryStorage): Promise<MemoryStorage> {
  const key = `releases/${QUARTER}/current.json`
  const copy = new MemoryStorage()
  for await (const object of storage.list(''))
    if (object.key !== key) await copy.put(object.key, await storage.read(object.key))
  await copy.swapPointer(key, (await storage.readPointer(key))!.content, null)
  return copy
}

/** Moments of death: those at which something else begins, in thorough tests every third beside, in exhaustive ones all. */
function moments(telling: readonly number[]): number[] {
  const writes = Array.from({ length: WRITES }, (_, at) => at + 1)
  return writes.filter((at) => telling.includes(at) || at % tries(Number.POSITIVE_INFINITY, 3, 1) === 0)
}

/** Publishes with a failure at each moment, each time into a fresh lake, and then once more. */
async function crashAt(
  telling: readonly number[],
  fresh: () => Promise<MemoryStorage>,
  reason?: string,
): Promise<void> {
  const calm = await fresh()
  const counting = new FailingStorage(calm)
  const before = await seen(calm)
  await publish(counting, { quarter: QUARTER, reason }, effects)
  expect(counting.writes).toBe(WRITES)
  const after = await seen(calm)
  const objects = await objectsOf(calm, 'releases/')
  for (const at of moments(telling)) {
    for (const when of ['before', 'after'] as const) {
      const storage = await fresh()
      const dying = new FailingStorage(storage, { at, when })
      await expect(publish(dying, { quarter: QUARTER, reason }, effects)).rejects.toThrow(`write ${at} fails`)
      const pointed = at === WRITES && when === 'after'
      expect(await seen(storage), `death ${when} write ${at}`).toEqual(pointed ? after : before)
      const again = await publish(storage, { quarter: QUARTER, reason }, effects)
      expect(again.status).toBe(pointed ? 'unchanged' : 'published')
      expect(await seen(storage)).toEqual(after)
      expect(await objectsOf(storage, 'releases/')).toEqual(objects)
    }
  }
}

describe('a publication that dies at any one of its writes', SIZED, () => {
  test('shows nothing, and publishing again finishes the same bytes', async () => {
    await crashAt([1, WRITES - 1, WRITES], () => copyOf(lake))
  })

  test('of a correction leaves readers with the release before, until it is finished', async () => {
    const once = await copyOf(lake)
    await publish(once, { quarter: QUARTER }, effects)
    await crashAt([WRITES - 1, WRITES], () => copyWithPointer(once), 'a correction')
  })
})

test('what a dead publication left is passed over by one with other bytes', async () => {
  const storage = await copyOf(lake)
  const dying = new FailingStorage(storage, { at: 5, when: 'after' })
  await expect(publish(dying, { quarter: QUARTER }, effects)).rejects.toThrow('fails')
  expect(await publish(storage, { quarter: QUARTER, reason: 'other bytes' }, effects)).toMatchObject({
    release: 2,
    corrects: null,
  })
  expect((await listReleases(storage)).map(({ release }) => release)).toEqual([2])
  expect(await seen(storage)).toMatchObject({ release: 2 })
})
