import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { analyse } from '../core/analyse.ts'
import { readScopes } from '../core/lake/commits.ts'
import { landFolder } from '../core/land-folder.ts'
import { FileStorage } from '../core/storage/file.ts'
import { type CountrySize, LAST, writeCountry } from './country.ts'

const RUNS = 3
const COUNTRY: CountrySize = { municipalities: 290, product_groups: 40, quarters: 12, lines: 1_000_000 }
const SIZES: readonly CountrySize[] = [
  { ...COUNTRY, municipalities: 100 },
  { ...COUNTRY, product_groups: 20 },
  { ...COUNTRY, quarters: 6 },
  COUNTRY,
  { ...COUNTRY, lines: 20_000_000 },
]
const SMALL: readonly CountrySize[] = [{ municipalities: 20, product_groups: 5, quarters: 3, lines: 20_000 }]

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Seconds of a run, and of the peer: DuckDB adding up the purchase lines of the same quarters, once. */
async function measure(size: CountrySize) {
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-bench-'))
  try {
    await writeCountry(join(folder, 'country'), size)
    const storage = new FileStorage(join(folder, 'lake'))
    const landed = await landFolder(storage, join(folder, 'country'))
    const refused = landed.filter(({ status }) => status !== 'accepted')
    if (refused.length > 0) throw new Error(`not accepted: ${JSON.stringify(refused[0])}`)
    const runs: number[] = []
    const peers: number[] = []
    let marts: Readonly<Record<string, number>> = {}
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now()
      marts = (await analyse(storage, { quarter: LAST })).marts
      runs.push((performance.now() - start) / 1000)
      peers.push(await addUpLines(storage))
    }
    return {
      ...size,
      seconds: median(runs),
      peer_seconds: median(peers),
      rows: Object.values(marts).reduce((sum, rows) => sum + rows, 0),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function addUpLines(storage: FileStorage): Promise<number> {
  const keys = (await readScopes(storage)).flatMap(({ scope, effective }) =>
    scope.dataset === 'purchases' && effective ? [effective.curated.key] : [],
  )
  const paths = await Promise.all(keys.map((key) => storage.localFile(key)))
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  const start = performance.now()
  await duckdb.run(
    `select place, product_group, form, grown_place, sum(kg), sum(sek) from read_parquet([${paths.map((path) => `'${path}'`).join(', ')}]) group by all`,
  )
  const seconds = (performance.now() - start) / 1000
  duckdb.closeSync()
  return seconds
}

/** Prints how long a run takes against places, product groups, quarters and lines below. */
export async function benchAnalysis(small: boolean): Promise<void> {
  const results = []
  for (const size of small ? SMALL : SIZES) results.push(await measure(size))
  console.log('analysis: median seconds of a run; peer: DuckDB adding up all purchase lines once')
  console.table(
    results.map(({ seconds, peer_seconds, ...size }) => ({
      ...size,
      seconds: seconds.toFixed(2),
      peer_seconds: peer_seconds.toFixed(2),
      ratio: (seconds / peer_seconds).toFixed(2),
    })),
  )
  console.log(JSON.stringify(results))
}
