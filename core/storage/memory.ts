import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { NotFoundError } from '../errors.ts'
import {
  assertKey,
  type Content,
  compareKeys,
  type Pointer,
  type Storage,
  type Workspace,
} from './storage.ts'

/** A lake that lives as long as the object does; local files go to the system's temporary folder. */
export class MemoryStorage implements Storage {
  readonly url = 'memory:'
  readonly #objects = new Map<string, Uint8Array>()
  readonly #pointers = new Map<string, Pointer>()
  #files: Promise<string> | undefined

  async put(key: string, content: Content): Promise<'written' | 'exists'> {
    assertKey(key)
    const bytes = new Uint8Array(content instanceof Uint8Array ? content : await readFile(content.file))
    if (this.#objects.has(key)) return 'exists'
    this.#objects.set(key, bytes)
    return 'written'
  }

  async read(key: string): Promise<Uint8Array> {
    assertKey(key)
    const bytes = this.#objects.get(key)
    if (bytes === undefined) throw new NotFoundError(key, this.url)
    return new Uint8Array(bytes)
  }

  async localFile(key: string): Promise<string> {
    const bytes = await this.read(key)
    this.#files ??= mkdtemp(join(tmpdir(), 'skafferi-memory-'))
    const path = join(await this.#files, key)
    // another caller may be reading the file of the same key
    const aside = join(await this.#files, `.${randomUUID()}`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(aside, bytes)
    await rename(aside, path)
    return path
  }

  async *list(prefix: string) {
    for (const key of [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys)) {
      yield { key, bytes: this.#objects.get(key)?.length ?? 0 }
    }
  }

  async readPointer(key: string): Promise<Pointer | null> {
    assertKey(key)
    return this.#pointers.get(key) ?? null
  }

  async swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    assertKey(key)
    const current = this.#pointers.get(key)
    if ((current?.version ?? null) !== expected) return false
    this.#pointers.set(key, { content, version: String(Number(current?.version ?? 0) + 1) })
    this.#objects.set(key, Buffer.from(content))
    return true
  }

  async workspace(): Promise<Workspace> {
    const path = await mkdtemp(join(tmpdir(), 'skafferi-'))
    return { path, remove: () => rm(path, { recursive: true, force: true }) }
  }

  /** Removes the local files that `localFile` made. */
  async close(): Promise<void> {
    const files = await this.#files
    this.#files = undefined
    if (files !== undefined) await rm(files, { recursive: true, force: true })
  }
}
