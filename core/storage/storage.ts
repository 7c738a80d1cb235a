/** An object in the store. */
export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** When it was stored, by the store's clock, where it knows. */
  readonly stored_at?: Date
}

/** What to store: bytes, or a local file that will not change any more. */
export type Content = Uint8Array | { readonly file: string }

/** A small object that may be replaced, with what it takes to replace just this version of it. */
export interface Pointer {
  readonly content: string
  readonly version: string
}

/** A local folder for files in the making; nothing in it is part of the lake. */
export interface Workspace {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Where a lake lies. Keys are `/`-separated paths without `.` or `..`. Objects are write-once: an object that
 * can be listed or read is complete and never changes.
 */
export interface Storage {
  /** The lake as its user named it. */
  readonly url: string
  /** Stores an object unless the key is taken; of several writers exactly one is told `written`. */
  put(key: string, content: Content): Promise<'written' | 'exists'>
  /** The whole object; throws `NotFoundError`. For objects that fit into memory. */
  read(key: string): Promise<Uint8Array>
  /** A local file with the object's bytes, not to be written to; throws `NotFoundError`. */
  localFile(key: string): Promise<string>
  /** Every object whose key begins with the prefix, in code point order. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** The pointer as it is now; null when there is none. `read` and `list` see it as an object. */
  readPointer(key: string): Promise<Pointer | null>
  /** Replaces the pointer if its version still is `expected` (null: if there is none); tells whether it did. */
  swapPointer(key: string, content: string, expected: string | null): Promise<boolean>
  /** A new empty folder on this machine, from which `put` is cheap. */
  workspace(): Promise<Workspace>
  /** Removes the local files that were made for callers, workspaces too; the store itself can still be used. */
  close(): Promise<void>
}

/** Whether every store can hold an object of that key. */
export function isKey(key: string): boolean {
  const parts = key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  return parts && !key.startsWith('.') && !/[\\\0]/.test(key) && key.isWellFormed()
}

/** Throws a RangeError unless the key is one that every store can hold. */
export function assertKey(key: string): void {
  if (!isKey(key)) throw new RangeError(`not a key: ${JSON.stringify(key)}`)
}

/** Compares keys by code point, which is the order of their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
