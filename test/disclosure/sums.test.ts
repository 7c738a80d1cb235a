import { expect, test } from 'vitest'
import type { Contribution, RunFacts } from '../../core/disclosure/contributions.ts'
import { isTold, unsafeSums } from '../../core/disclosure/sums.ts'
import { random } from '../reference/random.ts'

/** `place: farm kg, farm kg; place: …` of one product group and quarter; all that is produced is on offer. */
function grown(text: string): Contribution[] {
  return text.split(';').flatMap((part) => {
    const [place, farms] = part.split(':') as [string, string]
    return farms.split(',').map((farm) => {
      const [contributor, kg] = farm.trim().split(' ') as [string, string]
      const amount = Number(kg)
      return {
        quarter_index: 8105,
        product_group: 'potato',
        step: null,
        place: place.trim(),
        contributor,
        kg: amount,
        produced_kg: amount,
        evidence: 'reported',
      }
    })
  })
}

function facts(contributions: Contribution[], zones: Record<string, string[]>): RunFacts {
  return {
    contributions,
    cells: Object.keys(zones).map((name, cell) => {
      const [zoning, zone] = name.split('/') as [string, string]
      return { cell, zoning, zone, product_group: 'potato' }
    }),
    places: new Map(Object.entries(zones)),
    form_steps: new Map(),
    step_ancestors: new Map(),
    step_descendants: new Map(),
  }
}

/** An earlier release: what is different now, and which zones it did not tell. */
interface Before {
  readonly changes: string
  readonly hid: readonly string[]
}

async function unsafe(text: string, zones: Record<string, string[]>, ...before: Before[]) {
  const versions = before.map(({ changes, hid }) => ({
    changes: changes === '' ? [] : grown(changes),
    hid: ({ zoning, zone }: { zoning: string; zone: string }) => hid.includes(`${zoning}/${zone}`),
  }))
  const found = await unsafeSums(facts(grown(text), zones), () => versions)
  return Object.fromEntries(
    found.map(({ cell, reason }) => [`${cell.zoning}/${cell.zone}`, reason] as const).sort(),
  )
}

const nested = { 'municipality/a': ['a'], 'municipality/b': ['b'], 'county/c': ['a', 'b'] }

test('a zone with fewer than three farms, or with one that has more than three quarters, is unsafe', async () => {
  const alone = { 'municipality/a': ['a'] }
  expect(await unsafe('a: f1 10, f2 10', alone)).toEqual({ 'municipality/a': 'few_contributors' })
  expect(await unsafe('a: f1 76, f2 12, f3 12', alone)).toEqual({ 'municipality/a': 'dominance' })
  expect(await unsafe('a: f1 75, f2 13, f3 12', alone)).toEqual({})
})

test('a farm that offers nothing counts among the farms, and one with rows at two places once', async () => {
  expect(await unsafe('a: f1 10, f2 10, f3 0', { 'municipality/a': ['a'] })).toEqual({})
  expect(await unsafe('a: f1 10, f2 10; b: f1 10', { 'county/c': ['a', 'b'] })).toEqual({
    'county/c': 'few_contributors',
  })
})

test('where the county minus one municipality would tell the other, the smaller of the two sums goes', async () => {
  // b = 90 and c = 100 shown would tell a = 10
  expect(await unsafe('a: f1 10; b: f2 30, f3 30, f4 30', nested)).toEqual({
    'municipality/a': 'few_contributors',
    'municipality/b': 'secondary',
  })
})

test('two municipalities with one farm each hide each other, and the county is shown', async () => {
  expect(await unsafe('a: f1 10; b: f2 30; d: f3 30', { ...nested, 'county/c': ['a', 'b', 'd'] })).toEqual({
    'municipality/a': 'few_contributors',
    'municipality/b': 'few_contributors',
  })
})

test('what lies between two zones is protected although it is no zone', async () => {
  // whole − inner = the one farm at a
  const zones = { 'inner/i': ['b'], 'whole/w': ['a', 'b'] }
  expect(await unsafe('a: f1 10; b: f2 30, f3 30, f4 30', zones)).toEqual({ 'inner/i': 'secondary' })
})

test('the same places under two zonings are withheld or shown together', async () => {
  const zones = { ...nested, 'group/g': ['b'] }
  expect(await unsafe('a: f1 10; b: f2 30, f3 30, f4 30', zones)).toEqual({
    'municipality/a': 'few_contributors',
    'municipality/b': 'secondary',
    'group/g': 'secondary',
  })
})

test('a sum of crossing zones that tells two farms of different zones is broken up', async () => {
  // (a + c) + (b + d) − (c + d) = a + b: each of the two farms could work out the other
  const zones = { 'x/1': ['a', 'c'], 'x/2': ['b', 'd'], 'y/3': ['c', 'd'] }
  const text = 'a: f1 10; b: f2 10; c: f3 20, f4 20, f5 20; d: f6 20, f7 20, f8 20'
  expect(Object.values(await unsafe(text, zones))).toEqual(['secondary'])
})

test('a sum that too few have changed since an earlier release is withheld', async () => {
  const zones = { 'municipality/a': ['a'] }
  const text = 'a: f1 10, f2 10, f3 10, f4 5'
  expect(await unsafe(text, zones, { changes: 'a: f4 5', hid: [] })).toEqual({
    'municipality/a': 'secondary',
  })
  // not shown before, it cannot be subtracted
  expect(await unsafe(text, zones, { changes: 'a: f4 5, f3 1, f2 1', hid: [] })).toEqual({})
})

test('what an earlier release hid stays hidden, or its sums and the new ones would tell together', async () => {
  const zones = { ...nested, 'municipality/d': ['d'], 'county/c': ['a', 'b', 'd'] }
  const text = 'a: f1 123; b: f2 40, f3 40, f4 40; d: f5 310, f6 310, f7 310, f8 50'
  // county − d was shown, so b would tell a
  expect(
    await unsafe(text, zones, { changes: 'd: f8 50', hid: ['municipality/a', 'municipality/b'] }),
  ).toEqual({
    'county/c': 'secondary',
    'municipality/a': 'few_contributors',
    'municipality/b': 'secondary',
    'municipality/d': 'secondary',
  })
})

test('a change between two zones is not told by the changes of both', async () => {
  // three farms came to a, one to b, which is in no zone of its own
  const zones = { 'municipality/a': ['a'], 'county/c': ['a', 'b'] }
  const text = 'a: f1 110, f2 110, f3 110, f0 900; b: g1 200, g2 210, g3 220, g4 280, g5 317'
  const found = await unsafe(text, zones, { changes: 'a: f1 110, f2 110, f3 110; b: g5 317', hid: [] })
  expect(Object.values(found)).toContain('secondary')
})

test('a farm that offers nothing in a zone that offers something stays hidden', async () => {
  expect(await unsafe('a: f1 0; b: f2 30, f3 30, f4 30', nested)).toEqual({
    'municipality/a': 'few_contributors',
    'municipality/b': 'secondary',
  })
})

test('a zone of many farms in which nothing is on offer is shown', async () => {
  expect(await unsafe('a: f1 0; b: f2 0, f3 0, f4 0', nested)).toEqual({
    'municipality/a': 'few_contributors',
  })
})

test('no secondary sum could be shown without telling something', async () => {
  const r = random(7)
  for (let round = 0; round < 30; round++) {
    const places = Array.from({ length: r.whole(3, 8) }, (_, at) => `p${at}`)
    const text = places
      .map((place, at) => {
        const farms = Array.from({ length: r.whole(1, 4) }, (_, n) => `f${at}-${n} ${r.whole(0, 500)}`)
        return `${place}: ${farms.join(', ')}`
      })
      .join('; ')
    const zones: Record<string, string[]> = { 'county/all': places }
    for (const place of places) zones[`municipality/${place}`] = [place]
    for (const [at, place] of places.entries()) {
      const group = `group/${at % 3}`
      zones[group] = [...(zones[group] ?? []), place]
    }
    const found = await unsafe(text, zones)
    const shown = Object.keys(zones).filter((zone) => !(zone in found))
    const kg = new Map(
      grown(text).map(({ place, contributor, kg: amount }) => [`${place} ${contributor}`, amount]),
    )
    const sumOf = (zone: string) =>
      [...kg].reduce(
        (sum, [name, amount]) => sum + (zones[zone]!.includes(name.split(' ')[0]!) ? amount : 0),
        0,
      )
    // every municipality whose group is shown and whose neighbours in the group are all shown would be told
    for (const [zone, reason] of Object.entries(found)) {
      if (!zone.startsWith('municipality/') || reason === 'secondary') continue
      const group = Object.keys(zones).find(
        (one) => one.startsWith('group/') && zones[one]!.includes(zones[zone]![0]!),
      )!
      const others = zones[group]!.filter((place) => place !== zones[zone]![0]).map(
        (place) => `municipality/${place}`,
      )
      const told = shown.includes(group) && others.every((one) => shown.includes(one))
      expect(told && sumOf(zone) > 0, `${text} ${JSON.stringify(found)}`).toBe(false)
    }
  }
})

test('a figure is told by bounds that both lie within a tenth of it', () => {
  expect(isTold(100, 90, 110)).toBe(true)
  expect(isTold(100, 89, 105)).toBe(false)
  expect(isTold(100, 95, 111)).toBe(false)
  expect(isTold(0, 0, 0)).toBe(true)
  expect(isTold(0, 0, 5)).toBe(false)
})
