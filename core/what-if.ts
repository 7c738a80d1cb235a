import { join } from 'node:path'
import { analyse, pinDeliveries } from './analyse.ts'
import { openDuckDB, quote, withConnection } from './engines/duckdb-session.ts'
import type { Pin } from './lake/runs.ts'
import { parseQuarter } from './quarter.ts'
import { OverlayStorage } from './storage/overlay.ts'
import type { Storage } from './storage/storage.ts'

/** The column of each dataset that says what is on offer, and the most that it can be. */
const OFFERS: Readonly<Record<string, { column: string; most: string | null }>> = {
  production: { column: 'available_kg', most: 'coalesce(produced_kg, available_kg)' },
  processing: { column: 'capacity_kg', most: null },
}

/**
 * Runs `use` over a copy of the lake in which every producer and processor offers `factor` times as much to
 * public kitchens (a producer never more than it produces), after analysing the quarter there. The lake
 * itself is not touched.
 */
export async function whatIfOffered<T>(
  storage: Storage,
  quarter: string,
  factor: number,
  use: (lake: Storage, run: string) => Promise<T>,
): Promise<T> {
  const overlay = new OverlayStorage(storage)
  try {
    const pins = await pinDeliveries(storage, parseQuarter(quarter))
    for (const pin of pins) if (OFFERS[pin.dataset]) await scale(storage, overlay, pin, factor)
    const { run } = await analyse(overlay, { quarter })
    return await use(overlay, run)
  } finally {
    await overlay.close()
  }
}

async function scale(
  storage: Storage,
  overlay: OverlayStorage,
  { dataset, keys }: Pin,
  factor: number,
): Promise<void> {
  const { column, most } = OFFERS[dataset]!
  const workspace = await overlay.workspace()
  try {
    for (const key of keys) {
      const from = await storage.localFile(key)
      const to = join(workspace.path, 'scaled.parquet')
      const offered = `cast(${column} as double) * ${factor}`
      const value = most === null ? offered : `least(${offered}, cast(${most} as double))`
      const instance = await openDuckDB([workspace.path, join(from, '..')])
      await withConnection(instance, (connection) =>
        connection.run(
          `copy (select * replace (cast(${value} as decimal(18, 3)) as ${column}) from read_parquet(${quote(from)}, hive_partitioning = false)) to ${quote(to)} (format parquet)`,
        ),
      )
      instance.closeSync()
      await overlay.put(key, { file: to })
    }
  } finally {
    await workspace.remove()
  }
}
