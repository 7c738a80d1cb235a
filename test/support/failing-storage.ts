import type { Content, Pointer, Storage, StoredObject, Workspace } from '../../core/storage/storage.ts'

/** What goes wrong: the `at`-th write (1 = the first), before or after it took place. */
export interface Failure {
  readonly at: number
  readonly when: 'before' | 'after'
}

/**
 * A store that passes everything on to another one, counts, and throws once at a write of choice. A failure
 * `after` is the one that tempts a caller most: the object is there, but nobody was told.
 */
export class FailingStorage implements Storage {
  /** Calls of `put` and `swapPointer`. */
  writes = 0
  /** Calls of `read`, `localFile`, `readPointer` and `list`. */
  reads = 0
  readonly #storage: Storage
  readonly #failure: Failure | null

  constructor(storage: Storage, failure: Failure | null = null) {
    this.#storage = storage
    this.#failure = failure
  }

  get url(): string {
    return this.#storage.url
  }

  put(key: string, content: Content): Promise<'written' | 'exists'> {
    return this.#write(key, () => this.#storage.put(key, content))
  }

  swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    return this.#write(key, () => this.#storage.swapPointer(key, content, expected))
  }

  read(key: string): Promise<Uint8Array> {
    this.reads++
    return this.#storage.read(key)
  }

  localFile(key: string): Promise<string> {
    this.reads++
    return this.#storage.localFile(key)
  }

  readPointer(key: string): Promise<Pointer | null> {
    this.reads++
    return this.#storage.readPointer(key)
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    this.reads++
    return this.#storage.list(prefix)
  }

  workspace(): Promise<Workspace> {
    return this.#storage.workspace()
  }

  close(): Promise<void> {
    return this.#storage.close()
  }

  async #write<T>(key: string, write: () => Promise<T>): Promise<T> {
    const fails = ++this.writes === this.#failure?.at
    if (fails && this.#failure?.when === 'before') throw new Error(`write ${this.writes} fails: ${key}`)
    const result = await write()
    if (fails) throw new Error(`write ${this.writes} fails after it took place: ${key}`)
    return result
  }
}
