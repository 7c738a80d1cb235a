import {
  BJURHOLM_TARGET,
  CONTRACT_STARTS,
  CONTRACT_YEARS,
  FIRST_QUARTER,
  REGION_ORGANIC_TARGET,
} from './assumptions.ts'
import type { Row } from './csv.ts'
import type { Facts } from './facts.ts'
import { COUNTY, municipalities, procurementZone } from './places.ts'
import { chains } from './products.ts'
import { addDays, isoDate } from './quarters.ts'

const BJURHOLM = '2403'

/** How product groups are tendered together; what is not named here is bought as groceries. */
const TENDERED: Record<string, string[]> = {
  produce: ['potato', 'carrot', 'root_other', 'cabbage', 'onion', 'leaf', 'fruit_veg', 'fruit', 'berry'],
  meat_fish: ['beef', 'pork', 'poultry', 'lamb', 'reindeer', 'fish'],
  dairy_egg: ['milk', 'milk_fat', 'egg'],
}

/** One contract per joint procurement and tender; a row for each member municipality and product group of it. */
export function contracts(facts: Facts): Row[] {
  return municipalities(facts).flatMap((place) =>
    Object.keys(chains(facts)).map((product_group) =>
      contract(procurementZone(facts, place), place, product_group),
    ),
  )
}

function contract(zone: string, place: string, product_group: string): Row {
  const tender = tenderOf(product_group)
  const starts_on = CONTRACT_STARTS.value[zone]![tender]!
  return {
    contract: `${zone}-${tender}-${starts_on.slice(0, 4)}`,
    place,
    supplier: 'supplier-not-published',
    product_group,
    form: null,
    kg_per_year: null,
    starts_on,
    ends_on: isoDate(addDays(yearsLater(starts_on, CONTRACT_YEARS.value), -1)),
    kind: 'joint framework, dates assumed',
  }
}

function tenderOf(product_group: string): string {
  return Object.keys(TENDERED).find((tender) => TENDERED[tender]!.includes(product_group)) ?? 'grocery'
}

function yearsLater(date: string, years: number): Date {
  return new Date(`${Number(date.slice(0, 4)) + years}${date.slice(4)}T00:00:00Z`)
}

/**
 * The definitions in use that are expressible as a zoning and a rule. Piteå's two counties are not a zoning
 * here.
 */
export function localDefinitions(): Row[] {
  const rows: [string, string, string, string, string][] = [
    ['own_municipality', 'municipality', 'grown', 'Odlat i egna kommunen', 'Grown in the own municipality'],
    ['county', 'county', 'grown', 'Odlat i länet', 'Grown in the county'],
    [
      'four_counties',
      'four_counties',
      'grown',
      'Odlat i de fyra nordligaste länen',
      'Grown in the four northernmost counties',
    ],
    [
      'four_counties_either',
      'four_counties',
      'grown_or_processed',
      'Odlat eller förädlat i de fyra nordligaste länen',
      'Grown or processed in the four northernmost counties',
    ],
    [
      'four_counties_both',
      'four_counties',
      'grown_and_processed',
      'Odlat och förädlat i de fyra nordligaste länen',
      'Grown and processed in the four northernmost counties',
    ],
    [
      'four_counties_processed',
      'four_counties',
      'processed',
      'Förädlat i de fyra nordligaste länen',
      'Processed in the four northernmost counties',
    ],
    [
      'cross_border',
      'cross_border',
      'grown',
      'Odlat i norra Sverige, Norge eller Finland',
      'Grown in northern Sweden, Norway or Finland',
    ],
    ['own_country', 'country', 'grown', 'Odlat i Sverige', 'Grown in Sweden'],
  ]
  return rows.map(([definition, zoning, rule, name_sv, name_en]) => ({
    definition,
    zoning,
    rule,
    name_sv,
    name_en,
  }))
}

export function targets(): Row[] {
  const target = { product_group: 'all', measure_unit: 'sek', valid_from: FIRST_QUARTER.value }
  return [
    {
      ...target,
      place: BJURHOLM,
      definition: 'four_counties',
      share: BJURHOLM_TARGET.value,
      reference: 'Nulägesanalys 2018 (S0): 40 % local food; its definition of local and the unit are assumed',
    },
    {
      ...target,
      place: COUNTY,
      definition: 'organic',
      share: REGION_ORGANIC_TARGET.value,
      reference: 'Nulägesanalys 2018 (S0): the Region aims at 35 % organic food; the unit is assumed',
    },
  ]
}
