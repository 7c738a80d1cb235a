import type { Around } from './around-storage.ts'

/** How long a racer keeps the turn: its number, and how many calls it makes. */
export interface Stretch {
  readonly racer: number
  readonly calls: number
}

/** Calls whose order matters: what is written, and what tells whether something has been written. */
const ORDERED = new Set(['put', 'swapPointer', 'readPointer', 'list'])

/**
 * Lets racers call their stores one at a time in an order that is laid down beforehand, so that a race can be
 * run again. Objects are write-once: reading one is not part of the order.
 */
export class Turns {
  readonly #waiting: (() => void)[][]
  readonly #finished: boolean[]
  readonly #stretches: Stretch[]
  #isGranted = false

  constructor(racers: number, stretches: readonly Stretch[]) {
    this.#waiting = Array.from({ length: racers }, () => [])
    this.#finished = Array.from({ length: racers }, () => false)
    this.#stretches = [...stretches]
  }

  /** Put around the calls of a racer's store. */
  aroundOf(racer: number): Around {
    return async (call, run) => {
      if (!ORDERED.has(call.verb) || this.#finished[racer]) return await run()
      await new Promise<void>((go) => {
        this.#waiting[racer]!.push(go)
        this.#grant()
      })
      try {
        return await run()
      } finally {
        this.#isGranted = false
        // what the racer does next, it asks for before anybody else may have the turn
        setImmediate(() => this.#grant())
      }
    }
  }

  /** The racer will ask for nothing more. */
  finish(racer: number): void {
    this.#finished[racer] = true
    for (const go of this.#waiting[racer]!.splice(0)) go()
    this.#grant()
  }

  #grant(): void {
    if (this.#isGranted) return
    const racers = this.#waiting.map((_, racer) => racer).filter((racer) => !this.#finished[racer])
    if (racers.length === 0 || racers.some((racer) => this.#waiting[racer]!.length === 0)) return
    const chosen = this.#next(racers)
    this.#isGranted = true
    this.#waiting[chosen]!.shift()!()
  }

  /** Whose turn it is; when the plan is used up, the first one's to its end. */
  #next(racers: readonly number[]): number {
    for (;;) {
      const stretch = this.#stretches[0]
      if (!stretch) return racers[0]!
      const { racer, calls } = stretch
      if (calls <= 1 || !racers.includes(racer)) this.#stretches.shift()
      else this.#stretches[0] = { racer, calls: calls - 1 }
      if (racers.includes(racer)) return racer
    }
  }
}
