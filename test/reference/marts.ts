// An independent reference of the analysis: section 5 of the design in plain loops, in the section's order and
// words. It exists to be read beside the text and to test the SQL against; it shares no code with it.
// In the text's order: zones.ts (place against zone), chain.ts (demand to gap), analysis.ts (a zone's quarter, stock,
// statuses, price), this file (gaps, balances, bottlenecks, servings), shares.ts, opportunities.ts.
//
// Readings: where the text leaves a choice, this is the one made.
//
//  1. Quarter of a purchase line: that of its delivery.
//  2. "Where credits make o_f or l_f negative, take 0": per place and form, before O and M − O are formed; a
//     place's l_f is then capped at its d_f, before adding over the zone.
//  3. `gaps.modelled_kg` is m_f (all the model says), not only what it fills; `observed_kg` is o_f after 2.
//  4. For l_f, processed_place counts as it stands, also for a form without step.
//  5. A price is that of the run's quarter t in every quarter of an opportunity. sek_per_kg is a sek: 2 decimals.
//  6. `shortfall_sek` is null without a price, also where the shortfall is 0.
//  7. evidence of a gap: "where the model fills" is the fill of that form at that place in the central case.
//  8. demand_coverage null is not below 0.8.
//  9. One missing population among the zone's leaf places makes demand_coverage null, with or without demand there.
// 10. A zone's places for populations, contracts and demand alike are those whose nearest listed self-or-ancestor
//     is in the zone.
// 11. A window quarter in which the zone has no demand still adds supply and carries stock (Λ = P = 0).
// 12. Shares: net of credits is added over a product group's forms and lines before max(0, …).
// 13. `processed` status within grown_or_processed and grown_and_processed is that of the rule `processed`:
//     for a form without step the grown_place's.
// 14. Shares in SEK: the mix's price is Σ modelled kg × price / Σ modelled kg over the place's forms; a form with
//     at most 0.0005 kg modelled and no price adds 0 to the numerator.
// 15. A line without sek needs a price also with 0 kg. Without a needed price the SEK row exists whatever its sum.
// 16. Such a row has target_status `undecided` only where a target is in force, else null as everywhere.
// 17. `all` is in SEK undecided if any product group at the place is; `all` rows too need a sum above 0.0005.
// 18. target of a `production_investment` is the product group.
// 19. kg_per_year, kg_low and kg_high each sum over that case's own quarters with demand; every other column,
//     peak_quarter_kg (largest quarter of the central case) included, follows the central case.
// 20. buyers are the zone's places with Σ_f d_f above 0.0005 raw kg in a quarter with demand.
// 21. next_window looks at the product group whatever the contract's form, on or after the last day of t.
// 22. The value of a step in a quarter is the whole product group's processing gap × price × lost_n / H, so every
//     form with a processing gap contributes to it. The 0.0005 form kg are tested before × lost_n / H.
// 23. missing_steps: lacking_n of the central case in the central case's quarters with demand.
// 24. evidence of an opportunity nothing contributes to by more than 0.0005 is `reported`.
// 25. The same producer in several places of a zone, or from several sources, is one for producers and
//     largest_producer_share; likewise processors.
// 26. capacity_status of a form without step is `reported`.
// 27. In an unlisted place's favour "inside" is tried before "unknown".
// 28. A zoning that has_gaps and a zone of it exist as such even where no place takes them; they give no rows.
// 29. complete_purchases stops the fill in every case, and by the quarter computed, not by t.
// 30. rank compares sek rounded to 2 and kg to 3 decimals, half up.

import { type Analysis, analysis, distinct, largestShare, zoneGroups } from './analysis.ts'
import { above0, cases, ratio, sum } from './arithmetic.ts'
import { components, shortfall } from './chain.ts'
import { type Facts, groupBy, quarterIndex, type Region, readFacts } from './facts.ts'
import type { MartRow, Marts } from './format.ts'
import { opportunitiesRows } from './opportunities.ts'
import { sharesRows } from './shares.ts'
import { zonesOf } from './zones.ts'

export type { Delivery, Region, Row } from './facts.ts'
export { formatMart, type MartName, type MartRow, type Marts, martNames } from './format.ts'

// --------------------------------------------------------------------------- gaps, balances, bottlenecks

function gapCertainty(low: number, central: number, high: number, unknown: boolean): string {
  if (!above0(high)) return 'none'
  if (unknown) return 'unknown'
  if (above0(low)) return 'certain'
  return above0(central) ? 'likely' : 'possible'
}

function gapsRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  for (const [zoning, zone, group] of zoneGroups(facts)) {
    const at = [zoning, zone, group.group] as const
    const central = of.gap(...at, t, 'central')
    if (!above0(central.quarter.demand)) continue
    const supply_status = of.supplyStatus(...at, t)
    const coverage = of.demandCoverage(...at, t)
    for (const { form, step, yield: y } of group.forms) {
      const row = central.quarter.forms.get(form)!
      if (!above0(row.demand * y)) continue
      const split = central.forms.get(form)!
      const inForm = Object.fromEntries(components.map((name) => [`${name}_kg`, split[name] * y]))
      const shortfalls = cases.map((which) => shortfall(of.gap(...at, t, which).forms.get(form)!) * y)
      const low = Math.min(...shortfalls)
      const high = Math.max(...shortfalls)
      const capacity_status = of.pathStatus(...at, step, t)
      const unknown =
        supply_status === 'unreported' ||
        capacity_status === 'unreported' ||
        (coverage !== null && coverage < 0.8)
      const price = of.price(group.group, form)
      rows.push({
        quarter,
        zoning,
        zone,
        product_group: group.group,
        form,
        demand_kg: row.demand * y,
        observed_kg: row.observed * y,
        modelled_kg: row.modelled * y,
        ...inForm,
        shortfall_kg: shortfall(split) * y,
        shortfall_low_kg: low,
        shortfall_high_kg: high,
        certainty: gapCertainty(low, shortfall(split) * y, high, unknown),
        supply_status,
        capacity_status,
        evidence: of.gapEvidence(...at, t, form),
        price_sek_per_kg: price,
        shortfall_sek: price === null ? null : shortfall(split) * y * price,
      })
    }
  }
  return rows
}

function balancesRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  for (const [zoning, zone, group] of zoneGroups(facts)) {
    const at = [zoning, zone, group.group] as const
    const { quarter: now, stock, reachable, total } = of.gap(...at, t, 'central')
    if (!above0(now.demand)) continue
    const farms = of.production(...at, t)
    rows.push({
      quarter,
      zoning,
      zone,
      product_group: group.group,
      demand_kg: now.demand,
      purchased_local_kg: now.local,
      opening_stock_kg: stock.opening,
      supply_kg: now.supply,
      available_kg: stock.available,
      produced_kg: now.produced,
      reachable_kg: reachable,
      processable_kg: now.processable,
      procurable_kg: total.procurable,
      closing_stock_kg: stock.closing,
      producers: distinct(farms.map((row) => row.producer)),
      largest_producer_share: largestShare(farms.map((row) => [row.producer, row.available])),
      supply_status: of.supplyStatus(...at, t),
      demand_coverage: of.demandCoverage(...at, t),
    })
  }
  return rows
}

function bottlenecksRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  for (const [zoning, zone, group] of zoneGroups(facts)) {
    const at = [zoning, zone, group.group] as const
    const { quarter: now, total } = of.gap(...at, t, 'central')
    if (!above0(now.demand)) continue
    for (const [step, flow] of now.steps) {
      const plants = of.processing(...at, t).filter((row) => row.step === step)
      rows.push({
        quarter,
        zoning,
        zone,
        product_group: group.group,
        step,
        required_kg: flow.required,
        inflow_kg: flow.inflow,
        capacity_kg: flow.capacity,
        local_use_kg: flow.localUse,
        lost_kg: flow.lost,
        lacking_kg: flow.lacking,
        // "A step's part: processing_gap × lost_n / H and chain_gap × lost_n / H."
        processing_gap_kg: ratio(total.processing_gap * flow.lost, now.held),
        chain_gap_kg: ratio(total.chain_gap * flow.lost, now.held),
        processors: distinct(plants.map((row) => row.processor)),
        largest_processor_share: largestShare(plants.map((row) => [row.processor, row.capacity])),
        capacity_status: of.stepStatus(...at, step, t),
      })
    }
  }
  return rows
}

// ------------------------------------------------------------------------------------------------ Servings

function servingsRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  for (const [zoning, hasGaps] of facts.zonings) {
    if (!hasGaps) continue
    for (const zone of zonesOf(facts, zoning)) {
      const served = facts.portions.filter((row) => row.quarter === t && of.zone(zoning, row.place) === zone)
      if (served.length === 0) continue
      for (const [segment, own] of [...groupBy(served, (row) => row.segment), ['all', served] as const]) {
        rows.push({
          quarter,
          zoning,
          zone,
          segment,
          portions: sum(own.map((row) => row.portions)),
          portions_per_day: sum(own.map((row) => (row.days === 0 ? 0 : row.portions / row.days))),
        })
      }
    }
  }
  return rows
}

/** Every mart but `coverage`, of one quarter such as `2026-Q2`. */
export function computeMarts(region: Region, quarter: string): Marts {
  const facts = readFacts(region)
  const t = quarterIndex(quarter)
  const of = analysis(facts, t)
  return {
    gaps: gapsRows(facts, t, quarter, of),
    balances: balancesRows(facts, t, quarter, of),
    bottlenecks: bottlenecksRows(facts, t, quarter, of),
    shares: sharesRows(facts, t, quarter, of),
    servings: servingsRows(facts, t, quarter, of),
    opportunities: opportunitiesRows(facts, t, quarter, of),
  }
}
