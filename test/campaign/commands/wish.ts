import fc from 'fast-check'
import { type Model, standing } from '../model.ts'
import type { Operation } from '../operations.ts'
import { QUARTERS, type Sending, scopeOf, sendings } from '../region.ts'
import type { World } from '../world.ts'

/** An operation before it is known what there is in the lake: numbers that pick from whatever is there. */
export type Wish =
  | { readonly do: 'land'; readonly sending: number; readonly file: string }
  | {
      readonly do: 'withdraw'
      readonly pick: number
      /** Where to pick; null for anywhere. */
      readonly scope: string | null
    }
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
const withdraw = fc.record({
  do: fc.constant('withdraw' as const),
  pick: fc.nat(UNKNOWN),
  scope: fc.constant(null),
})
/** Takes back what counts in a scope. */
const withdrawNewest = (scope: string): fc.Arbitrary<Wish> => fc.constant({ do: 'withdraw', pick: 0, scope })
const landOneOf = (fits: (sent: Sending) => boolean): fc.Arbitrary<Wish> =>
  landOf([...sendings.keys()].filter((at) => fits(sendings[at]!)))

/**
 * Things to be done one after the other, and then two at once: a delivery is taken back, so that the one before
 * it counts again, while somebody lands what does not go together with that one.
 */
export function returns(): fc.Arbitrary<{ readonly first: Wish[]; readonly racing: Wish[] }>[] {
  const places = (brings_rare: boolean) =>
    landOneOf((sent) => sent.dataset === 'places' && sent.brings_rare === brings_rare)
  const needy = landOneOf(({ rare_rows }) => rare_rows > 0)
  const scopes = [...new Set(sendings.filter(({ rare_rows }) => rare_rows > 0).map(scopeOf))]
  const of = (scope: string, needs: boolean) =>
    landOneOf((sent) => scopeOf(sent) === scope && sent.bad_rows === 0 && sent.rare_rows > 0 === needs)
  const both = (first: fc.Arbitrary<Wish>[], racing: fc.Arbitrary<Wish>[]) =>
    fc.record({ first: fc.tuple(...first), racing: fc.tuple(...racing) })
  return [
    both([places(false), places(true)], [withdrawNewest('places'), needy]),
    ...scopes.map((scope) =>
      both([of(scope, true), of(scope, false)], [withdrawNewest(scope), places(false)]),
    ),
  ]
}

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
      return { do: 'withdraw', delivery: deliveryAt(model, wish), reason: `reason ${world.next()}` }
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

/** A delivery that was accepted some time, of each scope the newest that stands first. */
function deliveryAt({ scopes }: Model, { pick, scope }: Extract<Wish, { do: 'withdraw' }>): string {
  const deliveries = [...scopes].flatMap(([of, commits]) => {
    const ever = commits.flatMap((one) => (one.kind === 'acceptance' ? [one] : []))
    const own = [...standing(commits).toReversed(), ...ever]
    const wanted = own.filter(({ sent }) => sent.name !== 'base' || sent.dataset === 'places')
    return scope === null || scope === of ? wanted.map(({ delivery }) => delivery) : []
  })
  const different = [...new Set(deliveries)]
  const nothing = 'd000000000000000000000000'
  return pick === UNKNOWN ? nothing : (different[pick % different.length] ?? nothing)
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
