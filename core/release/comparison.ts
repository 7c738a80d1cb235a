import { publishedMarts } from '../../schemas/published.ts'
import { lakeTables } from '../analyse.ts'
import type { Disclosed } from '../disclosure/disclose.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import { keys } from '../lake/layout.ts'
import type { Comparison, ReleaseRecord } from '../lake/releases.ts'
import { type RunRecord, readRun } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'
import {
  compareOpportunities,
  countChanges,
  type Footing,
  missingSources,
  type Side,
  type SourceDataset,
} from './changes.ts'

/** Marts of a release that a comparison looks at. */
type ShownMarts = Readonly<Record<'opportunities' | 'coverage', readonly MartRow[]>>

/** A run and what a release shows of it. */
interface Released {
  readonly run: RunRecord
  readonly marts: ShownMarts
}

/** What became of the opportunities since an earlier release. */
export async function compareWith(
  storage: Storage,
  earlier: ReleaseRecord,
  run: RunRecord,
  disclosed: Disclosed,
): Promise<Comparison> {
  const now = { run, marts: ofDisclosed(disclosed) }
  const before = {
    run: await readRun(storage, earlier.quarter, earlier.run),
    marts: await readMarts(storage, earlier),
  }
  const missing_sources = missingSources(await footing(storage, before), await footing(storage, now))
  const opportunities = compareOpportunities(
    await sideOf(storage, before),
    await sideOf(storage, now),
    missing_sources.length > 0,
  )
  return {
    quarter: earlier.quarter,
    release: earlier.release,
    run: earlier.run,
    missing_sources,
    counts: countChanges(opportunities),
    opportunities,
  }
}

function ofDisclosed({ marts }: Disclosed): ShownMarts {
  const rows = (mart: string) => marts.find(({ table }) => table.name === mart)!.rows
  return { opportunities: rows('opportunities'), coverage: rows('coverage') }
}

/** The marts as the release has them: what is withheld there is not known here either. */
async function readMarts(storage: Storage, { quarter, release }: ReleaseRecord): Promise<ShownMarts> {
  const tables = publishedMarts
    .filter(({ name }) => name === 'opportunities' || name === 'coverage')
    .map(({ name, columns }) => ({
      name,
      columns,
      keys: [`${keys.release(quarter, release)}${name}.parquet`],
      partitioned: false,
    }))
  const engine = await DuckDBEngine.open(storage, { tables })
  try {
    const rows = async (mart: string) => plainRows(await engine.query(`select * from ${mart}`))
    return { opportunities: await rows('opportunities'), coverage: await rows('coverage') }
  } finally {
    await engine.close()
  }
}

async function footing(storage: Storage, { run, marts }: Released): Promise<Footing> {
  return {
    quarter: run.quarter,
    inputs: run.inputs.flatMap(({ dataset, source, quarter }) =>
      quarter === null ? [] : [{ dataset, source, quarter }],
    ),
    declared: await readDeclared(storage, run),
    coverage: marts.coverage.map(({ dataset, source, status }) => ({
      dataset: String(dataset),
      source: String(source),
      status: String(status),
    })),
  }
}

/** What the run's own list of sources names. */
async function readDeclared(storage: Storage, { inputs }: RunRecord): Promise<SourceDataset[]> {
  const tables = lakeTables(inputs).filter(({ name }) => name === 'sources')
  const engine = await DuckDBEngine.open(storage, { tables })
  try {
    const rows = plainRows(await engine.query('select distinct dataset, source from sources'))
    return rows.map(({ dataset, source }) => ({ dataset: String(dataset), source: String(source) }))
  } finally {
    await engine.close()
  }
}

async function sideOf(storage: Storage, { run, marts }: Released): Promise<Side> {
  const shown = marts.opportunities.map(
    ({ id, kg_per_year, order_of_magnitude }) =>
      [
        String(id),
        {
          kg_per_year: kg_per_year === null ? null : inGrams(Number(kg_per_year)),
          order_of_magnitude: String(order_of_magnitude),
        },
      ] as const,
  )
  return { shown: new Map(shown), kg_per_year: await readAmounts(storage, run) }
}

/** As the published tables have it. */
const inGrams = (kg: number) => Number(kg.toFixed(3))

/** The run's own amounts, for what relates two withheld figures; they go nowhere else. */
async function readAmounts(storage: Storage, { models }: RunRecord): Promise<Map<string, number>> {
  const { name, columns } = publishedMarts.find(({ name }) => name === 'opportunities')!
  const table = {
    name,
    columns: columns.filter((column) => column.name === 'id' || column.name === 'kg_per_year'),
    keys: (models[name] ?? []).map(({ key }) => key),
    partitioned: false,
  }
  const engine = await DuckDBEngine.open(storage, { tables: [table] })
  try {
    const rows = plainRows(await engine.query(`select id, kg_per_year from ${name}`))
    return new Map(rows.map(({ id, kg_per_year }) => [String(id), Number(kg_per_year)]))
  } finally {
    await engine.close()
  }
}
