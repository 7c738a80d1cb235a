import { describe, expect, test } from 'vitest'
import { SkafferiError } from '../../../core/errors.ts'
import {
  type Acceptance,
  type Commit,
  nextCommit,
  readCommits,
  readScope,
  readScopes,
  type ScopeState,
  scopeOf,
  standing,
  type Withdrawal,
  writeCommit,
} from '../../../core/lake/commits.ts'
import { commitName, deliveryOf, keys, type Scope } from '../../../core/lake/layout.ts'
import { parseQuarter } from '../../../core/quarter.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { FailingStorage } from '../../support/failing-storage.ts'

const scope: Scope = { dataset: 'purchases', source: 'menigo', quarter: parseQuarter('2026-Q3') }
const places: Scope = { dataset: 'places', source: 'scb', quarter: null }

/** An instant of the tests' day. */
const at = (hour: number) => `2026-10-01T${String(hour).padStart(2, '0')}:00:00.000Z`

function accept(n: number, delivery: string, of: Scope = scope, committed_at = at(n)): Acceptance {
  return {
    kind: 'acceptance',
    n,
    committed_at,
    delivery,
    row_name: `${delivery}.${n}`,
    dataset: of.dataset,
    source: of.source,
    quarter: of.quarter?.name ?? null,
    received_at: committed_at,
    landing: { key: `${keys.landing(of, delivery)}file.csv`, sha256: 'f', bytes: 9 },
    rows: 3,
    refused_rows: 0,
    supersedes: null,
    curated: { key: keys.curated(of, delivery), sha256: 'c', bytes: 9, rows: 3 },
    rolled: null,
  }
}

function withdraw(n: number, delivery: string, of: Scope = scope, committed_at = at(n)): Withdrawal {
  const { dataset, source, quarter } = of
  return {
    kind: 'withdrawal',
    n,
    committed_at,
    dataset,
    source,
    quarter: quarter?.name ?? null,
    withdraws: delivery,
    reason: 'wrong file',
  }
}

/** Commits from words: `+a` accepts the delivery a, `-a` takes it back. */
const commits = (words: string): Commit[] =>
  words
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => (word[0] === '+' ? accept : withdraw)(index + 1, word.slice(1)))

async function store(storage: MemoryStorage, of: Scope, all: readonly Commit[]): Promise<void> {
  for (const commit of all) {
    expect(await writeCommit(storage, await readScope(storage, of), commit)).toBe(true)
  }
}

describe('standing(commits)', () => {
  test.each([
    ['', ''],
    ['+a', 'a1'],
    ['+a +b', 'a1 b2'],
    ['+a +b -b', 'a1'],
    ['+a +b -a', 'b2'],
    ['+a +b -a -b', ''],
    ['+a +b -b -a', ''],
    ['+a +b +a', 'a1 b2 a3'],
    ['+a +b +a -a', 'b2'],
    ['+a +a -a', ''],
    ['+a +a -a +a', 'a4'],
    ['+a +b +a -a +a', 'b2 a5'],
    ['+a +b +a -b', 'a1 a3'],
    ['+a -a +a -a', ''],
    ['+a -a -a +a', 'a4'],
    ['-a +a', 'a2'],
    ['+a -b', 'a1'],
    ['+a +b +c -b -c +b', 'a1 b6'],
  ])('after %j it is %j', (words, expected) => {
    const found = standing(commits(words)).map(({ delivery, n }) => `${delivery}${n}`)
    expect(found.join(' ')).toBe(expected)
  })
})

describe('readScope and readScopes', () => {
  test('the newest delivery that stands is effective, the first one tells when the scope was served', async () => {
    const storage = new MemoryStorage()
    await store(storage, scope, commits('+a +b +a -a +c -c'))
    const state = await readScope(storage, scope)
    expect(state.commits.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6])
    expect(state.effective?.n).toBe(2)
    expect(state.first?.n).toBe(2)
  })

  test('a scope without commits or with withdrawn ones only has nothing in force', async () => {
    const storage = new MemoryStorage()
    expect(await readScope(storage, scope)).toMatchObject({ commits: [], effective: null, first: null })
    expect(await readScopes(storage)).toEqual([])
    await store(storage, scope, commits('+a -a'))
    expect(await readScope(storage, scope)).toMatchObject({ effective: null, first: null })
    expect(await readScopes(storage)).toMatchObject([{ scope, effective: null }])
  })

  test('every scope stands for itself, those of reference datasets whatever the source', async () => {
    const storage = new MemoryStorage()
    const other: Scope = { ...scope, quarter: parseQuarter('2026-Q2') }
    const sibling: Scope = { ...scope, source: 'menigo-2' }
    await store(storage, scope, [accept(1, 'a')])
    await store(storage, other, [accept(1, 'b', other)])
    await store(storage, sibling, [accept(1, 'c', sibling)])
    await store(storage, places, [accept(1, 'd', places)])
    await store(storage, { ...places, source: 'other' }, [accept(2, 'e', { ...places, source: 'other' })])
    const scopes = await readScopes(storage)
    expect(scopes.map(({ effective }) => effective?.delivery)).toEqual(['e', 'c', 'b', 'a'])
    expect(scopes.map((state) => state.scope)).toEqual([places, sibling, other, scope])
    expect((await readScope(storage, places)).effective?.source).toBe('other')
    expect(await readCommits(storage, 'commits/')).toEqual([])
  })

  test('an instant is inclusive and gives the past of every scope', async () => {
    const storage = new MemoryStorage()
    await store(storage, scope, commits('+a +b -b'))
    await store(storage, places, [accept(1, 'd', places, at(2))])
    const effective = async (instant: string) =>
      (await readScopes(storage, new Date(instant))).map((state) => state.effective?.delivery)
    expect(await effective('2026-10-01T00:59:59.999Z')).toEqual([])
    expect(await effective('2026-10-01T01:00:00.000Z')).toEqual(['a'])
    expect(await effective('2026-10-01T01:59:59.999Z')).toEqual(['a'])
    expect(await effective('2026-10-01T02:00:00.000Z')).toEqual(['d', 'b'])
    expect(await effective('2026-10-01T02:59:59.999Z')).toEqual(['d', 'b'])
    expect(await effective('2026-10-01T03:00:00.000Z')).toEqual(['d', 'a'])
    expect(await effective('2026-10-01T05:00:00.000+02:00')).toEqual(['d', 'a'])
    const prefix = keys.commits(scope)
    expect(await readCommits(storage, prefix, new Date(at(2)))).toHaveLength(2)
    expect(await readCommits(storage, prefix)).toHaveLength(3)
  })

  test('commits keep their order beyond nine and ninety-nine', async () => {
    const storage = new MemoryStorage()
    const many = Array.from({ length: 120 }, (_, index) => accept(index + 1, `d${index + 1}`, scope, at(1)))
    for (const commit of many.toReversed())
      await storage.put(`${keys.commits(scope)}${commitName(commit.n)}`, Buffer.from(JSON.stringify(commit)))
    const state = await readScope(storage, scope)
    expect(state.commits.map(({ n }) => n)).toEqual(many.map(({ n }) => n))
    expect(state.effective?.delivery).toBe('d120')
  })

  test.each([
    ['no JSON', '{"kind": "accept'],
    ['empty', ''],
    ['another kind', '{"kind": "removal"}'],
    ['lacking a field', JSON.stringify({ ...accept(1, 'a'), rows: undefined })],
    ['of another type', JSON.stringify({ ...accept(1, 'a'), n: '1' })],
  ])('a commit that is %s is a fault that names it', async (_, content) => {
    const storage = new MemoryStorage()
    const key = `${keys.commits(scope)}000001.json`
    await storage.put(key, Buffer.from(content))
    for (const reading of [readScope(storage, scope), readScopes(storage)]) {
      await expect(reading).rejects.toBeInstanceOf(SkafferiError)
      await expect(reading).rejects.toThrow(`commit ${key} is damaged`)
    }
  })
})

describe('nextCommit(state, now)', () => {
  const stateWith = (all: readonly Commit[]): ScopeState => ({
    scope,
    commits: all,
    effective: null,
    first: null,
  })

  test('the first commit has the number 1 and the time it is', () => {
    expect(nextCommit(stateWith([]), new Date(at(5)))).toEqual({ n: 1, committed_at: at(5) })
  })

  test('later ones count on', () => {
    expect(nextCommit(stateWith(commits('+a -a')), new Date(at(5)))).toEqual({ n: 3, committed_at: at(5) })
  })

  test('a clock that went backwards does not turn time back', () => {
    expect(nextCommit(stateWith(commits('+a +b')), new Date(at(1)))).toEqual({ n: 3, committed_at: at(2) })
    expect(nextCommit(stateWith(commits('+a +b')), new Date(at(2)))).toEqual({ n: 3, committed_at: at(2) })
  })

  test('what it gives can be read again at its own instant', async () => {
    const storage = new MemoryStorage()
    await store(storage, scope, commits('+a +b'))
    const state = await readScope(storage, scope)
    const next = { ...withdraw(0, 'b'), ...nextCommit(state, new Date(at(0))) }
    await writeCommit(storage, state, next)
    const found = await readCommits(storage, keys.commits(scope), new Date(next.committed_at))
    expect(found.map(({ n }) => n)).toEqual([1, 2, 3])
  })
})

describe('writeCommit(storage, state, commit)', () => {
  test('the loser of a race is told and changes nothing', async () => {
    const storage = new MemoryStorage()
    await store(storage, scope, commits('+a'))
    const [one, two] = [await readScope(storage, scope), await readScope(storage, scope)]
    const next = nextCommit(one, new Date(at(5)))
    expect(await writeCommit(storage, one, accept(next.n, 'b', scope, next.committed_at))).toBe(true)
    expect(await writeCommit(storage, two, accept(next.n, 'c', scope, next.committed_at))).toBe(false)
    const state = await readScope(storage, scope)
    expect(standing(state.commits).map(({ delivery }) => delivery)).toEqual(['a', 'b'])
  })

  test('of many at once each gets a number of its own in the end', async () => {
    const storage = new MemoryStorage()
    await Promise.all(
      Array.from({ length: 15 }, async (_, writer) => {
        for (;;) {
          const state = await readScope(storage, scope)
          const { n, committed_at } = nextCommit(state, new Date(at(5)))
          if (await writeCommit(storage, state, accept(n, `d${writer}`, scope, committed_at))) return
        }
      }),
    )
    const state = await readScope(storage, scope)
    expect(state.commits.map(({ n }) => n)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1))
    expect(new Set(standing(state.commits).map(({ delivery }) => delivery)).size).toBe(15)
  })

  test('a commit that no reader could read is not written', async () => {
    const storage = new FailingStorage(new MemoryStorage())
    const state = await readScope(storage, scope)
    await expect(writeCommit(storage, state, accept(1, 'a', scope, 'yesterday'))).rejects.toThrow()
    await expect(writeCommit(storage, state, accept(0, 'a'))).rejects.toThrow()
    expect(storage.writes).toBe(0)
  })

  test('after a failure the scope is as it was, or as it was to become', async () => {
    for (const when of ['before', 'after'] as const) {
      const inner = new MemoryStorage()
      const storage = new FailingStorage(inner, { at: 1, when })
      const state = await readScope(storage, scope)
      await expect(writeCommit(storage, state, accept(1, 'a'))).rejects.toThrow('write 1 fails')
      expect((await readScope(inner, scope)).effective?.delivery).toBe(when === 'after' ? 'a' : undefined)
    }
  })

  test('every scope has a folder of its own', () => {
    expect(scopeOf(accept(1, 'a'))).toEqual(scope)
    expect(scopeOf(accept(1, 'a', places))).toEqual(places)
    expect(keys.commits(scope)).toBe('commits/purchases/menigo/2026-Q3/')
    expect(keys.commits(places)).toBe('commits/places/')
  })
})

describe('deliveryOf(scope, sha256)', () => {
  test('differs by dataset, source, quarter and bytes and by nothing else', () => {
    const names = [
      deliveryOf(scope, 'f'),
      deliveryOf(scope, 'e'),
      deliveryOf({ ...scope, source: 'other' }, 'f'),
      deliveryOf({ ...scope, dataset: 'portions' }, 'f'),
      deliveryOf({ ...scope, quarter: parseQuarter('2026-Q2') }, 'f'),
      deliveryOf({ ...scope, quarter: null }, 'f'),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(deliveryOf({ ...scope }, 'f')).toBe(names[0])
    for (const name of names) expect(name).toMatch(/^d[0-9a-f]{24}$/)
  })
})
