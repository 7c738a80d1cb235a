// What every part of section 5 uses: "above 0", sums, the worst evidence, the three cases.

import { type Evidence, evidences, type Facts, keyOf } from './facts.ts'

/** "Above 0" means above 0.0005 kg everywhere. */
const ZERO = 0.0005
export const above0 = (value: number) => value > ZERO

export type Case = 'low' | 'central' | 'high'
export const cases: readonly Case[] = ['low', 'central', 'high']

export const sum = (values: Iterable<number>) => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** 0/0 = 0. */
export const ratio = (numerator: number, denominator: number) =>
  denominator === 0 ? 0 : numerator / denominator

export const worst = (found: Evidence[]) =>
  evidences[Math.max(0, ...found.map((evidence) => evidences.indexOf(evidence)))]!

/** Computes once per combination of arguments. */
export function remember<A extends Array<string | number>, V>(compute: (...args: A) => V): (...args: A) => V {
  const known = new Map<string, V>()
  return (...args) => {
    const key = keyOf(...args)
    if (!known.has(key)) known.set(key, compute(...args))
    return known.get(key)!
  }
}

// ----------------------------------------------------------------------------------------- The three cases

/** "In low, modelled demand × (1−m) …; in high, × (1+m); in central, × 1." */
export function demandFactor(facts: Facts, which: Case, evidence: Evidence): number {
  const m = facts.margins.get(evidence)!
  return which === 'low' ? 1 - m : which === 'high' ? 1 + m : 1
}

/** "In low, production and capacity × (1+m) …; in high, × (1−m)." */
export function supplyFactor(facts: Facts, which: Case, evidence: Evidence): number {
  const m = facts.margins.get(evidence)!
  return which === 'low' ? 1 + m : which === 'high' ? 1 - m : 1
}
