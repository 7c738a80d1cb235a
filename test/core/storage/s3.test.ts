import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NotFoundError, SkafferiError, StorageError } from '../../../core/errors.ts'
import { FileStorage } from '../../../core/storage/file.ts'
import { openStorage } from '../../../core/storage/open.ts'
import { S3Storage } from '../../../core/storage/s3.ts'
import { all } from '../../contracts/storage.contract.ts'
import { ScriptedS3 } from '../../support/scripted-s3.ts'

const text = (content: string) => Buffer.from(content)
const SLOW = { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' }
const CONFLICT = { status: 409, code: 'ConditionalRequestConflict' }

let s3: ScriptedS3
let storage: S3Storage

beforeEach(async () => {
  s3 = await ScriptedS3.start()
  storage = new S3Storage('s3://pantry/lake', { client: s3.client(), pause_ms: 1 })
})
afterEach(async () => {
  await storage.close()
  await s3.stop()
})

const stored = (key: string) => s3.objects.get(`/pantry/lake/${key}`)?.bytes.toString()
/** The same lake as it is seen by who has not written it. */
const fresh = () => new S3Storage('s3://pantry/lake', { client: s3.client(), pause_ms: 1 })
const askedFor = (method: string) => s3.asked.filter((one) => one.startsWith(`${method} `)).length
/** Puts something there as another writer would. */
const others = (key: string, content: string, headers: Record<string, string> = {}) =>
  s3.objects.set(`/pantry/lake/${key}`, { bytes: text(content), headers })
const failureOf = async (work: Promise<unknown>): Promise<Error> =>
  await work.then(
    () => expect.unreachable('it succeeds'),
    (error: Error) => error,
  )

describe('a write', () => {
  test('is tried again when S3 asks to slow down', async () => {
    s3.fail({ on: 'PUT', ...SLOW }, { on: 'PUT', ...SLOW })
    expect(await storage.put('a', text('x'))).toBe('written')
    expect(stored('a')).toBe('x')
  })

  test.each([
    ['an answer that says slow down', { on: 'PUT', after: true, ...SLOW }],
    ['an internal error', { on: 'PUT', after: true, status: 500, code: 'InternalError' }],
    ['a broken connection', { on: 'PUT', after: true, cut: 0 }],
  ])('that took place behind %s is our own', async (_, fault) => {
    s3.fail(fault)
    expect(await storage.put('a', text('x'))).toBe('written')
    s3.fail(fault)
    expect(await storage.swapPointer('p', 'one', null)).toBe(true)
    s3.fail(fault)
    expect(await storage.swapPointer('p', 'two', (await storage.readPointer('p'))!.version)).toBe(true)
    expect([stored('a'), stored('p')]).toEqual(['x', 'two'])
  })

  test("behind whose broken connection another's object stands is that other's", async () => {
    s3.fail({ on: 'PUT', cut: 0 })
    others('a', 'x')
    expect(await storage.put('a', text('x'))).toBe('exists')
    s3.fail({ on: 'PUT', cut: 0 })
    expect(await storage.swapPointer('a', 'y', null)).toBe(false)
    expect(stored('a')).toBe('x')
  })

  test('that meets another one at work is tried again', async () => {
    s3.fail({ on: 'PUT', ...CONFLICT }, { on: 'PUT', ...CONFLICT })
    expect(await storage.put('a', text('x'))).toBe('written')
    s3.fail({ on: 'PUT', ...CONFLICT })
    expect(await storage.swapPointer('p', 'one', null)).toBe(true)
    s3.fail({ on: 'PUT', ...CONFLICT })
    expect(await storage.swapPointer('p', 'two', (await storage.readPointer('p'))!.version)).toBe(true)
  })

  test('that loses to the one it met says so', async () => {
    s3.fail({ on: 'PUT', ...CONFLICT })
    others('a', 'other')
    expect(await storage.put('a', text('x'))).toBe('exists')
  })

  test('that S3 never answers is an error in the end', async () => {
    s3.fail(...Array.from({ length: 100 }, () => ({ on: 'PUT', ...CONFLICT })))
    const failure = await failureOf(storage.put('a/b', text('x')))
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure.message).toContain('ConditionalRequestConflict')
    expect(failure.message).toContain('a/b')
  })

  test('says who wrote it, what it is, and its media type', async () => {
    await storage.put('a.json', text('{}'))
    const { headers } = s3.objects.get('/pantry/lake/a.json')!
    expect(headers['x-amz-meta-written-by']).toBe('skafferi')
    expect(headers['x-amz-meta-sha256']).toBe(
      '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    )
    expect(headers['x-amz-checksum-sha256']).toBe('RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=')
    expect(headers['content-type']).toBe('application/json')
  })

  test('of much looks first, so that what is there is not sent again', async () => {
    const much = Buffer.alloc(2 << 20)
    expect(await storage.put('a', much)).toBe('written')
    expect(await storage.put('a', much)).toBe('exists')
    expect(askedFor('PUT')).toBe(1)
  })
})

describe('a write in parts', () => {
  const much = Buffer.alloc((17 << 20) + 1, 'skafferi')
  const put = async (key: string) => {
    const { path } = await storage.workspace()
    await writeFile(join(path, 'much'), much)
    return await storage.put(key, { file: join(path, 'much') })
  }

  test('is put together of all of them, and a part that fails is sent again', async () => {
    s3.fail({ on: 'PUT partNumber=2', ...SLOW }, { on: 'PUT partNumber=3', cut: 0 })
    expect(await put('a')).toBe('written')
    expect(much.equals(s3.objects.get('/pantry/lake/a')!.bytes)).toBe(true)
    expect(s3.objects.get('/pantry/lake/a')?.headers['x-amz-meta-written-by']).toBe('skafferi')
    await storage.close()
    expect(much.equals(await storage.read('a'))).toBe(true)
  })

  test('that another one overtakes leaves no parts and not its own bytes', async () => {
    s3.fail({ on: 'POST complete', status: 412, code: 'PreconditionFailed' })
    const racing = put('a')
    await expect.poll(() => s3.uploads.size).toBe(1)
    others('a', 'other')
    expect(await racing).toBe('exists')
    expect(s3.uploads.size).toBe(0)
    expect(stored('a')).toBe('other')
  })

  test('whose last answer is lost is our own', async () => {
    s3.fail({ on: 'POST complete', after: true, ...SLOW })
    expect(await put('a')).toBe('written')
    expect(s3.uploads.size).toBe(0)
  })

  test('that meets another one at its end begins anew', async () => {
    s3.fail({ on: 'POST complete', ...CONFLICT })
    expect(await put('a')).toBe('written')
    expect(s3.asked.filter((one) => one.startsWith('POST') && one.includes('uploads')).length).toBe(2)
    expect(s3.uploads.size).toBe(0)
  })
})

describe('a download', () => {
  const content = 'rows '.repeat(50_000)
  const checksum = { 'x-amz-checksum-sha256': createHash('sha256').update(content).digest('base64') }

  test.each([
    ['with a checksum of S3', checksum],
    ['without one', {}],
  ])(
    'that breaks off is begun again, %s',
    async (_, headers) => {
      others('a', content, headers)
      s3.fail({ on: 'GET', cut: 1000 }, { on: 'GET', cut: 100_000 })
      expect(await readFile(await storage.localFile('a'), 'utf8')).toBe(content)
      s3.fail({ on: 'GET', cut: 1000 })
      expect(Buffer.from(await storage.read('a')).toString()).toBe(content)
    },
    10_000,
  )

  test.each([['read'], ['localFile']] as const)(
    'that always breaks off is an error of %s',
    async (verb) => {
      others('a', content, checksum)
      s3.fail(...Array.from({ length: 50 }, () => ({ on: 'GET', cut: 1000 })))
      const failure = await failureOf(storage[verb]('a'))
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure.message).toContain('s3://pantry/lake')
    },
    10_000,
  )

  test('of other bytes than were stored is begun again', async () => {
    await storage.put('a', text(content))
    await storage.close()
    s3.fail({ on: 'GET', body: text('ROWS '.repeat(50_000)) })
    expect(await readFile(await storage.localFile('a'), 'utf8')).toBe(content)
    expect(askedFor('GET')).toBe(2)
  })

  test('is shared by all who ask at the same time, and kept', async () => {
    await storage.put('a', text(content))
    const paths = await Promise.all(Array.from({ length: 20 }, () => storage.localFile('a')))
    expect(new Set([...paths, await storage.localFile('a')]).size).toBe(1)
    expect(askedFor('GET')).toBe(1)
  })

  test('that fails is begun anew by the next who asks', async () => {
    await expect(storage.localFile('a')).rejects.toBeInstanceOf(NotFoundError)
    others('a', 'x')
    expect(await readFile(await storage.localFile('a'), 'utf8')).toBe('x')
  })

  test('of what others may replace is never an old copy', async () => {
    others('landing/a', 'one')
    const first = await storage.localFile('landing/a')
    others('landing/a', 'two')
    expect(await readFile(await storage.localFile('landing/a'), 'utf8')).toBe('two')
    expect(Buffer.from(await storage.read('landing/a')).toString()).toBe('two')
    expect(await readFile(first, 'utf8')).toBe('one')
  })

  test('is not needed of what was just stored from here', async () => {
    const { path, remove } = await storage.workspace()
    await writeFile(join(path, 'file'), 'rows')
    await storage.put('a/b', { file: join(path, 'file') })
    await storage.put('c', text('rows'))
    await remove()
    expect(await readFile(await storage.localFile('a/b'), 'utf8')).toBe('rows')
    expect(Buffer.from(await storage.read('c')).toString()).toBe('rows')
    expect(askedFor('GET')).toBe(0)
  })

  test('of both x and x/y finds room for both', async () => {
    others('x', 'one')
    others('x/y', 'two')
    const [one, two] = [await storage.localFile('x'), await storage.localFile('x/y')]
    expect([await readFile(one, 'utf8'), await readFile(two, 'utf8')]).toEqual(['one', 'two'])
  })
})

describe('a pointer', () => {
  test('is always asked for, and public caches are told to ask too', async () => {
    await storage.swapPointer('p', 'one', null)
    const { version } = (await storage.readPointer('p'))!
    await fresh().swapPointer('p', 'two', version)
    expect(Buffer.from(await storage.read('p')).toString()).toBe('two')
    expect((await storage.readPointer('p'))?.content).toBe('two')
    expect(s3.objects.get('/pantry/lake/p')?.headers['cache-control']).toBe('no-cache')
  })

  test('that went to other content and back between look and write is another version', async () => {
    await storage.swapPointer('p', 'a', null)
    const first = (await storage.readPointer('p'))!
    for (const content of ['b', 'a']) {
      await storage.swapPointer('p', content, (await storage.readPointer('p'))!.version)
    }
    const now = (await storage.readPointer('p'))!
    expect(now.content).toBe(first.content)
    expect(now.version).not.toBe(first.version)
    expect(await storage.swapPointer('p', 'c', first.version)).toBe(false)
    expect(stored('p')).toBe('a')
  })

  test('that somebody mended by hand can be read and replaced', async () => {
    others('p', 'by hand', { 'last-modified': 'Fri, 27 Nov 2026 00:00:00 GMT' })
    const pointer = (await storage.readPointer('p'))!
    expect(pointer.content).toBe('by hand')
    expect(await storage.swapPointer('p', 'ours', pointer.version)).toBe(true)
  })

  test('that is gone is not replaced', async () => {
    await storage.swapPointer('p', 'a', null)
    const { version } = (await storage.readPointer('p'))!
    s3.objects.clear()
    expect(await storage.swapPointer('p', 'b', version)).toBe(false)
    expect(await storage.readPointer('p')).toBeNull()
  })
})

describe('what others did', () => {
  test('is told from what the program did', async () => {
    await storage.put('landing/a', text('x'))
    await storage.swapPointer('p', 'x', null)
    others('landing/b', 'x')
    expect(await storage.origin('landing/a')).toBe('skafferi')
    expect(await storage.origin('p')).toBe('skafferi')
    expect(await storage.origin('landing/b')).toBe('other')
    await expect(storage.origin('landing/c')).rejects.toBeInstanceOf(NotFoundError)
  })

  test('may say anything of itself', async () => {
    others('landing/a', 'x', { 'x-amz-meta-sha256': 'of something else' })
    expect(Buffer.from(await storage.read('landing/a')).toString()).toBe('x')
  })

  test('is listed only where it can be a key, and only within the lake', async () => {
    others('landing/', '')
    others('landing/a', 'x')
    others('landing//b', 'x')
    others('../b', 'x')
    s3.objects.set('/pantry/lake-of-others/c', { bytes: text('x'), headers: {} })
    expect((await all(storage.list(''))).map(({ key }) => key)).toEqual(['landing/a'])
  })
})

test.each([
  'å/ä ö.csv',
  'a b',
  'a+b',
  'a%20b',
  'a%2Fb/c',
  'a&b=c?d#e',
  "it's",
  'a~!*()',
  'year=2026/q.parquet',
  '\u{1f955}',
  'a:b@c,d;e',
  'tab\tline\ncr\r',
])('the key %j arrives as it is', async (key) => {
  await storage.put(key, text('x'))
  expect([...s3.objects.keys()]).toEqual([`/pantry/lake/${key}`])
  expect((await all(storage.list(''))).map((object) => object.key)).toEqual([key])
  expect(Buffer.from(await fresh().read(key)).toString()).toBe('x')
  expect((await storage.localFile(key)).endsWith(`/${key}`)).toBe(true)
})

describe('an error says what is wrong and what would help', () => {
  const refuse = (on: string, status: number, code: string, more = {}) =>
    s3.fail({ on, status, code, ...more })
  const said = async (work: Promise<unknown>) => {
    const failure = await failureOf(work)
    expect(failure).toBeInstanceOf(StorageError)
    return failure.message
  }

  test('when access is denied: the permission, the bucket and the key', async () => {
    const message = 'User: arn:aws:iam::1:user/x is not authorized'
    refuse('PUT', 403, 'AccessDenied', { message })
    expect(await said(storage.put('a/b', text('x')))).toBe(
      `cannot write into s3://pantry/lake (access denied, s3:PutObject is needed: ${message}): a/b`,
    )
    refuse('GET', 403, 'AccessDenied', { message })
    expect(await said(storage.read('a/b'))).toMatch(
      /cannot read from s3:\/\/pantry\/lake.*s3:GetObject.*s3:ListBucket.*a\/b$/,
    )
    refuse('HEAD', 403, 'AccessDenied')
    expect(await said(storage.origin('a/b'))).toMatch(
      /s3:GetObject is needed; without s3:ListBucket .*: a\/b$/,
    )
    refuse('GET', 403, 'AccessDenied', { message })
    expect(await said(all(storage.list('a/')))).toContain('s3:ListBucket is needed')
    refuse('PUT', 403, 'AccessDenied')
    expect(await said(storage.swapPointer('p', 'x', null))).toContain('s3:PutObject')
  })

  test.each([
    [404, 'NoSuchBucket', 'there is no bucket pantry'],
    [400, 'ExpiredToken', 'have expired: sign in again'],
    [403, 'InvalidAccessKeyId', 'AWS does not know the credentials'],
    [403, 'RequestTimeTooSkewed', 'the clock of this machine'],
    [400, 'InvalidStorageClass', 'InvalidStorageClass: as S3 says'],
  ])('when S3 answers %i %s', async (status, code, expected) => {
    for (const [on, work] of [
      ['PUT', () => storage.put('a', text('x'))],
      ['GET', () => storage.read('a')],
      ['GET', () => storage.localFile('a')],
      ['GET', () => storage.readPointer('a')],
      ['GET', () => all(storage.list(''))],
    ] as const) {
      s3.fail(...Array.from({ length: 5 }, () => ({ on, status, code, message: 'as S3 says' })))
      expect(await said(work())).toContain(expected)
      await storage.close()
      await s3.stop()
      s3 = await ScriptedS3.start()
      storage = new S3Storage('s3://pantry/lake', { client: s3.client(), pause_ms: 1 })
    }
  })

  test('when an answer without a body says no more than 400 or 403', async () => {
    s3.fail({ on: 'HEAD', status: 400, code: 'ExpiredToken' })
    expect(await said(storage.put('a', Buffer.alloc(2 << 20)))).toContain('credentials have expired')
    s3.fail({ on: 'HEAD', status: 403, code: 'ExpiredToken' })
    expect(await said(storage.origin('a'))).toContain('s3:GetObject is needed')
  })

  test('when the bucket lies elsewhere: where', async () => {
    refuse('PUT', 301, 'PermanentRedirect', { headers: { 'x-amz-bucket-region': 'eu-west-1' } })
    expect(await said(storage.put('a', text('x')))).toContain('set AWS_REGION to eu-west-1')
  })

  test('when there are no credentials, no region or no way there', async () => {
    const nobody = async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      })
    }
    const without = new S3Storage('s3://pantry', { client: s3.client({ credentials: nobody }) })
    expect(await said(without.read('a'))).toContain('no AWS credentials found')
    const nowhere = s3.client({ endpoint: 'http://127.0.0.1:1' })
    const unreachable = new S3Storage('s3://pantry', { client: nowhere, pause_ms: 1 })
    expect(await said(unreachable.read('a'))).toContain('S3 cannot be reached')
    // as where AWS_REGION is not set
    const region = async () => Promise.reject(new Error('Region is missing'))
    const nameless = new S3Storage('s3://pantry', { client: s3.client({ region }) })
    expect(await said(nameless.read('a'))).toContain('set AWS_REGION')
  })

  test('when what to store is not there', async () => {
    expect(await said(storage.put('a', { file: '/nowhere/file' }))).toMatch(
      /cannot read what to store \(ENOENT/,
    )
  })
})

describe('local files', () => {
  test('are gone when the store is closed, which can be used again', async () => {
    others('a', 'x')
    const [path, workspace] = [await storage.localFile('a'), await storage.workspace()]
    await storage.close()
    await storage.close()
    expect([existsSync(path), existsSync(workspace.path)]).toEqual([false, false])
    expect(await readFile(await storage.localFile('a'), 'utf8')).toBe('x')
  })
})

describe('openStorage', () => {
  test('opens a bucket or a folder by its URL', async () => {
    expect(await openStorage('s3://pantry/some/lake/')).toBeInstanceOf(S3Storage)
    expect((await openStorage('s3://pantry')).url).toBe('s3://pantry')
    expect(await openStorage('file:///tmp/lake')).toBeInstanceOf(FileStorage)
    expect(await openStorage('./lake')).toBeInstanceOf(FileStorage)
  })

  test.each([
    's3://',
    's3:/pantry',
    's3://Pantry',
    's3://p',
    's3://pantry//a',
    's3://pantry/../a',
    'ftp://x',
    '',
  ])('refuses %j and says what would be valid', async (url) => {
    const failure = await failureOf(openStorage(url))
    expect(failure).toBeInstanceOf(SkafferiError)
    expect((failure as SkafferiError).kind).toBe('usage')
    expect(failure.message).toContain('s3://bucket/prefix')
  })
})
