import { datasets } from '../../schemas/datasets/index.ts'
import { purchaseLines } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'
import { bearing, type Grounding } from './conditions.ts'
import { acceptanceOf } from './sources.ts'

/** Quarters as numbers, as staging models count them. */
const indexes = {
  quarterly: 'year * 4 + quarter - 1 as quarter_index',
  of: (column: string, as: string) =>
    `cast(substr(${column}, 1, 4) as bigint) * 4 + cast(substr(${column}, 7, 1) as bigint) - 1 as ${as}`,
} as const
/** Columns by which a staging model can be restricted and that its dataset does not have as such. */
const added: Readonly<Record<string, string>> = {
  portions: indexes.quarterly,
  production: indexes.quarterly,
  processing: indexes.quarterly,
  purchases: `${indexes.quarterly}, coalesce(kg > 0 and sek > 0, false) as is_priced`,
  targets: indexes.of('valid_from', 'first_index'),
  sources: indexes.of('first_quarter', 'first_index'),
  complete_purchases: `${indexes.of('valid_from', 'first_index')}, ${indexes.of('valid_to', 'last_index')}`,
}

/** The dataset's rows with the columns by which its staging model is restricted. */
const datasetRows = (dataset: string) =>
  `(select *, delivery as row_name${added[dataset] ? `, ${added[dataset]}` : ''} from ${dataset})`

/** Where rows of one delivery stand. */
export interface Positions {
  /** Lines on which their records begin, ascending; perhaps only the first of them. */
  readonly lines: readonly number[]
  /** How many there are. */
  readonly total: number
}

/**
 * Where the rows of a run's deliveries that bear on the number stand, by row name. Purchases are read line by line
 * from what lies below the roll-up, only in the deliveries of which the roll-up shows some.
 *
 * @param most lines of each delivery; the others are counted
 */
export async function bearingLines(
  storage: Storage,
  engine: DuckDBEngine,
  record: RunRecord,
  grounding: Grounding,
  most: number,
): Promise<Map<string, Positions>> {
  const found = new Map<string, Positions>()
  for (const { name } of datasets) {
    const model = `stg_${name}`
    if (!grounding.reached.has(model)) continue
    const sql = positionsSql(name, bearing(model, grounding), most)
    const rows =
      name === 'purchases'
        ? await inPurchases(storage, engine, record, grounding, sql)
        : await rowsOf(engine, sql)
    for (const [row_name, these] of Map.groupBy(rows, (row) => row.row_name))
      found.set(row_name, { lines: these.map(({ line }) => line), total: these[0]!.total })
  }
  return found
}

/** A row by where it stands, with how many there are beside it. */
interface Position {
  readonly row_name: string
  readonly line: number
  readonly total: number
}

const rowsOf = async (engine: DuckDBEngine, sql: string) =>
  plainRows(await engine.query(sql)) as unknown as Position[]

function positionsSql(dataset: string, where: string, most: number): string {
  const counted = `select row_name, line, count(*) over (partition by row_name) as total,
    row_number() over (partition by row_name order by line) as number from ${datasetRows(dataset)} as rows where ${where}`
  const limit = Number.isFinite(most) ? ` where number <= ${most}` : ''
  return `select row_name, line, total from (${counted}) as counted${limit} order by row_name, line`
}

async function inPurchases(
  storage: Storage,
  engine: DuckDBEngine,
  { inputs }: RunRecord,
  grounding: Grounding,
  sql: string,
): Promise<Position[]> {
  const rolled = `(select *, ${indexes.quarterly}, priced_kg > 0 as is_priced from rolled_purchases)`
  const found = await engine.query(
    `select distinct delivery from ${rolled} as rows where ${bearing('stg_purchases', grounding)}`,
  )
  const row_names = new Set(plainRows(found).map(({ delivery }) => delivery))
  const pins = inputs.filter((pin) => pin.dataset === 'purchases' && row_names.has(pin.row_name))
  if (pins.length === 0) return []
  const accepted = await Promise.all(pins.map((pin) => acceptanceOf(storage, pin)))
  const lines = purchaseLines(accepted.map(({ curated }) => curated.key))
  const below = await DuckDBEngine.open(storage, { tables: [lines] })
  try {
    return await rowsOf(below, sql)
  } finally {
    await below.close()
  }
}
