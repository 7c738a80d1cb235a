import { lakeTables, pinDeliveries, runModels } from './analyse.ts'
import { DuckDBEngine } from './engines/duckdb.ts'
import type { MartRow } from './mart-text.ts'
import { loadModels } from './models.ts'
import { parseQuarter, stockholmDay } from './quarter.ts'
import { plainRows } from './query.ts'
import { OverlayStorage } from './storage/overlay.ts'
import type { Storage } from './storage/storage.ts'

/**
 * Computes the mart `coverage` of a quarter and what it reads, leaving nothing behind: which sources have
 * delivered, and which are late, due, missing or unexpected, on the day of `now`.
 *
 * @param as_of deliveries as they counted at this instant; default now
 */
export async function coverageNow(
  storage: Storage,
  name: string,
  now: Date,
  as_of?: Date,
): Promise<MartRow[]> {
  const quarter = parseQuarter(name)
  const inputs = await pinDeliveries(storage, quarter, as_of)
  if (inputs.length === 0) return []
  const models = await loadModels()
  const wanted = new Set(['coverage'])
  for (const { name, reads } of models.toReversed())
    if (wanted.has(name)) for (const table of reads) wanted.add(table)
  const overlay = new OverlayStorage(storage)
  const tables = lakeTables(inputs).filter((table) => wanted.has(table.name))
  const engine = await DuckDBEngine.open(overlay, { tables })
  try {
    const needed = models.filter((model) => wanted.has(model.name))
    await runModels(engine, needed, inputs, { quarter, run: 'coverage', today: stockholmDay(now) })
    return plainRows(await engine.query('select * from coverage order by source, dataset')).map(withoutRun)
  } finally {
    await engine.close()
    await overlay.close()
  }
}

function withoutRun({ run, run_year, run_quarter, ...row }: MartRow): MartRow {
  return row
}
