import { datasets } from '../../schemas/datasets/index.ts'
import { purchaseLines } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import { SkafferiError } from '../errors.ts'
import { type Acceptance, readCommits } from '../lake/commits.ts'
import { keys } from '../lake/layout.ts'
import type { Pin, RunRecord } from '../lake/runs.ts'
import { parseQuarter } from '../quarter.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'
import { bearing, type Grounding } from './conditions.ts'
import { landedRecords } from './landed-records.ts'

/** A record of a landed file that bears on a number. */
export interface SourceLine {
  readonly dataset: string
  readonly source: string
  /** Null in a reference dataset. */
  readonly quarter: string | null
  readonly delivery: string
  /** The file's key in the lake. */
  readonly file: string
  /** Line on which the record begins; the header is line 1. */
  readonly line: number
  /** The record as received, without its line end. */
  readonly text: string
}

/** A delivery that a number ends in. */
export interface SourceDelivery {
  readonly dataset: string
  readonly source: string
  readonly quarter: string | null
  readonly delivery: string
  readonly received_at: string
  /** Day in Stockholm on which the first delivery of its scope that still stands came. */
  readonly first_received_on: string
  /** The commit by which it counts. */
  readonly commit: number
  readonly committed_at: string
  readonly file: string
  readonly sha256: string
  /** The file's own record of column names. */
  readonly header: string
  readonly rows: number
  readonly refused_rows: number
  /** Records of it that bear on the number. */
  readonly lines: number
}

/** A row of a delivery by where it stands. */
interface Position {
  readonly row_name: string
  readonly line: number
}

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

/**
 * Where the rows of a run's deliveries that bear on the number stand, by row name: lines, ascending. Purchases are
 * read line by line from what lies below the roll-up, only in the deliveries of which the roll-up shows some.
 */
export async function bearingLines(
  storage: Storage,
  engine: DuckDBEngine,
  record: RunRecord,
  grounding: Grounding,
): Promise<Map<string, number[]>> {
  const positions: Position[] = []
  for (const { name } of datasets) {
    const model = `stg_${name}`
    if (!grounding.reached.has(model)) continue
    const where = bearing(model, grounding)
    const found =
      name === 'purchases'
        ? await purchasePositions(storage, engine, record, where)
        : await positionsIn(engine, name, where)
    for (const position of found) positions.push(position)
  }
  const lines = Map.groupBy(positions, ({ row_name }) => row_name)
  return new Map([...lines].map(([row_name, these]) => [row_name, these.map(({ line }) => line)]))
}

async function positionsIn(engine: DuckDBEngine, dataset: string, where: string): Promise<Position[]> {
  const sql = `select row_name, line from ${datasetRows(dataset)} as rows where ${where} order by row_name, line`
  return plainRows(await engine.query(sql)) as unknown as Position[]
}

async function purchasePositions(
  storage: Storage,
  engine: DuckDBEngine,
  { inputs }: RunRecord,
  where: string,
): Promise<Position[]> {
  const rolled = `(select *, ${indexes.quarterly}, priced_kg > 0 as is_priced from rolled_purchases)`
  const found = await engine.query(`select distinct delivery from ${rolled} as rows where ${where}`)
  const row_names = new Set(plainRows(found).map(({ delivery }) => delivery))
  const pins = inputs.filter((pin) => pin.dataset === 'purchases' && row_names.has(pin.row_name))
  if (pins.length === 0) return []
  const accepted = await Promise.all(pins.map((pin) => acceptanceOf(storage, pin)))
  const lines = purchaseLines(accepted.map(({ curated }) => curated.key))
  const below = await DuckDBEngine.open(storage, { tables: [lines] })
  try {
    return await positionsIn(below, 'purchases', where)
  } finally {
    await below.close()
  }
}

/** The commit by which a pinned delivery counted. */
async function acceptanceOf(storage: Storage, pin: Pin): Promise<Acceptance> {
  const quarter = pin.quarter === null ? null : parseQuarter(pin.quarter)
  const prefix = keys.commits({ dataset: pin.dataset, source: pin.source, quarter })
  const commits = await readCommits(storage, prefix)
  const accepted = commits.findLast(
    (commit): commit is Acceptance => commit.kind === 'acceptance' && commit.row_name === pin.row_name,
  )
  if (!accepted)
    throw new SkafferiError('fault', `no commit in ${prefix} accepts ${pin.delivery}, which run rests on`)
  return accepted
}

/**
 * The deliveries and their records as received, in the order of datasets, sources, quarters and lines.
 *
 * @param most records to give of each delivery; the rest is counted in its `lines`
 * @throws SkafferiError `fault` where a landed file is not the one that was committed
 */
export async function readSources(
  storage: Storage,
  pins: readonly Pin[],
  lines: ReadonlyMap<string, readonly number[]>,
  most: number,
): Promise<{ deliveries: SourceDelivery[]; lines: SourceLine[] }> {
  const order = new Map(datasets.map(({ name }, at) => [name, at]))
  const place = ({ dataset, source, quarter }: Pin) =>
    `${String(order.get(dataset)).padStart(2, '0')}/${source}/${quarter ?? ''}`
  const sorted = pins.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
  const found: SourceLine[] = []
  const deliveries: SourceDelivery[] = []
  for (const pin of sorted) {
    const wanted = lines.get(pin.row_name) ?? []
    const source = await readSource(storage, pin, wanted, wanted.slice(0, most))
    deliveries.push(source.delivery)
    for (const line of source.lines) found.push(line)
  }
  return { deliveries, lines: found }
}

async function readSource(
  storage: Storage,
  pin: Pin,
  all: readonly number[],
  wanted: readonly number[],
): Promise<{ delivery: SourceDelivery; lines: SourceLine[] }> {
  const { landing, n, committed_at } = await acceptanceOf(storage, pin)
  const { header, texts, sha256 } = await landedRecords(await storage.localFile(landing.key), wanted)
  if (sha256 !== landing.sha256)
    throw new SkafferiError('fault', `${landing.key} is not the file that commit ${n} of its scope accepted`)
  const { dataset, source, quarter, delivery, received_at, first_received_on, rows, refused_rows } = pin
  const where = { dataset, source, quarter, delivery }
  const lines = wanted.map((line) => {
    const text = texts.get(line)
    if (text === undefined) throw new SkafferiError('fault', `${landing.key} has no record at line ${line}`)
    return { ...where, file: landing.key, line, text }
  })
  const facts = { received_at, first_received_on, commit: n, committed_at, file: landing.key, sha256, header }
  return { delivery: { ...where, ...facts, rows, refused_rows, lines: all.length }, lines }
}
