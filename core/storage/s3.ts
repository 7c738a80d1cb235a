import { rm } from 'node:fs/promises'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { NotFoundError, StorageError } from '../errors.ts'
import { type Found, S3Bucket, sha256Of } from './s3-bucket.ts'
import { type Measured, measured } from './s3-content.ts'
import { LocalCopies } from './s3-copies.ts'
import { parseS3Url } from './s3-location.ts'
import { SmallObjects } from './small-objects.ts'
import {
  assertKey,
  type Content,
  isKey,
  type Pointer,
  type Storage,
  type StoredObject,
  type Workspace,
} from './storage.ts'

/** From here on it is worth asking whether a key is taken before the bytes are sent. */
const LOOK_FIRST_BYTES = 1 << 20
/** A stored file up to this size is kept at hand; a bigger one would fill the small disk of a function. */
const ADOPTED_BYTES = 16 << 20
const OURS = { 'written-by': 'skafferi' }
const CLIENT = {
  maxAttempts: 5,
  requestHandler: {
    connectionTimeout: 5_000,
    socketTimeout: 60_000,
    httpAgent: { keepAlive: true, maxSockets: 128 },
    httpsAgent: { keepAlive: true, maxSockets: 128 },
  },
} satisfies S3ClientConfig

/** How to reach S3; all of it has a default. */
export interface S3Options {
  readonly client?: S3Client
  /** Where there is no client: settings of the one to make. */
  readonly config?: S3ClientConfig
  /** Of the first repetition that is not the SDK's own; each next one waits twice as long. */
  readonly pause_ms?: number
}

/**
 * A lake in a bucket. An object is written under the condition that its key is free (If-None-Match), a pointer
 * under the condition that it still is what was read (If-Match). All that this program writes says so, in the
 * user metadata `written-by`; the SHA-256 there marks what never changes.
 *
 * Between the look at a pointer's version and its replacement lies one round trip. If the pointer goes to other
 * content and back in just that time, the replacement takes place: of the very bytes that its caller had seen.
 */
export class S3Storage implements Storage {
  readonly url: string
  readonly #bucket: S3Bucket
  readonly #copies = new LocalCopies()
  readonly #small = new SmallObjects()

  constructor(url: string, { client, config = {}, pause_ms = 100 }: S3Options = {}) {
    this.url = url
    this.#bucket = new S3Bucket(client ?? new S3Client({ ...CLIENT, ...config }), parseS3Url(url), pause_ms)
  }

  async put(key: string, content: Content): Promise<'written' | 'exists'> {
    assertKey(key)
    const measured = await this.#measure(key, content)
    if (measured.bytes > LOOK_FIRST_BYTES && (await this.#bucket.look(key)) !== null) return 'exists'
    const metadata = { ...OURS, sha256: measured.sha256 }
    if (!(await this.#bucket.write(key, measured, { expected: null, metadata }))) return 'exists'
    if (content instanceof Uint8Array) this.#small.keep(key, content)
    else if (measured.bytes <= ADOPTED_BYTES) await this.#copies.adopt(key, content.file)
    return 'written'
  }

  async read(key: string): Promise<Uint8Array> {
    assertKey(key)
    const kept = this.#small.get(key)
    if (kept) return kept
    const object = await this.#bucket.read(key)
    if (object === null) throw new NotFoundError(key, this.url)
    if (isLasting(object)) this.#small.keep(key, object.bytes)
    return object.bytes
  }

  async localFile(key: string): Promise<string> {
    assertKey(key)
    return await this.#copies.get(key, async (path) => {
      const object = await this.#bucket.download(key, path)
      if (object === null) throw new NotFoundError(key, this.url)
      return isLasting(object)
    })
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    if (!mayBegin(prefix)) return
    // others may have put what no key of ours can be, such as the empty object that a console makes of a folder
    for await (const object of this.#bucket.list(prefix)) if (isKey(object.key)) yield object
  }

  async readPointer(key: string): Promise<Pointer | null> {
    assertKey(key)
    const object = await this.#bucket.read(key)
    return object && { content: object.bytes.toString('utf8'), version: object.version }
  }

  async swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    assertKey(key)
    if (expected !== null && (await this.#bucket.look(key))?.version !== expected) return false
    const writing = { expected, metadata: OURS, cache_control: 'no-cache' }
    return await this.#bucket.write(key, await measured(Buffer.from(content)), writing)
  }

  async workspace(): Promise<Workspace> {
    const path = await this.#copies.folder()
    return { path, remove: () => rm(path, { recursive: true, force: true }) }
  }

  /** What is kept in memory stays: it never changes, and a function that is called again needs it again. */
  async close(): Promise<void> {
    await this.#copies.clear()
  }

  /** Who put an object there: this program, or somebody else, as contributors do; throws `NotFoundError`. */
  async origin(key: string): Promise<'skafferi' | 'other'> {
    assertKey(key)
    const object = await this.#bucket.look(key)
    if (object === null) throw new NotFoundError(key, this.url)
    return object.metadata['written-by'] === 'skafferi' ? 'skafferi' : 'other'
  }

  async #measure(key: string, content: Content): Promise<Measured> {
    return await measured(content).catch((error) => {
      throw new StorageError(key, `cannot read what to store (${(error as Error).message})`, { cause: error })
    })
  }
}

const isLasting = (object: Found) => sha256Of(object) !== null

/** Whether a key may begin like that. */
function mayBegin(prefix: string): boolean {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  return (folder === '' || isKey(folder.slice(0, -1))) && (prefix === '' || isKey(`${prefix}x`))
}
