import fc from 'fast-check'
import { commandsOf, type Focus } from './commands/mix.ts'
import { settle } from './commands/settle.ts'
import { USUAL, type Weights } from './commands/wish.ts'
import { emptyModel, type Model } from './model.ts'
import { adopt, stateOf } from './state.ts'
import type { Workshop, World } from './world.ts'

/** How long the sequences are, and how they begin when one is replayed. */
export interface Sequences {
  readonly commands: number
  readonly focus?: Focus
  readonly weights?: Weights
  readonly replayPath?: string | undefined
  /** Told of each sequence that has been gone through. */
  readonly onEnd?: (log: readonly string[]) => void
}

/** Whatever sequence of commands is gone through: nothing is lost, nothing half visible. */
export function campaignProperty(workshop: Workshop, sequencing: Sequences) {
  const { commands, focus = 'everything', weights = USUAL, replayPath, onEnd } = sequencing
  const sequences = fc.commands([commandsOf(focus, weights)], {
    maxCommands: commands,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  })
  return fc.asyncProperty(sequences, async (sequence) => {
    const world = await workshop.world()
    try {
      const model = emptyModel()
      await fc.asyncModelRun(() => ({ model, real: begun(model, world) }), sequence)
      await settle(model, world, [], true)
      onEnd?.(world.log)
    } finally {
      await world.remove()
    }
  })
}

function begun(model: Model, world: World): World {
  world.lake.look()
  adopt(model, stateOf(world.lake))
  return world
}
