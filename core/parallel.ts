/** Lets only so many things happen at once; the others wait for their turn, first come first served. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(at_once: number) {
    this.#free = at_once
  }

  /** Runs `use` when there is room. What runs inside must not ask for a turn of the same kind. */
  async run<T>(use: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((go) => this.#waiting.push(go))
    try {
      return await use()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

/**
 * Applies `use` to every item, several at once, and gives the results in the items' order. After a failure
 * nothing new is begun, and what had been begun is waited for.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  use: (item: T, at: number) => Promise<R>,
  at_once = 32,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  const queue = items.entries()
  let failed = false
  const work = async () => {
    for (const [at, item] of queue) {
      if (failed) return
      try {
        results[at] = await use(item, at)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const workers = Array.from({ length: Math.min(at_once, items.length) }, work)
  const settled = await Promise.allSettled(workers)
  for (const worker of settled) if (worker.status === 'rejected') throw worker.reason
  return results
}
