import { beforeAll, describe, expect, test } from 'vitest'
import { SkafferiError } from '../../core/errors.ts'
import { readScope } from '../../core/lake/commits.ts'
import type { LandResult } from '../../core/land.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { withdraw } from '../../core/withdraw.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import {
  copyOf,
  jsonOf,
  keysOf,
  landRegion,
  OFFICE,
  objectsOf,
  only,
  purchase,
  QUARTER,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
const rowsOf = (dataset: string) => region[`${dataset}/${OFFICE}/all`]!
let lake: MemoryStorage
let landed: LandResult[]

beforeAll(async () => {
  lake = new MemoryStorage()
  landed = await landRegion(
    lake,
    folder.path,
    only(
      region,
      ...['places', 'product_groups', 'processing_steps', 'product_forms', 'local_definitions', 'zonings'],
      ...['targets', 'uncertainty', 'purchases', 'portions'],
    ),
  )
})

const deliveryOf = (dataset: string) => landed.find((one) => one.dataset === dataset)!.delivery
const portions = (storage: Storage, n: number) =>
  send(storage, folder.path, 'portions', [served({ portions: String(n) })])
const stateOf = (storage: Storage, dataset = 'portions', source = 'sender') =>
  readScope(storage, {
    dataset,
    source,
    quarter: rowsOf(dataset) === undefined ? parseQuarter(QUARTER) : null,
  })

describe('a delivery that is taken back', () => {
  test('no longer counts; the one before it does again, and then none', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
    expect(await withdraw(copy, b.delivery, 'wrong quarter')).toEqual({
      delivery: b.delivery,
      dataset: 'portions',
      source: 'sender',
      quarter: QUARTER,
      status: 'withdrawn',
      effective: a.delivery,
      problems: [],
    })
    expect((await stateOf(copy)).effective!.delivery).toBe(a.delivery)
    expect(await withdraw(copy, a.delivery, 'wrong too')).toMatchObject({
      status: 'withdrawn',
      effective: null,
    })
    expect((await stateOf(copy)).effective).toBeNull()
  })

  test('leaves one commit that names it and the reason, and every object as it was', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(copy, 1)
    const before = await objectsOf(copy)
    const now = new Date('2030-01-01T00:00:00.000Z')
    await withdraw(copy, delivery, 'fel fil: "april"', () => now)
    const after = await objectsOf(copy)
    for (const [key, hash] of before) expect(after.get(key), key).toBe(hash)
    const key = `commits/portions/sender/${QUARTER}/000002.json`
    expect([...after.keys()].filter((one) => !before.has(one))).toEqual([key])
    expect(await jsonOf(copy, key)).toEqual({
      kind: 'withdrawal',
      n: 2,
      committed_at: now.toISOString(),
      dataset: 'portions',
      source: 'sender',
      quarter: QUARTER,
      withdraws: delivery,
      reason: 'fel fil: "april"',
    })
  })

  test('and did not count any more changes nothing about the one that does', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
    expect(await withdraw(copy, a.delivery, 'old')).toMatchObject({
      status: 'withdrawn',
      effective: b.delivery,
    })
    expect(await withdraw(copy, b.delivery, 'new')).toMatchObject({ status: 'withdrawn', effective: null })
  })

  test('twice says that it was taken back already and writes nothing', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
    await withdraw(copy, b.delivery, 'wrong')
    const before = await keysOf(copy)
    expect(await withdraw(copy, b.delivery, 'wrong again')).toMatchObject({
      status: 'already_withdrawn',
      delivery: b.delivery,
      effective: a.delivery,
      problems: [],
    })
    expect(await keysOf(copy)).toEqual(before)
  })

  test('after it was accepted twice is gone with both', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
    const again = await portions(copy, 1)
    expect(again).toMatchObject({ status: 'accepted', delivery: a.delivery, supersedes: b.delivery })
    expect(await withdraw(copy, a.delivery, 'wrong')).toMatchObject({
      status: 'withdrawn',
      effective: b.delivery,
    })
    expect(await withdraw(copy, b.delivery, 'wrong')).toMatchObject({ status: 'withdrawn', effective: null })
    expect(await withdraw(copy, a.delivery, 'wrong')).toMatchObject({
      status: 'already_withdrawn',
      effective: null,
    })
  })

  test('counts again when it is landed again', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
    await withdraw(copy, b.delivery, 'wrong')
    expect(await portions(copy, 2)).toMatchObject({
      status: 'accepted',
      delivery: b.delivery,
      supersedes: a.delivery,
    })
    expect((await stateOf(copy)).effective).toMatchObject({ n: 4, delivery: b.delivery })
    expect(await withdraw(copy, b.delivery, 'wrong')).toMatchObject({
      status: 'withdrawn',
      effective: a.delivery,
    })
  })

  test('of a reference dataset makes way for the one before it, of whatever source', async () => {
    const copy = await copyOf(lake)
    const margins = rowsOf('uncertainty').map((row) => ({ ...row, margin: '0.5' }))
    const newer = await send(copy, folder.path, 'uncertainty', margins, { source: 'another' })
    expect(await withdraw(copy, newer.delivery, 'guesses')).toMatchObject({
      source: 'another',
      quarter: null,
      status: 'withdrawn',
      effective: deliveryOf('uncertainty'),
    })
    expect((await stateOf(copy, 'uncertainty')).effective!.source).toBe(OFFICE)
  })

  test('of reserved words only leaves those who use them in peace', async () => {
    const copy = await copyOf(lake)
    // the one target there is uses `organic`, and `all` product groups
    expect(await withdraw(copy, deliveryOf('local_definitions'), 'none')).toMatchObject({
      status: 'withdrawn',
    })
  })

  test('when the write fails is taken back by asking again', async () => {
    for (const when of ['before', 'after'] as const) {
      const copy = await copyOf(lake)
      const [a, b] = [await portions(copy, 1), await portions(copy, 2)]
      await expect(withdraw(new FailingStorage(copy, { at: 1, when }), b.delivery, 'wrong')).rejects.toThrow(
        'fails',
      )
      const status = when === 'before' ? 'withdrawn' : 'already_withdrawn'
      expect(await withdraw(copy, b.delivery, 'wrong')).toMatchObject({ status, effective: a.delivery })
      expect((await stateOf(copy)).commits).toHaveLength(3)
    }
  })
})

describe('taking back is refused', () => {
  async function expectRefused(copy: Storage, delivery: string) {
    const before = await objectsOf(copy)
    const result = await withdraw(copy, delivery, 'wrong')
    expect(result.status).toBe('refused')
    expect(await objectsOf(copy)).toEqual(before)
    return result
  }

  test('when deliveries in force would lose all their codes', async () => {
    const result = await expectRefused(lake, deliveryOf('product_forms'))
    expect(result.effective).toBe(deliveryOf('product_forms'))
    expect(result.problems.map(({ line, column, value, rule }) => [line, column, value, rule])).toEqual([
      [null, 'form', 'milk drinking', 'orphaned'],
      [null, 'form', 'potato diced', 'orphaned'],
      [null, 'form', 'potato washed', 'orphaned'],
    ])
    for (const { message } of result.problems) expect(message).toContain('used by purchases.form')
  })

  test('when the one before it lacks a code that has come into use', async () => {
    const copy = await copyOf(lake)
    const more = [...rowsOf('places'), { ...rowsOf('places')[5]!, place: '2499' }]
    const newer = await send(copy, folder.path, 'places', more)
    const user = await send(copy, folder.path, 'portions', [served({ place: '2499' })], {
      quarter: '2019-Q1',
    })
    const { problems, effective } = await expectRefused(copy, newer.delivery)
    expect(effective).toBe(newer.delivery)
    expect(problems).toMatchObject([{ line: null, column: 'place', value: '2499', rule: 'orphaned' }])
    // without its user nothing stands in the way
    await withdraw(copy, user.delivery, 'wrong')
    expect(await withdraw(copy, newer.delivery, 'wrong')).toMatchObject({
      status: 'withdrawn',
      effective: deliveryOf('places'),
    })
  })

  test('when the one before it uses a code that has been given up', async () => {
    const copy = await copyOf(lake)
    await send(copy, folder.path, 'portions', [served({ place: '2401' })])
    const newer = await portions(copy, 2)
    const fewer = rowsOf('places').filter(({ place }) => place !== '2401')
    expect((await send(copy, folder.path, 'places', fewer)).status).toBe('accepted')
    const { problems } = await expectRefused(copy, newer.delivery)
    expect(problems).toMatchObject([{ line: null, column: 'place', value: '2401', rule: 'unknown_code' }])
    expect(problems[0]!.message).toContain('no longer in places')
  })

  test('when the one before it uses a form that has been given up, by the lines of purchases', async () => {
    const copy = await copyOf(lake)
    const forms = [...rowsOf('product_forms'), { ...rowsOf('product_forms')[0]!, form: 'riced' }]
    await send(copy, folder.path, 'product_forms', forms)
    await send(copy, folder.path, 'purchases', [purchase({ form: 'riced' })])
    const newer = await send(copy, folder.path, 'purchases', [purchase()])
    await send(copy, folder.path, 'product_forms', rowsOf('product_forms'))
    const { problems } = await expectRefused(copy, newer.delivery)
    expect(problems).toMatchObject([{ column: 'form', value: 'potato riced', rule: 'unknown_code' }])
  })
})

describe('a wrong request', () => {
  test('for a delivery that nobody knows suggests one', async () => {
    const { delivery } = { delivery: deliveryOf('portions') }
    const asking = withdraw(lake, `${delivery.slice(0, -1)}z`, 'wrong')
    await expect(asking).rejects.toBeInstanceOf(SkafferiError)
    await expect(asking).rejects.toMatchObject({ kind: 'usage' })
    await expect(asking).rejects.toThrow(`did you mean ${delivery}?`)
  })

  test('for a delivery that nobody knows suggests one of many', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await send(copy, folder.path, 'portions', [served()], {
      source: 'a',
      quarter: '2000-Q1',
    })
    // commits of many other scopes, read after that one
    const commit = await jsonOf(copy, 'commits/portions/a/2000-Q1/000001.json')
    for (let n = 1; n <= 40; n++) {
      const other = { ...commit, source: `b${n}`, delivery: `d${String(n).repeat(12)}` }
      await copy.put(`commits/portions/b${n}/2000-Q1/000001.json`, Buffer.from(JSON.stringify(other)))
    }
    await expect(withdraw(copy, `${delivery.slice(0, -1)}z`, 'wrong')).rejects.toThrow(
      `did you mean ${delivery}?`,
    )
  })

  test('for a delivery that was only ever refused is one for a delivery that nobody knows', async () => {
    const copy = await copyOf(lake)
    const { delivery, status } = await send(copy, folder.path, 'portions', [served({ portions: 'x' })])
    expect(status).toBe('refused')
    await expect(withdraw(copy, delivery, 'wrong')).rejects.toMatchObject({ kind: 'usage' })
  })

  test('on an empty lake is a usage error', async () => {
    await expect(withdraw(new MemoryStorage(), 'd1', 'wrong')).rejects.toMatchObject({ kind: 'usage' })
  })

  test.each(['', ' ', '\n'])('without a reason (%j) is a usage error and writes nothing', async (reason) => {
    const before = await keysOf(lake)
    await expect(withdraw(lake, deliveryOf('portions'), reason)).rejects.toMatchObject({ kind: 'usage' })
    expect(await keysOf(lake)).toEqual(before)
  })
})
