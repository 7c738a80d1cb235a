import { NotFoundError } from '../errors.ts'
import { MemoryStorage } from './memory.ts'
import {
  type Content,
  compareKeys,
  type Pointer,
  type Storage,
  type StoredObject,
  type Workspace,
} from './storage.ts'

/**
 * A lake with a layer of its own on top: reads fall through, writes stay in memory. For asking what a run
 * would say without leaving one behind. `put` may stand in front of an object of the lake.
 */
export class OverlayStorage implements Storage {
  readonly url: string
  readonly #below: Storage
  readonly #above = new MemoryStorage()

  constructor(below: Storage) {
    this.url = below.url
    this.#below = below
  }

  async put(key: string, content: Content): Promise<'written' | 'exists'> {
    return await this.#above.put(key, content)
  }

  async read(key: string): Promise<Uint8Array> {
    return await this.#either((storage) => storage.read(key))
  }

  async localFile(key: string): Promise<string> {
    return await this.#either((storage) => storage.localFile(key))
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const objects = new Map<string, StoredObject>()
    for (const storage of [this.#below, this.#above]) {
      for await (const object of storage.list(prefix)) objects.set(object.key, object)
    }
    yield* [...objects.values()].sort((a, b) => compareKeys(a.key, b.key))
  }

  async readPointer(key: string): Promise<Pointer | null> {
    return (await this.#above.readPointer(key)) ?? (await this.#below.readPointer(key))
  }

  async swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    const current = (await this.readPointer(key))?.version ?? null
    if (current !== expected) return false
    return await this.#above.swapPointer(key, content, (await this.#above.readPointer(key))?.version ?? null)
  }

  async workspace(): Promise<Workspace> {
    return await this.#above.workspace()
  }

  /** Removes the local files of the layer on top; the lake below stays open. */
  async close(): Promise<void> {
    await this.#above.close()
  }

  async #either<T>(use: (storage: Storage) => Promise<T>): Promise<T> {
    try {
      return await use(this.#above)
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
      return await use(this.#below)
    }
  }
}
