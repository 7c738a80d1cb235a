import { randomUUID } from 'node:crypto'
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { NotFoundError, StorageError } from '../errors.ts'
import {
  assertKey,
  type Content,
  compareKeys,
  isKey,
  type Pointer,
  type Storage,
  type StoredObject,
  type Workspace,
} from './storage.ts'

const STALE_WORKSPACE_MS = 24 * 3600 * 1000
const hasCode = (error: unknown, ...codes: string[]) =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '')

/**
 * A lake in a folder. An object is written aside, forced to disk and then linked to its name: the link either
 * appears whole or fails because the name is taken. Beside the lake's own folders lie `.work` (files in the
 * making) and `.pointers` (every version of each pointer; the newest is the truth, the file at the pointer's
 * own key a copy for readers who do not know us).
 */
export class FileStorage implements Storage {
  readonly url: string
  readonly #root: string

  constructor(path: string) {
    this.url = path
    this.#root = resolve(path)
  }

  async put(key: string, content: Content): Promise<'written' | 'exists'> {
    assertKey(key)
    const target = join(this.#root, key)
    try {
      if (await isFile(target)) return 'exists'
      const aside = await (content instanceof Uint8Array
        ? this.#writeAside(content)
        : this.#linkAside(content.file))
      return (await this.#publish(aside, target)) ? 'written' : 'exists'
    } catch (error) {
      throw this.#failure(key, error)
    }
  }

  async read(key: string): Promise<Uint8Array> {
    assertKey(key)
    return await readFile(join(this.#root, key)).catch((error) => {
      throw hasCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR') ? new NotFoundError(key, this.url) : error
    })
  }

  async localFile(key: string): Promise<string> {
    assertKey(key)
    const path = join(this.#root, key)
    if (!(await isFile(path))) throw new NotFoundError(key, this.url)
    return path
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    if (folder === '' || isKey(folder.slice(0, -1))) yield* this.#walk(folder, prefix)
  }

  async readPointer(key: string): Promise<Pointer | null> {
    assertKey(key)
    const version = (await this.#pointerVersions(key)).at(-1)
    if (version === undefined) return null
    const content = await readFile(join(this.#pointerFolder(key), version), 'utf8')
    // a writer may have died before the copy for other readers was made
    const copy = await readFile(join(this.#root, key), 'utf8').catch(() => null)
    if (copy !== content) await this.#copyPointer(key).catch(() => undefined)
    return { content, version }
  }

  async swapPointer(key: string, content: string, expected: string | null): Promise<boolean> {
    assertKey(key)
    const next = String(Number(expected ?? 0) + 1).padStart(6, '0')
    const newest = (await this.#pointerVersions(key)).at(-1) ?? null
    if (newest !== expected) return false
    try {
      const aside = await this.#writeAside(Buffer.from(content))
      if (!(await this.#publish(aside, join(this.#pointerFolder(key), next)))) return false
      await this.#copyPointer(key)
      return true
    } catch (error) {
      throw this.#failure(key, error)
    }
  }

  async workspace(): Promise<Workspace> {
    const work = join(this.#root, '.work')
    await mkdir(work, { recursive: true })
    await removeStale(work)
    const path = join(work, randomUUID())
    await mkdir(path)
    return { path, remove: () => rm(path, { recursive: true, force: true }) }
  }

  /** Nothing to remove: the lake's own files are the local ones. */
  async close(): Promise<void> {}

  async #writeAside(bytes: Uint8Array): Promise<string> {
    const aside = join(this.#root, '.work', randomUUID())
    await mkdir(dirname(aside), { recursive: true })
    const file = await open(aside, 'wx')
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
    return aside
  }

  /** Gives a file a name in `.work`; copies it only if it lies on another disk. */
  async #linkAside(file: string): Promise<string> {
    const aside = join(this.#root, '.work', randomUUID())
    await mkdir(dirname(aside), { recursive: true })
    await link(await realpath(file), aside).catch((error) => {
      if (!hasCode(error, 'EXDEV')) throw error
      return copyFile(file, aside)
    })
    return aside
  }

  /** Moves a finished file from `.work` to its name; tells whether the name was free. */
  async #publish(aside: string, target: string): Promise<boolean> {
    try {
      await mkdir(dirname(target), { recursive: true })
      await sync(aside)
      if (!(await linkUnlessTaken(aside, target))) return false
      await sync(dirname(target))
      return true
    } finally {
      await unlink(aside)
    }
  }

  #failure(key: string, cause: unknown): StorageError {
    return new StorageError(key, `cannot write into ${this.url} (${(cause as Error).message})`, { cause })
  }

  async *#walk(folder: string, prefix: string): AsyncIterable<StoredObject> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch((error) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
      throw error
    })
    const keys = entries
      .filter((entry) => folder !== '' || !entry.name.startsWith('.'))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((key) => key.startsWith(prefix) || (key.endsWith('/') && prefix.startsWith(key)))
      .sort(compareKeys)
    for (const key of keys) {
      if (key.endsWith('/')) yield* this.#walk(key, prefix)
      else {
        const { size, mtime } = await stat(join(this.#root, key))
        yield { key, bytes: size, stored_at: mtime }
      }
    }
  }

  #pointerFolder(key: string): string {
    return join(this.#root, '.pointers', key)
  }

  async #pointerVersions(key: string): Promise<string[]> {
    const names = await readdir(this.#pointerFolder(key)).catch((error) => {
      if (hasCode(error, 'ENOENT')) return []
      throw error
    })
    return names.sort()
  }

  /** Copies the newest version to the pointer's own key, again if a newer one came meanwhile. */
  async #copyPointer(key: string): Promise<void> {
    for (;;) {
      const version = (await this.#pointerVersions(key)).at(-1)
      if (version === undefined) return
      const aside = await this.#writeAside(await readFile(join(this.#pointerFolder(key), version)))
      await sync(aside)
      await mkdir(dirname(join(this.#root, key)), { recursive: true })
      await rename(aside, join(this.#root, key))
      if ((await this.#pointerVersions(key)).at(-1) === version) return
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    (error) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
      throw error
    },
  )
}

/** Gives a file a second name, unless a file has that name already. */
async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await isFile(to))) return false
    throw error
  }
}

/** Forces a file or folder to disk, so that a name never outlives its bytes in a power cut. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes what crashed processes left behind. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const age = await stat(path)
      .then((found) => Date.now() - found.mtimeMs)
      .catch(() => 0)
    if (age > STALE_WORKSPACE_MS) await rm(path, { recursive: true, force: true })
  }
}
