import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Storage } from '../storage/storage.ts'

/** SHA-256 and size of a local file. */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  const highWaterMark = Math.min(4 << 20, (await stat(path)).size + 1)
  for await (const chunk of createReadStream(path, { highWaterMark })) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** SHA-256 and size of bytes. */
export function hashBytes(bytes: Uint8Array): { sha256: string; bytes: number } {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength }
}

/**
 * Stores a local file under the first key of `key(1)`, `key(2)`, … that is free or already holds these very
 * bytes, so that finishing a half-finished piece of work finds what it left. Returns the number.
 */
export async function putNumbered(
  storage: Storage,
  path: string,
  key: (n: number) => string,
): Promise<number> {
  for (let n = 1; ; n++) {
    if ((await storage.put(key(n), { file: path })) === 'written' || (await sameBytes(storage, path, key(n))))
      return n
  }
}

/** Stores a local file; tells whether the key now holds these bytes (false: it holds others). */
export async function putSame(storage: Storage, path: string, key: string): Promise<boolean> {
  return (await storage.put(key, { file: path })) === 'written' || (await sameBytes(storage, path, key))
}

/** Stores bytes; tells whether the key now holds them (false: it holds others). */
export async function putSameBytes(storage: Storage, bytes: Uint8Array, key: string): Promise<boolean> {
  return (await storage.put(key, bytes)) === 'written' || Buffer.compare(await storage.read(key), bytes) === 0
}

async function sameBytes(storage: Storage, path: string, key: string): Promise<boolean> {
  const other = await storage.localFile(key)
  if ((await stat(other)).size !== (await stat(path)).size) return false
  return (await hashFile(other)).sha256 === (await hashFile(path)).sha256
}

/** The keys that begin with a prefix, in their order. */
export async function keysUnder(storage: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}
