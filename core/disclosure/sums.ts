import { LEADING_ZONING, type WithheldReason } from '../../schemas/published.ts'
import { type Cell, type Contribution, grouped, type RunFacts, sensitivity } from './contributions.ts'
import { type Condition, Knowledge } from './intervals.ts'

/** A figure counts as told when a reader can bound it to within this part of it, on both sides. */
export const TOLD_WITHIN = 0.1
/** Kept between what is told and what is shown, for roundings and later knowledge. */
const SAFETY = 0.05
const ROUNDING_KG = 0.0005
/** Below this a figure is as good as nothing; above what roundings of many zones can come to. */
const NOTHING_KG = 0.05

/** A zone's supply, or its capacity of a step, in a quarter: what all figures that depend on farms and plants start from. */
export interface ZoneSum {
  readonly cell: Cell
  readonly quarter_index: number
  /** Null for what is grown. */
  readonly step: string | null
}

/** A zone's sum that a release must not tell, and why. */
export interface UnsafeSum extends ZoneSum {
  readonly reason: WithheldReason
  /** Whether only its low and its high case are unsafe: they add margins that differ between those behind it. */
  readonly margins_only: boolean
}

/** What an earlier release rested on, for one product group, quarter and step (or supply). */
export interface Version {
  /** What differs from now, each change as a positive amount; empty where nothing does. */
  readonly changes: readonly Contribution[]
  /** Whether the release did not tell that zone's sum. */
  readonly hid: (cell: Cell) => boolean
}

/** Places, together, with what is offered there; the same places may be a zone of several zonings. */
interface PlaceSet {
  readonly atoms: ReadonlySet<number>
  readonly cells: readonly Cell[]
  readonly reason: Exclude<WithheldReason, 'secondary'> | null
  /** The kinds among those behind it. */
  readonly evidence: string
  readonly kg: number
  readonly produced_kg: number
}

/** Places that lie in the same zones of every zoning: what no figure ever tells apart. */
interface Atom {
  readonly zones: string
  readonly contributions: readonly Contribution[]
  readonly kg: number
  readonly produced_kg: number
}

/**
 * The zone sums that a release must not tell: those behind which too few stand, and of the others as few and
 * small ones as it takes so that nobody can work out the first, or what lies between two zones, by adding and
 * subtracting zones (G. Sande's and L. H. Cox's complementary cell suppression).
 */
export async function unsafeSums(
  { contributions, cells, places }: RunFacts,
  versionsOf: (sum: Parameters<typeof tableOf>[0]) => readonly Version[],
): Promise<UnsafeSum[]> {
  const byGroup = grouped(
    cells,
    ({ product_group }) => product_group,
    (cell) => cell,
  )
  const zonesOf = zonesOfPlaces(places)
  const unsafe: UnsafeSum[] = []
  for (const rows of grouped(contributions, tableOf, (one) => one).values()) {
    const { product_group, step, quarter_index } = rows[0]!
    const place = { cells: byGroup.get(product_group) ?? [], zonesOf }
    const sets = layout(rows, place)
    const withheld = await withheldSets(sets, place, versionsOf(rows[0]!))
    for (const [set, reason] of withheld)
      for (const cell of set.cells) unsafe.push({ cell, quarter_index, step, reason, margins_only: false })
    for (const set of sets.sets.filter((one) => !withheld.has(one) && one.evidence.includes(' ')))
      for (const cell of set.cells)
        unsafe.push({ cell, quarter_index, step, reason: 'secondary', margins_only: true })
  }
  return unsafe
}

/** What of a contribution names the sums that it goes into. */
export const tableOf = ({
  product_group,
  step,
  quarter_index,
}: Pick<Contribution, 'product_group' | 'step' | 'quarter_index'>) =>
  `${product_group}/${step ?? ''}/${quarter_index}`

/** `zoning/zone` of every zone that a place lies in. */
function zonesOfPlaces(places: RunFacts['places']): Map<string, string[]> {
  const zonesOf = new Map<string, string[]>()
  for (const [zone, own] of places)
    for (const place of own) {
      const zones = zonesOf.get(place)
      if (zones) zones.push(zone)
      else zonesOf.set(place, [zone])
    }
  return zonesOf
}

/**
 * The sets that must not be told. What an earlier release hid stays hidden, so that the sums shown later are
 * among those shown before; what differs from a release that showed it is judged as a table of its own.
 */
async function withheldSets(
  { atoms, sets }: Layout,
  place: Placing,
  versions: readonly Version[],
): Promise<Map<PlaceSet, WithheldReason>> {
  const withheld = new Map<PlaceSet, WithheldReason>()
  const told = await toldByDifference(place, versions)
  for (const set of sets) {
    if (set.reason !== null) withheld.set(set, set.reason)
    else if (set.cells.some((cell) => told.has(cell.cell) || versions.some(({ hid }) => hid(cell))))
      withheld.set(set, 'secondary')
  }
  if (!hasSecrets(atoms, withheld)) return withheld
  const known = sets.filter((set) => versions.some((version) => isKnown(set, atoms, version)))
  await withholdMore(atoms, sets, withheld, known)
  return withheld
}

/** Cells whose sums, shown again, would tell by how much those differ who changed since an earlier release. */
async function toldByDifference(place: Placing, versions: readonly Version[]): Promise<Set<number>> {
  const told = new Set<number>()
  for (const { changes, hid } of versions) {
    const shown = { ...place, cells: place.cells.filter((cell) => !hid(cell)) }
    const { atoms, sets } = layout(changes, shown)
    const withheld = new Map<PlaceSet, WithheldReason>()
    for (const set of sets) if (set.reason !== null) withheld.set(set, set.reason)
    if (hasSecrets(atoms, withheld)) await withholdMore(atoms, sets, withheld, [])
    for (const set of withheld.keys()) for (const { cell } of set.cells) told.add(cell)
  }
  return told
}

/** Whether an earlier release showed a set that is still the same, so that it is known whatever is done now. */
function isKnown(
  { cells, atoms: own }: PlaceSet,
  atoms: readonly Atom[],
  { changes, hid }: Version,
): boolean {
  if (!cells.some((cell) => !hid(cell))) return false
  const changed = new Set(changes.map(({ place }) => place))
  return ![...own].some((at) => atoms[at]!.contributions.some(({ place }) => changed.has(place)))
}

/** Whether anything is to be protected at all: a set that is withheld, or places behind which few stand. */
function hasSecrets(atoms: readonly Atom[], withheld: ReadonlyMap<PlaceSet, unknown>): boolean {
  return withheld.size > 0 || atoms.some(({ contributions }) => sensitivity(contributions) !== null)
}

/** Places with something to tell, and the zones made of them. */
interface Layout {
  readonly atoms: readonly Atom[]
  readonly sets: readonly PlaceSet[]
}

/** The zones of a product group, and in which of them each place lies. */
interface Placing {
  readonly cells: readonly Cell[]
  readonly zonesOf: ReadonlyMap<string, readonly string[]>
}

/** Divides the places into atoms, and each zone into atoms. */
function layout(rows: readonly Contribution[], { cells, zonesOf }: Placing): Layout {
  const byZones = grouped(
    rows.filter(({ place }) => zonesOf.has(place)),
    ({ place }) => zonesOf.get(place)!.join(' '),
    (row) => row,
  )
  const atoms = [...byZones].map(([zones, contributions]) => ({
    zones,
    contributions,
    ...totals(contributions),
  }))
  const atomsOf = new Map<string, number[]>()
  for (const [at, { zones }] of atoms.entries())
    for (const zone of zones.split(' ')) atomsOf.set(zone, [...(atomsOf.get(zone) ?? []), at])
  const bySet = new Map<string, { atoms: Set<number>; cells: Cell[] }>()
  for (const cell of cells) {
    const own = atomsOf.get(`${cell.zoning}/${cell.zone}`)
    if (own === undefined) continue
    const key = own.join(' ')
    const same = bySet.get(key)
    if (same) same.cells.push(cell)
    else bySet.set(key, { atoms: new Set(own), cells: [cell] })
  }
  const sets = [...bySet.values()].map((set) => {
    const contributions = [...set.atoms].flatMap((at) => atoms[at]!.contributions)
    const evidence = [...new Set(contributions.flatMap((one) => one.evidence.split(' ')))].join(' ')
    return { ...set, reason: sensitivity(contributions), evidence, ...totals(contributions) }
  })
  return { atoms, sets }
}

function totals(rows: readonly Contribution[]): { kg: number; produced_kg: number } {
  return {
    kg: rows.reduce((sum, { kg }) => sum + kg, 0),
    produced_kg: rows.reduce((sum, { produced_kg }) => sum + produced_kg, 0),
  }
}

/** Adds to `withheld` until nothing is told, then takes back what turns out not to have been needed. */
async function withholdMore(
  atoms: readonly Atom[],
  sets: readonly PlaceSet[],
  withheld: Map<PlaceSet, WithheldReason>,
  known: readonly PlaceSet[],
): Promise<void> {
  const added: PlaceSet[] = []
  for (;;) {
    const telling = await setsThatTell(atoms, sets, withheld, known)
    const next = telling?.toSorted(byLoss)[0]
    if (next === undefined) break
    withheld.set(next, 'secondary')
    added.push(next)
  }
  for (const set of added.toSorted((a, b) => byLoss(b, a))) {
    withheld.delete(set)
    if ((await setsThatTell(atoms, sets, withheld, known)) !== null) withheld.set(set, 'secondary')
  }
}

/** What is lost least comes first: not what findings lead with, then few kg in few zonings. */
function byLoss(a: PlaceSet, b: PlaceSet): number {
  const leads = ({ cells }: PlaceSet) => Number(cells.some(({ zoning }) => zoning === LEADING_ZONING))
  const lost = ({ cells, produced_kg }: PlaceSet) => cells.length * produced_kg
  return leads(a) - leads(b) || lost(a) - lost(b) || a.atoms.size - b.atoms.size
}

/**
 * The sets by which some secret could be worked out, those that are known anyway left out; null when none can
 * that could be helped.
 */
async function setsThatTell(
  atoms: readonly Atom[],
  sets: readonly PlaceSet[],
  withheld: ReadonlyMap<PlaceSet, WithheldReason>,
  known: readonly PlaceSet[],
): Promise<PlaceSet[] | null> {
  const shown = sets.filter((set) => !withheld.has(set) || known.includes(set))
  const classes = sameInAll(atoms, shown)
  const secrets = secretsOf(atoms, [...withheld.keys()], classes).filter(
    (secret) => !isHidden(secret, atoms, classes),
  )
  if (secrets.length === 0) return null
  const knowledge = await knowledgeOf(atoms, shown)
  try {
    for (const secret of secrets) {
      const binding = tellingConditions(knowledge, secret, atoms, shown)
      if (binding === null) continue
      // two conditions a set, see knowledgeOf; the others say only that more is grown than is on offer
      const open = (these: readonly (PlaceSet | undefined)[]) =>
        these.filter((set) => set !== undefined && !withheld.has(set) && !known.includes(set)) as PlaceSet[]
      const telling = open([...new Set(binding.map((at) => shown[at >> 1]))])
      if (telling.length > 0) return telling
      const around = open(shown.filter((set) => [...secret].some((at) => set.atoms.has(at))))
      if (around.length > 0) return around
    }
    return null
  } finally {
    knowledge.close()
  }
}

/** Atoms by the shown sets that they lie in: no shown figure tells those of one class apart. */
function sameInAll(atoms: readonly Atom[], shown: readonly PlaceSet[]): Map<string, number[]> {
  return grouped(
    atoms.map((_, at) => at),
    (at) => shown.flatMap((set, number) => (set.atoms.has(at) ? [number] : [])).join(' '),
    (at) => at,
  )
}

/** What nobody may work out: withheld sets, and classes of atoms, one or two together, behind which few stand. */
function secretsOf(
  atoms: readonly Atom[],
  withheld: readonly PlaceSet[],
  classes: ReadonlyMap<string, readonly number[]>,
): ReadonlySet<number>[] {
  const few = [...classes]
    .filter(([signature]) => signature !== '')
    .map(([, own]) => own)
    .filter((own) => sensitivity(own.flatMap((at) => atoms[at]!.contributions)) !== null)
  const alone = few.filter((own) => own.length === 1 && contributorsOf(atoms, own).size === 1)
  const pairs = alone.flatMap((one, at) => alone.slice(at + 1).map((other) => [...one, ...other]))
  return [...withheld.map(({ atoms: own }) => own), ...[...few, ...pairs].map((own) => new Set(own))]
}

function contributorsOf(atoms: readonly Atom[], own: readonly number[]): Set<string> {
  return new Set(own.flatMap((at) => atoms[at]!.contributions.map(({ contributor }) => contributor)))
}

/**
 * Whether a secret is hidden without calculation: it lies in no shown set at all, or enough of it could as
 * well be in a place of the same class outside it.
 */
function isHidden(
  secret: ReadonlySet<number>,
  atoms: readonly Atom[],
  classes: ReadonlyMap<string, readonly number[]>,
): boolean {
  let movable = { kg: 0, produced_kg: 0 }
  let room = 0
  for (const [signature, own] of classes) {
    const inside = own.filter((at) => secret.has(at))
    if (inside.length === 0) continue
    if (signature === '') return true
    if (inside.length === own.length) continue
    movable = add(movable, totals(inside.flatMap((at) => atoms[at]!.contributions)))
    room += own.filter((at) => !secret.has(at)).reduce((sum, at) => sum + atoms[at]!.kg, 0)
  }
  const whole = totals([...secret].flatMap((at) => atoms[at]!.contributions))
  const hidden = (part: number, of: number) =>
    of > NOTHING_KG ? part > (TOLD_WITHIN + SAFETY) * of : room > NOTHING_KG
  return (
    hidden(movable.kg, whole.kg) &&
    hidden(movable.produced_kg, whole.produced_kg) &&
    hidden(movable.produced_kg - movable.kg, whole.produced_kg - whole.kg)
  )
}

const add = <T extends { kg: number; produced_kg: number }>(a: T, b: T) => ({
  kg: a.kg + b.kg,
  produced_kg: a.produced_kg + b.produced_kg,
})

/**
 * What shown sets tell: variable 2i is what is on offer in atom i, variable 2i + 1 what is produced there
 * beyond that. Each set gives two conditions, on what is on offer and on all that is produced.
 */
async function knowledgeOf(atoms: readonly Atom[], shown: readonly PlaceSet[]): Promise<Knowledge> {
  const conditions = shown.flatMap((set): Condition[] => [
    { terms: offered(set.atoms), ...asShown(set.kg) },
    { terms: produced(set.atoms), ...asShown(set.produced_kg) },
  ])
  return await Knowledge.open(2 * atoms.length, conditions)
}

/** A figure is shown with three decimals. */
const asShown = (kg: number) => ({ from: kg - ROUNDING_KG, to: kg + ROUNDING_KG })
const offered = (own: Iterable<number>) => new Map([...own].map((at) => [2 * at, 1] as const))
const elsewhere = (own: Iterable<number>) => new Map([...own].map((at) => [2 * at + 1, 1] as const))
const produced = (own: Iterable<number>) =>
  new Map(
    [...own].flatMap((at) => [
      [2 * at, 1],
      [2 * at + 1, 1],
    ]),
  )

/** Positions of the conditions that tell a secret; null when they do not. */
function tellingConditions(
  knowledge: Knowledge,
  secret: ReadonlySet<number>,
  atoms: readonly Atom[],
  shown: readonly PlaceSet[],
): readonly number[] | null {
  const whole = totals([...secret].flatMap((at) => atoms[at]!.contributions))
  for (const [terms, value, quantity] of [
    [offered(secret), whole.kg, 'kg'],
    [produced(secret), whole.produced_kg, 'produced_kg'],
    [elsewhere(secret), whole.produced_kg - whole.kg, 'elsewhere_kg'],
  ] as const) {
    if (isPublicNothing(secret, shown, quantity)) continue
    const { from, to, binding } = knowledge.interval(terms)
    if (isTold(value, from, to, TOLD_WITHIN + SAFETY)) return binding
  }
  return null
}

/**
 * Whether a secret lies in a shown zone where there is nothing of it. That no mill of many places has any
 * capacity is a finding, and tells nobody's deliveries.
 */
function isPublicNothing(
  secret: ReadonlySet<number>,
  shown: readonly PlaceSet[],
  quantity: 'kg' | 'produced_kg' | 'elsewhere_kg',
): boolean {
  const of = ({ kg, produced_kg }: PlaceSet) =>
    ({ kg, produced_kg, elsewhere_kg: produced_kg - kg })[quantity]
  return shown.some((set) => of(set) < 1e-6 && [...secret].every((at) => set.atoms.has(at)))
}

/** Whether bounds tell a value: both lie within a part of it. Nothing at all is told only by a bound of nothing. */
export function isTold(value: number, from: number, to: number, within = TOLD_WITHIN): boolean {
  const margin = Math.max(within * Math.abs(value), NOTHING_KG)
  return from >= value - margin && to <= value + margin
}
