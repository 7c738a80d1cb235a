import { QUARTER } from '../schemas/logical-types.ts'
import { InvalidValueError } from './errors.ts'

/** A quarter of a year. */
export interface Quarter {
  /** `2026-Q3` */
  readonly name: string
  readonly year: number
  /** 1 to 4 */
  readonly quarter: number
  /** Quarters since the year 0, so that quarters can be counted in between. */
  readonly index: number
  /** First and last day, ISO dates. */
  readonly first_day: string
  readonly last_day: string
}

/** Reads `2026-Q3`; anything else is a usage error. */
export function parseQuarter(name: string): Quarter {
  if (!QUARTER.test(name)) throw new InvalidValueError('a quarter', name, ['2026-Q3'])
  return quarterAt(Number(name.slice(0, 4)) * 4 + Number(name.slice(6)) - 1)
}

const FIRST_DAYS = ['01-01', '04-01', '07-01', '10-01']
const LAST_DAYS = ['03-31', '06-30', '09-30', '12-31']

/** The quarter of an index. */
export function quarterAt(index: number): Quarter {
  const year = Math.floor(index / 4)
  const quarter = index - year * 4 + 1
  const yyyy = String(year).padStart(4, '0')
  return {
    name: `${yyyy}-Q${quarter}`,
    year,
    quarter,
    index,
    first_day: `${yyyy}-${FIRST_DAYS[quarter - 1]}`,
    last_day: `${yyyy}-${LAST_DAYS[quarter - 1]}`,
  }
}

const stockholm = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm', dateStyle: 'short' })

/** The calendar day in Stockholm at an instant, as an ISO date. */
export function stockholmDay(instant: Date): string {
  return stockholm.format(instant)
}
