import type { Content, Pointer, Storage, StoredObject, Workspace } from '../../core/storage/storage.ts'

/** A call of a store. */
export interface Call {
  readonly verb:
    | 'put'
    | 'swapPointer'
    | 'read'
    | 'localFile'
    | 'readPointer'
    | 'list'
    | 'workspace'
    | 'remove'
  /** Key, prefix, or nothing for a workspace. */
  readonly key: string
}

/** What happens around a call; it decides whether, when and how the call takes place. */
export type Around = <T>(call: Call, run: () => Promise<T>) => Promise<T>

/** Whether a call changes what others see. */
export const writes = ({ verb }: Call) => verb === 'put' || verb === 'swapPointer'

/** A store with something around every call. */
export class AroundStorage implements Storage {
  readonly url: string
  readonly #storage: Storage
  readonly #around: Around

  constructor(storage: Storage, around: Around) {
    this.url = storage.url
    this.#storage = storage
    this.#around = around
  }

  put(key: string, content: Content): Promise<'written' | 'exists'> {
    return this.#around({ verb: 'put', key }, () => this.#storage.put(key, content))
  }

  swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    return this.#around({ verb: 'swapPointer', key }, () => this.#storage.swapPointer(key, content, expected))
  }

  read(key: string): Promise<Uint8Array> {
    return this.#around({ verb: 'read', key }, () => this.#storage.read(key))
  }

  localFile(key: string): Promise<string> {
    return this.#around({ verb: 'localFile', key }, () => this.#storage.localFile(key))
  }

  readPointer(key: string): Promise<Pointer | null> {
    return this.#around({ verb: 'readPointer', key }, () => this.#storage.readPointer(key))
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    await this.#around({ verb: 'list', key: prefix }, async () => undefined)
    yield* this.#storage.list(prefix)
  }

  async workspace(): Promise<Workspace> {
    const { path, remove } = await this.#around({ verb: 'workspace', key: '' }, () =>
      this.#storage.workspace(),
    )
    return { path, remove: () => this.#around({ verb: 'remove', key: '' }, remove) }
  }

  close(): Promise<void> {
    return this.#storage.close()
  }
}
