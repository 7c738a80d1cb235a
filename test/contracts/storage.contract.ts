import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NotFoundError } from '../../core/errors.ts'
import type { Storage, StoredObject } from '../../core/storage/storage.ts'

/** A store under test and how to get rid of it. */
export interface OpenStorage {
  readonly storage: Storage
  close(): Promise<void>
}

const text = (content: string) => Buffer.from(content)

/** Everything a list yields, but for when it was stored, which not every store knows. */
export async function all(listed: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const { key, bytes } of listed) objects.push({ key, bytes })
  return objects
}

/** What every store promises; run by each store's own test. */
export function storageContract(name: string, open: () => Promise<OpenStorage>): void {
  describe(`${name} keeps the storage contract`, () => {
    let storage: Storage
    let close: () => Promise<void>

    beforeEach(async () => {
      const opened = await open()
      storage = opened.storage
      close = () => opened.close()
    })
    afterEach(() => close())

    const listed = async (prefix: string) => (await all(storage.list(prefix))).map(({ key }) => key)
    const put = async (...keys: string[]) => {
      for (const key of keys) expect(await storage.put(key, text(key)), key).toBe('written')
    }
    const readText = async (key: string) => Buffer.from(await storage.read(key)).toString()
    const putFile = async (key: string, content: Uint8Array) => {
      const workspace = await storage.workspace()
      const file = join(workspace.path, 'content')
      await writeFile(file, content)
      const result = await storage.put(key, { file })
      await workspace.remove()
      return result
    }

    describe('put and read', () => {
      test('give back the bytes that were stored', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
        expect(await storage.put('a/b.bin', bytes)).toBe('written')
        expect(Buffer.from(await storage.read('a/b.bin'))).toEqual(Buffer.from(bytes))
      })

      test('give back the bytes of a stored file, also when its workspace is gone', async () => {
        const bytes = Buffer.alloc(3 << 20, 'skafferi')
        expect(await putFile('a/big.bin', bytes)).toBe('written')
        expect(bytes.equals(await storage.read('a/big.bin'))).toBe(true)
      })

      test('keep an empty object', async () => {
        await storage.put('empty', new Uint8Array())
        await putFile('empty-file', new Uint8Array())
        expect((await storage.read('empty')).length).toBe(0)
        expect(await all(storage.list('empty'))).toEqual([
          { key: 'empty', bytes: 0 },
          { key: 'empty-file', bytes: 0 },
        ])
      })

      test('an object is written once, whether from bytes or from a file', async () => {
        await put('once')
        expect(await storage.put('once', text('again'))).toBe('exists')
        expect(await storage.put('once', text('once'))).toBe('exists')
        expect(await putFile('once', text('again'))).toBe('exists')
        expect(await readText('once')).toBe('once')
      })

      test('the bytes handed in or out are copies', async () => {
        const bytes = text('abc')
        await storage.put('copy', bytes)
        bytes.fill(0)
        const read = await storage.read('copy')
        read.fill(0)
        expect(await readText('copy')).toBe('abc')
      })

      test('an object was stored about when its store says, where it knows', async () => {
        const before = Date.now()
        await put('a')
        for await (const { stored_at } of storage.list('')) {
          if (stored_at) expect(Math.abs(stored_at.getTime() - before)).toBeLessThan(60_000)
        }
      })

      test('a missing file to store is an error and leaves nothing', async () => {
        const { path } = await storage.workspace()
        await expect(storage.put('a', { file: join(path, 'missing') })).rejects.toThrow()
        expect(await listed('')).toEqual([])
      })

      test.each(['missing', 'a', 'a/b/c', 'a/b/', 'x/y/z'])('reading %j is refused', async (key) => {
        await put('a/b')
        await expect(storage.read(key)).rejects.toThrow()
        await expect(storage.localFile(key)).rejects.toThrow()
        if (!key.endsWith('/')) {
          await expect(storage.read(key)).rejects.toBeInstanceOf(NotFoundError)
          await expect(storage.localFile(key)).rejects.toBeInstanceOf(NotFoundError)
          await expect(storage.read(key)).rejects.toThrow(key)
        }
      })

      test.each([
        '/a',
        'a/',
        'a//b',
        '',
        '.',
        '..',
        'a/../b',
        'a/./b',
        '../a',
        '.work/a',
        'a\\b',
        'a\0b',
        'a\ud800',
      ])('the key %j is refused everywhere', async (key) => {
        await expect(storage.put(key, text('x'))).rejects.toBeInstanceOf(RangeError)
        await expect(storage.read(key)).rejects.toBeInstanceOf(RangeError)
        await expect(storage.localFile(key)).rejects.toBeInstanceOf(RangeError)
        await expect(storage.readPointer(key)).rejects.toBeInstanceOf(RangeError)
        await expect(storage.swapPointer(key, 'x', null)).rejects.toBeInstanceOf(RangeError)
        expect(await listed('')).toEqual([])
      })

      test('of twenty writers of one key exactly one is told so, and the content is its', async () => {
        for (let round = 0; round < 5; round++) {
          const key = `race/${round}`
          const results = await Promise.all(
            Array.from({ length: 20 }, (_, writer) =>
              writer % 2 === 0
                ? storage.put(key, text(`writer ${writer}`))
                : putFile(key, text(`writer ${writer}`)),
            ),
          )
          expect(results.filter((result) => result === 'written')).toHaveLength(1)
          expect(await readText(key)).toBe(`writer ${results.indexOf('written')}`)
        }
      })
    })

    describe('localFile', () => {
      test('has the bytes of the object and ends in its key', async () => {
        await putFile('a/b=1/c.parquet', text('rows'))
        const path = await storage.localFile('a/b=1/c.parquet')
        expect(await readFile(path, 'utf8')).toBe('rows')
        expect(path.endsWith('/a/b=1/c.parquet')).toBe(true)
      })

      test('is whole for each of many callers at once', async () => {
        const bytes = Buffer.alloc(1 << 20, 7)
        await storage.put('big', bytes)
        const read = async () => bytes.equals(await readFile(await storage.localFile('big')))
        expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(Array(20).fill(true))
      })
    })

    describe('list', () => {
      test('an empty store lists nothing', async () => {
        expect(await listed('')).toEqual([])
        expect(await listed('a/')).toEqual([])
        expect(await listed('a')).toEqual([])
      })

      test('three thousand keys come in code point order with their sizes', async () => {
        const numbers = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 3000)
        for (let at = 0; at < numbers.length; at += 100) {
          await Promise.all(
            numbers
              .slice(at, at + 100)
              .map((n) => storage.put(`many/${n % 7}/${n}.json`, Buffer.alloc(n % 11))),
          )
        }
        const expected = numbers.map((n) => ({ key: `many/${n % 7}/${n}.json`, bytes: n % 11 }))
        expected.sort((a, b) => (a.key < b.key ? -1 : 1))
        expect(await all(storage.list('many/'))).toEqual(expected)
        expect(await all(storage.list(''))).toEqual(expected)
      })

      test('what sorts before the slash comes before the folder', async () => {
        await put('a/x', 'a-b/x', 'a.b', 'a0', 'a b/x', 'a/x-y/z', 'a/x.y', 'ab/x')
        expect(await listed('')).toEqual(['a b/x', 'a-b/x', 'a.b', 'a/x', 'a/x-y/z', 'a/x.y', 'a0', 'ab/x'])
      })

      test('a prefix may end in the middle of a name', async () => {
        await put('commits/a/1.json', 'commits/a/2.json', 'commits/ab/1.json', 'commits/b/1.json', 'comm')
        expect(await listed('comm')).toHaveLength(5)
        expect(await listed('commi')).toHaveLength(4)
        expect(await listed('commits/a')).toEqual([
          'commits/a/1.json',
          'commits/a/2.json',
          'commits/ab/1.json',
        ])
        expect(await listed('commits/a/')).toEqual(['commits/a/1.json', 'commits/a/2.json'])
        expect(await listed('commits/a/1')).toEqual(['commits/a/1.json'])
        expect(await listed('commits/a/1.json')).toEqual(['commits/a/1.json'])
        expect(await listed('commits/a/1.json/')).toEqual([])
        expect(await listed('commits/c')).toEqual([])
      })

      test('letters beyond ASCII keep the order of their code points', async () => {
        // U+FF5E comes before U+1F955, though its UTF-16 unit is the greater one
        await put('ö/å', 'z', 'é', 'e\u0301', 'å', '\u{ff5e}', '\u{1f955}', 'ä/1', 'ä/2')
        expect(await listed('')).toEqual([
          'e\u0301',
          'z',
          'ä/1',
          'ä/2',
          'å',
          'é',
          'ö/å',
          '\u{ff5e}',
          '\u{1f955}',
        ])
        expect(await listed('ä')).toEqual(['ä/1', 'ä/2'])
        expect(await readText('ö/å')).toBe('ö/å')
      })

      test.each([
        '/',
        '..',
        '../',
        './',
        '.',
        '.w',
        '.work',
        '.work/',
        '.pointers/',
        'a//',
        'a/./',
        'a/../',
        '\\',
      ])('no key begins with %j', async (prefix) => {
        await put('a/b')
        await storage.swapPointer('c/current', 'x', null)
        const { path, remove } = await storage.workspace()
        await writeFile(join(path, 'file'), 'x')
        expect(await listed(prefix)).toEqual([])
        await remove()
      })

      test('agrees with a plain filter and sort on any keys', async () => {
        const part = fc
          .string({
            unit: fc.constantFrom(...'aAz0-. _=~å', '\u{ff5e}', '\u{1f955}'),
            minLength: 1,
            maxLength: 4,
          })
          .filter((name) => !name.startsWith('.'))
        const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(key, { maxLength: 8 }),
            fc.string({ unit: 'binary', maxLength: 3 }),
            async (wanted, other) => {
              const opened = await open()
              const keys = wanted.filter((one) => !wanted.some((two) => two.startsWith(`${one}/`)))
              for (const one of keys) await opened.storage.put(one, text(one))
              const prefixes = [other, ...keys.map((one, at) => one.slice(0, at + 1))]
              for (const prefix of prefixes.filter((one) => one.isWellFormed())) {
                const found = (await all(opened.storage.list(prefix))).map((object) => object.key)
                const expected = keys.filter((one) => one.startsWith(prefix))
                expect(found).toEqual(expected.sort((a, b) => Buffer.compare(text(a), text(b))))
              }
              await opened.close()
            },
          ),
          { numRuns: 40 },
        )
      })
    })

    describe('pointers', () => {
      const key = 'releases/2026-Q3/current.json'

      test('there is none at first', async () => {
        expect(await storage.readPointer(key)).toBeNull()
        expect(await storage.swapPointer(key, 'one', 'some version')).toBe(false)
        expect(await storage.swapPointer(key, 'one', '000001')).toBe(false)
        expect(await storage.readPointer(key)).toBeNull()
      })

      test('the newest version is read and only it can be replaced', async () => {
        expect(await storage.swapPointer(key, 'one', null)).toBe(true)
        const first = await storage.readPointer(key)
        expect(first?.content).toBe('one')
        expect(await storage.swapPointer(key, 'other', null)).toBe(false)
        expect(await storage.swapPointer(key, 'two', first!.version)).toBe(true)
        const second = await storage.readPointer(key)
        expect(second?.content).toBe('two')
        expect(second?.version).not.toBe(first?.version)
        expect(await storage.swapPointer(key, 'three', first!.version)).toBe(false)
        expect(await storage.swapPointer(key, 'three', 'no version')).toBe(false)
        expect(await storage.readPointer(key)).toEqual(second)
      })

      test('a version never returns with a content', async () => {
        await storage.swapPointer(key, 'a', null)
        const first = await storage.readPointer(key)
        await storage.swapPointer(key, 'b', first!.version)
        await storage.swapPointer(key, 'a', (await storage.readPointer(key))!.version)
        expect(await storage.swapPointer(key, 'c', first!.version)).toBe(false)
      })

      test('the content survives as it is', async () => {
        const content = `{"åäö": "\u{1f955}"}\r\n`
        await storage.swapPointer(key, content, null)
        expect((await storage.readPointer(key))?.content).toBe(content)
      })

      test('many versions follow each other', async () => {
        for (let n = 1; n <= 25; n++) {
          const version = (await storage.readPointer(key))?.version ?? null
          expect(await storage.swapPointer(key, `${n}`, version)).toBe(true)
        }
        expect((await storage.readPointer(key))?.content).toBe('25')
      })

      test('of twenty swappers one wins, from nothing and from a version', async () => {
        for (let round = 0; round < 4; round++) {
          const expected = (await storage.readPointer(key))?.version ?? null
          const results = await Promise.all(
            Array.from({ length: 20 }, (_, n) => storage.swapPointer(key, `${round}/${n}`, expected)),
          )
          expect(results.filter(Boolean)).toHaveLength(1)
          expect((await storage.readPointer(key))?.content).toBe(`${round}/${results.indexOf(true)}`)
        }
      })

      test('swappers that try again lose no update', async () => {
        const add = async () => {
          for (;;) {
            const pointer = await storage.readPointer(key)
            const next = String(Number(pointer?.content ?? 0) + 1)
            if (await storage.swapPointer(key, next, pointer?.version ?? null)) return
          }
        }
        await Promise.all(Array.from({ length: 12 }, add))
        expect((await storage.readPointer(key))?.content).toBe('12')
      })

      test('a pointer is read and listed as the object of its key', async () => {
        await storage.swapPointer(key, 'one', null)
        await storage.swapPointer(key, 'twenty', (await storage.readPointer(key))!.version)
        expect(await readText(key)).toBe('twenty')
        expect(await all(storage.list(''))).toEqual([{ key, bytes: 6 }])
        expect(await storage.put(key, text('x'))).toBe('exists')
      })
    })

    describe('workspace', () => {
      test('is a new empty folder outside what is listed, and can be removed', async () => {
        const [one, two] = [await storage.workspace(), await storage.workspace()]
        expect(one.path).not.toBe(two.path)
        await writeFile(join(one.path, 'file'), 'x')
        expect(await listed('')).toEqual([])
        await one.remove()
        await one.remove()
        await expect(readFile(join(one.path, 'file'))).rejects.toThrow('ENOENT')
        await writeFile(join(two.path, 'file'), 'x')
        await two.remove()
      })
    })
  })
}
