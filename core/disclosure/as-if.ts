import { logicalTypes } from '../../schemas/logical-types.ts'
import type { Table } from '../../schemas/table.ts'
import { lakeTables, parameterValues } from '../analyse.ts'
import { DuckDBEngine, type StoredModel } from '../engines/duckdb.ts'
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
/** Every other sum, so that a step is full where the one before it is empty. */
const OTHER = `case when (cell + age + number) % 2 = 0 then ${NOTHING} else ${PLENTY} end`

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
  all(OTHER, OTHER, OTHER),
]

/** A mart with the figures that may depend on unsafe sums. */
export interface Watched {
  readonly table: Table
  readonly columns: readonly string[]
}

/** By mart, key (its values apart by a space) and column: the figures that are not the same in every case. */
export type Moving = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

/**
 * Finds the figures of a run that depend on unsafe sums, by computing it again with others in their place.
 * Leaves nothing behind.
 */
export async function movingFigures(
  storage: Storage,
  record: RunRecord,
  unsafe: readonly UnsafeSum[],
  watched: readonly Watched[],
): Promise<Moving> {
  const originals = [...ENTRIES, ...watched.map(({ table }) => table.name)]
  const stored = storedModels(record)
  const engine = await DuckDBEngine.open(storage, {
    tables: lakeTables(record.inputs),
    models: [...stored, ...stored.filter(({ folder }) => originals.includes(folder.model)).map(asOriginal)],
  })
  try {
    const as_if = new AsIf(engine, record, await modelsAfter(ENTRIES, originals))
    await as_if.take(unsafe)
    for (const [number, supposition] of SUPPOSITIONS.entries()) {
      await as_if.suppose(supposition)
      for (const one of watched) await as_if.compare(one, number)
    }
    const moving = watched.map(async (one) => [one.table.name, await as_if.moved(one)] as const)
    return new Map(await Promise.all(moving))
  } finally {
    await engine.close()
  }
}

/** A run that is computed again with other sums. */
class AsIf {
  readonly #engine: DuckDBEngine
  readonly #record: RunRecord
  readonly #models: readonly Model[]

  constructor(engine: DuckDBEngine, record: RunRecord, models: readonly Model[]) {
    this.#engine = engine
    this.#record = record
    this.#models = [...replacements, ...models]
  }

  /** Notes which sums are to be replaced. */
  async take(unsafe: readonly UnsafeSum[]): Promise<void> {
    await this.#hold(UNSAFE, unsafeSql(unsafe, parseQuarter(this.#record.quarter).index))
  }

  /** Computes everything after the two models as if the unsafe sums were what is supposed. */
  async suppose({ supply_kg, produced_kg, capacity_kg }: Supposition): Promise<void> {
    const quarter = parseQuarter(this.#record.quarter)
    const today = stockholmDay(new Date(this.#record.as_of ?? this.#record.computed_at))
    const values = parameterValues({ quarter, today })
    await this.#hold(
      SUPPOSED,
      `select quarter_index, cell, step, margins_only, ${supply_kg} as supply_kg, ${produced_kg} as produced_kg,
       ${capacity_kg} as capacity_kg from ${UNSAFE}`,
    )
    for (const model of this.#models)
      await this.#hold(model.name, renderModel(model, values, runFolder(this.#record)))
  }

  /** Notes which figures of a mart are not as in the run. */
  async compare({ table, columns }: Watched, number: number): Promise<void> {
    const flags = columns.map((name) => `${differs(table, name)} as ${quoted(name)}`)
    const keys = table.key.map((name) => `run.${quoted(name)}`)
    const joined = table.key.map((name) => `other.${quoted(name)} = run.${quoted(name)}`)
    await this.#hold(
      `${table.name}_moved_${number}`,
      `select ${[...keys, ...flags].join(', ')} from ${original(table.name)} as run
       left join ${table.name} as other on ${joined.join(' and ')}`,
    )
  }

  /** The figures that some comparison found changed. */
  async moved({ table, columns }: Watched): Promise<Map<string, Set<string>>> {
    const all_of_them = SUPPOSITIONS.map((_, number) => `select * from ${table.name}_moved_${number}`)
    const flags = columns.map((name) => `bool_or(${quoted(name)}) as ${quoted(name)}`)
    const keys = table.key.map(quoted).join(', ')
    const rows = plainRows(
      await this.#engine.query(
        `select ${[keys, ...flags].join(', ')} from (${all_of_them.join(' union all ')})
         group by ${keys} having ${columns.map((name) => `bool_or(${quoted(name)})`).join(' or ')}`,
      ),
    )
    return new Map(
      rows.map((row) => [keyOf(table, row), new Set(columns.filter((name) => row[name] === true))]),
    )
  }

  async #hold(model: string, sql: string): Promise<void> {
    await this.#engine.hold(sql, { ...runFolder(this.#record), model })
  }
}

/** What names a row of a mart, its values apart by a space. */
export const keyOf = ({ key }: Table, row: MartRow) => key.map((column) => row[column]).join(' ')

const quoted = (name: string) => `"${name}"`

/** Whether a figure differs, numbers as results of two runs do: by 1e-6 and by 1e-9 of the larger. */
function differs(table: Table, name: string): string {
  const [a, b] = [`run.${quoted(name)}`, `other.${quoted(name)}`]
  const gone = `other.${quoted(table.key[0]!)} is null`
  const { tableSchema } = logicalTypes[table.columns.find((column) => column.name === name)!.type]
  if (tableSchema !== 'number') return `(${gone} or ${a} is distinct from ${b})`
  const margin = `greatest(1e-6, 1e-9 * greatest(abs(${a}), abs(${b})))`
  return `(${gone} or (${a} is null) <> (${b} is null) or coalesce(abs(${a} - ${b}) > ${margin}, false))`
}

const original = (model: string) => `told_${model}`

const asOriginal = (stored: StoredModel): StoredModel => ({ ...stored, as: original(stored.folder.model) })

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
        on supposed.step is null and supposed.cell = sums.cell and supposed.quarter_index = sums.quarter_index
        and not (supposed.margins_only and sums.scenario = 'central')`,
  },
  {
    name: CAPACITY,
    layer: 'intermediate',
    reads: [original(CAPACITY), SUPPOSED],
    sql: `select sums.quarter_index, sums.cell, sums.step, sums.scenario,
        coalesce(supposed.capacity_kg, sums.capacity_kg) as capacity_kg
      from ${original(CAPACITY)} as sums
      left join ${SUPPOSED} as supposed
        on supposed.step = sums.step and supposed.cell = sums.cell and supposed.quarter_index = sums.quarter_index
        and not (supposed.margins_only and sums.scenario = 'central')`,
  },
]

function unsafeSql(unsafe: readonly UnsafeSum[], quarter_index: number): string {
  const rows = unsafe.map(({ cell, quarter_index: of, step, margins_only }, number) => {
    const name = step === null ? 'cast(null as varchar)' : `'${step.replaceAll("'", "''")}'`
    return `(${of}, ${quarter_index - of}, ${cell.cell}, ${name}, ${number}, ${margins_only})`
  })
  return `select quarter_index, age, cell, step, number, margins_only from (values\n${rows.join(',\n')}\n)
    as sums (quarter_index, age, cell, step, number, margins_only)`
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
