import fc from 'fast-check'
import type { Moment } from '../death.ts'
import { Alone } from './alone.ts'
import { Killed } from './killed.ts'
import { Look } from './look.ts'
import { type Course, Race } from './race.ts'
import { contested, returns, type Weights, type Wish, type Wishes, wishes } from './wish.ts'

type Command = Alone | Killed | Race | Look

/** How many writes an operation makes at most, about. */
const WRITES = {
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

const alone = (wish: fc.Arbitrary<Wish>) => wish.map((one) => new Alone(one))

function killed(wish: fc.Arbitrary<Wish>, writes: number): fc.Arbitrary<Killed> {
  return fc
    .tuple(wish, momentOf(writes), fc.boolean())
    .map(([one, moment, again]) => new Killed(one, moment, again))
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

/** What a sequence is mostly about. */
export const FOCUSES = ['everything', 'landing', 'publishing'] as const
/** What a sequence is mostly about. */
export type Focus = (typeof FOCUSES)[number]

const oneOf = (commands: readonly (readonly [number, fc.Arbitrary<Command>])[]): fc.Arbitrary<Command> =>
  fc.oneof(...commands.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** Races of those who are after the same thing. */
function race(pairs: readonly (readonly fc.Arbitrary<Wish>[])[]): fc.Arbitrary<Race> {
  const courses = pairs.map((pair) =>
    fc.tuple(fc.tuple(...pair), courseOf(pair.length)).map(([these, course]) => new Race(these, course)),
  )
  return fc.oneof(...courses)
}

/** Races for which somebody has prepared the ground. */
function preparedRace(): fc.Arbitrary<Race> {
  return fc
    .tuple(fc.oneof(...returns()), courseOf(2))
    .map(([{ first, racing }, course]) => new Race(racing, course, first))
}

/** What happens to deliveries. */
function landings({ land, withdraw }: Wishes): fc.Arbitrary<Command> {
  return oneOf([
    [6, alone(land)],
    [3, alone(contested)],
    [4, alone(withdraw)],
    [4, killed(land, WRITES.land)],
    [1, killed(withdraw, WRITES.withdraw)],
    [
      6,
      race([
        [land, land],
        [land, withdraw],
        [contested, contested],
        [contested, withdraw],
        [contested, contested, withdraw],
        [withdraw, withdraw],
      ]),
    ],
    [2, preparedRace()],
  ])
}

/** What happens to runs and releases. */
function publications({ analyse, check, publish, land }: Wishes): fc.Arbitrary<Command> {
  return oneOf([
    [7, alone(analyse)],
    [1, alone(check)],
    [5, alone(publish)],
    [2, killed(analyse, WRITES.analyse)],
    [4, killed(publish, WRITES.publish)],
    [
      4,
      race([
        [analyse, land],
        [publish, publish],
        [publish, publish, publish],
        [publish, analyse],
      ]),
    ],
  ])
}

/** Every command of a sequence, each as often as it is worth. */
export function commandsOf(focus: Focus, weights: Weights): fc.Arbitrary<Command> {
  const of = wishes(weights)
  const look = fc.constantFrom(...weights.quarters).map((quarter) => new Look(quarter))
  const shares = { everything: [12, 12], landing: [20, 1], publishing: [4, 20] }[focus] as [number, number]
  return oneOf([
    [shares[0], landings(of)],
    [shares[1], publications(of)],
    [1, look],
  ])
}
