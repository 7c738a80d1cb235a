import { beforeAll, describe, expect, test } from 'vitest'
import { readScope } from '../../core/lake/commits.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { withdraw } from '../../core/withdraw.ts'
import { type Interruption, interruptedStorage } from '../support/interrupted-storage.ts'
import {
  copyOf,
  jsonOf,
  keysOf,
  landRegion,
  OFFICE,
  only,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
const places = region[`places/${OFFICE}/all`]!
const more_places = [...places, { ...places[5]!, place: '2499' }]
const most_places = [...more_places, { ...places[5]!, place: '2498' }]
let lake: MemoryStorage
let old_places: string

beforeAll(async () => {
  lake = new MemoryStorage()
  const landed = await landRegion(lake, folder.path, only(region, 'places', 'portions'))
  old_places = landed.find(({ dataset }) => dataset === 'places')!.delivery
})

const landPlaces = (storage: Storage, rows = more_places) => send(storage, folder.path, 'places', rows)
/** Portions of a place that only the newer lists have, in a quarter of their own. */
const landUser = (storage: Storage, place = '2499') =>
  send(storage, folder.path, 'portions', [served({ place })], { quarter: '2019-Q1' })
const counting = async (storage: Storage, dataset: string) => {
  const quarter = dataset === 'places' ? null : parseQuarter('2019-Q1')
  return (await readScope(storage, { dataset, source: 'sender', quarter })).effective?.delivery ?? null
}
const beforeCommitOf = (dataset: string, before: () => Promise<unknown>): Interruption => ({
  call: 'put',
  key: `commits/${dataset}/`,
  before,
})

describe('a list of places that is landed while somebody lands what uses places', () => {
  const landMeanwhile = async (copy: Storage, place: string) => {
    const meanwhile = {
      call: 'localFile',
      key: `curated/portions/`,
      after: () => landUser(copy, place),
    } as const
    const fewer = places.filter((row) => row.place !== '2401')
    return await landPlaces(interruptedStorage(copy, meanwhile), fewer)
  }

  test('is accepted when it has them', async () => {
    const copy = await copyOf(lake)
    const result = await landMeanwhile(copy, '2480')
    expect(result).toMatchObject({ status: 'accepted', problems: [] })
    expect(await counting(copy, 'places')).toBe(result.delivery)
    expect(await counting(copy, 'portions')).not.toBeNull()
  })

  test('is taken back when it lacks one of them', async () => {
    const copy = await copyOf(lake)
    const result = await landMeanwhile(copy, '2401')
    expect(result).toMatchObject({ status: 'refused', problems: [{ value: '2401', rule: 'orphaned' }] })
    expect(await counting(copy, 'places')).toBe(old_places)
    expect(await counting(copy, 'portions')).not.toBeNull()
  })
})

describe('a list of places that is withdrawn while somebody lands what needs it', () => {
  test('counts again when the other came first', async () => {
    const copy = await copyOf(lake)
    const newer = await landPlaces(copy)
    const before = await jsonOf(copy, 'commits/places/000002.json')
    const meanwhile = interruptedStorage(
      copy,
      beforeCommitOf('places', () => landUser(copy)),
    )
    expect(await withdraw(meanwhile, newer.delivery, 'wrong')).toMatchObject({
      status: 'refused',
      effective: newer.delivery,
      problems: [{ line: null, column: 'place', value: '2499', rule: 'orphaned' }],
    })
    expect(await counting(copy, 'places')).toBe(newer.delivery)
    expect(await counting(copy, 'portions')).not.toBeNull()
    const { committed_at, ...again } = await jsonOf(copy, 'commits/places/000004.json')
    expect(again).toEqual({ ...before, committed_at: undefined, n: 4, supersedes: old_places })
    expect(String(committed_at) >= String(before.committed_at)).toBe(true)
  })

  test('stays withdrawn when it came first, and the other is taken back', async () => {
    const copy = await copyOf(lake)
    const newer = await landPlaces(copy)
    const meanwhile = interruptedStorage(
      copy,
      beforeCommitOf('portions', () => withdraw(copy, newer.delivery, 'wrong')),
    )
    expect(await landUser(meanwhile)).toMatchObject({
      status: 'refused',
      rows: 0,
      problems: [{ column: 'place', value: '2499', rule: 'unknown_code' }],
    })
    expect(await counting(copy, 'places')).toBe(old_places)
    expect(await counting(copy, 'portions')).toBeNull()
  })

  test('stays withdrawn when nobody needs it, whatever was landed', async () => {
    const copy = await copyOf(lake)
    const newer = await landPlaces(copy)
    const meanwhile = interruptedStorage(
      copy,
      beforeCommitOf('places', () => landUser(copy, '2480')),
    )
    expect(await withdraw(meanwhile, newer.delivery, 'wrong')).toMatchObject({
      status: 'withdrawn',
      effective: old_places,
    })
    expect(await keysOf(copy, 'commits/places/')).toHaveLength(3)
  })

  test('stays withdrawn when yet another list has come with what is needed', async () => {
    const copy = await copyOf(lake)
    const newer = await landPlaces(copy)
    let newest = ''
    const meanwhile = interruptedStorage(copy, {
      ...beforeCommitOf('places', () => landUser(copy)),
      after: async () => {
        newest = (await landPlaces(copy, most_places)).delivery
      },
    })
    expect(await withdraw(meanwhile, newer.delivery, 'wrong')).toMatchObject({ status: 'withdrawn' })
    expect(await counting(copy, 'places')).toBe(newest)
  })
})

test('a landing is taken back when places that it was held against came and went meanwhile', async () => {
  const copy = await copyOf(lake)
  let newer = ''
  const coming = interruptedStorage(copy, {
    call: 'list',
    key: 'commits/portions/sender/2019-Q1/',
    before: async () => {
      newer = (await landPlaces(copy)).delivery
    },
  })
  const going = interruptedStorage(
    coming,
    beforeCommitOf('portions', () => withdraw(copy, newer, 'wrong')),
  )
  expect(await landUser(going)).toMatchObject({ status: 'refused', problems: [{ value: '2499' }] })
  expect(await counting(copy, 'places')).toBe(old_places)
  expect(await counting(copy, 'portions')).toBeNull()
})

describe('a landing that died right after its commit, while the places that it needs were withdrawn', () => {
  const dead = async () => {
    const copy = await copyOf(lake)
    const newer = await landPlaces(copy)
    const dying = interruptedStorage(copy, {
      ...beforeCommitOf('portions', () => withdraw(copy, newer.delivery, 'wrong')),
      after: () => Promise.reject(new Error('died')),
    })
    await expect(landUser(dying)).rejects.toThrow('died')
    expect(await counting(copy, 'portions')).not.toBeNull()
    return copy
  }

  test('is taken back when it is landed again', async () => {
    const copy = await dead()
    expect(await landUser(copy)).toMatchObject({
      status: 'refused',
      rows: 0,
      problems: [{ column: 'place', value: '2499', rule: 'unknown_code' }],
    })
    expect(await counting(copy, 'portions')).toBeNull()
  })

  test('is a duplicate once its places are known again', async () => {
    const copy = await dead()
    await landPlaces(copy)
    const before = await keysOf(copy)
    expect(await landUser(copy)).toMatchObject({ status: 'duplicate', rows: 1, problems: [] })
    expect(await keysOf(copy)).toEqual(before)
  })
})
