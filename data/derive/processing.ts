import { DAIRY_SITES, FARMLAND_KEY, FAT, OFFERED_SHARE } from './assumptions.ts'
import { type Row, round, sum } from './csv.ts'
import type { Facts } from './facts.ts'
import { COUNTY, municipalities } from './places.ts'
import { cheeseShare, countyOutputs, dairyIntake, freshShare } from './production.ts'
import { stepYield } from './products.ts'

/** Capacity in kg of the step's output and year at one place. */
type Capacity = { place: string; product_group: string; step: string; kg: number; evidence: string }

const KG_DECIMALS = 3
const QUARTERS_PER_YEAR = 4

export const CAPACITY_SOURCE = 'published-capacity'

/**
 * Steps that nobody takes in the county: no food mill (S21, S78), no poultry line known (S0 wishes for
 * one).
 */
const MISSING_STEPS = [
  { product_group: 'grain', step: 'mill', evidence: 'derived' },
  { product_group: 'grain', step: 'roll', evidence: 'derived' },
  { product_group: 'poultry', step: 'slaughter', evidence: 'assumed' },
  { product_group: 'poultry', step: 'cut', evidence: 'assumed' },
]

/** The same in every quarter: plants are published without dates of opening. */
export function processing(facts: Facts, offeredShare = OFFERED_SHARE.value): Row[] {
  return [...dairies(facts), ...potatoWashing(facts), ...nobody(facts)].map((capacity) => ({
    processor: `statistics-${capacity.place}-${capacity.product_group}-${capacity.step}`,
    place: capacity.place,
    product_group: capacity.product_group,
    step: capacity.step,
    capacity_kg: round((capacity.kg * offeredShare) / QUARTERS_PER_YEAR, KG_DECIMALS),
    evidence: capacity.evidence,
  }))
}

/** What the dairies take in today is the least they can do: use of milk × intake × yield, by plant. */
function dairies(facts: Facts): Capacity[] {
  const intake = dairyIntake(facts)
  const uses = { fresh: freshShare(facts), cheese: cheeseShare(facts), other: 0 }
  uses.other = 1 - uses.fresh - uses.cheese
  const sites = [...new Set(Object.values(DAIRY_SITES.value).flatMap((shares) => Object.keys(shares)))].sort()
  const at = (place: string, use: keyof typeof uses) =>
    intake * uses[use] * (DAIRY_SITES.value[use]?.[place] ?? 0)
  const fat = FAT.value.raw_milk - FAT.value.fresh_products
  return sites.flatMap((place) => {
    const all = at(place, 'fresh') + at(place, 'cheese') + at(place, 'other')
    const made: [string, string, number][] = [
      ['milk', 'pasteurise', all],
      ['milk', 'make_cheese', at(place, 'cheese')],
      ['milk_fat', 'separate', at(place, 'fresh') * fat],
    ]
    return made
      .filter(([, , raw]) => raw > 0)
      .map(([product_group, step, raw]) => capacity(facts, place, product_group, step, raw))
  })
}

function capacity(facts: Facts, place: string, product_group: string, step: string, raw: number): Capacity {
  return { place, product_group, step, kg: raw * stepYield(facts, product_group, step), evidence: 'assumed' }
}

/**
 * A marketable harvest has been sorted and washed somewhere near the field, so that capacity exists at
 * least.
 */
function potatoWashing(facts: Facts): Capacity[] {
  const yieldOfWash = stepYield(facts, 'potato', 'wash')
  const key = FARMLAND_KEY.value
  const whole = sum(Object.values(key))
  return countyOutputs(facts)
    .filter(({ product_group }) => product_group === 'potato')
    .flatMap(({ county, kg }) => {
      const places = county === COUNTY ? municipalities(facts) : [county]
      const share = (place: string) => (place === county ? 1 : key[place]! / whole)
      return places.map((place) => ({
        place,
        product_group: 'potato',
        step: 'wash',
        kg: kg * yieldOfWash * share(place),
        evidence: 'assumed',
      }))
    })
}

function nobody(facts: Facts): Capacity[] {
  return MISSING_STEPS.flatMap((missing) =>
    municipalities(facts).map((place) => ({ ...missing, place, kg: 0 })),
  )
}
