import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { landFolder } from '../core/land-folder.ts'
import type { Storage } from '../core/storage/storage.ts'
import { type S3Server, startS3Server } from '../test/support/cloud/versitygw.ts'
import { type Glue, startGlue } from '../test/support/trino/glue.ts'
import { type DescribedLake, describedLake } from '../test/support/trino/lake.ts'
import { startTrino, type Trino } from '../test/support/trino/trino.ts'
import { type CountrySize, LAST, writeCountry } from './country.ts'

const CLI = join(import.meta.dirname, '../cli/main.ts')
const DATA = join(import.meta.dirname, '../data')
const HEAP_GB = 8
const COUNTRY: CountrySize = {
  municipalities: 290,
  product_groups: 40,
  quarters: 12,
  lines: 20_000_000,
}
const SIZES: readonly CountrySize[] = [
  { ...COUNTRY, lines: 1_000_000, municipalities: 100 },
  { ...COUNTRY, lines: 1_000_000, product_groups: 20 },
  { ...COUNTRY, lines: 1_000_000, quarters: 6 },
  { ...COUNTRY, lines: 1_000_000 },
  COUNTRY,
]
const SMALL: readonly CountrySize[] = [{ municipalities: 20, product_groups: 5, quarters: 3, lines: 20_000 }]
/** Amazon Athena's price and the least that it bills of a query. https://aws.amazon.com/athena/pricing/ */
const USD_PER_TERABYTE = 5
const LEAST_BILLED_BYTES = 10e6

/** A run as a process of its own. */
interface Measure {
  readonly seconds: number
  readonly peak_mib: number
  readonly marts: Readonly<Record<string, number>>
}

/** What statements took on Trino, by its own account. */
interface Cost {
  readonly statements: number
  readonly cpu_seconds: number
  readonly rows_read: number
  readonly mb_read: number
  readonly peak_query_mib: number
  readonly athena_usd: number
}

/** Analyses a lake with the command line; the most memory that the process has had is looked up until it ends. */
async function analyse(lake: DescribedLake, s3: S3Server, engine: string, quarter: string): Promise<Measure> {
  const env = {
    ...process.env,
    ...s3.environment,
    SKAFFERI_LAKE: lake.storage.url,
    SKAFFERI_TRINO_URL: lake.trino_url,
  }
  const args = [CLI, 'analyse', '--quarter', quarter, '--engine', engine, '--json']
  const start = performance.now()
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let peak_mib = 0
  const looking = setInterval(() => {
    peak_mib = Math.max(peak_mib, peakMib(child.pid!))
  }, 100)
  const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  clearInterval(looking)
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`analyse --engine ${engine} ended with ${status}`)
  return { seconds, peak_mib, marts: JSON.parse(said).marts }
}

/** The most memory that a process has had resident; 0 for one that has ended. */
function peakMib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** Of the server, which is a child of the process that watches over it. */
function serverPeakMib({ pid }: Trino): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return Math.max(...children.map((child) => peakMib(Number(child))))
}

/** What the statements of a lake have taken so far; Trino remembers the last hundred. */
async function costOf({ endpoint }: Trino, { database }: DescribedLake): Promise<Cost> {
  const headers = { 'x-trino-user': 'skafferi' }
  const ask = async <T>(path: string) => (await (await fetch(`${endpoint}${path}`, { headers })).json()) as T
  interface Query {
    readonly queryId: string
    readonly session: { readonly schema: string }
    readonly queryStats: Readonly<Record<string, string>>
  }
  const all = await ask<Query[]>('/v1/query')
  const ours = all.filter(({ session }) => session.schema === database)
  const stats = await Promise.all(
    ours.map(async ({ queryId }) => (await ask<Query>(`/v1/query/${queryId}`)).queryStats),
  )
  const sum = (of: (stat: (typeof stats)[number]) => number) =>
    stats.reduce((total, stat) => total + of(stat), 0)
  return {
    statements: stats.length,
    cpu_seconds: sum(({ totalCpuTime }) => seconds(totalCpuTime!)),
    rows_read: sum(({ physicalInputPositions }) => Number(physicalInputPositions)),
    mb_read: sum(({ physicalInputDataSize }) => bytes(physicalInputDataSize!)) / 1e6,
    peak_query_mib:
      Math.max(...stats.map(({ peakTotalMemoryReservation }) => bytes(peakTotalMemoryReservation!))) /
      2 ** 20,
    athena_usd:
      (sum(({ physicalInputDataSize }) => Math.max(LEAST_BILLED_BYTES, bytes(physicalInputDataSize!))) /
        1e12) *
      USD_PER_TERABYTE,
  }
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/** A duration as Trino writes it, such as `1.25ms`. */
function seconds(duration: string): number {
  const [, number, unit] = /^([\d.]+)([a-z]+)$/.exec(duration)!
  return Number(number) * UNITS[unit!]!
}

/** A size as Trino writes it, such as `1024B` or `1.5kB`, in powers of 1024. */
function bytes(size: string): number {
  const [, number, unit] = /^([\d.]+)([kMGT]?)B$/.exec(size)!
  return Number(number) * 1024 ** ' kMGT'.indexOf(unit || ' ')
}

/** The servers of all measures; the first statements on a Trino that has just started take longer. */
interface Servers {
  readonly s3: S3Server
  readonly glue: Glue
  readonly trino: Trino
}

/** A lake in a bucket with what `fill` lands in it, analysed by DuckDB and then by Trino. */
async function compare(
  name: string,
  { s3, glue, trino }: Servers,
  quarter: string,
  fill: (lake: DescribedLake) => Promise<void>,
) {
  const lake = await describedLake({ s3, glue, trino: trino.endpoint })
  try {
    await fill(lake)
    const duckdb = await analyse(lake, s3, 'duckdb', quarter)
    const on_trino = await analyse(lake, s3, 'trino', quarter)
    if (JSON.stringify(duckdb.marts) !== JSON.stringify(on_trino.marts))
      throw new Error(`the engines differ: ${JSON.stringify([duckdb.marts, on_trino.marts])}`)
    const cost = await costOf(trino, lake)
    return {
      name,
      rows: Object.values(duckdb.marts).reduce((sum, rows) => sum + rows, 0),
      'DuckDB s': duckdb.seconds.toFixed(1),
      'DuckDB MiB': duckdb.peak_mib,
      'Trino s': on_trino.seconds.toFixed(1),
      ratio: (on_trino.seconds / duckdb.seconds).toFixed(1),
      'Trino server MiB': serverPeakMib(trino),
      'largest query MiB': Math.round(cost.peak_query_mib),
      'client MiB': on_trino.peak_mib,
      statements: cost.statements,
      'rows read': cost.rows_read,
      'MB read': Math.round(cost.mb_read),
      'Athena USD': cost.athena_usd.toFixed(4),
    }
  } finally {
    await lake.close()
  }
}

/** Lands a generated country. */
async function landCountry(storage: Storage, size: CountrySize): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-bench-'))
  try {
    await writeCountry(folder, size)
    const landed = await landFolder(storage, folder)
    const refused = landed.filter(({ status }) => status !== 'accepted')
    if (refused.length > 0) throw new Error(`not accepted: ${JSON.stringify(refused[0])}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function landBundled({ storage }: DescribedLake): Promise<void> {
  for (const folder of ['vasterbotten', 'example-purchases']) await landFolder(storage, join(DATA, folder))
}

/**
 * Prints time and memory of a run on DuckDB and on Trino, both over a bucket, and what the run reads. The memory of the
 * server is the most that it has had until then, so the sizes grow.
 */
export async function benchEngines(small: boolean): Promise<void> {
  const [s3, glue] = await Promise.all([startS3Server(), startGlue()])
  const trino = await startTrino(glue, s3, undefined, { heap_gb: HEAP_GB })
  const servers = { s3, glue, trino }
  const results: Awaited<ReturnType<typeof compare>>[] = []
  const add = async (...measured: Parameters<typeof compare>) => {
    results.push(await compare(...measured))
    console.log(JSON.stringify(results.at(-1)))
  }
  try {
    await add('the bundled region, on a Trino just started', servers, '2026-Q3', landBundled)
    await add('the bundled region', servers, '2026-Q3', landBundled)
    for (const size of small ? SMALL : SIZES) {
      const name = `${size.municipalities} × ${size.product_groups} × ${size.quarters}, ${size.lines / 1e6} million lines`
      await add(name, servers, LAST, ({ storage }) => landCountry(storage, size))
    }
  } finally {
    for (const server of [trino, glue, s3]) await server.stop()
  }
  console.table(results)
}
