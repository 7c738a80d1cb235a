import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Table as ArrowTable } from '@uwdata/flechette'
import { lakeTables, runModels } from '../../core/analyse.ts'
import { DuckDBEngine } from '../../core/engines/duckdb.ts'
import { openDuckDB, quote } from '../../core/engines/duckdb-session.ts'
import { loadModels, type Model } from '../../core/models.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Table } from '../../schemas/table.ts'
import type { Delivery, Region } from '../reference/facts.ts'
import { type MartName, type MartRow, martNames } from '../reference/format.ts'
import { toCsv } from '../reference/write-region.ts'

/** One pinned delivery, as a run keeps it. */
export type Pin = Parameters<typeof runModels>[2][number]

/** A region's rows as a lake that models can be run over, without landing. */
export interface RegionLake {
  readonly storage: MemoryStorage
  readonly engine: DuckDBEngine
  readonly pins: Pin[]
  close(): Promise<void>
}

const all = loadModels()
const RUN = 'test'

/** Puts a region's deliveries into a lake of its own: rounded as landing does, purchases rolled up. */
export async function openRegionLake(region: Region): Promise<RegionLake> {
  const storage = new MemoryStorage()
  const workspace = await storage.workspace()
  const instance = await openDuckDB([workspace.path], { threads: 2 })
  const connection = await instance.connect()
  const pins: Pin[] = []
  try {
    for (const table of datasets) {
      const deliveries = effective(region[table.name] ?? [], table.layer === 'reference')
      if (deliveries.length === 0) continue
      const files = await writeParquet(connection, workspace.path, table, deliveries)
      await Promise.all(files.map(({ key, file }) => storage.put(key, { file })))
      pins.push(...deliveries.map((delivery) => pinOf(table, delivery)))
      // every delivery's rows lie in the files of the dataset; the first pin names them all
      Object.assign(pins.at(-deliveries.length)!, { keys: files.map(({ key }) => key) })
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
    await workspace.remove()
  }
  const engine = await DuckDBEngine.open(storage, { tables: lakeTables(pins), threads: 2 })
  return { storage, engine, pins, close: () => engine.close() }
}

/** Saves the models that the wanted tables need, or every model; returns milliseconds by model. */
export async function runRegion(
  { engine, pins }: RegionLake,
  quarter: string,
  { wanted, today = '2026-11-23' }: { wanted?: readonly string[]; today?: string } = {},
): Promise<Map<string, number>> {
  const models = wanted ? needed(await all, wanted) : await all
  const { index, ...asked } = parseQuarter(quarter)
  const looked = pins.filter(({ quarter: of }) => {
    const age = of === null ? 0 : index - parseQuarter(of).index
    return age >= 0 && age <= 10
  })
  const started: [string, number][] = []
  await runModels(
    engine,
    models,
    looked,
    { quarter: { index, ...asked }, run: `${RUN}-${quarter}`, today },
    { onModel: (model) => started.push([model, performance.now()]) },
  )
  const ends = [...started.slice(1).map(([, at]) => at), performance.now()]
  return new Map(started.map(([model, at], number) => [model, ends[number]! - at]))
}

/** Every mart that the reference computes too, in its terms, of one quarter of a region. */
export async function martsOf(lake: RegionLake, quarter: string): Promise<Record<MartName, MartRow[]>> {
  await runRegion(lake, quarter)
  const rows = await Promise.all(martNames.map(async (name) => [name, await martRows(lake, name)] as const))
  return Object.fromEntries(rows) as Record<MartName, MartRow[]>
}

/** Rows of a mart with dates as text. */
export async function martRows({ engine }: RegionLake, mart: string): Promise<MartRow[]> {
  const { columns } = marts.find(({ name }) => name === mart)!
  const cells = columns.map(({ name, type }) =>
    type === 'date' ? `cast(${name} as varchar) as ${name}` : name,
  )
  return rowsOf(await engine.query(`select ${cells.join(', ')} from ${mart}`))
}

/** Rows of an Arrow table with whole numbers as numbers. */
export function rowsOf(table: ArrowTable): MartRow[] {
  return table
    .toArray()
    .map((row) =>
      Object.fromEntries(
        table.names.map((name) => [name, typeof row[name] === 'bigint' ? Number(row[name]) : row[name]]),
      ),
    )
}

/** The models that some tables need, themselves included, in order. */
function needed(models: readonly Model[], wanted: readonly string[]): Model[] {
  const names = new Set(wanted)
  return models
    .toReversed()
    .filter(({ name, reads }) => {
      if (names.has(name)) for (const table of reads) names.add(table)
      return names.has(name)
    })
    .reverse()
}

/** A newer delivery of the same scope replaces the older: the last one listed counts. */
function effective(deliveries: readonly Delivery[], reference: boolean): Delivery[] {
  const scopes = deliveries.map((one) => [reference ? '' : `${one.source} ${one.quarter}`, one] as const)
  return [...new Map(scopes).values()].filter(({ rows }) => rows.length > 0)
}

const deliveryName = (table: Table, { source, quarter }: Delivery) =>
  `${table.name}-${source}-${quarter ?? 'all'}`

function pinOf(table: Table, delivery: Delivery): Pin {
  return {
    delivery: deliveryName(table, delivery),
    row_name: `rows-of-${deliveryName(table, delivery)}`,
    dataset: table.name,
    source: delivery.source,
    quarter: delivery.quarter,
    received_at: '2026-07-01T08:00:00.000Z',
    first_received_on: '2026-07-01',
    rows: delivery.rows.length,
    refused_rows: 0,
    keys: [],
  }
}

/** Writes a dataset's rows, typed; a file for each quarter. */
async function writeParquet(
  connection: DuckDBConnection,
  folder: string,
  table: Table,
  deliveries: readonly Delivery[],
): Promise<{ key: string; file: string }[]> {
  const csv = join(folder, `${table.name}.csv`)
  const target = join(folder, table.name)
  const names = table.columns.map(({ name }) => name)
  const rows = deliveries.flatMap((delivery) =>
    delivery.rows.map((row, index) => ({
      ...Object.fromEntries(names.map((name) => [name, row[name] ?? ''])),
      delivery: `rows-of-${deliveryName(table, delivery)}`,
      source: delivery.source,
      line: String(index + 2),
      year: delivery.quarter?.slice(0, 4) ?? '',
      quarter: delivery.quarter?.slice(6) ?? '',
    })),
  )
  await writeFile(csv, toCsv(rows))
  const cells = table.columns.map(
    ({ name, type }) => `cast("${name}" as ${logicalTypes[type].duckdb}) as "${name}"`,
  )
  const typed = `select ${cells.join(', ')}, delivery, source, cast(line as bigint) as line, year, quarter
    from read_csv(${quote(csv)}, header = true, all_varchar = true, nullstr = '')`
  if (table.layer === 'reference') {
    await connection.run(`copy (${typed}) to ${quote(`${target}.parquet`)} (format parquet)`)
    return [{ key: `curated/${table.name}/rows.parquet`, file: `${target}.parquet` }]
  }
  const rolled = table.name === 'purchases'
  await connection.run(
    `copy (${rolled ? rollUp(typed) : typed}) to ${quote(target)} (format parquet, partition_by (year, quarter))`,
  )
  const files = (await readdir(target, { recursive: true })).filter((file) => file.endsWith('.parquet'))
  const home = `${rolled ? 'rolled' : 'curated'}/${table.name}`
  return files.map((file) => ({ key: `${home}/${file}`, file: join(target, file) }))
}

/** Purchase lines summed as landing sums them. */
function rollUp(lines: string): string {
  const keys = [
    'delivery',
    'source',
    ...['place', 'supplier', 'product_group', 'form', 'grown_place', 'processed_place', 'is_organic'],
  ].join(', ')
  const sum = (what: string, type: string, as: string) => `cast(coalesce(${what}, 0) as ${type}) as ${as}`
  return `select ${keys}, ${[
    sum('sum(kg)', 'decimal(18, 3)', 'kg'),
    sum('sum(sek)', 'decimal(18, 2)', 'sek'),
    sum('sum(kg) filter (where kg > 0 and sek > 0)', 'decimal(18, 3)', 'priced_kg'),
    sum('sum(sek) filter (where kg > 0 and sek > 0)', 'decimal(18, 2)', 'priced_sek'),
    sum('sum(kg) filter (where sek is null)', 'decimal(18, 3)', 'unpriced_kg'),
    sum('count(*) filter (where sek is null)', 'bigint', 'unpriced_lines'),
    sum('count(*)', 'bigint', 'lines'),
  ].join(', ')}, year, quarter from (${lines}) group by ${keys}, year, quarter`
}
