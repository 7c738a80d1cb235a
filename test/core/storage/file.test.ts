import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StorageError } from '../../../core/errors.ts'
import { FileStorage } from '../../../core/storage/file.ts'
import { all, storageContract } from '../../contracts/storage.contract.ts'
import type { Order } from '../../support/storage-writer.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { SIZED, tries } from '../../support/thorough.ts'

storageContract('FileStorage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-test-'))
  return {
    storage: new FileStorage(join(folder, 'lake')),
    close: () => rm(folder, { recursive: true, force: true }),
  }
})

const writer = join(import.meta.dirname, '../../support/storage-writer.ts')
// the pinned Node, which runs TypeScript whatever Node runs the tests
const node = join(import.meta.dirname, '../../../node_modules/node/bin/node')

async function startWriter(folder: string): Promise<ChildProcess> {
  const child = fork(writer, [folder], { execPath: node, execArgv: [] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

async function answer(child: ChildProcess, order: Order): Promise<unknown> {
  const message = once(child, 'message')
  child.send(order)
  return (await message)[0]
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
const text = async (storage: FileStorage, key: string) => Buffer.from(await storage.read(key)).toString()
const allEqual = (bytes: Uint8Array) => Buffer.alloc(bytes.length, bytes[0]).equals(bytes)

test('a pointer whose writer died before the copy for other readers was made is copied by the next who looks', async () => {
  const folder = await temporaryFolder()
  const storage = new FileStorage(folder)
  await storage.swapPointer('releases/current.json', 'old', null)
  // as a writer leaves it that dies between the two: the version is there, the copy is not
  await writeFile(join(folder, '.pointers/releases/current.json/000002'), 'new')
  expect(await text(storage, 'releases/current.json')).toBe('old')
  expect(await storage.readPointer('releases/current.json')).toEqual({ content: 'new', version: '000002' })
  expect(await text(storage, 'releases/current.json')).toBe('new')
})

describe('processes of their own', () => {
  test('racing for one key or one pointer, one wins', async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(folder)
    const writers = await Promise.all(Array.from({ length: 4 }, () => startWriter(folder)))
    for (let round = 0; round < 25; round++) {
      const key = `race/${round}`
      const content = (n: number) => `writer ${n} `.repeat(1000 * n + 1)
      const put = await Promise.all(
        writers.map((child, n) => answer(child, { do: 'put', key, content: content(n) })),
      )
      expect(put.filter(Boolean)).toHaveLength(1)
      expect(await text(storage, key)).toBe(content(put.indexOf(true)))

      const expected = (await storage.readPointer('pointer'))?.version ?? null
      const swapped = await Promise.all(
        writers.map((child, n) =>
          answer(child, { do: 'swap', key: 'pointer', content: `${round}/${n}`, expected }),
        ),
      )
      expect(swapped.filter(Boolean)).toHaveLength(1)
      const winner = `${round}/${swapped.indexOf(true)}`
      expect((await storage.readPointer('pointer'))?.content).toBe(winner)
      expect(await text(storage, 'pointer')).toBe(winner)
    }
  })

  test('killed while writing, none leaves a torn object or pointer', SIZED, async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(folder)
    const bytes = 4 << 20
    let objects = 0
    const rounds = tries(6, 20)
    for (let round = 0; round < rounds; round++) {
      const child = await startWriter(folder)
      child.send({ do: 'flood', prefix: `round-${round}`, bytes } satisfies Order)
      await pause(20 + Math.random() * 60)
      child.kill('SIGKILL')
      await once(child, 'exit')

      const pointer = await storage.readPointer(`round-${round}/pointer`)
      expect([undefined, bytes >> 3]).toContain(pointer?.content.length)
      for (const object of await all(storage.list(`round-${round}/`))) {
        const isPointer = object.key.endsWith('pointer')
        expect(object.bytes).toBe(isPointer ? bytes >> 3 : bytes)
        expect(allEqual(await storage.read(object.key))).toBe(true)
        objects++
      }
      expect(await storage.put(`round-${round}/after`, Buffer.from('x'))).toBe('written')
      expect(await storage.swapPointer(`round-${round}/pointer`, 'after', pointer?.version ?? null)).toBe(
        true,
      )
      expect(await text(storage, `round-${round}/pointer`)).toBe('after')
      await rm(join(folder, `round-${round}`), { recursive: true })
    }
    expect(objects).toBeGreaterThan(rounds)
  })

  test('a reader of the file at the pointer sees whole versions only', async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(folder)
    const writers = await Promise.all([startWriter(folder), startWriter(folder)])
    for (const child of writers) child.send({ do: 'flood', prefix: 'x', bytes: 1 << 16 } satisfies Order)
    const until = Date.now() + 1500
    const seen = new Set<string>()
    while (Date.now() < until) {
      const content = await readFile(join(folder, 'x/pointer'), 'utf8').catch(() => null)
      const pointer = await storage.readPointer('x/pointer')
      for (const version of [content, pointer?.content ?? null]) {
        if (version === null) continue
        expect(version).toBe(version[0]!.repeat(1 << 13))
        seen.add(version[0]!)
      }
    }
    expect(seen.size).toBeGreaterThan(3)
  })
})

describe('FileStorage', () => {
  test('two of them on one folder see the same lake', async () => {
    const folder = await temporaryFolder()
    const [one, two] = [new FileStorage(folder), new FileStorage(relative(process.cwd(), folder))]
    await one.put('a', Buffer.from('one'))
    expect(await two.put('a', Buffer.from('two'))).toBe('exists')
    expect(await text(two, 'a')).toBe('one')
    await two.swapPointer('p', 'two', null)
    expect(await one.swapPointer('p', 'one', null)).toBe(false)
    expect((await one.readPointer('p'))?.content).toBe('two')
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).put('b', Buffer.from(`${n}`))),
    )
    expect(results.filter((result) => result === 'written')).toHaveLength(1)
    expect(await text(one, 'b')).toBe(`${results.indexOf('written')}`)
  })

  test('makes nothing before something is written', async () => {
    const folder = join(await temporaryFolder(), 'lake')
    const storage = new FileStorage(folder)
    expect(await all(storage.list(''))).toEqual([])
    expect(await storage.readPointer('p')).toBeNull()
    expect(existsSync(folder)).toBe(false)
  })

  test('leaves nothing in its working folder', async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(folder)
    await storage.put('a', Buffer.from('x'))
    await storage.put('a', Buffer.from('x'))
    await storage.swapPointer('p', 'x', null)
    await storage.swapPointer('p', 'y', null)
    const workspace = await storage.workspace()
    await writeFile(join(workspace.path, 'file'), 'x')
    await storage.put('b', { file: join(workspace.path, 'file') })
    await expect(storage.put('a/b', Buffer.from('x'))).rejects.toThrow()
    await workspace.remove()
    expect(await readdir(join(folder, '.work'))).toEqual([])
  })

  test('what crashed processes left is invisible, and removed when it is old', async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(folder)
    const old = await storage.workspace()
    await writeFile(join(old.path, 'half'), 'x')
    await writeFile(join(folder, '.work', 'half'), 'x')
    const fresh = await storage.workspace()
    await writeFile(join(fresh.path, 'half'), 'x')
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000)
    await utimes(old.path, yesterday, yesterday)
    await utimes(join(folder, '.work', 'half'), yesterday, yesterday)
    expect(await all(storage.list(''))).toEqual([])

    const next = await storage.workspace()
    expect(existsSync(old.path)).toBe(false)
    expect(existsSync(join(folder, '.work', 'half'))).toBe(false)
    expect(existsSync(join(fresh.path, 'half'))).toBe(true)
    expect(existsSync(next.path)).toBe(true)
  })

  test('stores a file without copying it', async () => {
    const storage = new FileStorage(await temporaryFolder())
    const { path } = await storage.workspace()
    await writeFile(join(path, 'file'), 'x')
    await storage.put('a', { file: join(path, 'file') })
    expect((await stat(await storage.localFile('a'))).ino).toBe((await stat(join(path, 'file'))).ino)
  })

  test('stores what a symbolic link leads to', async () => {
    const folder = await temporaryFolder()
    const storage = new FileStorage(join(folder, 'lake'))
    await writeFile(join(folder, 'file'), 'x')
    await symlink('file', join(folder, 'link'))
    await storage.put('a', { file: join(folder, 'link') })
    await rm(join(folder, 'link'))
    expect(await text(storage, 'a')).toBe('x')
  })

  test('stores a file that lies elsewhere, on another disk where there is one', async () => {
    const storage = new FileStorage(await temporaryFolder())
    const elsewhere = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
    const other = await mkdtemp(join(elsewhere, 'skafferi-test-'))
    onTestFinished(() => rm(other, { recursive: true }))
    await writeFile(join(other, 'file'), 'x')
    expect(await storage.put('a', { file: join(other, 'file') })).toBe('written')
    expect(await text(storage, 'a')).toBe('x')
  })

  test('a key above or below another one is an error that names it, not a key that is taken', async () => {
    const storage = new FileStorage(await temporaryFolder())
    await storage.put('a/b', Buffer.from('x'))
    for (const key of ['a', 'a/b/c', 'a/b/c/d']) {
      const failure = storage.put(key, Buffer.from('y'))
      await expect(failure).rejects.toBeInstanceOf(StorageError)
      await expect(failure).rejects.toThrow(key)
    }
  })
})
