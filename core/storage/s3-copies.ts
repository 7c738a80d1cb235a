import { rmSync } from 'node:fs'
import { link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const STALE_MS = 24 * 3600 * 1000
const roots = new Set<string>()
let watched = false

/** Local files of one process for objects of a store: one folder, gone with the process. */
export class LocalCopies {
  readonly #copies = new Map<string, Promise<string>>()
  #root: Promise<string> | undefined
  #count = 0

  /**
   * The local file of a key, whose path ends in the key as far as the disk takes it. Callers of one key at the same time share one
   * download; it tells whether the object can never change, and its file hence be given out again.
   */
  async get(key: string, download: (path: string) => Promise<boolean>): Promise<string> {
    const known = this.#copies.get(key)
    if (known) return await known
    const copy = this.#make(key, download)
    this.#copies.set(key, copy)
    return await copy
  }

  /** Gives a file that was just stored, and will not change, a second name here; no matter if that cannot be. */
  async adopt(key: string, file: string): Promise<void> {
    const copy = this.#newPath(key).then(async (path) => {
      await link(file, path)
      return path
    })
    await copy.then(
      () => this.#copies.set(key, copy),
      () => undefined,
    )
  }

  /** A new empty folder. */
  async folder(): Promise<string> {
    return await mkdtemp(join(await this.#folder(), 'work-'))
  }

  /** Removes everything. */
  async clear(): Promise<void> {
    const root = await this.#root
    this.#root = undefined
    this.#copies.clear()
    if (root === undefined) return
    roots.delete(root)
    await rm(root, { recursive: true, force: true })
  }

  async #make(key: string, download: (path: string) => Promise<boolean>): Promise<string> {
    let lasting = false
    try {
      const path = await this.#newPath(key)
      lasting = await download(path)
      return path
    } finally {
      if (!lasting) this.#copies.delete(key)
    }
  }

  /** In a folder of its own, since S3 may hold both `x` and `x/y`. */
  async #newPath(key: string): Promise<string> {
    const path = join(await this.#folder(), String(++this.#count), ...key.split('/').map(localName))
    await mkdir(dirname(path), { recursive: true })
    return path
  }

  #folder(): Promise<string> {
    this.#root ??= newRoot()
    return this.#root
  }
}

const MOST_NAME_BYTES = 255

/** A part of a key as a local name; S3 takes longer ones than a disk does, so that only the end of them is kept. */
function localName(part: string): string {
  if (Buffer.byteLength(part) <= MOST_NAME_BYTES) return part
  return [...part].slice(-MOST_NAME_BYTES / 5).join('')
}

async function newRoot(): Promise<string> {
  await removeStale()
  const root = await mkdtemp(join(tmpdir(), `skafferi-${process.pid}-`))
  if (!watched) process.once('exit', removeAll)
  watched = true
  roots.add(root)
  return root
}

function removeAll(): void {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
}

/**
 * Removes what killed processes left behind: after a day, since a process of another container cannot be seen.
 * Where there is none, as in a function, whose small disk outlives the process that a timeout ends, at once.
 */
export async function removeStale(older_than_ms = STALE_MS): Promise<void> {
  const started_at = Date.now() - process.uptime() * 1000
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^skafferi-(\d+)-/.exec(name)?.[1])
    if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue
    const path = join(tmpdir(), name)
    const made_at = await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now)
    if (pid === process.pid && made_at >= started_at) continue
    if (Date.now() - made_at > older_than_ms)
      await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
