import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { StorageError } from '../../../core/errors.ts'
import { S3Storage } from '../../../core/storage/s3.ts'
import type { Storage } from '../../../core/storage/storage.ts'
import { all, storageContract } from '../../contracts/storage.contract.ts'
import { type S3Server, startS3Server } from '../../support/cloud/versitygw.ts'
import type { Order } from '../../support/storage-writer.ts'

const writer = join(import.meta.dirname, '../../support/storage-writer.ts')
// the pinned Node, which runs TypeScript whatever Node runs the tests
const node = join(import.meta.dirname, '../../../node_modules/node/bin/node')

let server: S3Server
let client: S3Client
let bucket: string
let lakes = 0

beforeAll(async () => {
  server = await startS3Server()
  client = server.client()
  bucket = await server.makeBucket()
})
afterAll(async () => {
  client?.destroy()
  await server?.stop()
}, 60_000)

/** A lake of its own in the bucket of this file. */
function freshLake(url = `s3://${bucket}/lake-${++lakes}`): S3Storage {
  const storage = new S3Storage(url, { client })
  onTestFinished(() => storage.close())
  return storage
}

/** Keys in the bucket that have more than one version though they are no pointers. */
async function overwritten(): Promise<string[]> {
  const decoded = (key: string) => decodeURIComponent(key.replaceAll('+', ' '))
  // a page of this server begins with the last version of the page before
  const versions = new Map<string, Set<string>>()
  const asked = { Bucket: bucket, EncodingType: 'url' as const }
  let page: ListObjectVersionsCommandOutput | undefined
  do {
    page = await client.send(
      new ListObjectVersionsCommand({
        ...asked,
        KeyMarker: page?.NextKeyMarker && decoded(page.NextKeyMarker),
        VersionIdMarker: page?.NextVersionIdMarker,
      }),
    )
    for (const { Key = '', VersionId = '' } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      const of = versions.get(decoded(Key)) ?? new Set()
      versions.set(decoded(Key), of.add(VersionId))
    }
  } while (page.IsTruncated)
  expect(versions.size).toBeGreaterThan(3000)
  return [...versions].flatMap(([key, { size }]) =>
    size > 1 && !/pointer$|current\.json$/.test(key) ? key : [],
  )
}

const text = async (storage: Storage, key: string) => Buffer.from(await storage.read(key)).toString()
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** Stores bytes as a local file that is gone afterwards. */
async function putFile(storage: Storage, key: string, bytes: Uint8Array): Promise<'written' | 'exists'> {
  const { path, remove } = await storage.workspace()
  await writeFile(join(path, 'file'), bytes)
  return await storage.put(key, { file: join(path, 'file') }).finally(remove)
}

async function startWriter(url: string): Promise<ChildProcess> {
  const env = { ...process.env, ...server.environment }
  const child = fork(writer, [url], { execPath: node, execArgv: [], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

async function answer(child: ChildProcess, order: Order): Promise<unknown> {
  const message = once(child, 'message')
  child.send(order)
  return (await message)[0]
}

storageContract('S3Storage', async () => {
  const storage = new S3Storage(`s3://${bucket}/lake-${++lakes}`, { client })
  return { storage, close: () => storage.close() }
})

storageContract('S3Storage, seen by others who keep nothing of what it wrote,', async () => {
  const url = `s3://${bucket}/lake-${++lakes}`
  const opened = [new S3Storage(url, { client })]
  const readers = ['read', 'localFile', 'readPointer', 'list']
  const storage = new Proxy(opened[0]!, {
    get(writer, name) {
      const target = readers.includes(String(name)) ? new S3Storage(url, { client }) : writer
      if (target !== writer) opened.push(target)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const close = async () => {
    for (const one of opened) await one.close()
  }
  return { storage, close }
})

describe('big objects', () => {
  const big = randomBytes((33 << 20) + 7)

  test('come back as they went, in parts and whole', async () => {
    const storage = freshLake()
    expect(await putFile(storage, 'parts/file', big)).toBe('written')
    expect(await storage.put('parts/bytes', big)).toBe('written')
    expect(await storage.put('whole', big.subarray(0, 15 << 20))).toBe('written')
    await storage.close()
    for (const key of ['parts/file', 'parts/bytes']) {
      expect(await hashOf(await storage.localFile(key))).toBe(sha256(big))
    }
    expect(sha256(await storage.read('whole'))).toBe(sha256(big.subarray(0, 15 << 20)))
  })

  test('that are there already are refused, however much was on its way', async () => {
    const storage = freshLake()
    const [first, second] = [randomBytes(14 << 20), randomBytes(14 << 20)]
    expect(await storage.put('landing/a', first)).toBe('written')
    expect(await storage.put('landing/a', second)).toBe('exists')
    expect(await putFile(storage, 'landing/a', second)).toBe('exists')
    expect(await putFile(storage, 'landing/a', big)).toBe('exists')
    await storage.close()
    expect(sha256(await storage.read('landing/a'))).toBe(sha256(first))
  })

  test.each([14 << 20, 18 << 20])('of %i bytes are written once by six who race', async (bytes) => {
    const contents = Array.from({ length: 6 }, () => randomBytes(bytes))
    const stores = contents.map(() => freshLake(`s3://${bucket}/race-${bytes}`))
    const results = await Promise.all(
      contents.map((content, n) =>
        n % 2 ? putFile(stores[n]!, 'key', content) : stores[n]!.put('key', content),
      ),
    )
    expect(results.filter((result) => result === 'written')).toHaveLength(1)
    const fresh = freshLake(`s3://${bucket}/race-${bytes}`)
    expect(sha256(await fresh.read('key'))).toBe(sha256(contents[results.indexOf('written')]!))
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(uploads.Uploads ?? []).toEqual([])
  })
})

test('three thousand objects are had as local files all at once', async () => {
  const storage = freshLake()
  const keys = Array.from({ length: 3000 }, (_, n) => `models/m/run=${n % 10}/part-${n}.parquet`)
  await Promise.all(keys.map((key) => storage.put(key, Buffer.from(key))))
  expect(await all(storage.list('models/'))).toHaveLength(3000)
  await storage.close()
  const paths = await Promise.all(keys.map((key) => storage.localFile(key)))
  expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(keys)
  await storage.close()
  expect(existsSync(paths[0]!)).toBe(false)
})

test('two lakes in one bucket know nothing of each other', async () => {
  const [outer, inner] = [freshLake(`s3://${bucket}/two`), freshLake(`s3://${bucket}/two-more`)]
  await outer.put('a', Buffer.from('outer'))
  await inner.put('a', Buffer.from('inner'))
  expect([await text(outer, 'a'), await text(inner, 'a')]).toEqual(['outer', 'inner'])
  expect((await all(outer.list(''))).map(({ key }) => key)).toEqual(['a'])
})

test('who put an object is told, and a replaced upload is read anew', async () => {
  const storage = freshLake(`s3://${await server.makeBucket('uploads')}`)
  const upload = async (Body: string) =>
    await client.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'landing/places/x/all/å b.csv', Body }))
  await upload('one')
  await storage.put('landing/places/x/d1/a.csv', Buffer.from('x'))
  const key = 'landing/places/x/all/å b.csv'
  expect(await storage.origin(key)).toBe('other')
  expect(await storage.origin('landing/places/x/d1/a.csv')).toBe('skafferi')
  expect(await readFile(await storage.localFile(key), 'utf8')).toBe('one')
  await upload('two')
  expect(await readFile(await storage.localFile(key), 'utf8')).toBe('two')
})

test('a bucket that is not there is named', async () => {
  const storage = freshLake('s3://no-such-bucket/lake')
  for (const work of [
    () => storage.put('a', Buffer.from('x')),
    () => storage.put('a', Buffer.alloc(2 << 20)),
    () => storage.read('a'),
    () => all(storage.list('')),
    () => storage.swapPointer('a', 'x', null),
  ]) {
    const failure = await work().then(
      () => expect.unreachable('it succeeds'),
      (error: Error) => error,
    )
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure.message).toContain('there is no bucket no-such-bucket')
  }
})

describe('processes of their own', () => {
  test('racing for one key or one pointer, one wins', async () => {
    const url = `s3://${bucket}/processes`
    const storage = freshLake(url)
    const writers = await Promise.all(Array.from({ length: 4 }, () => startWriter(url)))
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
      expect((await storage.readPointer('pointer'))?.content).toBe(`${round}/${swapped.indexOf(true)}`)
    }
  })

  test.each([4 << 20, 18 << 20])(
    'killed while writing %i bytes, none leaves a torn object',
    async (bytes) => {
      let objects = 0
      for (let round = 0; round < 6; round++) {
        const url = `s3://${bucket}/killed-${bytes}-${round}`
        const child = await startWriter(url)
        child.send({ do: 'flood', prefix: 'flood', bytes } satisfies Order)
        await pause(bytes / 20_000 + Math.random() * 500)
        child.kill('SIGKILL')
        await once(child, 'exit')
        const storage = freshLake(url)
        for (const object of await all(storage.list(''))) {
          const pointer = object.key.endsWith('pointer')
          expect(object.bytes).toBe(pointer ? bytes >> 3 : bytes)
          const content = await storage.read(object.key)
          expect(Buffer.alloc(content.length, content[0]).equals(content)).toBe(true)
          if (!pointer) objects++
        }
        const version = (await storage.readPointer('flood/pointer'))?.version ?? null
        expect(await storage.swapPointer('flood/pointer', 'after', version)).toBe(true)
        expect(await storage.put('flood/after', Buffer.from('x'))).toBe('written')
      }
      expect(objects).toBeGreaterThan(0)
    },
  )

  test('end by themselves and take their local files with them', async () => {
    const url = `s3://${bucket}/ends`
    await freshLake(url).put('a', Buffer.from('x'))
    const script = `
      const { openStorage } = await import(${JSON.stringify(join(import.meta.dirname, '../../../core/storage/open.ts'))})
      const storage = await openStorage(${JSON.stringify(url)})
      await storage.localFile('a')
      process.send('done')
      process.disconnect()`
    const child = fork(node, {
      execPath: node,
      execArgv: ['--input-type=module', '--eval', script, '--'],
      env: { ...process.env, ...server.environment },
    })
    const exited = once(child, 'exit')
    await once(child, 'message')
    expect((await exited)[0]).toBe(0)
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith(`skafferi-${child.pid}-`))
    expect(left).toEqual([])
  })
})

test('after all this no key has had a second version but pointers', async () => {
  expect(await overwritten()).toEqual([])
})
