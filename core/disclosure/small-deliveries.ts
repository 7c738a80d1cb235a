import { lakeTables } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'
import { FEWEST_CONTRIBUTORS } from './contributions.ts'

/** The datasets that tell of single farms and plants, and by which column. */
const CONTRIBUTORS = { production: 'producer', processing: 'processor' } as const

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
        `select delivery from ${dataset} group by delivery having count(distinct ${column}) >= ${FEWEST_CONTRIBUTORS}`,
      )
      for (const { delivery } of plainRows(enough)) large.add(`${dataset} ${delivery}`)
    }
    const small = pins.filter(({ dataset, row_name }) => !large.has(`${dataset} ${row_name}`))
    return new Set(small.map(({ delivery }) => delivery))
  } finally {
    await engine.close()
  }
}
