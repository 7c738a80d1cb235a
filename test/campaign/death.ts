import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Around, type Call, writes } from './around-storage.ts'

/** When a process dies: at its `at`-th write (1 = the first). */
export interface Moment {
  readonly at: number
  /**
   * `within` a write: of an object nothing is to be seen yet; a pointer has been moved, but the copy of it
   * for strangers has not.
   */
  readonly when: 'before' | 'within' | 'after'
}

/** Thrown to whoever asks a store after the process has died. */
export class Died extends Error {
  override readonly name = 'Died'
}

/** A process that dies at a moment of choice: whatever it asks of its store from then on fails. */
export class Death {
  /** Whether it has died. */
  happened = false
  readonly #lake: string
  readonly #moment: Moment
  readonly #running = new Set<Promise<unknown>>()
  #writes = 0

  constructor(lake: string, moment: Moment) {
    this.#lake = lake
    this.#moment = moment
  }

  /** Put around the calls of the process's store. */
  readonly around: Around = async (call, run) => {
    this.#assertAlive(call)
    const isLast = writes(call) && ++this.#writes === this.#moment.at
    if (isLast && this.#moment.when !== 'after' && !this.#isTornPointer(call)) this.#die(call)
    const restore = isLast && this.#isTornPointer(call) ? this.#copyOf(call.key) : null
    const running = run()
    this.#running.add(running)
    const result = await running.finally(() => this.#running.delete(running))
    restore?.()
    if (isLast) this.#die(call)
    this.#assertAlive(call)
    return result
  }

  /** Waits for what was under way when it died; nothing of a dead process goes on. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }

  #isTornPointer({ verb }: Call): boolean {
    return verb === 'swapPointer' && this.#moment.when === 'within'
  }

  /** Puts the stranger's copy of a pointer back to what it is now. */
  #copyOf(key: string): () => void {
    const path = join(this.#lake, key)
    const before = readOrNull(path)
    return () => (before === null ? rmSync(path, { force: true }) : writeFileSync(path, before))
  }

  #die(call: Call): never {
    this.happened = true
    throw new Died(`died at ${call.verb} ${call.key}`)
  }

  #assertAlive({ verb, key }: Call): void {
    if (this.happened) throw new Died(`dead at ${verb} ${key}`)
  }
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
