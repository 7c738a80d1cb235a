import { MemoryStorage } from '../../../../core/storage/memory.ts'
import type { Storage } from '../../../../core/storage/storage.ts'

/** A lake that says that it lies elsewhere, so that one in memory may pass for one in a bucket. */
export function lakeAt(url: string, lake: Storage = new MemoryStorage()): Storage {
  return {
    url,
    put: (key, content) => lake.put(key, content),
    read: (key) => lake.read(key),
    localFile: (key) => lake.localFile(key),
    list: (prefix) => lake.list(prefix),
    readPointer: (key) => lake.readPointer(key),
    swapPointer: (key, content, expected) => lake.swapPointer(key, content, expected),
    workspace: () => lake.workspace(),
    close: () => lake.close(),
  }
}
