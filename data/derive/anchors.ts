import {
  EGG_CEILING,
  FIRST_QUARTER,
  LAST_QUARTER,
  MEAT_PRICE_INFLATION,
  PROFILE_VALUE_SHARE,
  SCHOOL_DAYS_PER_YEAR,
  TOLERANCE,
} from './assumptions.ts'
import { type Row, sum } from './csv.ts'
import { type Facts, factNumber, number, table } from './facts.ts'
import { COUNTY, countyPopulation, municipalities } from './places.ts'
import { CALIBRATED_PLACES, portions, servings } from './portions.ts'
import { portionProfiles } from './profiles.ts'
import { quarter, quartersBetween } from './quarters.ts'
import { prices } from './reference.ts'

/**
 * A published figure, what the bundle says, and how far apart they may lie; `at_most` is a ceiling, not a
 * middle.
 */
export type Anchor = {
  name: string
  unit: string
  source: string
  published: number
  bundled: number
  tolerance: number
  at_most?: true
}

/** What the kitchens of the county eat in a year, by form, in kg of the form and SEK. */
export type Demand = { product_group: string; form: string; kg: number; sek: number }

const GRAMS_PER_KG = 1000
const MEAT = ['beef', 'pork', 'poultry', 'lamb']

/** S61 says dairy with cheese; butter is taken to be counted with other fats there. */
const DAIRY_FORMS = ['drinking_milk', 'yoghurt', 'cheese', 'cream']

export function anchors(facts: Facts): Anchor[] {
  const municipal = yearlyDemand(facts, municipalities(facts))
  return [
    portionsAnchor(facts),
    ...schoolDays(facts),
    ...weightAnchors(facts, municipal),
    ...valueAnchors(facts, municipal),
  ]
}

function portionsAnchor(facts: Facts): Anchor {
  return {
    name: 'Portions a day in Umeå and Skellefteå',
    unit: 'portions',
    source: 'S0',
    published: factNumber(facts, 'portions', { code: '2480+2482' }, 'portions_per_day'),
    bundled: portionsPerDay(facts, CALIBRATED_PLACES),
    tolerance: 0,
  }
}

function weightAnchors(facts: Facts, municipal: Demand[]): Anchor[] {
  const heads = countyPopulation(facts)
  return [
    {
      name: 'Municipal meat per inhabitant and year',
      unit: 'kg',
      source: 'S11',
      published: cost(facts, 'meat purchased per inhabitant', '2018'),
      bundled: totalKg(ofGroups(municipal, MEAT)) / heads,
      tolerance: TOLERANCE.value.meat,
    },
    {
      name: 'Municipal eggs per inhabitant and year (ceiling, Göteborg)',
      unit: 'kg',
      source: 'S12',
      published: EGG_CEILING.value,
      bundled: totalKg(ofGroups(municipal, ['egg'])) / heads,
      tolerance: 0,
      at_most: true,
    },
  ]
}

function valueAnchors(facts: Facts, municipal: Demand[]): Anchor[] {
  const meat = ofGroups(municipal, MEAT)
  const all = totalSek(municipal)
  return [
    {
      name: 'Meat, mean price (2018 price × 2023/2018)',
      unit: 'SEK/kg',
      source: 'S11',
      published: cost(facts, 'meat cost per kg', '2018') * MEAT_PRICE_INFLATION.value,
      bundled: totalSek(meat) / totalKg(meat),
      tolerance: TOLERANCE.value.meat_price,
    },
    {
      name: 'Dairy, share of the purchase value',
      unit: '%',
      source: 'S61',
      published: cost(facts, 'dairy incl. cheese, share of purchase value', '2023'),
      bundled: (100 * dairySek(municipal) * PROFILE_VALUE_SHARE.value) / all,
      tolerance: TOLERANCE.value.dairy,
    },
    {
      name: 'Spend per portion, by what the profile covers',
      unit: 'SEK',
      source: 'S61 S62',
      published: cost(facts, 'cost per portion implied', '2023') * PROFILE_VALUE_SHARE.value,
      bundled: all / yearlyPortions(facts, municipalities(facts)),
      tolerance: TOLERANCE.value.spend,
    },
  ]
}

function ofGroups(demand: Demand[], groups: string[]): Demand[] {
  return demand.filter(({ product_group }) => groups.includes(product_group))
}

export function faultsOfAnchors(all: Anchor[]): string[] {
  return all
    .filter((anchor) => !holds(anchor))
    .map((anchor) => `${anchor.name}: ${anchor.bundled} against ${anchor.published} ${anchor.unit}`)
}

function holds({ published, bundled, tolerance, at_most }: Anchor): boolean {
  return at_most ? bundled <= published : Math.abs(bundled - published) <= tolerance * published + 1e-9
}

/** One anchor per calendar year that lies wholly in the bundle. */
function schoolDays(facts: Facts): Anchor[] {
  const quarters = quartersBetween(FIRST_QUARTER.value, LAST_QUARTER.value)
  const years = [...new Set(quarters.map(({ year }) => year))].filter(
    (year) => quarters.filter((candidate) => candidate.year === year).length === 4,
  )
  return years.map((year) => ({
    name: `School days in ${year}`,
    unit: 'days',
    source: 'general knowledge',
    published: SCHOOL_DAYS_PER_YEAR.value,
    bundled: sum(
      quarters
        .filter((candidate) => candidate.year === year)
        .map((candidate) => daysOf(facts, candidate.code)),
    ),
    tolerance: 0,
  }))
}

function daysOf(facts: Facts, code: string): number {
  const row = portions(facts, quarter(code)).find(({ segment }) => segment === 'school')
  return Number(row!.serving_days)
}

export function portionsPerDay(facts: Facts, places: string[]): number {
  return sum(
    servings(facts)
      .filter(({ place }) => places.includes(place))
      .map(({ per_day }) => per_day),
  )
}

/** Places of the county that serve: the municipalities and the county's own kitchens. */
export function servingPlaces(facts: Facts): string[] {
  return [...municipalities(facts), COUNTY]
}

/** Over the last four quarters of the bundle. */
export function yearlyPortions(facts: Facts, places: string[]): number {
  return sum(lastYear(facts, places).map((row) => Number(row.portions)))
}

export function yearlyDemand(facts: Facts, places: string[]): Demand[] {
  const served = lastYear(facts, places)
  const kg = new Map<string, number>()
  for (const profile of portionProfiles(facts)) {
    const eaters = served.filter(({ segment }) => segment === profile.segment)
    const eaten =
      (sum(eaters.map((row) => Number(row.portions))) * Number(profile.grams_per_portion)) / GRAMS_PER_KG
    const key = `${profile.product_group} ${profile.form}`
    kg.set(key, (kg.get(key) ?? 0) + eaten)
  }
  return prices().map(({ product_group, form, sek_per_kg }) => {
    const formKg = kg.get(`${product_group} ${form}`) ?? 0
    return {
      product_group: String(product_group),
      form: String(form),
      kg: formKg,
      sek: formKg * Number(sek_per_kg),
    }
  })
}

function lastYear(facts: Facts, places: string[]): Row[] {
  const quarters = quartersBetween(FIRST_QUARTER.value, LAST_QUARTER.value).slice(-4)
  return quarters
    .flatMap((inQuarter) => portions(facts, inQuarter))
    .filter(({ place }) => places.includes(String(place)))
}

export function totalKg(demand: Demand[]): number {
  return sum(demand.map(({ kg }) => kg))
}

export function totalSek(demand: Demand[]): number {
  return sum(demand.map(({ sek }) => sek))
}

function dairySek(demand: Demand[]): number {
  return totalSek(demand.filter(({ form }) => DAIRY_FORMS.includes(form)))
}

function cost(facts: Facts, item: string, year: string): number {
  const found = table(facts, 'prices_costs').filter((row) => row.item === item && row.year === year)
  if (found.length !== 1)
    throw new Error(`${found.length} rows of prices_costs with ${item} in ${year}, want 1`)
  return number(found[0]!.value)
}
