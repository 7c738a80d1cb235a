import fc from 'fast-check'
import { Alone } from './commands/alone.ts'
import { Killed } from './commands/killed.ts'
import { Look } from './commands/look.ts'
import { type Course, Race } from './commands/race.ts'
import { settle } from './commands/settle.ts'
import { USUAL, type Weights, type Wish, wishes } from './commands/wish.ts'
import type { Moment } from './death.ts'
import { emptyModel, type Model } from './model.ts'
import { adopt, stateOf } from './state.ts'
import type { Workshop, World } from './world.ts'

/** How many writes an operation makes at most, about. */
const WRITES: Readonly<Record<Wish['do'], number>> = {
  land: 6,
  withdraw: 1,
  analyse: 48,
  check: 1,
  publish: 27,
}
const when = fc.constantFrom<Moment['when'][]>('before', 'within', 'after')

/** Moments of death: any, and more often the first and last few, when things begin and end. */
const momentOf = (writes: number) =>
  fc.record({
    at: fc.oneof(
      fc.integer({ min: 1, max: Math.min(4, writes) }),
      fc.integer({ min: Math.max(1, writes - 3), max: writes }),
      fc.integer({ min: 1, max: writes }),
    ),
    when,
  })

function killed(of: Record<Wish['do'], fc.Arbitrary<Wish>>, name: Wish['do']): fc.Arbitrary<Killed> {
  return fc
    .tuple(of[name], momentOf(WRITES[name]), fc.boolean())
    .map(([wish, moment, again]) => new Killed(wish, moment, again))
}

const courseOf = (racers: number): fc.Arbitrary<Course> =>
  fc.record({
    stretches: fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      {
        weight: 3,
        arbitrary: fc.array(
          fc.record({ racer: fc.nat(racers - 1), calls: fc.integer({ min: 1, max: 12 }) }),
          { maxLength: 12 },
        ),
      },
    ),
    death: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.record({ racer: fc.nat(racers - 1), at: fc.integer({ min: 1, max: 27 }), when }),
      },
    ),
  })

/** Races: anybody with anybody, and more often those who are after the same thing. */
function race(of: Record<Wish['do'], fc.Arbitrary<Wish>>): fc.Arbitrary<Race> {
  const { land, withdraw, analyse, publish } = of
  const pairs = [
    [land, land],
    [land, withdraw],
    [analyse, land],
    [publish, publish],
    [withdraw, withdraw],
    [publish, analyse],
    [land, land, withdraw],
    [land, publish],
  ]
  const courses = pairs.map((pair) =>
    fc.tuple(fc.tuple(...pair), courseOf(pair.length)).map(([these, course]) => new Race(these, course)),
  )
  return fc.oneof(...courses)
}

/** Every command of a campaign, each as often as it is worth. */
export function campaignCommands(weights: Weights = USUAL): fc.Arbitrary<Alone | Killed | Race | Look>[] {
  const of = wishes(weights)
  const alone = (name: Wish['do']) => of[name].map((wish) => new Alone(wish))
  return [
    fc.oneof(
      { weight: 10, arbitrary: alone('land') },
      { weight: 4, arbitrary: alone('withdraw') },
      { weight: 5, arbitrary: alone('analyse') },
      { weight: 1, arbitrary: alone('check') },
      { weight: 5, arbitrary: alone('publish') },
      { weight: 4, arbitrary: killed(of, 'land') },
      { weight: 1, arbitrary: killed(of, 'withdraw') },
      { weight: 2, arbitrary: killed(of, 'analyse') },
      { weight: 4, arbitrary: killed(of, 'publish') },
      { weight: 8, arbitrary: race(of) },
      { weight: 1, arbitrary: fc.constantFrom(...weights.quarters).map((quarter) => new Look(quarter)) },
    ),
  ]
}

/** How long the sequences are, and how they begin when one is replayed. */
export interface Sequences {
  readonly commands: number
  readonly weights?: Weights
  readonly replayPath?: string | undefined
  /** Told of each sequence that has been gone through. */
  readonly onEnd?: (log: readonly string[]) => void
}

/** Whatever sequence of commands is gone through: nothing is lost, nothing half visible. */
export function campaignProperty(workshop: Workshop, { commands, weights, replayPath, onEnd }: Sequences) {
  const sequences = fc.commands(campaignCommands(weights), {
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
