import type { MartRow } from '../../core/mart-text.ts'
import { parseQuarter, quarterAt } from '../../core/quarter.ts'
import { plainRows, query } from '../../core/query.ts'
import type { Storage } from '../../core/storage/storage.ts'

/** The zone that the demo speaks of. */
export const ZONE = { zoning: 'county', zone: '24' } as const
/** The two municipalities whose portions a day are published together. */
export const LARGEST = ['2480', '2482']

/** A product group over the year that ends with the quarter, in raw kg. */
export interface YearOfGroup {
  readonly product_group: string
  readonly demand_kg: number
  readonly produced_kg: number
  readonly supply_kg: number
}

/** What the demo's report is made of. */
export interface Figures {
  readonly quarter: string
  readonly run: string
  readonly notices: readonly string[]
  readonly portions_per_day: number
  readonly largest_portions_per_day: number
  readonly years: readonly YearOfGroup[]
  readonly balances: readonly MartRow[]
  readonly bottlenecks: readonly MartRow[]
  readonly opportunities: readonly MartRow[]
  readonly shares: readonly MartRow[]
}

/** Reads a run's figures for the demo's zone; the quarters of its year need runs too. */
export async function readFigures(storage: Storage, quarter: string, run: string): Promise<Figures> {
  const inZone = [`zoning=${ZONE.zoning}`, `zone=${ZONE.zone}`]
  const read = async (mart: string, where: string[]) => await query(storage, { mart, quarter, run, where })
  const rows = async (mart: string, where = inZone) => plainRows((await read(mart, where)).arrow)
  const daily = async (where: string[]) =>
    Number((await rows('servings', [...where, 'segment=all']))[0]?.portions_per_day ?? 0)
  const largest = await Promise.all(LARGEST.map((zone) => daily(['zoning=municipality', `zone=${zone}`])))
  const balancesOf = async (of: string) =>
    plainRows((await query(storage, { mart: 'balances', quarter: of, where: inZone })).arrow)
  return {
    quarter,
    run,
    notices: (await read('servings', inZone)).notices,
    portions_per_day: await daily(inZone),
    largest_portions_per_day: largest.reduce((sum, one) => sum + one, 0),
    years: await readYears(balancesOf, quarter),
    balances: await rows('balances'),
    bottlenecks: await rows('bottlenecks'),
    opportunities: await readOpportunities(storage, quarter, run),
    shares: await rows('shares', ['product_group=all']),
  }
}

/** A run's opportunities in the demo's zone, by rank. */
export async function readOpportunities(storage: Storage, quarter: string, run: string): Promise<MartRow[]> {
  const where = [`zoning=${ZONE.zoning}`, `zone=${ZONE.zone}`]
  const { arrow } = await query(storage, { mart: 'opportunities', quarter, run, where })
  return plainRows(arrow).toSorted((a, b) => Number(a.rank) - Number(b.rank))
}

/** Adds the balances of the year's quarters up. */
async function readYears(
  read: (quarter: string) => Promise<MartRow[]>,
  quarter: string,
): Promise<YearOfGroup[]> {
  const rows = (await Promise.all(yearOf(quarter).map(read))).flat()
  const groups = Map.groupBy(rows, ({ product_group }) => String(product_group))
  const sum = (own: readonly MartRow[], column: string) =>
    own.reduce((total, row) => total + Number(row[column]), 0)
  return [...groups]
    .map(([product_group, own]) => ({
      product_group,
      demand_kg: sum(own, 'demand_kg'),
      produced_kg: sum(own, 'produced_kg'),
      supply_kg: sum(own, 'supply_kg'),
    }))
    .sort((a, b) => b.demand_kg - a.demand_kg)
}

/** The four quarters that end with this one, oldest first. */
export function yearOf(quarter: string): string[] {
  const { index } = parseQuarter(quarter)
  return [3, 2, 1, 0].map((back) => quarterAt(index - back).name)
}

/** Form kg a year that an instrument would bring, over the opportunities whose certainty is known. */
export function knownKg(opportunities: readonly MartRow[], instrument: string): number {
  return opportunities
    .filter((row) => row.instrument === instrument && row.certainty !== 'unknown')
    .reduce((sum, row) => sum + Number(row.kg_per_year), 0)
}
