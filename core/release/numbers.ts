import { setTimeout as pause } from 'node:timers/promises'
import { putSameBytes } from '../lake/lake-files.ts'
import { keys } from '../lake/layout.ts'
import { PACKAGE_FILE, type ReleaseNumbers, readNumbers, readRelease } from '../lake/releases.ts'
import type { Storage } from '../storage/storage.ts'
import type { Predecessors } from './draft.ts'

const PAUSE_MS = 100

/** What there is before a release is made. */
export interface State extends Predecessors {
  readonly quarter: string
  readonly numbers: readonly ReleaseNumbers[]
}

/** Looks at every release that there is. */
export async function look(storage: Storage, quarter: string): Promise<State> {
  const numbers = await readNumbers(storage)
  const newest = async (of: ReleaseNumbers | undefined) =>
    of === undefined ? null : await readRelease(storage, of.quarter, of.made.at(-1)!)
  const made = numbers.filter((one) => one.made.length > 0)
  return {
    quarter,
    numbers,
    own: await newest(made.find((one) => one.quarter === quarter)),
    earlier: await newest(made.findLast((one) => one.quarter < quarter)),
  }
}

/** The first number after the newest release that has not been lost to another publisher. */
export function nextNumber({ own }: State, lost: ReadonlySet<number>): number {
  let number = (own?.release ?? 0) + 1
  while (lost.has(number)) number++
  return number
}

/**
 * Writes the data package, which owns the number. False when another publisher has it, after having let that
 * one finish, or when anybody has taken any number since: what may be shown is then to be decided anew.
 */
export async function take(
  storage: Storage,
  state: State,
  number: number,
  descriptor: Uint8Array,
  patience_ms: number,
): Promise<boolean> {
  const { quarter } = state
  if (!(await putSameBytes(storage, descriptor, `${keys.release(quarter, number)}${PACKAGE_FILE}`))) {
    await untilMade(storage, quarter, number, patience_ms)
    return false
  }
  const marks = (numbers: readonly ReleaseNumbers[]) =>
    numbers.flatMap(({ quarter: of, taken }) =>
      taken.flatMap((release) => (of === quarter && release === number ? [] : [`${of}/${release}`])),
    )
  return marks(await readNumbers(storage)).join(' ') === marks(state.numbers).join(' ')
}

async function untilMade(
  storage: Storage,
  quarter: string,
  number: number,
  patience_ms: number,
): Promise<void> {
  for (let waited = 0; waited < patience_ms; waited += PAUSE_MS) {
    const own = (await readNumbers(storage)).find((one) => one.quarter === quarter)
    if (own?.made.includes(number)) return
    await pause(PAUSE_MS)
  }
}

/** Whether the quarter has a newer release than the one that this one was compared with. */
export async function isOvertaken(storage: Storage, { quarter, own }: State): Promise<boolean> {
  const now = (await readNumbers(storage)).find((one) => one.quarter === quarter)
  return (now?.made.at(-1) ?? null) !== (own?.release ?? null)
}
