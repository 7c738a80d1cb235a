// Section 5, "Opportunities".

import { type Analysis, distinct, zoneGroups } from './analysis.ts'
import { above0, type Case, cases, ratio, sum, worst } from './arithmetic.ts'
import { type Component, type Gap, pathFrom } from './chain.ts'
import { type Facts, type Form, type Group, groupBy, lastDay, type Step } from './facts.ts'
import { byCodePoint, type Cell, type MartRow } from './format.ts'

/** One row of the table of instruments, seen in one quarter and case. */
interface Instrument {
  instrument: string
  target: string
  component: Component
  /** Whose components it takes. */
  forms: Form[]
  /** Null but for `processing_investment`. */
  step: Step | null
  /** kg_per_year in form kg; else raw kg, or kg of the step's output. */
  inFormKg: boolean
  /** The steps that may be missing, itself first, then upwards. */
  path: Step[]
}

function instrumentsOf(group: Group): Instrument[] {
  const perForm = (instrument: string, component: Component, withPath: boolean): Instrument[] =>
    group.forms.map((form) => ({
      instrument,
      target: form.form,
      component,
      forms: [form],
      step: null,
      inFormKg: true,
      path: withPath ? pathFrom(group, form.step) : [],
    }))
  return [
    ...perForm('contract', 'procurable', false),
    ...perForm('supply_dialogue', 'diverted_gap', false),
    {
      instrument: 'production_investment',
      target: group.group,
      component: 'production_gap',
      forms: group.forms,
      step: null,
      inFormKg: false,
      path: [],
    },
    ...group.steps.map((step) => ({
      instrument: 'processing_investment',
      target: step.step,
      component: 'processing_gap' as const,
      forms: group.forms,
      step,
      inFormKg: false,
      path: pathFrom(group, step.step),
    })),
    ...perForm('development_contract', 'chain_gap', true),
  ]
}

/** "A step gets its part lost_n / H"; every other instrument the whole. */
function partOf(instrument: Instrument, gap: Gap): number {
  if (instrument.step === null) return 1
  return ratio(gap.quarter.steps.get(instrument.step.step)!.lost, gap.quarter.held)
}

/** The instrument's kg in a quarter, in the unit of the table. */
function amountOf(instrument: Instrument, gap: Gap): number {
  if (instrument.step !== null) {
    return gap.total[instrument.component] * partOf(instrument, gap) * instrument.step.yield
  }
  if (!instrument.inFormKg) return gap.total[instrument.component]
  const form = instrument.forms[0]!
  return gap.forms.get(form.form)![instrument.component] * form.yield
}

interface Contribution {
  form: string
  /** The component in form kg, of which `part` counts. */
  formKg: number
  part: number
  /** "a smaller component is added where it has a price, and matters for nothing else" */
  contributes: boolean
}

function contributionsOf(instrument: Instrument, gap: Gap): Contribution[] {
  const part = partOf(instrument, gap)
  const quarterCounts = instrument.step === null || above0(gap.total[instrument.component] * part)
  return instrument.forms.map((form) => {
    const formKg = gap.forms.get(form.form)![instrument.component] * form.yield
    return { form: form.form, formKg, part, contributes: quarterCounts && above0(formKg) }
  })
}

/** Null when a form that contributes has no price. */
function kronorOf(of: Analysis, group: string, contributions: Contribution[]): number | null {
  let value = 0
  for (const { form, formKg, part, contributes } of contributions) {
    const price = of.price(group, form)
    if (price !== null) value += formKg * part * price
    else if (contributes) return null
  }
  return value
}

/** Whether what the instrument rests on is unreported in t. */
function restsOnUnreported(
  of: Analysis,
  instrument: Instrument,
  at: readonly [zoning: string, zone: string, group: string],
  t: number,
): boolean {
  const supply = of.supplyStatus(...at, t) === 'unreported'
  const unreported = (step: Step) => of.stepStatus(...at, step.step, t) === 'unreported'
  switch (instrument.instrument) {
    case 'production_investment':
      return supply
    case 'processing_investment':
      return unreported(instrument.step!)
    case 'development_contract':
      return supply || instrument.path.some(unreported)
    default:
      return false
  }
}

/** "earliest contracts.ends_on on or after the quarter's last day among the zone's places" */
function nextWindow(facts: Facts, places: string[], group: string, t: number): string | null {
  const ends = facts.contracts
    .filter((row) => row.group === group && places.includes(row.place) && row.ends >= lastDay(t))
    .map((row) => row.ends)
  return ends.sort(byCodePoint)[0] ?? null
}

/** "Sums over the four quarters ending with t, each quarter computed with its own eight-quarter window." */
function opportunitiesOf(
  facts: Facts,
  t: number,
  quarter: string,
  of: Analysis,
  zoning: string,
  zone: string,
  group: Group,
): MartRow[] {
  const at = [zoning, zone, group.group] as const
  /** "in each case over the quarters in which that case's demand … is above 0.0005 raw kg" */
  const year = (which: Case) => {
    const gaps: Array<[number, Gap]> = []
    for (let q = t - 3; q <= t; q++) {
      const gap = of.gap(...at, q, which)
      if (above0(gap.quarter.demand)) gaps.push([q, gap])
    }
    return gaps
  }
  const years = cases.map(year)
  const central = year('central')
  if (central.length === 0) return []

  const [newest] = central.at(-1)!
  const coverage = of.demandCoverage(...at, newest)
  const buyers = central.flatMap(([, gap]) =>
    [...gap.quarter.placeDemand].filter(([, demand]) => above0(demand)).map(([place]) => place),
  )
  const observed = sum(central.map(([, gap]) => gap.quarter.observed))
  const demand = sum(central.map(([, gap]) => gap.quarter.demand))

  const rows: MartRow[] = []
  for (const instrument of instrumentsOf(group)) {
    const kg_per_year = sum(central.map(([, gap]) => amountOf(instrument, gap)))
    if (!above0(kg_per_year)) continue
    const sums = years.map((gaps) => sum(gaps.map(([, gap]) => amountOf(instrument, gap))))
    const kg_low = Math.min(...sums)
    const contributions = central.map(([q, gap]) => [q, contributionsOf(instrument, gap)] as const)
    const missing = instrument.path.filter(({ step }) =>
      central.some(([, gap]) => above0(gap.quarter.steps.get(step)!.lacking)),
    )
    const unknown = restsOnUnreported(of, instrument, at, t) || (coverage !== null && coverage < 0.8)
    const found: Record<string, Cell> = {
      quarter,
      zoning,
      zone,
      product_group: group.group,
      instrument: instrument.instrument,
      target: instrument.target,
      id: [zoning, zone, group.group, instrument.instrument, instrument.target].join('/'),
      kg_per_year,
      kg_low,
      kg_high: Math.max(...sums),
      peak_quarter_kg: Math.max(...central.map(([, gap]) => amountOf(instrument, gap))),
      sek_per_year: kronorOf(
        of,
        group.group,
        contributions.flatMap(([, each]) => each),
      ),
      quarters: central.length,
      buyers: distinct(buyers),
      missing_steps: missing.length === 0 ? null : missing.map(({ step }) => step).join(' '),
      next_window: nextWindow(facts, of.places(zoning, zone), group.group, t),
      observed_share: observed / demand,
      certainty: unknown ? 'unknown' : above0(kg_low) ? 'certain' : 'likely',
      supply_status: of.supplyStatus(...at, t),
      evidence: worst(
        contributions.flatMap(([q, each]) =>
          each.filter((one) => one.contributes).map((one) => of.gapEvidence(...at, q, one.form)),
        ),
      ),
      rank: 0,
    }
    rows.push(found)
  }
  return rows
}

/** "rank within the zoning: certainty unknown last, then sek_per_year descending (null last), kg descending …" */
function byRank(a: MartRow, b: MartRow): number {
  const unknown = (row: MartRow) => (row.certainty === 'unknown' ? 1 : 0)
  const sek = (row: MartRow) =>
    row.sek_per_year === null ? Number.NEGATIVE_INFINITY : Math.round((row.sek_per_year as number) * 100)
  const kg = (row: MartRow) => Math.round((row.kg_per_year as number) * 1000)
  const descending = (x: number, y: number) => (x === y ? 0 : y - x)
  const names = ['zone', 'product_group', 'instrument', 'target']
  return (
    unknown(a) - unknown(b) ||
    descending(sek(a), sek(b)) ||
    descending(kg(a), kg(b)) ||
    names.map((name) => byCodePoint(String(a[name]), String(b[name]))).find((order) => order !== 0) ||
    0
  )
}

export function opportunitiesRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  for (const [zoning, zone, group] of zoneGroups(facts)) {
    rows.push(...opportunitiesOf(facts, t, quarter, of, zoning, zone, group))
  }
  for (const ranked of groupBy(rows, (row) => String(row.zoning)).values()) {
    ranked.sort(byRank).forEach((row, index) => {
      row.rank = index + 1
    })
  }
  return rows
}
