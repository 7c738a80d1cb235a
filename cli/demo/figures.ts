import { DuckDBEngine } from '../../core/engines/duckdb.ts'
import { readRun } from '../../core/lake/runs.ts'
import type { MartRow } from '../../core/mart-text.ts'
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

/** Reads a run's figures for the demo's zone. */
export async function readFigures(storage: Storage, quarter: string, run: string): Promise<Figures> {
  const inZone = [`zoning=${ZONE.zoning}`, `zone=${ZONE.zone}`]
  const read = async (mart: string, where: string[]) => await query(storage, { mart, quarter, run, where })
  const rows = async (mart: string, where = inZone) => plainRows((await read(mart, where)).arrow)
  const daily = async (where: string[]) =>
    Number((await rows('servings', [...where, 'segment=all']))[0]?.portions_per_day ?? 0)
  const largest = await Promise.all(LARGEST.map((zone) => daily(['zoning=municipality', `zone=${zone}`])))
  const opportunities = (await rows('opportunities')).toSorted((a, b) => Number(a.rank) - Number(b.rank))
  return {
    quarter,
    run,
    notices: (await read('servings', inZone)).notices,
    portions_per_day: await daily(inZone),
    largest_portions_per_day: largest.reduce((sum, one) => sum + one, 0),
    years: await readYears(storage, quarter, run),
    balances: await rows('balances'),
    bottlenecks: await rows('bottlenecks'),
    opportunities,
    shares: await rows('shares', ['product_group=all']),
  }
}

async function readYears(storage: Storage, quarter: string, run: string): Promise<YearOfGroup[]> {
  const record = await readRun(storage, quarter, run)
  const name = 'int_zone_balances'
  const text = ['zoning', 'zone', 'product_group', 'scenario'].map(
    (column) => ({ name: column, type: 'text' }) as const,
  )
  const kg = ['demand_kg', 'produced_kg', 'supply_kg'].map(
    (column) => ({ name: column, type: 'computed_kilograms' }) as const,
  )
  const table = {
    name,
    columns: [...text, ...kg],
    keys: record.models[name]!.map(({ key }) => key),
    partitioned: false,
  }
  const engine = await DuckDBEngine.open(storage, { tables: [table] })
  try {
    const result = await engine.query(
      `select product_group, sum(demand_kg) as demand_kg, sum(produced_kg) as produced_kg, sum(supply_kg) as supply_kg
       from ${name} where zoning = '${ZONE.zoning}' and zone = '${ZONE.zone}' and scenario = 'central'
       group by product_group having sum(demand_kg) > 0 order by demand_kg desc`,
    )
    return plainRows(result) as unknown as YearOfGroup[]
  } finally {
    await engine.close()
  }
}

/** Form kg a year that an instrument would bring, over the opportunities whose certainty is known. */
export function knownKg(opportunities: readonly MartRow[], instrument: string): number {
  return opportunities
    .filter((row) => row.instrument === instrument && row.certainty !== 'unknown')
    .reduce((sum, row) => sum + Number(row.kg_per_year), 0)
}
