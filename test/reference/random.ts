// A small seeded generator of random numbers (mulberry32): the same seed gives the same region everywhere.

export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number
  /** 0, 1, 2, …: as many as a whole number drawn from low to high. */
  times(low: number, high: number): number[]
  chance(probability: number): boolean
  pick<T>(values: readonly T[]): T
  /** Every value with the probability, in order. */
  some<T>(values: readonly T[], probability: number): T[]
  /** A decimal text in [low, high] with at most so many decimals. */
  decimal(low: number, high: number, digits: number): string
}

export function random(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const chance = (probability: number) => next() < probability
  return {
    next,
    whole,
    times: (low, high) => [...Array(whole(low, high)).keys()],
    chance,
    pick: (values) => {
      if (values.length === 0) throw new Error('nothing to pick from')
      return values[whole(0, values.length - 1)]!
    },
    some: (values, probability) => values.filter(() => chance(probability)),
    decimal: (low, high, digits) => {
      const text = (low + next() * (high - low)).toFixed(whole(0, digits))
      return Number(text) === 0 ? '0' : text
    },
  }
}
