// A region's deliveries as typed facts: cells to numbers, nulls and look-ups. No analysis here.

export type Row = Record<string, string>
export interface Delivery {
  source: string
  quarter: string | null
  rows: Row[]
}
/** Dataset → its effective deliveries, cells as canonical CSV text. */
export type Region = { [dataset: string]: Delivery[] }

export type Evidence = 'reported' | 'derived' | 'assumed'
export type Status = 'reported' | 'unreported'
export const evidences: readonly Evidence[] = ['reported', 'derived', 'assumed']

interface Place {
  place: string
  parent: string | null
  population: number | null
}
export interface Step {
  step: string
  parent: string | null
  yield: number
}
export interface Form {
  form: string
  step: string | null
  yield: number
}
export interface Group {
  group: string
  loss: number
  steps: Step[]
  forms: Form[]
}
interface Profile {
  form: string
  grams: number
  evidence: Evidence
}
interface PortionsRow {
  quarter: number
  place: string
  segment: string
  portions: number
  days: number
  evidence: Evidence
}
export interface Purchase {
  quarter: number
  place: string
  group: string
  form: string
  /** Thousandths of a kg, an exact integer. */
  grams: number
  /** Öre, an exact integer. */
  ore: number | null
  grown: string | null
  processed: string | null
  organic: boolean | null
}
export interface ProductionRow {
  quarter: number
  producer: string
  place: string
  group: string
  available: number
  produced: number
  evidence: Evidence
}
export interface ProcessingRow {
  quarter: number
  processor: string
  place: string
  group: string
  step: string
  capacity: number
  evidence: Evidence
}
interface Definition {
  definition: string
  zoning: string
  rule: string
}
interface Target {
  place: string
  group: string
  definition: string
  unit: string
  share: number
  from: number
}
interface Contract {
  place: string
  group: string
  ends: string
}
interface CompletePurchases {
  place: string
  group: string
  from: number
  to: number
}
export interface Facts {
  places: Map<string, Place>
  /** Zoning → whether it has gaps. */
  zonings: Map<string, boolean>
  /** Zoning → listed place → zone. */
  zones: Map<string, Map<string, string>>
  groups: Map<string, Group>
  /** Segment and product group → profile rows. */
  profiles: Map<string, Profile[]>
  definitions: Definition[]
  targets: Target[]
  /** Product group and form → kronor per kg. */
  prices: Map<string, number>
  margins: Map<Evidence, number>
  contracts: Contract[]
  complete: CompletePurchases[]
  portions: PortionsRow[]
  /** Place, product group and quarter → lines. */
  purchases: Map<string, Purchase[]>
  purchaseLines: Purchase[]
  production: ProductionRow[]
  processing: ProcessingRow[]
}

export const keyOf = (...parts: Array<string | number>) => parts.join('|')

/** Adds to the list under a key. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V) {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

export function groupBy<V>(values: Iterable<V>, key: (value: V) => string): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const value of values) push(groups, key(value), value)
  return groups
}

/** Quarters as consecutive integers: `2026-Q3` → 2026 × 4 + 2. */
export function quarterIndex(quarter: string): number {
  return Number(quarter.slice(0, 4)) * 4 + Number(quarter.slice(6)) - 1
}

/** The last day of a quarter, as an ISO date. */
export function lastDay(quarter: number): string {
  return `${Math.floor(quarter / 4)}-${['03-31', '06-30', '09-30', '12-31'][quarter % 4]}`
}

const textOrNull = (cell: string | undefined) => (cell === undefined || cell === '' ? null : cell)

function text(cell: string | undefined): string {
  const value = textOrNull(cell)
  if (value === null) throw new Error('a required cell is empty')
  return value
}

const number = (cell: string | undefined) => Number(text(cell))

function numberOrNull(cell: string | undefined): number | null {
  const value = textOrNull(cell)
  return value === null ? null : Number(value)
}

/** A decimal text to a whole number of 10^-digits, half away from zero ("on landing", section 3). */
export function scaled(cell: string, digits: number): number {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(cell) ?? []
  if (whole === undefined) throw new Error(`not a number: ${cell}`)
  const padded = fraction.padEnd(digits + 1, '0')
  const up = padded.charCodeAt(digits) >= '5'.charCodeAt(0) ? 1 : 0
  const value = Number(whole + padded.slice(0, digits)) + up
  return sign === '-' && value !== 0 ? -value : value
}

const kg = (cell: string | undefined) => scaled(text(cell), 3) / 1000
const evidence = (cell: string | undefined) => text(cell) as Evidence

function booleanOrNull(cell: string | undefined): boolean | null {
  const value = textOrNull(cell)
  return value === null ? null : value === 'true'
}

/** A newer delivery with the same scope replaces the older: the last one listed counts. */
function effective(deliveries: Delivery[], reference: boolean): Delivery[] {
  const byScope = new Map<string, Delivery>()
  for (const delivery of deliveries) {
    byScope.set(reference ? '' : keyOf(delivery.source, delivery.quarter ?? ''), delivery)
  }
  return [...byScope.values()]
}

export function readFacts(region: Region): Facts {
  const reference = (dataset: string) => effective(region[dataset] ?? [], true).flatMap(({ rows }) => rows)
  const quarterly = (dataset: string) =>
    effective(region[dataset] ?? [], false).flatMap(({ quarter, rows }) =>
      rows.map((row) => ({ row, quarter: quarterIndex(text(quarter ?? '')) })),
    )

  const steps = groupBy(reference('processing_steps'), (row) => text(row.product_group))
  const forms = groupBy(reference('product_forms'), (row) => text(row.product_group))
  const groups = new Map<string, Group>()
  for (const row of reference('product_groups')) {
    const group = text(row.product_group)
    groups.set(group, {
      group,
      loss: number(row.quarterly_storage_loss),
      steps: (steps.get(group) ?? []).map((step) => ({
        step: text(step.step),
        parent: textOrNull(step.parent_step),
        yield: number(step.yield),
      })),
      forms: (forms.get(group) ?? []).map((form) => ({
        form: text(form.form),
        step: textOrNull(form.step),
        yield: number(form.yield),
      })),
    })
  }

  const zones = new Map<string, Map<string, string>>()
  const zonings = new Map<string, boolean>()
  for (const row of reference('zonings')) {
    zonings.set(text(row.zoning), text(row.has_gaps) === 'true')
    zones.set(text(row.zoning), new Map())
  }
  for (const row of reference('zones')) zones.get(text(row.zoning))!.set(text(row.place), text(row.zone))

  const profiles = new Map<string, Profile[]>()
  for (const row of reference('portion_profiles')) {
    push(profiles, keyOf(text(row.segment), text(row.product_group)), {
      form: text(row.form),
      grams: number(row.grams_per_portion),
      evidence: evidence(row.evidence),
    })
  }

  const purchaseLines = quarterly('purchases').map(({ row, quarter }) => ({
    quarter,
    place: text(row.place),
    group: text(row.product_group),
    form: text(row.form),
    grams: scaled(text(row.kg), 3),
    ore: textOrNull(row.sek) === null ? null : scaled(text(row.sek), 2),
    grown: textOrNull(row.grown_place),
    processed: textOrNull(row.processed_place),
    organic: booleanOrNull(row.is_organic),
  }))

  return {
    places: new Map(
      reference('places').map((row) => [
        text(row.place),
        {
          place: text(row.place),
          parent: textOrNull(row.parent),
          population: numberOrNull(row.population),
        },
      ]),
    ),
    zonings,
    zones,
    groups,
    profiles,
    definitions: reference('local_definitions').map((row) => ({
      definition: text(row.definition),
      zoning: text(row.zoning),
      rule: text(row.rule),
    })),
    targets: reference('targets').map((row) => ({
      place: text(row.place),
      group: text(row.product_group),
      definition: text(row.definition),
      unit: text(row.measure_unit),
      share: number(row.share),
      from: quarterIndex(text(row.valid_from)),
    })),
    prices: new Map(
      reference('prices').map((row) => [
        keyOf(text(row.product_group), text(row.form)),
        scaled(text(row.sek_per_kg), 2) / 100,
      ]),
    ),
    margins: new Map(reference('uncertainty').map((row) => [evidence(row.evidence), number(row.margin)])),
    contracts: reference('contracts').map((row) => ({
      place: text(row.place),
      group: text(row.product_group),
      ends: text(row.ends_on),
    })),
    complete: reference('complete_purchases').map((row) => ({
      place: text(row.place),
      group: text(row.product_group),
      from: quarterIndex(text(row.valid_from)),
      to: textOrNull(row.valid_to) === null ? Number.POSITIVE_INFINITY : quarterIndex(text(row.valid_to)),
    })),
    portions: quarterly('portions').map(({ row, quarter }) => ({
      quarter,
      place: text(row.place),
      segment: text(row.segment),
      portions: number(row.portions),
      days: number(row.serving_days),
      evidence: evidence(row.evidence),
    })),
    purchases: groupBy(purchaseLines, (line) => keyOf(line.place, line.group, line.quarter)),
    purchaseLines,
    production: quarterly('production').map(({ row, quarter }) => ({
      quarter,
      producer: text(row.producer),
      place: text(row.place),
      group: text(row.product_group),
      available: kg(row.available_kg),
      produced: textOrNull(row.produced_kg) === null ? kg(row.available_kg) : kg(row.produced_kg),
      evidence: evidence(row.evidence),
    })),
    processing: quarterly('processing').map(({ row, quarter }) => ({
      quarter,
      processor: text(row.processor),
      place: text(row.place),
      group: text(row.product_group),
      step: text(row.step),
      capacity: kg(row.capacity_kg),
      evidence: evidence(row.evidence),
    })),
  }
}
