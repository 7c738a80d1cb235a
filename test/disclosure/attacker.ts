// A reader of releases who knows the method, all reference data and how to solve linear programs, and wants to know
// what farms and plants deliver. Written from the published tables and the method alone.

import { type Condition, type Interval, Knowledge } from '../../core/disclosure/intervals.ts'
import type { MartRow } from '../reference/format.ts'

/** Published tables of one quarter, or a run's full ones. */
export interface Tables {
  readonly quarter: string
  readonly marts: Readonly<Record<string, readonly MartRow[]>>
}

/** What is public without any release. */
export interface Reference {
  /** `zoning/zone` → places. */
  readonly zones: ReadonlyMap<string, readonly string[]>
  readonly forms: readonly { product_group: string; form: string; step: string | null; yield: number }[]
  readonly steps: readonly { product_group: string; step: string; parent: string | null; yield: number }[]
  /** Part of a stock that is left after a quarter. */
  readonly keep: ReadonlyMap<string, number>
}

/** A figure that a release does not show, by a name that the attacker has for it. */
export interface Secret {
  readonly name: string
  readonly group: string
  readonly mart: string
  readonly column: string
  readonly quarter: string
  readonly value: number
  readonly withheld: string
}

/** What the attacker found out about one secret. */
export interface Finding extends Secret, Pick<Interval, 'from' | 'to'> {}

type Terms = Map<number, number>
/** Half of the last decimal of a published kg, and something for sums of such. */
const ROUNDING = 0.002
const COMPONENTS = ['procurable', 'diverted_gap', 'production_gap', 'processing_gap', 'chain_gap'] as const
const BALANCE = [
  'opening_stock',
  'supply',
  'available',
  'produced',
  'reachable',
  'processable',
  'procurable',
  'closing_stock',
] as const
const BOTTLENECK = ['inflow', 'capacity', 'lost', 'lacking', 'processing_gap', 'chain_gap'] as const

/** What the attacker makes use of. */
export interface Means {
  /**
   * Whether figures in the tables count; without, only what is never withheld does, and that a zone has nothing
   * at all on offer or no capacity at all.
   */
  readonly figures: boolean
  /** Whether orders of magnitude count. */
  readonly magnitudes: boolean
}

/** Sets up all that is known of a product group, and looks at it. */
export class Attacker {
  readonly #reference: Reference
  readonly #group: string
  readonly #means: Means
  readonly #variables = new Map<string, number>()
  readonly #conditions: Condition[] = []

  constructor(reference: Reference, group: string, means: Means) {
    this.#reference = reference
    this.#group = group
    this.#means = means
  }

  /** Takes in releases, one a quarter, in their order. */
  read(releases: readonly Tables[]): void {
    for (const release of releases) {
      for (const row of this.#rows(release, 'balances')) this.#balance(release, row)
      this.#zones(release)
    }
    for (const [at, release] of releases.entries()) {
      if (at > 0) this.#stocks(releases[at - 1]!, release)
      if (at >= 3) this.#year(releases.slice(at - 3, at + 1))
    }
  }

  /**
   * What can be said of each secret. Where it could be so much less that it is not told, how much more it could
   * be is not looked for, unless both ends are asked for.
   */
  async bounds(secrets: readonly Secret[], both_ends: boolean): Promise<Finding[]> {
    const terms = secrets.map(({ name }) => this.#expression(name))
    const knowledge = await Knowledge.open(this.#variables.size, this.#conditions)
    try {
      return secrets.map((secret, at) => {
        const from = knowledge.lowest(terms[at]!).value
        const isOpen = !both_ends && from < 0.9 * secret.value - 0.5
        return {
          ...secret,
          from,
          to: isOpen ? Number.POSITIVE_INFINITY : knowledge.highest(terms[at]!).value,
        }
      })
    } finally {
      knowledge.close()
    }
  }

  #rows({ marts }: Tables, mart: string): readonly MartRow[] {
    return (marts[mart] ?? []).filter((row) => row.product_group === this.#group)
  }

  #variable(name: string): number {
    const known = this.#variables.get(name)
    if (known !== undefined) return known
    this.#variables.set(name, this.#variables.size)
    return this.#variables.size - 1
  }

  /** `a + 0.5*b - c` over names of variables, which have no spaces. */
  #expression(text: string): Terms {
    const terms: Terms = new Map()
    for (const [, sign, factor, name] of text.matchAll(/\s*([+-]?)\s*(?:([\d.e-]+)\*)?([^\s*+-][^\s*+]*)/g)) {
      const at = this.#variable(name!)
      terms.set(at, (terms.get(at) ?? 0) + (sign === '-' ? -1 : 1) * Number(factor ?? 1))
    }
    return terms
  }

  #know(text: string, from: number, to: number): void {
    if (text.trim() !== '') this.#conditions.push({ terms: this.#expression(text), from, to })
  }

  #equals(text: string, value: number, slack = ROUNDING): void {
    this.#know(text, value - slack, value + slack)
  }

  /** A published figure is known to its last decimal. */
  #shown(name: string, value: unknown): void {
    const isNothing = value === 0 && /\/(supply|produced|capacity)$/.test(name)
    if ((this.#means.figures || isNothing) && typeof value === 'number') this.#equals(name, value)
  }

  #formsOf(rows: readonly MartRow[]) {
    return this.#reference.forms
      .filter(({ product_group }) => product_group === this.#group)
      .flatMap((form) => {
        const row = rows.find((one) => one.form === form.form)
        return row ? [{ ...form, row, unmet: Number(row.demand_kg) - Number(row.purchased_local_kg) }] : []
      })
  }

  /** Everything in one zone and quarter. */
  #balance(release: Tables, row: MartRow): void {
    const at = `${release.quarter}/${row.zoning}/${row.zone}`
    const inZone = (one: MartRow) => one.zoning === row.zoning && one.zone === row.zone
    const forms = this.#formsOf(this.#rows(release, 'gaps').filter(inZone))
    const steps = this.#rows(release, 'bottlenecks').filter(inZone)
    const v = (name: string) => `${at}/${name}`
    for (const name of BALANCE) this.#shown(v(name), row[`${name}_kg`])
    const local = Number(row.purchased_local_kg)
    const slack = ROUNDING * (2 + forms.length)
    this.#equals(`${v('procurable')} - ${sumOf(forms, v, ['procurable'])}`, 0, slack)
    this.#equals(
      `${v('processable')} - ${sumOf(forms, v, ['procurable', 'diverted_gap', 'production_gap'])}`,
      0,
      slack,
    )
    this.#know(`${v('available')} - ${v('procurable')}`, -ROUNDING, Infinity)
    const after = `${v('opening_stock')} + ${v('supply')} - ${v('available')}`
    this.#know(after, -ROUNDING, local + ROUNDING)
    if (Number(row.available_kg) > 0.01 && this.#means.figures) this.#equals(after, local)
    this.#know(`${v('reachable')} - ${v('available')}`, -ROUNDING, Infinity)
    this.#know(`${v('produced')} - ${v('supply')}`, -ROUNDING, Infinity)
    const taken = sumOf(forms, v, ['procurable', 'diverted_gap', 'processing_gap'])
    this.#know(`${v('reachable')} - ${taken}`, -slack, Infinity)
    const left = `${v('opening_stock')} + ${v('supply')} - ${v('processable')} - ${v('closing_stock')}`
    this.#know(left, -Infinity, local + slack)
    this.#know(`${v('opening_stock')} + ${v('supply')} - ${v('closing_stock')}`, -ROUNDING, Infinity)
    if (row.supply_status === 'unreported')
      for (const name of ['supply', 'produced', 'available', 'reachable', 'opening_stock'])
        this.#equals(v(name), 0)
    for (const form of forms) this.#form(v, form, row)
    this.#sameRatios(v, forms)
    this.#chain(v, forms, steps)
  }

  #form(v: (name: string) => string, { form, row, unmet }: FormRow, balance: MartRow): void {
    const part = (name: string) => v(`${form}/${name}`)
    for (const name of COMPONENTS) this.#shown(part(name), row[`${name}_kg`])
    this.#equals(COMPONENTS.map(part).join(' + '), Math.max(0, unmet), 4 * ROUNDING)
    this.#shown(COMPONENTS.slice(1).map(part).join(' + '), row.shortfall_kg)
    if (balance.supply_status === 'unreported')
      for (const name of ['procurable', 'diverted_gap', 'processing_gap']) this.#equals(part(name), 0)
    if (row.capacity_status === 'unreported')
      for (const name of ['procurable', 'diverted_gap', 'production_gap']) this.#equals(part(name), 0)
  }

  /** All forms share T / P and the like; forms of one step share the part that passes. One known row tells them. */
  #sameRatios(v: (name: string) => string, forms: readonly FormRow[]): void {
    const whole = (names: readonly string[], { form }: FormRow) =>
      names.map((name) => v(`${form}/${name}`)).join(' + ')
    const passing = COMPONENTS.slice(0, 3)
    const held = COMPONENTS.slice(3)
    for (const names of [passing, held]) {
      const known = forms.find(
        ({ row }) => names.every((name) => typeof row[`${name}_kg`] === 'number') && total(row, names) > 1,
      )
      if (!known || !this.#means.figures) continue
      for (const other of forms) {
        for (const name of names) {
          const ratio = Number(known.row[`${name}_kg`]) / total(known.row, names)
          const rest = names.map((one) => `- ${ratio.toFixed(9)}*${v(`${other.form}/${one}`)}`).join(' ')
          this.#equals(`${v(`${other.form}/${name}`)} ${rest}`, 0, ROUNDING + 0.004 * other.unmet)
        }
      }
    }
    for (const one of forms) {
      const other = forms.find(({ step, form, unmet }) => step === one.step && form > one.form && unmet > 1)
      if (!other || one.unmet <= 1) continue
      const ratio = one.unmet / other.unmet
      const scaled = passing.map((name) => `- ${ratio.toFixed(9)}*${v(`${other.form}/${name}`)}`).join(' ')
      this.#equals(`${whole(passing, one)} ${scaled}`, 0, ROUNDING * (2 + 2 * ratio))
    }
  }

  #chain(v: (name: string) => string, forms: readonly FormRow[], rows: readonly MartRow[]): void {
    const steps = this.#reference.steps.filter(({ product_group }) => product_group === this.#group)
    const raw = (own: readonly FormRow[]) =>
      own.reduce((sum, form) => sum + Math.max(0, form.unmet) / form.yield, 0)
    const slack = ROUNDING * (4 + forms.length * 4)
    for (const { step } of steps) {
      const row = rows.find((one) => one.step === step)
      if (!row) continue
      const s = (name: string, of = step) => v(`step-${of}/${name}`)
      for (const name of BOTTLENECK) this.#shown(s(name), row[`${name}_kg`])
      const children = steps.filter(({ parent }) => parent === step).map((child) => child.step)
      const below = children.map((child) => ` - ${s('inflow', child)} + ${s('lost', child)}`).join('')
      this.#equals(`${s('inflow')}${below}`, raw(forms.filter((form) => form.step === step)), slack)
      this.#know(`${s('inflow')} - ${s('lost')}`, -ROUNDING, Infinity)
      this.#know(`${s('capacity')} - ${s('inflow')} + ${s('lost')}`, -slack, Infinity)
      this.#equals(`${s('processing_gap')} + ${s('chain_gap')} - ${s('lost')}`, 0, slack)
      this.#know(`${s('lacking')} + ${s('capacity')}`, Number(row.required_kg) - ROUNDING, Infinity)
      this.#know(s('lacking'), 0, Number(row.required_kg) + ROUNDING)
      if (row.capacity_status === 'unreported') this.#equals(s('capacity'), 0)
    }
    if (steps.length === 0 || rows.length === 0) return
    const sum = (name: string) => steps.map(({ step }) => v(`step-${step}/${name}`)).join(' + ')
    for (const name of ['processing_gap', 'chain_gap'] as const)
      this.#equals(`${sum(name)} - ${sumOf(forms, v, [name])}`, 0, 2 * slack)
    const roots = steps.filter(({ parent }) => parent === null).map(({ step }) => step)
    const out = roots.map((step) => `- ${v(`step-${step}/inflow`)} + ${v(`step-${step}/lost`)}`).join(' ')
    this.#equals(`${v('processable')} ${out}`, raw(forms.filter(({ step }) => step === null)), 2 * slack)
  }

  /** What lies in a zone lies in each zone around it. */
  #zones(release: Tables): void {
    const rows = this.#rows(release, 'balances')
    const zones = rows.map(({ zoning, zone }) => `${zoning}/${zone}`)
    const places = new Set(zones.flatMap((zone) => this.#reference.zones.get(zone) ?? []))
    const signature = (place: string) =>
      zones.filter((zone) => this.#reference.zones.get(zone)?.includes(place)).join('|')
    const atoms = [...new Set([...places].map(signature))]
    const steps = this.#reference.steps.filter(({ product_group }) => product_group === this.#group)
    const names = ['supply', 'produced', ...steps.map(({ step }) => `step-${step}/capacity`)]
    for (const zone of zones) {
      const own = atoms.filter((atom) => atom.split('|').includes(zone))
      for (const name of names) {
        const parts = own.map((atom) => `- ${release.quarter}/atom-${atoms.indexOf(atom)}/${name}`).join(' ')
        this.#equals(`${release.quarter}/${zone}/${name} ${parts}`, 0)
      }
    }
  }

  /** What is carried over is not more than what was left, and not less than what came in and was not used. */
  #stocks(before: Tables, now: Tables): void {
    const keep = this.#reference.keep.get(this.#group)!
    for (const row of this.#rows(now, 'balances')) {
      const then = this.#rows(before, 'balances').find(
        ({ zoning, zone }) => zoning === row.zoning && zone === row.zone,
      )
      const zone = `${row.zoning}/${row.zone}`
      if (keep === 0) this.#equals(`${now.quarter}/${zone}/opening_stock`, 0)
      if (!then || keep === 0) continue
      const opening = `${now.quarter}/${zone}/opening_stock`
      const v = (name: string) => `${keep}*${before.quarter}/${zone}/${name}`
      this.#know(`${v('closing_stock')} - ${opening}`, -ROUNDING, Infinity)
      this.#know(
        `${opening} - ${v('supply')} + ${v('processable')}`,
        -keep * Number(then.purchased_local_kg) - ROUNDING,
        Infinity,
      )
    }
  }

  /** Opportunities add four quarters up. */
  #year(releases: readonly Tables[]): void {
    const now = releases.at(-1)!
    const rows = this.#rows(now, 'opportunities')
    for (const row of rows) {
      const name = `${now.quarter}/opportunity/${row.id}`
      const parts = releases.map((release) => this.#part(release, row)).filter((text) => text !== '')
      this.#equals(`${name} - ${parts.join(' - ')}`, 0, 0.1)
      this.#shown(name, row.kg_per_year)
      const band = bands[String(row.order_of_magnitude)]
      if (this.#means.magnitudes && band) this.#know(name, band[0], band[1])
    }
  }

  #part(release: Tables, { zoning, zone, instrument, target }: MartRow): string {
    const at = `${release.quarter}/${zoning}/${zone}`
    const inZone = (one: MartRow) => one.zoning === zoning && one.zone === zone
    const gaps = this.#rows(release, 'gaps').filter(inZone)
    if (instrument === 'production_investment')
      return this.#formsOf(gaps)
        .map((form) => `${1 / form.yield}*${at}/${form.form}/production_gap`)
        .join(' - ')
    if (instrument === 'processing_investment') {
      const step = this.#reference.steps.find(
        (one) => one.product_group === this.#group && one.step === target,
      )!
      const known = this.#rows(release, 'bottlenecks').some((one) => inZone(one) && one.step === target)
      return known ? `${step.yield}*${at}/step-${target}/processing_gap` : ''
    }
    const known = gaps.some(({ form }) => form === target)
    return known ? `${at}/${target}/${formInstruments[String(instrument)]}` : ''
  }
}

type FormRow = {
  form: string
  step: string | null
  yield: number
  row: MartRow
  unmet: number
}

const formInstruments: Record<string, (typeof COMPONENTS)[number]> = {
  contract: 'procurable',
  supply_dialogue: 'diverted_gap',
  development_contract: 'chain_gap',
}
const bands: Record<string, [number, number]> = {
  '< 1 t': [0, 1_000],
  '1–10 t': [1_000, 10_000],
  '10–100 t': [10_000, 100_000],
  '> 100 t': [100_000, Number.POSITIVE_INFINITY],
}

const total = (row: MartRow, names: readonly string[]) =>
  names.reduce((sum, name) => sum + Number(row[`${name}_kg`]), 0)

/** Components of all forms in raw kg, to be subtracted from something. */
function sumOf(forms: readonly FormRow[], v: (name: string) => string, names: readonly string[]): string {
  return forms
    .flatMap((form) => names.map((name) => `${1 / form.yield}*${v(`${form.form}/${name}`)}`))
    .join(' - ')
}

/** The figures of a full table that the published one does not show. */
export function secretsOf(
  full: Tables,
  published: Tables,
  group: string,
  isSecret: (mart: string, row: MartRow, column: string) => boolean,
): Secret[] {
  const found: Secret[] = []
  const { quarter } = full
  for (const mart of ['gaps', 'balances', 'bottlenecks', 'opportunities']) {
    for (const [at, row] of published.marts[mart]!.entries()) {
      if (row.product_group !== group) continue
      const place = `${quarter}/${row.zoning}/${row.zone}`
      const add = (column: string, name: string) => {
        if (row[column] === null && isSecret(mart, row, column))
          found.push({
            name,
            group,
            mart,
            column,
            quarter,
            value: Number(full.marts[mart]![at]![column]),
            withheld: String(row.withheld),
          })
      }
      if (mart === 'gaps') {
        for (const name of COMPONENTS) add(`${name}_kg`, `${place}/${row.form}/${name}`)
        const parts = COMPONENTS.slice(1).map((name) => `${place}/${row.form}/${name}`)
        add('shortfall_kg', parts.join(' + '))
      } else if (mart === 'balances') for (const name of BALANCE) add(`${name}_kg`, `${place}/${name}`)
      else if (mart === 'bottlenecks')
        for (const name of BOTTLENECK) add(`${name}_kg`, `${place}/step-${row.step}/${name}`)
      else add('kg_per_year', `${quarter}/opportunity/${row.id}`)
    }
  }
  return found
}
