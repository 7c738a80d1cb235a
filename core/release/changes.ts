import { ORDERS_OF_MAGNITUDE } from '../../schemas/published.ts'
import { QUARTERS_BEFORE } from '../analyse.ts'
import { parseQuarter } from '../quarter.ts'
import { compareKeys } from '../storage/storage.ts'

/** What may have become of an opportunity from one release to another. */
export const CHANGE_STATES = ['new', 'widened', 'narrowed', 'unchanged', 'closed', 'incomparable'] as const
/** What has become of an opportunity. */
export type ChangeState = (typeof CHANGE_STATES)[number]

/** An opportunity as a release shows it. */
export interface ShownOpportunity {
  /** Null where it is withheld. */
  readonly kg_per_year: number | null
  readonly order_of_magnitude: string
}

/** The opportunities of a release, by id. */
export interface Side {
  readonly shown: ReadonlyMap<string, ShownOpportunity>
  /** kg a year of the run itself, withheld or not; never told. */
  readonly kg_per_year: ReadonlyMap<string, number>
}

/** What has become of one opportunity; kg where the release shows them. */
export interface Change {
  readonly id: string
  readonly state: ChangeState
  readonly kg_per_year: number | null
  readonly kg_per_year_before: number | null
}

/** A change counts from here on: both more than this share of what was, and more than this many kg. */
const SHARE = 0.05
const KG = 500
const most = (before: number) => Math.max(before + KG, before * (1 + SHARE))
const least = (before: number) => Math.min(before - KG, before * (1 - SHARE))

/** What has become of every opportunity of two releases, by id; nothing can be compared where a source is missing. */
export function compareOpportunities(before: Side, now: Side, source_is_missing: boolean): Change[] {
  const ids = [...new Set([...before.shown.keys(), ...now.shown.keys()])].sort(compareKeys)
  return ids.map((id) => ({
    id,
    state: source_is_missing ? 'incomparable' : stateOf(id, before, now),
    kg_per_year: now.shown.get(id)?.kg_per_year ?? null,
    kg_per_year_before: before.shown.get(id)?.kg_per_year ?? null,
  }))
}

/** How many opportunities are in each state. */
export function countChanges(changes: readonly Change[]): Record<ChangeState, number> {
  const count = (state: ChangeState) => changes.filter((change) => change.state === state).length
  return Object.fromEntries(CHANGE_STATES.map((state) => [state, count(state)])) as Record<
    ChangeState,
    number
  >
}

/**
 * Where a figure is withheld, the state must not tell what the release does not. Against a figure that is
 * shown, a state is told only if it follows from what both releases show. Between two withheld figures of one
 * order of magnitude it is told as it is: it relates two unknowns and bounds neither. Whether a state is told
 * never depends on the withheld figure, so `incomparable` tells nothing either.
 */
function stateOf(id: string, before: Side, now: Side): ChangeState {
  const [then, today] = [before.shown.get(id), now.shown.get(id)]
  if (!then) return 'new'
  if (!today) return 'closed'
  if (then.kg_per_year !== null && today.kg_per_year !== null)
    return moved(then.kg_per_year, today.kg_per_year)
  const possible = possibleStates(rangeOf(then), rangeOf(today))
  if (possible.length === 1) return possible[0]!
  const both_withheld = then.kg_per_year === null && today.kg_per_year === null
  if (both_withheld && then.order_of_magnitude === today.order_of_magnitude)
    return moved(before.kg_per_year.get(id)!, now.kg_per_year.get(id)!)
  return 'incomparable'
}

function moved(before: number, now: number): ChangeState {
  if (now > most(before)) return 'widened'
  return now < least(before) ? 'narrowed' : 'unchanged'
}

type Range = readonly [number, number]

/** Where a figure lies for a reader of the release. */
function rangeOf({ kg_per_year, order_of_magnitude }: ShownOpportunity): Range {
  if (kg_per_year !== null) return [kg_per_year, kg_per_year]
  const order = ORDERS_OF_MAGNITUDE.find(({ word }) => word === order_of_magnitude)
  if (!order) throw new RangeError(`not an order of magnitude: ${JSON.stringify(order_of_magnitude)}`)
  return [order.from, order.below]
}

/** The states that some pair of figures in the two ranges has. */
function possibleStates([then_low, then_high]: Range, [low, high]: Range): ChangeState[] {
  return [
    ...(high > most(then_low) ? (['widened'] as const) : []),
    ...(low < least(then_high) ? (['narrowed'] as const) : []),
    ...(low <= most(then_high) && high >= least(then_low) ? (['unchanged'] as const) : []),
  ]
}

/** A quarterly dataset of a source. */
export interface SourceDataset {
  readonly dataset: string
  readonly source: string
}

/** What a release rests on: its quarterly deliveries, and how each source stood in its own quarter. */
export interface Footing {
  readonly quarter: string
  readonly inputs: readonly (SourceDataset & { readonly quarter: string })[]
  /** What the run's list of sources names, whether or not it was expected in the quarter. */
  readonly declared: readonly SourceDataset[]
  readonly coverage: readonly (SourceDataset & { readonly status: string })[]
}

/** A source that one of two releases rests on and the other lacks. */
export interface MissingSource extends SourceDataset {
  readonly missing: 'now' | 'before'
}

/** Every source that either release rests on and that is missing in the other. */
export function missingSources(before: Footing, now: Footing): MissingSource[] {
  const lacking = (rests: Footing, other: Footing, missing: MissingSource['missing']) =>
    distinct(rests.inputs)
      .filter((source) => isMissing(source, rests, other))
      .map(({ dataset, source }) => ({ dataset, source, missing }))
  return [...lacking(before, now, 'now'), ...lacking(now, before, 'before')].sort((a, b) =>
    compareKeys(mark(a), mark(b)),
  )
}

/**
 * A source that was not expected in the other's quarter (such as a yearly one) is not missing there, unless
 * nobody expects it any longer.
 */
function isMissing(source: SourceDataset, rests: Footing, other: Footing): boolean {
  const name = mark(source)
  const of = (rows: readonly SourceDataset[]) => rows.some((row) => mark(row) === name)
  if (!of(other.inputs) || lacksQuarter(source, rests, other)) return true
  const delivered = of(other.inputs.filter(({ quarter }) => quarter === other.quarter))
  if (of(rests.declared) && !of(other.declared) && !delivered) return true
  const status = (of: Footing) => of.coverage.find((row) => mark(row) === name)?.status
  const there = status(other)
  if (there === 'missing' || there === 'due') return true
  return status(rests) === 'unexpected' && there === undefined
}

/** Whether one has a delivery for a quarter that both read, and the other has none for it. */
function lacksQuarter(source: SourceDataset, rests: Footing, other: Footing): boolean {
  const quarters = (of: Footing) => of.inputs.filter((input) => mark(input) === mark(source))
  const there = new Set(quarters(other).map(({ quarter }) => quarter))
  return quarters(rests).some(({ quarter }) => isRead(quarter, other) && !there.has(quarter))
}

/** Whether a run of the release's quarter reads deliveries for the given one. */
function isRead(name: string, { quarter }: Footing): boolean {
  const before = parseQuarter(quarter).index - parseQuarter(name).index
  return before >= 0 && before <= QUARTERS_BEFORE
}

const mark = ({ dataset, source }: SourceDataset) => `${dataset}/${source}`
const distinct = (sources: readonly SourceDataset[]) => [
  ...new Map(sources.map((source) => [mark(source), source])).values(),
]
