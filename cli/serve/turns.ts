/** Pieces of work that are done one at a time, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does it when all that was asked for before is done, whatever came of that. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** When nothing is left to do. */
  async idle(): Promise<void> {
    for (let last: unknown = null; last !== this.#last; await this.#last) last = this.#last
  }
}
