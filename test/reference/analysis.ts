// Section 5 put together: a zone, product group, quarter and case at a time, computed when asked for and once.

import { above0, type Case, remember, sum, supplyFactor, worst } from './arithmetic.ts'
import {
  demandAtPlace,
  emptyForm,
  flowThroughSteps,
  type Gap,
  keeping,
  localAtPlace,
  netKg,
  pathFrom,
  splitForm,
  splitTotal,
  stockOver,
  type ZoneQuarter,
} from './chain.ts'
import {
  type Facts,
  type Group,
  groupBy,
  keyOf,
  type ProcessingRow,
  type ProductionRow,
  push,
  type Status,
} from './facts.ts'
import { placesOf, zoneOf, zonesOf } from './zones.ts'

/** Largest contributor's part of a sum; null when the sum is 0. */
export function largestShare(amounts: Array<[code: string, amount: number]>): number | null {
  const byCode = new Map<string, number[]>()
  for (const [code, amount] of amounts) push(byCode, code, amount)
  const total = sum(amounts.map(([, amount]) => amount))
  return total === 0 ? null : Math.max(...[...byCode.values()].map((own) => sum(own))) / total
}

export const distinct = (codes: string[]) => new Set(codes).size

/** Everything of section 5 for one region, computed when asked for and once. */
export function analysis(facts: Facts, t: number) {
  const groupOf = (group: string) => facts.groups.get(group)!
  const zone = remember((zoning: string, place: string) => zoneOf(facts, zoning, place))
  const places = remember((zoning: string, name: string) => placesOf(facts, zoning, name))

  const placeDemand = remember((group: string, place: string, quarter: number, which: Case) =>
    demandAtPlace(facts, groupOf(group), place, quarter, which),
  )

  const productionByGroup = groupBy(facts.production, (row) => keyOf(row.group, row.quarter))
  const processingByGroup = groupBy(facts.processing, (row) => keyOf(row.group, row.quarter))

  const production = (zoning: string, name: string, group: string, quarter: number): ProductionRow[] =>
    (productionByGroup.get(keyOf(group, quarter)) ?? []).filter((row) => zone(zoning, row.place) === name)

  const processing = (zoning: string, name: string, group: string, quarter: number): ProcessingRow[] =>
    (processingByGroup.get(keyOf(group, quarter)) ?? []).filter((row) => zone(zoning, row.place) === name)

  /** Demand, already local, steps and supply of one zone, product group, quarter and case. */
  const zoneQuarter = remember(
    (zoning: string, name: string, group: string, quarter: number, which: Case): ZoneQuarter => {
      const chain = groupOf(group)
      const forms = new Map(chain.forms.map(({ form }) => [form, emptyForm()]))
      const demandOfPlace = new Map<string, number>()

      // "o_f, l_f and d_f are per place and form, then added over the zone."
      for (const place of places(zoning, name)) {
        const demands = placeDemand(group, place, quarter, which)
        const locals = localAtPlace(facts, zoning, name, chain, place, quarter, which, demands)
        demandOfPlace.set(place, sum([...demands.values()].map(({ demand }) => demand)))
        for (const [form, demand] of demands) {
          const total = forms.get(form)!
          total.observed += demand.observed
          total.modelled += demand.modelled
          total.fill += demand.fill
          total.demand += demand.demand
          total.local += locals.get(form)!
          // the rows behind m_f count in those places where the model fills more than 0.0005 raw kg
          if (above0(demand.fill)) total.evidence.push(...demand.evidence)
        }
      }
      for (const form of forms.values()) form.excess = Math.max(0, form.demand - form.local)

      // "K_n = Σ capacity_kg / y_n"
      const capacity = new Map<string, number>()
      const plants = processing(zoning, name, group, quarter)
      for (const { step, yield: y } of chain.steps) {
        const rows = plants.filter((row) => row.step === step)
        capacity.set(
          step,
          sum(rows.map((row) => row.capacity * supplyFactor(facts, which, row.evidence))) / y,
        )
      }
      const pick = (what: 'excess' | 'local') => new Map([...forms].map(([form, row]) => [form, row[what]]))
      const steps = flowThroughSteps(chain, pick('excess'), pick('local'), capacity)

      // "p_f = e_f × Π φ over the form's step and its ancestors (1 for a form without step); h_f = e_f − p_f"
      for (const { form, step } of chain.forms) {
        const row = forms.get(form)!
        row.processable = row.excess
        for (const on of pathFrom(chain, step)) row.processable *= steps.get(on.step)!.passing
        row.held = row.excess - row.processable
      }

      const total = (what: 'demand' | 'observed' | 'local' | 'processable' | 'held') =>
        sum([...forms.values()].map((row) => row[what]))
      const farms = production(zoning, name, group, quarter)
      const grown = (what: 'available' | 'produced') =>
        sum(farms.map((row) => row[what] * supplyFactor(facts, which, row.evidence)))
      return {
        demand: total('demand'),
        observed: total('observed'),
        local: total('local'),
        processable: total('processable'),
        held: total('held'),
        supply: grown('available'),
        produced: grown('produced'),
        forms,
        steps,
        placeDemand: demandOfPlace,
      }
    },
  )

  /** "Over the eight quarters ending with t", then the split. */
  const gap = remember((zoning: string, name: string, group: string, quarter: number, which: Case): Gap => {
    const window = []
    for (let q = quarter - 7; q <= quarter; q++) window.push(zoneQuarter(zoning, name, group, q, which))
    const now = window.at(-1)!
    const a = keeping(groupOf(group))
    const stock = stockOver(a, window)
    const reachable = stockOver(
      a,
      window.map((each) => ({ ...each, supply: each.produced })),
    ).available
    const total = splitTotal(now.local, stock.available, reachable, now.processable, now.held)
    const forms = new Map(
      [...now.forms].map(([form, row]) => [form, splitForm(row, total, now.processable, now.held)]),
    )
    return { quarter: now, stock, reachable, total, forms }
  })

  // Zero is not unknown.

  const reportedIn = (quarter: number, found: (q: number) => boolean): Status => {
    for (let q = quarter - 7; q <= quarter; q++) if (found(q)) return 'reported'
    return 'unreported'
  }

  /** "reported if any production row for the product group lies in the zone within the eight quarters" */
  const supplyStatus = remember((zoning: string, name: string, group: string, quarter: number) =>
    reportedIn(quarter, (q) => production(zoning, name, group, q).length > 0),
  )

  const stepStatus = remember((zoning: string, name: string, group: string, step: string, quarter: number) =>
    reportedIn(quarter, (q) => processing(zoning, name, group, q).some((row) => row.step === step)),
  )

  /** "for a form: reported if every step on its path is" */
  const pathStatus = (
    zoning: string,
    name: string,
    group: string,
    step: string | null,
    quarter: number,
  ): Status =>
    pathFrom(groupOf(group), step).every(
      (on) => stepStatus(zoning, name, group, on.step, quarter) === 'reported',
    )
      ? 'reported'
      : 'unreported'

  /** "population of the zone's places that have demand / population of the zone's places, over leaf places" */
  const demandCoverage = remember(
    (zoning: string, name: string, group: string, quarter: number): number | null => {
      const parents = new Set([...facts.places.values()].map(({ parent }) => parent))
      const leaves = places(zoning, name).filter((place) => !parents.has(place))
      const populations = leaves.map((place) => facts.places.get(place)!.population)
      if (populations.includes(null)) return null
      const all = sum(populations as number[])
      if (all === 0) return null
      const { placeDemand: demands } = zoneQuarter(zoning, name, group, quarter, 'central')
      const covered = leaves.filter((place) => above0(demands.get(place)!))
      return sum(covered.map((place) => facts.places.get(place)!.population!)) / all
    },
  )

  /** The worst among what the model fills from and all production and processing rows of the quarter. */
  const gapEvidence = (zoning: string, name: string, group: string, quarter: number, form: string) =>
    worst([
      ...zoneQuarter(zoning, name, group, quarter, 'central').forms.get(form)!.evidence,
      ...production(zoning, name, group, quarter).map((row) => row.evidence),
      ...processing(zoning, name, group, quarter).map((row) => row.evidence),
    ])

  /** "One per product group and form for the whole run, from the four quarters ending with t, all places." */
  const price = remember((group: string, form: string): number | null => {
    const lines = facts.purchaseLines.filter(
      (line) =>
        line.group === group &&
        line.form === form &&
        line.quarter > t - 4 &&
        line.quarter <= t &&
        line.grams > 0 &&
        (line.ore ?? 0) > 0,
    )
    if (lines.length === 0) return facts.prices.get(keyOf(group, form)) ?? null
    return sum(lines.map((line) => line.ore!)) / 100 / netKg(lines)
  })

  return {
    zone,
    places,
    placeDemand,
    production,
    processing,
    zoneQuarter,
    gap,
    supplyStatus,
    stepStatus,
    pathStatus,
    demandCoverage,
    gapEvidence,
    price,
  }
}
export type Analysis = ReturnType<typeof analysis>

/** Every zone of a zoning with gaps, with every product group. */
export function* zoneGroups(facts: Facts): Generator<[zoning: string, zone: string, group: Group]> {
  for (const [zoning, hasGaps] of facts.zonings) {
    if (!hasGaps) continue
    for (const zone of zonesOf(facts, zoning)) {
      for (const group of facts.groups.values()) yield [zoning, zone, group]
    }
  }
}
