import { lakeTables } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import { SkafferiError } from '../errors.ts'
import { type Acceptance, readScopes } from '../lake/commits.ts'
import type { PublicInput } from '../lake/releases.ts'
import type { Pin, RunRecord } from '../lake/runs.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'

/** The datasets that tell of single farms and plants, and by which column. */
const CONTRIBUTORS = { production: 'producer', processing: 'processor' } as const
/** A delivery with fewer contributors is not named in public. */
const ENOUGH = 3

/**
 * Deliveries of a run that may not be named in public: those of production and processing with fewer than
 * three distinct producers or processors. A delivery's name is made from its bytes, so of a small file one
 * could try figures until the name fits.
 */
export async function smallDeliveries(
  storage: Storage,
  record: Pick<RunRecord, 'inputs'>,
): Promise<Set<string>> {
  const pins = record.inputs.filter(({ dataset }) => dataset in CONTRIBUTORS)
  if (pins.length === 0) return new Set()
  const engine = await DuckDBEngine.open(storage, { tables: lakeTables(pins) })
  try {
    const large = new Set<string>()
    for (const [dataset, column] of Object.entries(CONTRIBUTORS)) {
      const enough = await engine.query(
        `select delivery from ${dataset} group by delivery having count(distinct ${column}) >= ${ENOUGH}`,
      )
      for (const { delivery } of plainRows(enough)) large.add(`${dataset} ${delivery}`)
    }
    const small = pins.filter(({ dataset, row_name }) => !large.has(`${dataset} ${row_name}`))
    return new Set(small.map(({ delivery }) => delivery))
  } finally {
    await engine.close()
  }
}

/** What a run was computed from, as the public may see it: with the hash of each file as it was received. */
export async function publicInputs(storage: Storage, record: RunRecord): Promise<PublicInput[]> {
  const small = await smallDeliveries(storage, record)
  const received = await receivedFiles(storage, record.inputs)
  return record.inputs.map(({ dataset, source, quarter, delivery, rows, received_at }) => {
    const about = { dataset, source, quarter, rows, received_at }
    if (small.has(delivery))
      return { ...about, delivery: null, sha256: null, bytes: null, withheld: 'few_contributors' }
    const file = received.get(delivery)
    if (!file)
      throw new SkafferiError('fault', `no commit tells of delivery ${delivery} (${dataset}/${source})`)
    return { ...about, delivery, sha256: file.sha256, bytes: file.bytes, withheld: null }
  })
}

/** The file of each delivery, whether or not it still counts. */
async function receivedFiles(
  storage: Storage,
  pins: readonly Pin[],
): Promise<Map<string, Acceptance['landing']>> {
  const datasets = [...new Set(pins.map(({ dataset }) => dataset))]
  const commits = (await readScopes(storage, undefined, datasets)).flatMap((state) => state.commits)
  return new Map(
    commits.flatMap((commit) =>
      commit.kind === 'acceptance' ? [[commit.delivery, commit.landing] as const] : [],
    ),
  )
}
