import { spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parse } from 'csv-parse'
import { land } from '../core/land.ts'
import { landFiles, readLayout } from '../core/land-folder.ts'
import { FileStorage } from '../core/storage/file.ts'
import { purchases } from '../schemas/datasets/purchases.ts'
import { logicalTypes } from '../schemas/logical-types.ts'
import { rowSchema } from '../schemas/table.ts'
import { writePurchases } from './purchases-file.ts'

const REGION = join(import.meta.dirname, '../data/vasterbotten')
const ROUNDS = 5
const ROW_BY_ROW_SHARE = 10
const QUARTER = '2026-Q3'

/** What a process of its own took. */
interface Measure {
  readonly seconds: number
  readonly cpu_seconds: number
  readonly peak_mib: number
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`

async function landReferences(lake: string): Promise<void> {
  const references = (await readLayout(REGION)).filter(({ quarter }) => quarter === undefined)
  const results = await landFiles(new FileStorage(lake), references)
  const refused = results.find(({ status }) => status !== 'accepted')
  if (refused) throw new Error(`not landed: ${JSON.stringify(refused)}`)
}

async function landPurchases(file: string, lake: string): Promise<void> {
  let path = 'none'
  const request = { file, dataset: 'purchases', source: 'bench', quarter: QUARTER }
  const onPath = (taken: string) => {
    path = taken
  }
  const { status, rows } = await land(new FileStorage(lake), request, { onPath, fast_path: true })
  if (status !== 'accepted' || path !== 'fast') throw new Error(`${status}, ${rows} rows, ${path} path`)
}

async function bareCopy(file: string, to: string): Promise<void> {
  const columns = purchases.columns.map(({ name, type }) => `${name}: ${text(logicalTypes[type].duckdb)}`)
  const source = `read_csv(${text(file)}, columns = {${columns.join(', ')}}, auto_detect = false, header = true)`
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`copy (from ${source}) to ${text(to)} (format parquet)`)
  connection.closeSync()
}

/** csv-parse and zod, row by row, with the codes of the references in sets. */
async function rowByRow(file: string): Promise<void> {
  const known = new Map<string, Set<string>>()
  for (const { references } of purchases.columns) {
    if (!references) continue
    const rows = createReadStream(join(REGION, references.table, 'skafferi/all.csv')).pipe(
      parse({ columns: true }),
    )
    const codes = new Set<string>()
    for await (const row of rows) codes.add(references.keys.map((key) => row[key]).join('\n'))
    known.set(references.columns.join('\n'), codes)
  }
  const schema = rowSchema(purchases)
  const numbers = purchases.columns.filter(({ type }) => type === 'kilograms' || type === 'sek')
  for await (const cells of createReadStream(file).pipe(parse({ columns: true }))) {
    const row: Record<string, unknown> = {}
    for (const name in cells) row[name] = cells[name] === '' ? null : cells[name]
    for (const { name } of numbers) if (row[name] !== null) row[name] = Number(row[name])
    if (row.is_organic !== null) row.is_organic = row.is_organic === 'true'
    schema.parse(row)
    for (const [columns, codes] of known) {
      const names = columns.split('\n')
      if (row[names.at(-1)!] !== null && !codes.has(names.map((name) => row[name]).join('\n')))
        throw new Error(`unknown ${names}`)
    }
  }
}

function measure(...child: string[]): Measure {
  const start = performance.now()
  const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, '--child', ...child], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${child[0]} failed`)
  return { seconds, ...JSON.parse(stdout) }
}

async function child([kind, file, to]: string[]): Promise<void> {
  if (kind === 'land') await landPurchases(file!, to!)
  else if (kind === 'bare') await bareCopy(file!, to!)
  else await rowByRow(file!)
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(
    JSON.stringify({ cpu_seconds: (userCPUTime + systemCPUTime) / 1e6, peak_mib: Math.round(maxRSS / 1024) }),
  )
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const round = (value: number) => Math.round(value * 100) / 100

function summary(name: string, measures: readonly Measure[], bare: readonly Measure[], scale = 1) {
  const ratios = measures.map(({ seconds }, at) => (seconds * scale) / bare[at]!.seconds)
  return {
    name,
    seconds: round(median(measures.map(({ seconds }) => seconds * scale))),
    cpu_seconds: round(median(measures.map(({ cpu_seconds }) => cpu_seconds * scale))),
    peak_mib: Math.max(...measures.map(({ peak_mib }) => peak_mib)),
    ratio_to_bare: round(median(ratios)),
  }
}

/**
 * Prints how long landing takes beside the bare DuckDB copy to Parquet and beside csv-parse with zod: each a
 * process of its own, ours and the copy in turn, medians, and the ratio pair by pair.
 */
export async function benchLanding(lines: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-bench-'))
  try {
    const file = join(folder, 'purchases.csv')
    const few = join(folder, 'few.csv')
    await writePurchases(file, lines)
    await writePurchases(few, Math.ceil(lines / ROW_BY_ROW_SHARE))
    const ours: Measure[] = []
    const bare: Measure[] = []
    for (let number = 0; number < ROUNDS; number++) {
      const lake = join(folder, `lake-${number}`)
      const copy = join(folder, 'bare.parquet')
      await landReferences(lake)
      ours.push(measure('land', file, lake))
      bare.push(measure('bare', file, copy))
      await Promise.all([lake, copy].map((path) => rm(path, { recursive: true })))
    }
    const table = [
      summary('land', ours, bare),
      summary('bare DuckDB copy', bare, bare),
      summary(
        `csv-parse + zod (1/${ROW_BY_ROW_SHARE} of the lines, scaled)`,
        [measure('rows', few, '')],
        bare,
        ROW_BY_ROW_SHARE,
      ),
    ]
    console.table(table)
    console.log(JSON.stringify({ lines, rounds: ROUNDS, table, land: ours, bare }, null, 2))
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) await child(process.argv.slice(3))
