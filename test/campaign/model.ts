import { allSendings, deliveryOf, type Sending, scopeOf } from './region.ts'

/** A delivery begins to count. */
export interface ModelAcceptance {
  readonly kind: 'acceptance'
  readonly delivery: string
  readonly sent: Sending
  readonly rows: number
  readonly refused_rows: number
  readonly committed_at: string
}
/** A delivery is taken back. */
export interface ModelWithdrawal {
  readonly kind: 'withdrawal'
  readonly delivery: string
  readonly reason: string
  readonly committed_at: string
}
/** What happened in a scope. */
export type ModelCommit = ModelAcceptance | ModelWithdrawal

/** A run, with the deliveries that it must rest on by scope. */
export interface ModelRun {
  readonly run: string
  readonly quarter: string
  readonly pins: ReadonlyMap<string, string>
}

/** A release that has been made. */
export interface ModelRelease {
  readonly number: number
  readonly run: string
  readonly reason: string | null
}

/** What a lake should hold: nothing but lists. */
export interface Model {
  readonly scopes: Map<string, ModelCommit[]>
  /** By quarter, oldest first by name. */
  readonly runs: Map<string, ModelRun[]>
  /** By quarter, in order of number. */
  readonly releases: Map<string, ModelRelease[]>
  /** Numbers that a publication has begun with, by quarter. */
  readonly taken: Map<string, number[]>
  /** What readers of each quarter get. */
  readonly pointers: Map<string, number>
}

/** A model of an empty lake. */
export const emptyModel = (): Model => ({
  scopes: new Map(),
  runs: new Map(),
  releases: new Map(),
  taken: new Map(),
  pointers: new Map(),
})

/** What the plan of an operation says it will answer. */
export type Expected =
  | {
      readonly says: 'accepted' | 'refused' | 'duplicate'
      readonly rows: number
      readonly refused_rows: number
    }
  | { readonly says: 'withdrawn' | 'already_withdrawn' | 'refused_withdrawal' }
  | { readonly says: 'analysed' | 'clean' | 'errors' | 'published' | 'unchanged' }
  | { readonly says: 'usage' | 'check' }

const sendingOf = new Map(allSendings.map((sent) => [deliveryOf(sent), sent]))

/** The file that a delivery's name was made from. */
export function sentAs(delivery: string): Sending {
  const sent = sendingOf.get(delivery)
  if (!sent) throw new Error(`delivery ${delivery} is of no file that was ever sent`)
  return sent
}

/** The acceptances that stand, oldest first: a withdrawal takes back every earlier one of its delivery. */
export function standing(commits: readonly ModelCommit[]): ModelAcceptance[] {
  return commits.flatMap((commit, at) => {
    const later = commits.slice(at + 1)
    const gone = later.some(({ kind, delivery }) => kind === 'withdrawal' && delivery === commit.delivery)
    return commit.kind === 'acceptance' && !gone ? [commit] : []
  })
}

/** The delivery in force. */
export const effective = (commits: readonly ModelCommit[] = []): ModelAcceptance | null =>
  standing(commits).at(-1) ?? null

type Scopes = ReadonlyMap<string, readonly ModelCommit[]>

/** Whether rows that count need the rare place. */
export const usesRare = ({ sent, rows }: ModelAcceptance): boolean =>
  sent.rare_rows > 0 && rows === sent.rows - sent.bad_rows

/** Whether the rare place is known. */
export const knowsRare = (scopes: Scopes): boolean =>
  effective(scopes.get('places'))?.sent.brings_rare ?? false

const rareIsUsed = (scopes: Scopes): boolean =>
  [...scopes.values()].some((commits) => {
    const counting = effective(commits)
    return counting !== null && usesRare(counting)
  })

/** What landing a file comes to. */
export function expectLanding(scopes: Scopes, sent: Sending): Expected & { readonly rows: number } {
  const now = effective(scopes.get(scopeOf(sent)))
  if (now?.sent.sha256 === sent.sha256)
    return { says: 'duplicate', rows: now.rows, refused_rows: now.refused_rows }
  const refused_rows = sent.bad_rows + (knowsRare(scopes) ? 0 : sent.rare_rows)
  const limit = sent.quarter === null ? 0 : sent.rows / 100
  const orphans = sent.dataset === 'places' && !sent.brings_rare && rareIsUsed(scopes)
  if (refused_rows > limit || orphans) return { says: 'refused', rows: 0, refused_rows }
  return { says: 'accepted', rows: sent.rows - refused_rows, refused_rows }
}

/** What taking a delivery back comes to. */
export function expectWithdrawal(scopes: Scopes, delivery: string): Expected {
  const [, commits] =
    [...scopes].find(([, these]) =>
      these.some((one) => one.kind === 'acceptance' && one.delivery === delivery),
    ) ?? []
  if (!commits) return { says: 'usage' }
  const accepted = standing(commits)
  if (!accepted.some((one) => one.delivery === delivery)) return { says: 'already_withdrawn' }
  if (accepted.at(-1)!.delivery !== delivery) return { says: 'withdrawn' }
  const after = accepted.filter((one) => one.delivery !== delivery).at(-1) ?? null
  return { says: breaksReferences(scopes, sentAs(delivery), after) ? 'refused_withdrawal' : 'withdrawn' }
}

function breaksReferences(scopes: Scopes, gone: Sending, after: ModelAcceptance | null): boolean {
  // everything needs some place
  if (gone.dataset === 'places') return after === null || (!after.sent.brings_rare && rareIsUsed(scopes))
  return after !== null && usesRare(after) && !knowsRare(scopes)
}

/** Deliveries that a run of a quarter rests on, by scope. */
export function pinsOf(scopes: Scopes, quarter: string, as_of: string | null = null): Map<string, string> {
  const pins = new Map<string, string>()
  for (const [scope, commits] of scopes) {
    const of = scope.split('/')[2]
    const then = commits.filter(({ committed_at }) => as_of === null || committed_at <= as_of)
    const counting = effective(then)
    if (counting !== null && (of === undefined || of <= quarter)) pins.set(scope, counting.delivery)
  }
  return pins
}

/** Whether a run counts a farm twice. */
export function isErroneous({ quarter, pins }: Pick<ModelRun, 'quarter' | 'pins'>): boolean {
  const pinned = [...pins.values()].map(sentAs)
  const both = pinned.filter((sent) => sent.dataset === 'production' && sent.quarter === quarter)
  return both.length > 1 && both.some(({ clashes }) => clashes)
}

/** What a publication looks at. */
export interface Publishable {
  readonly newest: ModelRun | null
  readonly own: ModelRelease | null
  readonly pointer: number
}

/** What publishing comes to. */
export function expectPublication({ newest, own, pointer }: Publishable, reason: string | null): Expected {
  if (newest === null) return { says: 'usage' }
  if (own !== null) {
    const same = own.run === newest.run && (reason === null || reason === own.reason)
    if (same) return { says: pointer < own.number ? 'published' : 'unchanged' }
    if (reason === null) return { says: 'usage' }
  }
  return { says: isErroneous(newest) ? 'check' : 'published' }
}

/** The numbers that the next release may get: the first free one, and those that dead publications have left. */
export function nextNumbers(own: ModelRelease | null, taken: readonly number[]): number[] {
  const numbers: number[] = []
  for (let number = (own?.number ?? 0) + 1; ; number++) {
    numbers.push(number)
    if (!taken.includes(number)) return numbers
  }
}
