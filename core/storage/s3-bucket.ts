import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { Turns } from '../parallel.ts'
import { contentType, type Measured, send, type Target } from './s3-content.ts'
import { BrokenDownload, isMissing, isPassing, isUndecided, type S3Action, s3Failure } from './s3-errors.ts'
import type { S3Location } from './s3-location.ts'
import type { StoredObject } from './storage.ts'

const REQUESTS_AT_ONCE = 32
/** Beside the SDK's own, for what only a look at the key can decide, and for bodies that break off. */
const ATTEMPTS = 5

/** An object as S3 describes it. */
export interface Found {
  /** Never returns, though an ETag does with its content: an id of our own stands beside it. */
  readonly version: string
  readonly metadata: Readonly<Record<string, string>>
}

/** How an object is to be written. */
export interface Writing {
  /** The version that it replaces; null: there must be none. */
  readonly expected: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly cache_control?: string
}

/** What S3 is asked by a lake, with every attempt that an answer needs. Keys are the lake's. */
export class S3Bucket {
  readonly #client: S3Client
  readonly #location: S3Location
  readonly #pause_ms: number
  readonly #turns = new Turns(REQUESTS_AT_ONCE)

  constructor(client: S3Client, location: S3Location, pause_ms: number) {
    this.#client = client
    this.#location = location
    this.#pause_ms = pause_ms
  }

  /** What is there; null when nothing is. */
  async look(key: string): Promise<Found | null> {
    return await this.#turns.run(() => this.#look(key))
  }

  /** The object's bytes; null when there is none. */
  async read(key: string): Promise<(Found & { bytes: Buffer }) | null> {
    return await this.#get(key, async (body) => {
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(chunk as Buffer)
      return { bytes: Buffer.concat(chunks) }
    })
  }

  /** Writes the object's bytes to a new local file; null when there is none. */
  async download(key: string, path: string): Promise<Found | null> {
    return await this.#get(key, async (body) => {
      await pipeline(body, createWriteStream(path))
      return {}
    })
  }

  /** Every object whose key begins with the prefix, in S3's order, which is that of UTF-8 bytes. */
  async *list(prefix: string): AsyncIterable<StoredObject> {
    const { bucket: Bucket, prefix: before } = this.#location
    let ContinuationToken: string | undefined
    do {
      const page = await this.#turns.run(() =>
        this.#client
          // XML cannot hold every character that a key may
          .send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: `${before}${prefix}`,
              EncodingType: 'url',
              ContinuationToken,
            }),
          )
          .catch((error) => this.#fail(prefix, 's3:ListBucket', error)),
      )
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        // a server that does not know how to encode keys says so, and gives them as they are
        const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key
        yield { key: key.slice(before.length), bytes: Size, ...(LastModified && { stored_at: LastModified }) }
      }
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
  }

  /**
   * Writes an object if what it replaces is as expected; tells whether it did. An answer may be lost after S3
   * did as asked, and the next attempt then be refused: an id that only this call knows tells its own object
   * from another's.
   */
  async write(key: string, measured: Measured, writing: Writing): Promise<boolean> {
    const id = randomUUID()
    const target = this.#target(key, id, writing)
    return await this.#turns.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          await send(this.#client, measured, target)
          return true
        } catch (error) {
          if (!isUndecided(error)) this.#fail(key, 's3:PutObject', error)
          const now = await this.#look(key)
          if (now?.metadata['put-id'] === id) return true
          if ((now?.version ?? null) !== writing.expected) return false
          if (attempt === ATTEMPTS) this.#fail(key, 's3:PutObject', error)
          await this.#wait(attempt)
        }
      }
    })
  }

  #target(key: string, id: string, { expected, metadata, cache_control }: Writing): Target {
    return {
      ...this.#object(key),
      Metadata: { ...metadata, 'put-id': id },
      ContentType: contentType(key),
      ...(cache_control === undefined ? {} : { CacheControl: cache_control }),
      ...(expected === null ? { IfNoneMatch: '*' } : { IfMatch: expected.slice(0, expected.indexOf(' ')) }),
    }
  }

  async #look(key: string): Promise<Found | null> {
    try {
      return found(await this.#client.send(new HeadObjectCommand(this.#object(key))))
    } catch (error) {
      if (isMissing(error)) return null
      return this.#fail(key, 's3:GetObject', error)
    }
  }

  async #get<T>(
    key: string,
    use: (body: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<(Found & T) | null> {
    return await this.#turns.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await this.#client.send(new GetObjectCommand(this.#object(key)))
          const object = found(answer)
          const body = whole(answer.Body as Readable, answer.ContentLength, sha256Of(object))
          return { ...object, ...(await use(body)) }
        } catch (error) {
          if (isMissing(error)) return null
          if (attempt === ATTEMPTS || !isPassing(error)) this.#fail(key, 's3:GetObject', error)
          await this.#wait(attempt)
        }
      }
    })
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#location.bucket, Key: `${this.#location.prefix}${key}` }
  }

  #fail(key: string, action: S3Action, error: unknown): never {
    throw s3Failure(this.#location, key, action, error)
  }

  async #wait(attempt: number): Promise<void> {
    await pause(this.#pause_ms * 2 ** (attempt - 1) * (0.5 + Math.random()))
  }
}

interface Answer {
  readonly ETag?: string | undefined
  readonly VersionId?: string | undefined
  readonly LastModified?: Date | undefined
  readonly Metadata?: Record<string, string> | undefined
}

function found({ ETag, VersionId, LastModified, Metadata: metadata = {} }: Answer): Found {
  const id = metadata['put-id'] ?? VersionId ?? LastModified?.toISOString() ?? ''
  return { version: `${ETag ?? ''} ${id}`, metadata }
}

/** The hash under which this program stored an object that never changes; null for pointers and what others put. */
export function sha256Of({ metadata }: Found): string | null {
  return metadata['written-by'] === 'skafferi' ? (metadata.sha256 ?? null) : null
}

/** Passes bytes on and throws at the end if they are not the whole of what was stored. */
async function* whole(body: Readable, bytes: number | undefined, sha256: string | null) {
  const hash = createHash('sha256')
  let came = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    came += chunk.length
    yield chunk
  }
  if (bytes !== undefined && came !== bytes) throw new BrokenDownload(`${came} of ${bytes} bytes came`)
  if (sha256 !== null && hash.digest('hex') !== sha256)
    throw new BrokenDownload('the bytes that came are not those that were stored')
}
