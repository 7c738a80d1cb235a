import type { MemoryStorage } from '../../core/storage/memory.ts'

/** A storage that a function may keep for ever, and that is whichever one `current` gives at the moment. */
export function standInFor(current: () => MemoryStorage): MemoryStorage {
  return new Proxy({} as MemoryStorage, {
    get: (_, name: keyof MemoryStorage) => {
      const storage = current()
      const value = storage[name]
      return typeof value === 'function' ? value.bind(storage) : value
    },
  })
}
