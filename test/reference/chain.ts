// Section 5 from demand to the gap, in its order: the rules for one place, step, window or split at a time.

import { type Case, demandFactor, ratio, sum, worst } from './arithmetic.ts'
import { type Evidence, type Facts, type Form, type Group, keyOf, type Purchase, type Step } from './facts.ts'
import { against } from './zones.ts'

// -------------------------------------------------------------------------------------------------- Demand

interface FormDemand {
  /** o_f, raw kg. */
  observed: number
  /** m_f, raw kg. */
  modelled: number
  /** What the model fills, raw kg. */
  fill: number
  /** d_f, raw kg. */
  demand: number
  /** Of the portions and profile rows behind m_f. */
  evidence: Evidence[]
}

/** "Where `complete_purchases` covers the place, product group and quarter." */
export function isComplete(facts: Facts, place: string, group: string, quarter: number): boolean {
  return facts.complete.some(
    (row) =>
      row.place === place &&
      (row.group === group || row.group === 'all') &&
      row.from <= quarter &&
      quarter <= row.to,
  )
}

interface ModelRow {
  form: string
  formKg: number
  evidence: Evidence[]
}

/** Portions × grams / 1000 in form kg, a row per portions row and profile row. */
export function modelRows(facts: Facts, place: string, group: string, quarter: number): ModelRow[] {
  const rows: ModelRow[] = []
  for (const served of facts.portions) {
    if (served.place !== place || served.quarter !== quarter) continue
    for (const profile of facts.profiles.get(keyOf(served.segment, group)) ?? []) {
      rows.push({
        form: profile.form,
        formKg: (served.portions * profile.grams) / 1000,
        evidence: [served.evidence, profile.evidence],
      })
    }
  }
  return rows
}

export const linesOf = (facts: Facts, place: string, group: string, quarter: number): Purchase[] =>
  facts.purchases.get(keyOf(place, group, quarter)) ?? []

export const netKg = (lines: Purchase[]) => sum(lines.map((line) => line.grams)) / 1000

/** "Per place and form: observed o_f …; modelled m_f …; d_f = o_f + max(0, M − O) × m_f / M." */
export function demandAtPlace(
  facts: Facts,
  group: Group,
  place: string,
  quarter: number,
  which: Case,
): Map<string, FormDemand> {
  const lines = linesOf(facts, place, group.group, quarter)
  const model = modelRows(facts, place, group.group, quarter)
  const observed = new Map<string, number>()
  const modelled = new Map<string, number>()
  for (const { form, yield: y } of group.forms) {
    const rows = model.filter((row) => row.form === form)
    observed.set(form, Math.max(0, netKg(lines.filter((line) => line.form === form)) / y))
    modelled.set(
      form,
      sum(rows.map((row) => row.formKg * demandFactor(facts, which, worst(row.evidence)))) / y,
    )
  }
  const O = sum(observed.values())
  const M = sum(modelled.values())
  const missing = isComplete(facts, place, group.group, quarter) ? 0 : Math.max(0, M - O)
  const demands = new Map<string, FormDemand>()
  for (const { form } of group.forms) {
    const o = observed.get(form)!
    const m = modelled.get(form)!
    const fill = missing * ratio(m, M)
    const evidence = model.filter((row) => row.form === form && row.formKg > 0).flatMap((row) => row.evidence)
    demands.set(form, { observed: o, modelled: m, fill, demand: o + fill, evidence })
  }
  return demands
}

// ------------------------------------------------------------------------------------------- Already local

/** l_f of a place: bought from inside the zone, not known to be processed outside; 0 ≤ l_f ≤ d_f. */
export function localAtPlace(
  facts: Facts,
  zoning: string,
  zone: string,
  group: Group,
  place: string,
  quarter: number,
  which: Case,
  demands: Map<string, FormDemand>,
): Map<string, number> {
  const isLocal = (line: Purchase) => {
    const grown = against(facts, zoning, zone, line.grown)
    const processed = against(facts, zoning, zone, line.processed)
    // in low, a purchase whose grown_place is unknown counts as inside
    return (grown === 'inside' || (which === 'low' && grown === 'unknown')) && processed !== 'outside'
  }
  const local = linesOf(facts, place, group.group, quarter).filter(isLocal)
  return new Map(
    group.forms.map(({ form, yield: y }) => {
      const net = netKg(local.filter((line) => line.form === form)) / y
      return [form, Math.min(demands.get(form)!.demand, Math.max(0, net))]
    }),
  )
}

// --------------------------------------------------------------------------------------------------- Steps

const childrenOf = (group: Group, step: string) => group.steps.filter(({ parent }) => parent === step)

/** A step and its ancestors, itself first. */
export function pathFrom(group: Group, step: string | null): Step[] {
  const found = group.steps.find((candidate) => candidate.step === step)
  return found ? [found, ...pathFrom(group, found.parent)] : []
}

/** Forms whose step is n or lies below n. */
function formsAtOrBelow(group: Group, step: string): Form[] {
  return group.forms.filter((form) => pathFrom(group, form.step).some((on) => on.step === step))
}

interface StepFlow {
  capacity: number
  localUse: number
  required: number
  inflow: number
  out: number
  lost: number
  /** φ, the part that passes. */
  passing: number
  lacking: number
}

/** "Steps, deepest level first." */
export function flowThroughSteps(
  group: Group,
  excess: Map<string, number>,
  local: Map<string, number>,
  capacity: Map<string, number>,
): Map<string, StepFlow> {
  const flows = new Map<string, StepFlow>()
  const flow = (step: string): StepFlow => {
    const below = childrenOf(group, step).map((child) => flow(child.step).out)
    const own = group.forms.filter((form) => form.step === step).map((form) => excess.get(form.form)!)
    const atOrBelow = formsAtOrBelow(group, step)
    const localUse = sum(atOrBelow.map((form) => local.get(form.form)!))
    const required = sum(atOrBelow.map((form) => excess.get(form.form)!))
    const K = capacity.get(step) ?? 0
    const inflow = sum(own) + sum(below)
    const room = Math.max(0, K - localUse)
    const out = Math.min(inflow, room)
    const found = {
      capacity: K,
      localUse,
      required,
      inflow,
      out,
      lost: inflow - out,
      passing: inflow === 0 ? 1 : out / inflow,
      lacking: Math.max(0, required - room),
    }
    flows.set(step, found)
    return found
  }
  for (const { step, parent } of group.steps) if (parent === null) flow(step)
  return flows
}

// ------------------------------------------------------------------------------------------------ A quarter

interface ZoneForm extends FormDemand {
  /** l_f */
  local: number
  /** e_f */
  excess: number
  /** p_f */
  processable: number
  /** h_f */
  held: number
}

export interface ZoneQuarter {
  demand: number
  observed: number
  /** Λ */
  local: number
  /** P */
  processable: number
  /** H */
  held: number
  /** S and S′ */
  supply: number
  produced: number
  forms: Map<string, ZoneForm>
  steps: Map<string, StepFlow>
  /** Σ_f d_f of each of the zone's places. */
  placeDemand: Map<string, number>
}

export const emptyForm = (): ZoneForm => ({
  observed: 0,
  modelled: 0,
  fill: 0,
  demand: 0,
  evidence: [],
  local: 0,
  excess: 0,
  processable: 0,
  held: 0,
})

// ----------------------------------------------------------------------------------------- Stock and supply

interface Stock {
  /** a × stock before t */
  opening: number
  /** A, or A′ */
  available: number
  closing: number
}

/** "a = 1 − quarterly_storage_loss (treat a < 0.05 as 0)." */
export function keeping(group: Group): number {
  const a = 1 - group.loss
  return a < 0.05 ? 0 : a
}

/** Over a window of quarters, oldest first: "R = a × stock_{t−1} + S_t, stock_t = max(0, R_t − Λ_t − P_t)". */
export function stockOver(
  a: number,
  window: Array<{ supply: number; local: number; processable: number }>,
): Stock {
  let stock: Stock = { opening: 0, available: 0, closing: 0 }
  for (const { supply, local, processable } of window) {
    const opening = a * stock.closing
    const R = opening + supply
    stock = {
      opening,
      available: Math.max(0, R - local),
      closing: Math.max(0, R - local - processable),
    }
  }
  return stock
}

// ------------------------------------------------------------------------------------------------- The gap

export const components = [
  'purchased_local',
  'procurable',
  'diverted_gap',
  'production_gap',
  'processing_gap',
  'chain_gap',
] as const
export type Component = (typeof components)[number]
type Split = Record<Component, number>

export interface Gap {
  quarter: ZoneQuarter
  stock: Stock
  reachable: number
  total: Split
  forms: Map<string, Split>
}

/** "The gap, split by what would close it." */
export function splitTotal(local: number, A: number, reachable: number, P: number, H: number): Split {
  const T = Math.min(A, P)
  const processing = Math.min(Math.max(0, reachable - P), H)
  return {
    purchased_local: local,
    procurable: T,
    diverted_gap: Math.min(reachable, P) - T,
    production_gap: P - Math.min(reachable, P),
    processing_gap: processing,
    chain_gap: H - processing,
  }
}

export function splitForm(form: ZoneForm, total: Split, P: number, H: number): Split {
  const ofP = (component: number) => ratio(form.processable * component, P)
  const ofH = (component: number) => ratio(form.held * component, H)
  return {
    purchased_local: form.local,
    procurable: ofP(total.procurable),
    diverted_gap: ofP(total.diverted_gap),
    production_gap: ofP(total.production_gap),
    processing_gap: ofH(total.processing_gap),
    chain_gap: ofH(total.chain_gap),
  }
}

/** "shortfall = diverted_gap + production_gap + processing_gap + chain_gap" */
export const shortfall = (split: Split) =>
  split.diverted_gap + split.production_gap + split.processing_gap + split.chain_gap
