// Section 5, "Shares".

import type { Analysis } from './analysis.ts'
import { above0, ratio, sum } from './arithmetic.ts'
import { isComplete, linesOf, modelRows, netKg } from './chain.ts'
import type { Facts, Group, Purchase } from './facts.ts'
import type { MartRow } from './format.ts'
import { against, type Position } from './zones.ts'

type ShareValues = Record<Position | 'missing', number>
const shareParts = ['inside', 'outside', 'unknown', 'missing'] as const

/** "every purchase is inside, outside or unknown by the definition's rule" */
function statusByRule(rule: string, grown: Position, processed: Position): Position {
  if (rule === 'grown') return grown
  if (rule === 'processed') return processed
  const both = [grown, processed]
  const all = (position: Position) => both.every((each) => each === position)
  if (rule === 'grown_or_processed') {
    return both.includes('inside') ? 'inside' : all('outside') ? 'outside' : 'unknown'
  }
  return all('inside') ? 'inside' : both.includes('outside') ? 'outside' : 'unknown'
}

/** How a definition sorts one place's lines; null where the place has no zone in the definition's zoning. */
function sorter(
  facts: Facts,
  of: Analysis,
  place: string,
  definition: string,
): null | ((group: Group, line: Purchase) => Position) {
  if (definition === 'organic') {
    return (_, line) => (line.organic === null ? 'unknown' : line.organic ? 'inside' : 'outside')
  }
  const { zoning, rule } = facts.definitions.find((row) => row.definition === definition)!
  const zone = of.zone(zoning, place)
  if (zone === null) return null
  return (group, line) => {
    const { step } = group.forms.find(({ form }) => form === line.form)!
    const grown = against(facts, zoning, zone, line.grown)
    // "at grown_place for a form without step"
    const processed = step === null ? grown : against(facts, zoning, zone, line.processed)
    return statusByRule(rule, grown, processed)
  }
}

/** Modelled kg of each form, and "missing = max(0, Σ_f modelled − Σ_f max(0, observed)) in kg of the forms". */
function missingAtPlace(facts: Facts, group: Group, place: string, t: number) {
  const model = modelRows(facts, place, group.group, t)
  const lines = linesOf(facts, place, group.group, t)
  const modelled = new Map<string, number>()
  let observed = 0
  for (const { form } of group.forms) {
    modelled.set(form, sum(model.filter((row) => row.form === form).map((row) => row.formKg)))
    observed += Math.max(0, netKg(lines.filter((line) => line.form === form)))
  }
  const complete = isComplete(facts, place, group.group, t)
  return { modelled, missing: complete ? 0 : Math.max(0, sum(modelled.values()) - observed) }
}

/** The four values of a place and product group; null in sek where a needed price does not exist. */
function shareValues(
  facts: Facts,
  of: Analysis,
  group: Group,
  place: string,
  t: number,
  unit: string,
  sort: (group: Group, line: Purchase) => Position,
): ShareValues | null {
  const lines = linesOf(facts, place, group.group, t)
  const { modelled, missing } = missingAtPlace(facts, group, place, t)
  const net: Record<Position, number> = { inside: 0, outside: 0, unknown: 0 }
  let mixValue = 0
  if (unit === 'kg') {
    for (const line of lines) net[sort(group, line)] += line.grams / 1000
  } else {
    for (const line of lines) {
      const price = of.price(group.group, line.form)
      // "A line without sek counts in SEK as kg × price."
      if (line.ore === null && price === null) return null
      net[sort(group, line)] += line.ore === null ? (line.grams / 1000) * price! : line.ore / 100
    }
    for (const [form, kg] of modelled) {
      const price = of.price(group.group, form)
      if (above0(missing) && above0(kg) && price === null) return null
      mixValue += kg * (price ?? 0)
    }
  }
  return {
    inside: Math.max(0, net.inside),
    outside: Math.max(0, net.outside),
    unknown: Math.max(0, net.unknown),
    missing: unit === 'kg' ? missing : missing * ratio(mixValue, sum(modelled.values())),
  }
}

/** "the target in force (newest valid_from not after t, for exactly this place, product_group and unit)" */
function targetInForce(
  facts: Facts,
  place: string,
  definition: string,
  group: string,
  unit: string,
  t: number,
): number | null {
  const candidates = facts.targets
    .filter(
      (row) =>
        row.place === place &&
        row.definition === definition &&
        row.group === group &&
        row.unit === unit &&
        row.from <= t,
    )
    .sort((a, b) => b.from - a.from)
  return candidates[0]?.share ?? null
}

function targetStatus(target: number | null, low: number | null, high: number | null): string | null {
  if (target === null) return null
  if (low === null || high === null) return 'undecided'
  if (low >= target - 1e-9) return 'met'
  return high < target - 1e-9 ? 'missed' : 'undecided'
}

const addValues = (all: Array<ShareValues | null>): ShareValues | null => {
  const total = { inside: 0, outside: 0, unknown: 0, missing: 0 }
  for (const values of all) {
    if (values === null) return null
    for (const part of shareParts) total[part] += values[part]
  }
  return total
}

/** inside … share_high of a row; null where the row does not exist. */
function shareColumns(values: ShareValues | null): Record<string, number | null> | null {
  if (values === null) {
    return { inside: null, outside: null, unknown: null, missing: null, share_low: null, share_high: null }
  }
  const total = sum(shareParts.map((part) => values[part]))
  if (!above0(total)) return null
  return {
    ...values,
    share_low: values.inside / total,
    share_high: (values.inside + values.unknown + values.missing) / total,
  }
}

export function sharesRows(facts: Facts, t: number, quarter: string, of: Analysis): MartRow[] {
  const rows: MartRow[] = []
  const definitions = [...facts.definitions.map(({ definition }) => definition), 'organic']
  for (const place of facts.places.keys()) {
    for (const definition of definitions) {
      const sort = sorter(facts, of, place, definition)
      if (sort === null) continue
      for (const unit of ['kg', 'sek']) {
        const byGroup = new Map<string, ShareValues | null>()
        for (const group of facts.groups.values()) {
          byGroup.set(group.group, shareValues(facts, of, group, place, t, unit, sort))
        }
        // "`all` adds the groups' four values"
        for (const [group, values] of [...byGroup, ['all', addValues([...byGroup.values()])] as const]) {
          const found = shareColumns(values)
          if (found === null) continue
          const target = targetInForce(facts, place, definition, group, unit, t)
          const target_status = targetStatus(target, found.share_low!, found.share_high!)
          rows.push({
            quarter,
            place,
            definition,
            product_group: group,
            measure_unit: unit,
            ...found,
            target,
            target_status,
          })
        }
      }
    }
  }
  return rows
}
