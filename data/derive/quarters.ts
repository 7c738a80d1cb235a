export type Quarter = { code: string; year: number; number: number }

const MONTHS_PER_QUARTER = 3
const MS_PER_DAY = 86_400_000

export function quarter(code: string): Quarter {
  const match = /^(\d{4})-Q([1-4])$/.exec(code)
  if (match === null) throw new Error(`not a quarter: ${code} (valid: 2026-Q3)`)
  return { code, year: Number(match[1]), number: Number(match[2]) }
}

/** All quarters from `first` to `last`, both included. */
export function quartersBetween(first: string, last: string): Quarter[] {
  const quarters = [quarter(first)]
  for (let current = quarter(first); current.code < last; ) {
    current = nextQuarter(current)
    quarters.push(current)
  }
  return quarters
}

function nextQuarter({ year, number }: Quarter): Quarter {
  return number === 4 ? quarter(`${year + 1}-Q1`) : quarter(`${year}-Q${number + 1}`)
}

export function firstDay({ year, number }: Quarter): Date {
  return new Date(Date.UTC(year, (number - 1) * MONTHS_PER_QUARTER, 1))
}

export function lastDay({ year, number }: Quarter): Date {
  return new Date(Date.UTC(year, number * MONTHS_PER_QUARTER, 0))
}

export function daysIn(inQuarter: Quarter): number {
  return (lastDay(inQuarter).getTime() - firstDay(inQuarter).getTime()) / MS_PER_DAY + 1
}

export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * MS_PER_DAY)
}

export function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** Calendar months, 1 to 12, of a quarter. */
export function monthsOf({ number }: Quarter): number[] {
  return [1, 2, 3].map((month) => (number - 1) * MONTHS_PER_QUARTER + month)
}
