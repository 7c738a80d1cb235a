import fc from 'fast-check'
import { type Model, standing } from '../model.ts'
import type { Operation } from '../operations.ts'
import { QUARTERS, sendings } from '../region.ts'
import type { World } from '../world.ts'

/** An operation before it is known what there is in the lake: numbers that pick from whatever is there. */
export type Wish =
  | { readonly do: 'land'; readonly sending: number; readonly file: string }
  | { readonly do: 'withdraw'; readonly pick: number }
  | {
      readonly do: 'analyse'
      readonly quarter: string
      readonly real: boolean
      /** Which commit's time to go back to; null for now. */
      readonly as_of: number | null
    }
  | { readonly do: 'check'; readonly quarter: string }
  | { readonly do: 'publish'; readonly quarter: string; readonly reason: string | null }

/** How a campaign is weighed. */
export interface Weights {
  readonly quarters: readonly string[]
  /** Of a hundred analyses, how many compute. */
  readonly real: number
}

/** The usual weights. */
export const USUAL: Weights = { quarters: QUARTERS, real: 3 }

const landOf = (numbers: readonly number[]) =>
  fc.record({
    do: fc.constant('land' as const),
    sending: fc.constantFrom(...numbers),
    file: fc.constantFrom('file.csv', 'again.csv', 'Ö å.csv'),
  })
const land = landOf([...sendings.keys()])
/** Files that get in each other's way: lists of places, and what needs the place that not all of them have. */
export const contested: fc.Arbitrary<Wish> = landOf(
  [...sendings.keys()].filter((at) => sendings[at]!.rare_rows > 0 || sendings[at]!.dataset === 'places'),
)
/** Picks a delivery that never was. */
const UNKNOWN = 40
const withdraw = fc.record({ do: fc.constant('withdraw' as const), pick: fc.nat(UNKNOWN) })

/** Wishes of each kind. */
export type Wishes = Readonly<Record<Wish['do'], fc.Arbitrary<Wish>>>

/** Wishes of each kind. */
export function wishes({ quarters, real }: Weights): Wishes {
  const quarter = fc.constantFrom(...quarters.toReversed())
  return {
    land,
    withdraw,
    analyse: fc.record({
      do: fc.constant('analyse' as const),
      quarter,
      real: fc.oneof(
        { weight: 100 - real, arbitrary: fc.constant(false) },
        { weight: real, arbitrary: fc.constant(true) },
      ),
      as_of: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(50) }),
    }),
    check: fc.record({ do: fc.constant('check' as const), quarter }),
    publish: fc.record({
      do: fc.constant('publish' as const),
      quarter,
      reason: fc.constantFrom(null, 'figures came late', 'a farm was counted twice', 'a new price'),
    }),
  }
}

/** The operation that a wish comes to in a lake as the model has it. */
export function resolve(wish: Wish, model: Model, world: World): Operation {
  switch (wish.do) {
    case 'land':
      return { do: 'land', sent: sendings[wish.sending]!, file: wish.file }
    case 'withdraw':
      return { do: 'withdraw', delivery: deliveryAt(model, wish.pick), reason: `reason ${world.next()}` }
    case 'analyse':
      return { ...wish, as_of: wish.as_of === null ? null : timeAt(model, wish.as_of) }
    case 'publish':
      return { ...wish, quarter: analysed(model, wish.quarter) }
    case 'check':
      return wish
  }
}

/** A quarter that has a run; the one that was wished for if it has, or none has. */
function analysed({ runs }: Model, quarter: string): string {
  return runs.has(quarter) ? quarter : ([...runs.keys()][0] ?? quarter)
}

/** A delivery that was accepted some time, those in force first; now and then one that never was. */
function deliveryAt({ scopes }: Model, pick: number): string {
  const interesting = [...scopes.values()].flatMap((commits) => {
    const counting = standing(commits).toReversed()
    const ever = commits.flatMap((one) => (one.kind === 'acceptance' ? [one] : []))
    const own = [...counting, ...ever].filter(({ sent }) => sent.name !== 'base' || sent.dataset === 'places')
    return own.map(({ delivery }) => delivery)
  })
  const deliveries = [...new Set(interesting)]
  return pick === UNKNOWN ? 'd000000000000000000000000' : deliveries[pick % deliveries.length]!
}

/** The time of one of the commits after the reference data, or of the last of these. */
function timeAt({ scopes }: Model, pick: number): string {
  const times = [...scopes.values()]
    .flat()
    .map(({ committed_at }) => committed_at)
    .sort()
  const base = times.findLastIndex((time) => time < '2026-11-20')
  const later = times.slice(base)
  return later[pick % later.length]!
}
