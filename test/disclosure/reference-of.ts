import { grouped, runReader } from '../../core/disclosure/contributions.ts'
import type { RunRecord } from '../../core/lake/runs.ts'
import { openRun } from '../../core/run-results.ts'
import type { Storage } from '../../core/storage/storage.ts'
import type { Reference } from './attacker.ts'

/** The reference data that a run rests on, which anybody may have. */
export async function readReferenceOf(
  storage: Storage,
  record: RunRecord,
): Promise<{ reference: Reference; groups: string[] }> {
  const engine = await openRun(storage, record)
  try {
    const read = runReader(engine, record)
    const groups = await read('stg_product_groups', 'product_group, quarterly_storage_loss', 'order by 1')
    const keep = (loss: number) => (1 - loss < 0.05 ? 0 : 1 - loss)
    const reference: Reference = {
      zones: grouped(
        await read('int_place_zones', 'zoning, zone, place'),
        ({ zoning, zone }) => `${zoning}/${zone}`,
        ({ place }) => String(place),
      ),
      forms: (await read('stg_product_forms', 'product_group, form, step, yield')) as never,
      steps: (await read(
        'stg_processing_steps',
        'product_group, step, parent_step as parent, yield',
      )) as never,
      keep: new Map(
        groups.map(({ product_group, quarterly_storage_loss }) => [
          String(product_group),
          keep(Number(quarterly_storage_loss)),
        ]),
      ),
    }
    return { reference, groups: [...reference.keep.keys()] }
  } finally {
    await engine.close()
  }
}
