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

/** The models through which all that farms and plants deliver enters the analysis, a row per zone sum. */
const SUPPLY = 'int_zone_supply'
const CAPACITY = 'int_zone_capacity'
const ENTRIES: readonly string[] = [SUPPLY, CAPACITY]
/** The unsafe sums, and what they are replaced by. */
const UNSAFE = 'unsafe_sums'
const SUPPOSED = 'supposed_sums'

/** What unsafe sums might be instead, in raw kg: SQL over their `age` (0 for the run's own quarter), `cell` and `number`. */
export interface Supposition {
  readonly supply_kg: string
  readonly produced_kg: string
  readonly capacity_kg: string
}

const all = (supply_kg: string, produced_kg: string, capacity_kg: string): Supposition => ({
  supply_kg,
  produced_kg,
  capacity_kg,
})
const NOTHING = '0e0'
const PLENTY = '1e9'
const now = (kg: string, else_kg: string) => `case when age = 0 then ${kg} else ${else_kg} end`
/** Some of each, the same for the same sum every time. */
const MIXED = `case (cell + 2 * age + number) % 3 when 0 then ${NOTHING} when 1 then ${PLENTY} else 2345.6e0 end`

/**
 * Corners of all that unsafe sums might be: each kind of sum at both its ends, alone and together, and mixtures.
 * The analysis goes up or down with each sum alone, so a figure that depends on one differs between some of them.
 */
export const SUPPOSITIONS: readonly Supposition[] = [
  all(NOTHING, NOTHING, NOTHING),
  all(PLENTY, PLENTY, PLENTY),
  all(NOTHING, NOTHING, PLENTY),
  all(PLENTY, PLENTY, NOTHING),
  all(NOTHING, PLENTY, PLENTY),
  all(now(NOTHING, PLENTY), now(NOTHING, PLENTY), now(PLENTY, NOTHING)),
  all(MIXED, MIXED, MIXED),
]

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
  static async open(
    storage: Storage,
    record: RunRecord,
    unsafe: readonly UnsafeSum[],
    marts: readonly string[],
  ): Promise<AsIf> {
    const stored = storedModels(record)
    const originals = stored
      .filter(({ folder }) => ENTRIES.includes(folder.model))
      .map(({ folder, keys }) => ({ folder: { ...folder, model: original(folder.model) }, keys }))
    const models = await modelsAfter(ENTRIES, marts)
    const engine = await DuckDBEngine.open(storage, {
      tables: lakeTables(record.inputs),
      models: [...stored, ...originals],
    })
    const { index } = parseQuarter(record.quarter)
    await engine.hold(unsafeSql(unsafe, index), { ...runFolder(record), model: UNSAFE })
    return new AsIf(engine, record, marts, models)
  }

  /** The marts as they would be if the unsafe sums were what is supposed, all else being as in the run. */
  async suppose({ supply_kg, produced_kg, capacity_kg }: Supposition): Promise<Map<string, MartRow[]>> {
    const quarter = parseQuarter(this.#record.quarter)
    const today = stockholmDay(new Date(this.#record.as_of ?? this.#record.computed_at))
    const values = parameterValues({ quarter, today })
    const folder = runFolder(this.#record)
    const sums = `select quarter_index, cell, step, ${supply_kg} as supply_kg, ${produced_kg} as produced_kg,
      ${capacity_kg} as capacity_kg from ${UNSAFE}`
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

function unsafeSql(unsafe: readonly UnsafeSum[], quarter_index: number): string {
  const rows = unsafe.map(({ cell, quarter_index: of, step }, number) => {
    const name = step === null ? 'cast(null as varchar)' : `'${step.replaceAll("'", "''")}'`
    return `(${of}, ${quarter_index - of}, ${cell.cell}, ${name}, ${number})`
  })
  return `select quarter_index, age, cell, step, number from (values\n${rows.join(',\n')}\n)
    as sums (quarter_index, age, cell, step, number)`
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
