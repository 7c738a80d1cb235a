import type { Storage } from '../../core/storage/storage.ts'

/** Where somebody else comes in between: before or after the first call of this method on such a key. */
export interface Interruption {
  readonly call: 'put' | 'localFile' | 'list'
  /** How the key begins. */
  readonly key: string
  readonly before?: () => Promise<unknown>
  readonly after?: () => Promise<unknown>
}

/** A store in which something else happens at a step of choice; what happens there uses the store itself. */
export function interruptedStorage(storage: Storage, { call, key, before, after }: Interruption): Storage {
  let waiting = true
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function' || name !== call) {
        return typeof value === 'function' ? value.bind(target) : value
      }
      const isNow = (of: string) => {
        const now = waiting && of.startsWith(key)
        if (now) waiting = false
        return now
      }
      if (call === 'list')
        return async function* (prefix: string) {
          const now = isNow(prefix)
          if (now) await before?.()
          yield* storage.list(prefix)
          if (now) await after?.()
        }
      return async (...given: [string, ...unknown[]]) => {
        const now = isNow(given[0])
        if (now) await before?.()
        const result = (await value.apply(target, given)) as unknown
        if (now) await after?.()
        return result
      }
    },
  })
}
