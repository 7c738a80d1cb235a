import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DeclaredUpload, UploadPlace, Uploads } from '../../core/api/ports.ts'
import { ApiProblem } from '../../core/api/problem.ts'
import { keys } from '../../core/lake/layout.ts'
import { landUpload } from '../../core/land-upload.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { Turns } from './turns.ts'

const EXPIRES_MS = 15 * 60_000

interface Place {
  readonly declared: DeclaredUpload
  readonly expires_at: Date
}

/** Places for files on this very server. What is put there is landed before the answer. */
export class LocalUploads implements Uploads {
  readonly #storage: Storage
  readonly #origin: () => string
  readonly #onFault: (error: unknown) => void
  readonly #places = new Map<string, Place>()
  readonly #turns = new Turns()

  /** @param origin where the server is reached, once it is */
  constructor(storage: Storage, origin: () => string, onFault: (error: unknown) => void) {
    this.#storage = storage
    this.#origin = origin
    this.#onFault = onFault
  }

  async placeFor(declared: DeclaredUpload): Promise<UploadPlace> {
    for (const [token, { expires_at }] of this.#places)
      if (expires_at < new Date()) this.#places.delete(token)
    const token = randomBytes(24).toString('hex')
    const expires_at = new Date(Date.now() + EXPIRES_MS)
    this.#places.set(token, { declared, expires_at })
    return {
      method: 'PUT',
      url: `${this.#origin()}/v1/uploads/${token}`,
      headers: { 'content-length': String(declared.bytes) },
      expires_at: expires_at.toISOString(),
    }
  }

  async landAgain(key: string): Promise<void> {
    this.#land(key).catch(this.#onFault)
  }

  /** When nothing is left to be landed. */
  async idle(): Promise<void> {
    await this.#turns.idle()
  }

  /** Takes a file in and lands it; bytes that are not those declared leave nothing behind. */
  async receive(token: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const place = this.#places.get(token)
    if (!place || place.expires_at < new Date())
      throw new ApiProblem(404, 'no such place for a file, or no longer: declare the delivery again')
    const { declared } = place
    const workspace = await this.#storage.workspace()
    try {
      const file = join(workspace.path, 'upload')
      await pipeline(body, verifying(declared), createWriteStream(file))
      const key = `${keys.landing(declared.scope, declared.delivery)}${declared.file}`
      await this.#storage.put(key, { file })
      await this.#land(key)
    } finally {
      await workspace.remove()
    }
  }

  /** Lands an upload and what has waited for it. */
  async #land(key: string): Promise<void> {
    const waiting = [key]
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const landing = next
      waiting.push(...(await this.#turns.take(() => landUpload(this.#storage, landing))).waiting)
    }
  }
}

/** Passes bytes on as long as they can be those declared. */
function verifying({ bytes, sha256 }: DeclaredUpload): Transform {
  const hash = createHash('sha256')
  let passed = 0
  const wrong = (what: string, value: string, valid: string) =>
    new ApiProblem(400, `not the file that was declared: ${what} ${value}`, { value, valid: [valid] })
  return new Transform({
    transform(chunk: Buffer, _, done) {
      passed += chunk.length
      hash.update(chunk)
      if (passed > bytes) done(wrong('bytes', `more than ${bytes}`, String(bytes)))
      else done(null, chunk)
    },
    flush(done) {
      const found = hash.digest('hex')
      if (passed < bytes) done(wrong('bytes', String(passed), String(bytes)))
      else done(found === sha256 ? null : wrong('sha256', found, sha256))
    },
  })
}
