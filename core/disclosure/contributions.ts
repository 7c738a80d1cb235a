import type { WithheldReason } from '../../schemas/published.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { plainRows } from '../query.ts'
import { runFolder, storedModels } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'

/** A release shows nothing behind which fewer than this stand (DESIGN §10). */
export const FEWEST_CONTRIBUTORS = 3
/** Nor anything of which one has more than this part (DESIGN §10). */
export const LARGEST_SHARE = 0.75

/** What one farm offers, or one plant can process, at a place in a quarter. */
export interface Contribution {
  readonly quarter_index: number
  readonly product_group: string
  /** Null for what is grown. */
  readonly step: string | null
  readonly place: string
  readonly contributor: string
  /** Available raw kg, or capacity in kg of the step's output. */
  readonly kg: number
  /** Raw kg of all output; as `kg` for a step. */
  readonly produced_kg: number
  /** How well it is known, the kinds among its rows joined; the low and the high case add each kind its own margin. */
  readonly evidence: string
}

/** A product group in a zone, as the models number them. */
export interface Cell {
  readonly cell: number
  readonly zoning: string
  readonly zone: string
  readonly product_group: string
}

/** What a run says of who delivers what, where zones lie and how steps follow each other. */
export interface RunFacts {
  readonly contributions: readonly Contribution[]
  /** All of them, with demand or without, so that every release of the same data decides alike. */
  readonly cells: readonly Cell[]
  /** `zoning/zone` → its places. */
  readonly places: ReadonlyMap<string, readonly string[]>
  /** `product_group/form` → the steps on its path. */
  readonly form_steps: ReadonlyMap<string, readonly string[]>
  /** `product_group/step` → itself and the steps before it. */
  readonly step_ancestors: ReadonlyMap<string, readonly string[]>
  /** `product_group/step` → itself and the steps after it. */
  readonly step_descendants: ReadonlyMap<string, readonly string[]>
}

/** Reads a run's tables, each as rows without the columns that name the run. */
export function runReader(engine: DuckDBEngine, record: RunRecord) {
  const { year, quarter, run } = runFolder(record)
  return async (model: string, columns: string, rest = ''): Promise<MartRow[]> => {
    const where = `run_year = ${year} and run_quarter = ${quarter} and run = '${run.replaceAll("'", "''")}'`
    return plainRows(await engine.query(`select ${columns} from ${model} where ${where} ${rest}`))
  }
}

/** Reads what disclosure control must know of a run. */
export async function readFacts(engine: DuckDBEngine, record: RunRecord): Promise<RunFacts> {
  const read = runReader(engine, record)
  const ancestors = await read('int_step_paths', 'product_group, step, step_1, step_2, step_3, step_4')
  const forms = await read('stg_product_forms', 'product_group, form, step')
  const step_ancestors = new Map(ancestors.map((row) => [`${row.product_group}/${row.step}`, stepsOf(row)]))
  return {
    contributions: await readContributions(read),
    cells: (await read(
      'int_cells',
      'cell, zoning, zone, product_group',
      'order by cell',
    )) as unknown as Cell[],
    places: grouped(
      await read('int_place_zones', 'zoning, zone, place', 'and has_gaps order by 1, 2, 3'),
      ({ zoning, zone }) => `${zoning}/${zone}`,
      ({ place }) => String(place),
    ),
    form_steps: new Map(
      forms.map(({ product_group, form, step }) => [
        `${product_group}/${form}`,
        step_ancestors.get(`${product_group}/${step}`) ?? [],
      ]),
    ),
    step_ancestors,
    step_descendants: descendantsOf(step_ancestors),
  }
}

const stepsOf = (row: MartRow) =>
  [row.step_1, row.step_2, row.step_3, row.step_4].filter((step) => step !== null).map(String)

function descendantsOf(ancestors: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [key, steps] of ancestors) {
    const [product_group, step] = key.split('/') as [string, string]
    for (const above of steps) {
      const name = `${product_group}/${above}`
      found.set(name, [...(found.get(name) ?? []), step])
    }
  }
  return found
}

/** What farms and plants deliver by an earlier run, of its eleven quarters. */
export async function readContributionsOf(storage: Storage, record: RunRecord): Promise<Contribution[]> {
  const models = storedModels(record).filter(({ folder }) => STAGED.includes(folder.model))
  const engine = await DuckDBEngine.open(storage, { models })
  return await readContributions(runReader(engine, record)).finally(() => engine.close())
}

const STAGED = ['stg_production', 'stg_processing']

type Read = ReturnType<typeof runReader>

async function readContributions(read: Read): Promise<Contribution[]> {
  const grown = await read(
    'stg_production',
    `quarter_index, product_group, cast(null as varchar) as step, place, producer as contributor,
     cast(sum(available_kg) as double) as kg, cast(sum(produced_kg) as double) as produced_kg,
     string_agg(distinct evidence, ' ' order by evidence) as evidence`,
    'group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5',
  )
  const processed = await read(
    'stg_processing',
    `quarter_index, product_group, step, place, processor as contributor,
     cast(sum(capacity_kg) as double) as kg, cast(sum(capacity_kg) as double) as produced_kg,
     string_agg(distinct evidence, ' ' order by evidence) as evidence`,
    'group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5',
  )
  return [...grown, ...processed] as unknown as Contribution[]
}

/** Values by key, each in the order of the rows. */
export function grouped<T, V>(
  rows: readonly T[],
  key: (row: T) => string,
  value: (row: T) => V,
): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const row of rows) {
    const name = key(row)
    const group = groups.get(name)
    if (group) group.push(value(row))
    else groups.set(name, [value(row)])
  }
  return groups
}

/** Why a sum of these contributions may not be shown by itself; null when it may, or when nobody stands behind it. */
export function sensitivity(
  contributions: Iterable<Pick<Contribution, 'contributor' | 'kg' | 'produced_kg'>>,
): Exclude<WithheldReason, 'secondary'> | null {
  const offered = new Map<string, number>()
  const produced = new Map<string, number>()
  // what is sold elsewhere is a figure too: the diverted gap
  const elsewhere = new Map<string, number>()
  const add = (to: Map<string, number>, contributor: string, kg: number) =>
    to.set(contributor, (to.get(contributor) ?? 0) + kg)
  for (const { contributor, kg, produced_kg } of contributions) {
    add(offered, contributor, kg)
    add(produced, contributor, produced_kg)
    add(elsewhere, contributor, produced_kg - kg)
  }
  if (offered.size === 0) return null
  if (offered.size < FEWEST_CONTRIBUTORS) return 'few_contributors'
  return [offered, produced, elsewhere].some(isDominated) ? 'dominance' : null
}

function isDominated(amounts: ReadonlyMap<string, number>): boolean {
  const total = [...amounts.values()].reduce((sum, one) => sum + one, 0)
  return total > 1e-6 && Math.max(...amounts.values()) > LARGEST_SHARE * total
}
