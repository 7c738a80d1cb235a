import { lakeTables, parameterValues } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { loadModels, type Model, renderModel } from '../models.ts'
import { parseQuarter, stockholmDay } from '../quarter.ts'
import { plainRows } from '../query.ts'
import { runFolder, storedModels } from '../run-results.ts'
import { OverlayStorage } from '../storage/overlay.ts'
import type { Storage } from '../storage/storage.ts'
import type { UnsafeSum } from './sums.ts'

/** More than any region grows or processes of anything in a quarter. */
const ABUNDANT_KG = 1e9
/** The models through which all that farms and plants deliver enters the analysis, a row per zone sum. */
const SUPPLY = 'int_zone_supply'
const CAPACITY = 'int_zone_capacity'
/** What unsafe sums are replaced by. */
const SUPPOSED = 'supposed_sums'

/** What an unsafe sum might be instead, in raw kg. */
export interface Supposition {
  readonly supply_kg: number
  readonly produced_kg: number
  readonly capacity_kg: number
}

/** Supposes something of every unsafe sum; `age` is 0 for the run's own quarter. */
export type Supposing = (sum: UnsafeSum, age: number) => Supposition

const all = (supply_kg: number, produced_kg: number, capacity_kg: number): Supposition => ({
  supply_kg,
  produced_kg,
  capacity_kg,
})
const nothing = all(0, 0, 0)
const plenty = all(ABUNDANT_KG, ABUNDANT_KG, ABUNDANT_KG)

/**
 * The corners of all that unsafe sums might be. The analysis goes up or down with each of them alone, so a
 * figure that is the same at the corners is the same between them.
 */
export const SUPPOSITIONS: readonly Supposing[] = [
  () => nothing,
  () => plenty,
  () => all(0, 0, ABUNDANT_KG),
  () => all(ABUNDANT_KG, ABUNDANT_KG, 0),
  () => all(0, ABUNDANT_KG, ABUNDANT_KG),
  (_, age) => (age === 0 ? all(0, 0, ABUNDANT_KG) : all(ABUNDANT_KG, ABUNDANT_KG, 0)),
  (sum, age) => mixed(sum, age),
]

/** Some of each, the same for the same sum every time. */
function mixed({ cell, step }: UnsafeSum, age: number): Supposition {
  const letters = [...(step ?? '')].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0)
  return [nothing, plenty, all(1234.5, 2345.6, 3456.7)][(cell.cell + 2 * age + letters) % 3]!
}

/**
 * The marts as they would be if the unsafe sums were what `supposing` says, all else being as in the run.
 * Leaves nothing behind.
 */
export async function martsAsIf(
  storage: Storage,
  record: RunRecord,
  unsafe: readonly UnsafeSum[],
  supposing: Supposing,
  marts: readonly string[],
): Promise<Map<string, MartRow[]>> {
  const folder = { ...runFolder(record), run: 'as-if' }
  const overlay = new OverlayStorage(storage)
  const stored = storedModels(record).map(({ folder: { model }, keys }) => ({
    folder: { ...folder, model },
    keys,
  }))
  const engine = await DuckDBEngine.open(overlay, { tables: lakeTables(record.inputs), models: stored })
  try {
    const quarter = parseQuarter(record.quarter)
    const today = stockholmDay(new Date(record.as_of ?? record.computed_at))
    const values = parameterValues({ quarter, today })
    const save = async (model: Model) =>
      await engine.save(renderModel(model, values, folder), { ...folder, model: model.name })
    await engine.save(supposedSql(unsafe, quarter.index, supposing), { ...folder, model: SUPPOSED })
    for (const model of replacements) await save(model)
    for (const model of await modelsAfter(new Set([SUPPLY, CAPACITY]), marts)) await save(model)
    const rows = new Map<string, MartRow[]>()
    for (const mart of marts) rows.set(mart, plainRows(await engine.query(`select * from ${mart}`)))
    return rows
  } finally {
    await engine.close()
    await overlay.dispose()
  }
}

/** The two models again, from their own results and what is supposed in place of unsafe sums. */
const replacements: readonly Model[] = [
  {
    name: SUPPLY,
    layer: 'intermediate',
    reads: [SUPPLY, SUPPOSED],
    sql: `select sums.quarter_index, sums.cell, sums.scenario,
        coalesce(supposed.supply_kg, sums.supply_kg) as supply_kg,
        coalesce(supposed.produced_kg, sums.produced_kg) as produced_kg
      from ${SUPPLY} as sums
      left join ${SUPPOSED} as supposed
        on supposed.step is null and supposed.cell = sums.cell and supposed.quarter_index = sums.quarter_index`,
  },
  {
    name: CAPACITY,
    layer: 'intermediate',
    reads: [CAPACITY, SUPPOSED],
    sql: `select sums.quarter_index, sums.cell, sums.step, sums.scenario,
        coalesce(supposed.capacity_kg, sums.capacity_kg) as capacity_kg
      from ${CAPACITY} as sums
      left join ${SUPPOSED} as supposed
        on supposed.step = sums.step and supposed.cell = sums.cell and supposed.quarter_index = sums.quarter_index`,
  },
]

function supposedSql(unsafe: readonly UnsafeSum[], quarter_index: number, supposing: Supposing): string {
  const rows = unsafe.map((sum) => {
    const { supply_kg, produced_kg, capacity_kg } = supposing(sum, quarter_index - sum.quarter_index)
    const step = sum.step === null ? 'cast(null as varchar)' : `'${sum.step.replaceAll("'", "''")}'`
    return `(${sum.quarter_index}, ${sum.cell.cell}, ${step}, ${supply_kg}e0, ${produced_kg}e0, ${capacity_kg}e0)`
  })
  return `select quarter_index, cell, step, supply_kg, produced_kg, capacity_kg from (values\n${rows.join(',\n')}\n)
    as sums (quarter_index, cell, step, supply_kg, produced_kg, capacity_kg)`
}

/** The models that come after `first` and that some of `wanted` need, in order, without `first` themselves. */
async function modelsAfter(first: ReadonlySet<string>, wanted: readonly string[]): Promise<Model[]> {
  const models = await loadModels()
  const after = new Set(first)
  for (const { name, reads } of models) if (reads.some((table) => after.has(table))) after.add(name)
  const needed = new Set(wanted)
  for (const { name, reads } of models.toReversed())
    if (needed.has(name)) for (const table of reads) needed.add(table)
  return models.filter(({ name }) => after.has(name) && needed.has(name) && !first.has(name))
}
