import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** An object as a stranger finds it. */
export interface Found {
  readonly sha256: string
  readonly bytes: number
  /** Changes when somebody replaces the file or writes to it. */
  readonly identity: string
}

/** A commit, a run's record, a release's file: whatever a JSON object of the lake says. */
export type Json = Readonly<Record<string, unknown>>

const hash = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** A lake in a folder as one sees it who knows nothing but the layout: lists files, reads JSON. */
export class StrangersLake {
  readonly root: string
  /** Every object by key. */
  objects = new Map<string, Found>()
  readonly #json = new Map<string, Json>()

  constructor(root: string) {
    this.root = root
  }

  /** Looks again. What stands where it stood is not read twice, unless asked to. */
  look(thoroughly = false): void {
    const before = this.objects
    this.objects = new Map()
    for (const key of this.#keys('')) {
      const { ino, size, mtimeMs } = statSync(join(this.root, key))
      const identity = `${ino} ${size} ${mtimeMs}`
      const known = before.get(key)
      const same = known?.identity === identity && !thoroughly
      this.objects.set(key, same ? known : { identity, bytes: size, sha256: this.#hashOf(key) })
    }
  }

  *#keys(folder: string): Generator<string> {
    for (const entry of readdirSync(join(this.root, folder), { withFileTypes: true })) {
      if (folder === '' && entry.name.startsWith('.')) continue
      if (entry.isDirectory()) yield* this.#keys(`${folder}${entry.name}/`)
      else yield `${folder}${entry.name}`
    }
  }

  #hashOf(key: string): string {
    return hash(this.bytes(key))
  }

  bytes(key: string): Buffer {
    return readFileSync(join(this.root, key))
  }

  /** Keys below a prefix, in order. */
  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  /** What a JSON object says; one that has been read is not read again. */
  json<T extends Json = Json>(key: string): T {
    const version = `${key} ${this.objects.get(key)?.sha256}`
    const known = this.#json.get(version) ?? (JSON.parse(this.bytes(key).toString()) as Json)
    this.#json.set(version, known)
    return known as T
  }
}

/** A commit as its file has it. */
export interface StoredCommit extends Json {
  readonly kind: 'acceptance' | 'withdrawal'
  readonly n: number
  readonly committed_at: string
  readonly dataset: string
  readonly source: string
  readonly quarter: string | null
  readonly delivery: string
  readonly row_name: string
  readonly supersedes: string | null
  readonly rows: number
  readonly refused_rows: number
  readonly landing: StoredFile
  readonly curated: StoredFile
  readonly rolled: StoredFile | null
  readonly withdraws: string
  readonly reason: string
}
/** A file that a record vouches for. */
export interface StoredFile {
  readonly key: string
  readonly sha256: string
  readonly bytes: number
  readonly rows?: number
}
/** A run's record as its file has it. */
export interface StoredRun extends Json {
  readonly run: string
  readonly quarter: string
  readonly inputs: readonly {
    readonly delivery: string
    readonly row_name: string
    readonly dataset: string
    readonly source: string
    readonly quarter: string | null
    readonly rows: number
    readonly refused_rows: number
    readonly keys: readonly string[]
  }[]
  readonly models: Readonly<Record<string, readonly StoredFile[]>>
  readonly marts: Readonly<Record<string, number>>
}
/** `release.json` and `datapackage.json`, as far as a campaign looks. */
export interface StoredRelease extends Json {
  readonly quarter: string
  readonly release: number
  readonly run: string
  readonly reason: string | null
  readonly corrects: { readonly release: number } | null
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}
export interface StoredPackage extends Json {
  readonly quarter: string
  readonly release: number
  readonly run: string
  readonly reason: string | null
  readonly resources: readonly { readonly path: string; readonly bytes: number; readonly hash: string }[]
}
/** `current.json` as its file has it. */
export interface StoredPointer extends Json {
  readonly quarter: string
  readonly release: number
  readonly run: string
  readonly release_sha256: string
}
