import { SEGMENTS_NOT_SERVED, SERVING_DAYS } from './assumptions.ts'
import { type Row, sum } from './csv.ts'
import { type Facts, factNumber, number, table } from './facts.ts'
import {
  COUNTY,
  countryOf,
  countyPopulation,
  MODELLED_COUNTIES,
  municipalities,
  population,
} from './places.ts'
import { daysIn, type Quarter } from './quarters.ts'

export type Serving = { place: string; segment: string; per_day: number; evidence: string }

const SKELLEFTEA = '2482'
const UMEA = '2480'
export const CALIBRATED_PLACES = [UMEA, SKELLEFTEA]

/** Portions a day by place and segment; the same in every quarter, because no newer count is public. */
export function servings(facts: Facts): Serving[] {
  const own = [...municipalities(facts).flatMap((place) => municipalServings(facts, place)), hospital(facts)]
  return [...own, ...MODELLED_COUNTIES.flatMap((county) => servingsPerHead(facts, county, own))]
}

export function portions(facts: Facts, inQuarter: Quarter): Row[] {
  return servings(facts).map(({ place, segment, per_day, evidence }) => {
    const serving_days = servingDays(segment, inQuarter)
    return { place, segment, portions: per_day * serving_days, serving_days, evidence }
  })
}

export function servingDays(segment: string, inQuarter: Quarter): number {
  return SERVING_DAYS.value[segment]?.[inQuarter.number] ?? daysIn(inQuarter)
}

function municipalServings(facts: Facts, place: string): Serving[] {
  const rows = table(facts, 'portions').filter(
    (row) => row.code === place && row.days_per_year_assumed !== '',
  )
  const counts = rows.map((row) => number(row.portions_per_day))
  const calibrated = CALIBRATED_PLACES.includes(place) ? apportion(counts, dailyTotal(facts, place)) : counts
  return rows.map((row, index) => ({
    place,
    segment: row.segment!,
    per_day: calibrated[index]!,
    evidence: 'derived',
  }))
}

function dailyTotal(facts: Facts, place: string): number {
  return factNumber(facts, 'portions', { code: place, segment: 'all' }, 'portions_per_day')
}

function hospital(facts: Facts): Serving {
  const per_day = factNumber(facts, 'portions', { code: COUNTY, segment: 'hospital' }, 'portions_per_day')
  return { place: COUNTY, segment: 'hospital', per_day, evidence: 'derived' }
}

/** A county without own figures serves as many portions per inhabitant as Västerbotten. */
function servingsPerHead(facts: Facts, county: string, own: Serving[]): Serving[] {
  const segments = [...new Set(own.map(({ segment }) => segment))].filter(
    (segment) => !(SEGMENTS_NOT_SERVED.value[countryOf(county)] ?? []).includes(segment),
  )
  const heads = population(facts, county) / countyPopulation(facts)
  return segments.map((segment) => {
    const perDay = sum(own.filter((serving) => serving.segment === segment).map((serving) => serving.per_day))
    return { place: county, segment, per_day: Math.round(perDay * heads), evidence: 'assumed' }
  })
}

/** Scales whole numbers to a whole total in proportion; the largest remainders get what rounding leaves. */
export function apportion(counts: number[], total: number): number[] {
  const exact = counts.map((count) => (count * total) / sum(counts))
  const shares = exact.map(Math.floor)
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - Math.floor(value) }))
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of byRemainder.slice(0, total - sum(shares))) shares[index]! += 1
  return shares
}
