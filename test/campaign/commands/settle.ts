import { query } from '../../../core/query.ts'
import { marts } from '../../../schemas/marts/index.ts'
import { receiptFaults } from '../invariants-of-answers.ts'
import { Judge, type Trial } from '../judge.ts'
import type { Model } from '../model.ts'
import { adopt, stateOf } from '../state.ts'
import type { World } from '../world.ts'

/**
 * Looks at the lake after something has happened: holds it against what never holds and against the model,
 * and lets the model go on from what was found.
 */
export async function settle(
  model: Model,
  world: World,
  trials: readonly Trial[],
  thoroughly = false,
): Promise<void> {
  world.lake.look(thoroughly)
  const state = stateOf(world.lake)
  const faults = [
    ...world.faults,
    ...world.invariants.faults(state),
    ...new Judge(model, state, trials).faults(),
    ...receiptFaults(world.lake, trials),
    ...(await unreadableMarts(world, trials)),
  ]
  if (faults.length > 0) throw new Error([...new Set(faults)].join('\n'))
  adopt(model, state)
}

/** A run's marts can be read and have the rows that were answered; of copies, one after the other in turn. */
async function unreadableMarts(world: World, trials: readonly Trial[]): Promise<string[]> {
  const faults: string[] = []
  for (const { outcome } of trials) {
    if (!outcome.analysed) continue
    const { run, quarter, marts: rows } = outcome.analysed
    const some = world.copied.has(run) ? [marts[world.next() % marts.length]!] : marts
    for (const { name: mart } of some) {
      const { arrow } = await query(world.open(), { mart, quarter, run })
      if (arrow.numRows !== rows[mart])
        faults.push(`${mart} of ${run} has ${arrow.numRows} rows, not ${rows[mart]}`)
    }
  }
  return faults
}
