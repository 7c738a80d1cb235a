import { datasets } from '../../schemas/datasets/index.ts'
import { SkafferiError } from '../errors.ts'
import { type Acceptance, readCommits } from '../lake/commits.ts'
import { keys } from '../lake/layout.ts'
import type { Pin } from '../lake/runs.ts'
import { parseQuarter } from '../quarter.ts'
import type { Storage } from '../storage/storage.ts'
import { landedRecords } from './landed-records.ts'
import type { Positions } from './positions.ts'

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

/** The commit by which a pinned delivery counted. */
export async function acceptanceOf(storage: Storage, pin: Pin): Promise<Acceptance> {
  const quarter = pin.quarter === null ? null : parseQuarter(pin.quarter)
  const prefix = keys.commits({ dataset: pin.dataset, source: pin.source, quarter })
  const commits = await readCommits(storage, prefix)
  const accepted = commits.findLast(
    (commit): commit is Acceptance =>
      commit.kind === 'acceptance' &&
      commit.row_name === pin.row_name &&
      commit.received_at === pin.received_at,
  )
  if (!accepted)
    throw new SkafferiError('fault', `no commit in ${prefix} accepts ${pin.delivery}, on which the run rests`)
  return accepted
}

const NOWHERE: Positions = { lines: [], total: 0 }

/**
 * The deliveries and their records as received, in the order of datasets, sources, quarters and lines.
 *
 * @param positions of the records by row name
 * @throws SkafferiError `fault` where a landed file is not the one that was committed
 */
export async function readSources(
  storage: Storage,
  pins: readonly Pin[],
  positions: ReadonlyMap<string, Positions>,
): Promise<{ deliveries: SourceDelivery[]; lines: SourceLine[] }> {
  const order = new Map(datasets.map(({ name }, at) => [name, at]))
  const place = ({ dataset, source, quarter }: Pin) =>
    `${String(order.get(dataset)).padStart(2, '0')}/${source}/${quarter ?? ''}`
  const sorted = pins.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
  const found: SourceLine[] = []
  const deliveries: SourceDelivery[] = []
  for (const pin of sorted) {
    const source = await readSource(storage, pin, positions.get(pin.row_name) ?? NOWHERE)
    deliveries.push(source.delivery)
    for (const line of source.lines) found.push(line)
  }
  return { deliveries, lines: found }
}

async function readSource(
  storage: Storage,
  pin: Pin,
  { lines: wanted, total }: Positions,
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
  return { delivery: { ...where, ...facts, rows, refused_rows, lines: total }, lines }
}
