import { lakeTables, parameterValues } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { loadModels, type Model, renderModel } from '../models.ts'
import { parseQuarter, stockholmDay } from '../quarter.ts'
import { plainRows } from '../query.ts'
import { runFolder, storedModels } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'
import type { UnsafeSum } from './sums.ts'

/** More than any region grows or processes of anything in a quarter. */
const ABUNDANT_KG = 1e9
/** The models through which all that farms and plants deliver enters the analysis, a row per zone sum. */
const SUPPLY = 'int_zone_supply'
const CAPACITY = 'int_zone_capacity'
const ENTRIES: readonly string[] = [SUPPLY, CAPACITY]
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

/** A run that can be computed again with other sums in place of the unsafe ones. Leaves nothing behind. */
export class AsIf {
  readonly #engine: DuckDBEngine
  readonly #record: RunRecord
  readonly #marts: readonly string[]
  readonly #models: readonly Model[]

  private constructor(engine: DuckDBEngine, record: RunRecord, marts: readonly string[], models: Model[]) {
    this.#engine = engine
    this.#record = record
    this.#marts = marts
    this.#models = [...replacements, ...models]
  }

  /** @param marts what is wanted of it */
  static async open(storage: Storage, record: RunRecord, marts: readonly string[]): Promise<AsIf> {
    const stored = storedModels(record)
    const originals = stored
      .filter(({ folder }) => ENTRIES.includes(folder.model))
      .map(({ folder, keys }) => ({ folder: { ...folder, model: original(folder.model) }, keys }))
    const models = await modelsAfter(ENTRIES, marts)
    const engine = await DuckDBEngine.open(storage, {
      tables: lakeTables(record.inputs),
      models: [...stored, ...originals],
    })
    return new AsIf(engine, record, marts, models)
  }

  /** The marts as they would be if the unsafe sums were what `supposing` says, all else being as in the run. */
  async suppose(unsafe: readonly UnsafeSum[], supposing: Supposing): Promise<Map<string, MartRow[]>> {
    const quarter = parseQuarter(this.#record.quarter)
    const today = stockholmDay(new Date(this.#record.as_of ?? this.#record.computed_at))
    const values = parameterValues({ quarter, today })
    const folder = runFolder(this.#record)
    const sums = supposedSql(unsafe, quarter.index, supposing)
    await this.#engine.hold(sums, { ...folder, model: SUPPOSED })
    for (const model of this.#models)
      await this.#engine.hold(renderModel(model, values, folder), { ...folder, model: model.name })
    const rows = new Map<string, MartRow[]>()
    for (const mart of this.#marts)
      rows.set(mart, plainRows(await this.#engine.query(`select * from ${mart}`)))
    return rows
  }

  async close(): Promise<void> {
    await this.#engine.close()
  }
}

const original = (model: string) => `told_${model}`

/** The two models again, from their own results and what is supposed in place of unsafe sums. */
const replacements: readonly Model[] = [
  {
    name: SUPPLY,
    layer: 'intermediate',
    reads: [original(SUPPLY), SUPPOSED],
    sql: `select sums.quarter_index, sums.cell, sums.scenario,
        coalesce(supposed.supply_kg, sums.supply_kg) as supply_kg,
        coalesce(supposed.produced_kg, sums.produced_kg) as produced_kg
      from ${original(SUPPLY)} as sums
      left join ${SUPPOSED} as supposed
        on supposed.step is null and supposed.cell = sums.cell and supposed.quarter_index = sums.quarter_index`,
  },
  {
    name: CAPACITY,
    layer: 'intermediate',
    reads: [original(CAPACITY), SUPPOSED],
    sql: `select sums.quarter_index, sums.cell, sums.step, sums.scenario,
        coalesce(supposed.capacity_kg, sums.capacity_kg) as capacity_kg
      from ${original(CAPACITY)} as sums
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
async function modelsAfter(first: readonly string[], wanted: readonly string[]): Promise<Model[]> {
  const models = await loadModels()
  const after = new Set(first)
  for (const { name, reads } of models) if (reads.some((table) => after.has(table))) after.add(name)
  const needed = new Set(wanted)
  for (const { name, reads } of models.toReversed())
    if (needed.has(name)) for (const table of reads) needed.add(table)
  return models.filter(({ name }) => after.has(name) && needed.has(name) && !first.includes(name))
}
