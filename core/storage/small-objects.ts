const MOST_BYTES_OF_ONE = 256 << 10
const MOST_BYTES = 32 << 20

/** Keeps small objects that never change in memory; the oldest go first when it gets too much. */
export class SmallObjects {
  readonly #objects = new Map<string, Uint8Array>()
  #bytes = 0

  /** A copy of the object's bytes, if they are here. */
  get(key: string): Uint8Array | undefined {
    const bytes = this.#objects.get(key)
    return bytes && new Uint8Array(bytes)
  }

  keep(key: string, bytes: Uint8Array): void {
    if (bytes.length > MOST_BYTES_OF_ONE || this.#objects.has(key)) return
    this.#objects.set(key, new Uint8Array(bytes))
    this.#bytes += bytes.length
    for (const [oldest, { length }] of this.#objects) {
      if (this.#bytes <= MOST_BYTES) break
      this.#objects.delete(oldest)
      this.#bytes -= length
    }
  }
}
