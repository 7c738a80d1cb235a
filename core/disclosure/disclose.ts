import { marts } from '../../schemas/marts/index.ts'
import { protectedColumns, publishedMarts, type WithheldReason } from '../../schemas/published.ts'
import type { Table } from '../../schemas/table.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { parseQuarter } from '../quarter.ts'
import { plainRows, query } from '../query.ts'
import { openRun } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'
import { keyOf, movingFigures } from './as-if.ts'
import { readFacts } from './contributions.ts'
import { type EarlierRelease, versionsOfSums } from './earlier.ts'
import { privateDeliveries } from './private-deliveries.ts'
import { type UnsafeSum, unsafeSums } from './sums.ts'
import { type Depends, figuresOf, Reasons, withhold } from './withhold.ts'

/** A mart as the public may see it; rows in the order of its key. */
export interface PublicMart {
  readonly table: Table
  readonly rows: readonly MartRow[]
}

/** How much of a mart is not shown. */
export interface Withheld {
  readonly mart: string
  readonly rows: number
  /** Rows with a figure that is not shown, by reason. */
  readonly withheld_rows: Readonly<Partial<Record<WithheldReason, number>>>
  /** Figures that could be withheld, and those that are. */
  readonly cells: number
  readonly withheld_cells: number
  /** Part of the demanded kg that lies in rows with a withheld figure; null where a mart has no demand. */
  readonly withheld_share_of_demand: number | null
}

/** What a release may show of a run. */
export interface Disclosed {
  /** Every mart, in the contract's order. */
  readonly marts: readonly PublicMart[]
  readonly withheld: readonly Withheld[]
  /** The sums behind the figures that may not be told, those of earlier quarters included. */
  readonly unsafe: readonly UnsafeSum[]
}

/** The marts in which something can be withheld. */
const PROTECTED = Object.keys(protectedColumns)

/** A run seen with a release in mind. */
export interface Examined {
  readonly record: RunRecord
  /** Rows of each mart, as the run has them. */
  readonly rows: ReadonlyMap<string, readonly MartRow[]>
  /** Whether a figure of a mart is not the same whatever the sums are that may not be told. */
  readonly depends: (table: Table, ...of: Parameters<Depends>) => boolean
  readonly reasons: Reasons
  readonly unsafe: readonly UnsafeSum[]
  /** Deliveries whose names, made from their bytes, would let one try figures until they fit. */
  readonly unnamed: ReadonlySet<string>
}

/**
 * Withholds what would tell how much one farm or plant delivers (DESIGN §10): first the zones' sums that would,
 * and those by which they could be worked out, then every figure that is not the same whatever these sums
 * are. What is shown so follows from sums that may be shown and from what is public anyway.
 *
 * @param earlier releases whose figures are known; what differs from them tells what changed
 */
export async function disclose(
  storage: Storage,
  record: RunRecord,
  earlier: readonly EarlierRelease[],
): Promise<Disclosed> {
  return shown(await examine(storage, record, earlier))
}

/** Finds out what of a run a release must not tell. */
export async function examine(
  storage: Storage,
  record: RunRecord,
  earlier: readonly EarlierRelease[],
): Promise<Examined> {
  const engine = await openRun(storage, record)
  const facts = await readFacts(engine, record).finally(() => engine.close())
  const unsafe = await unsafeSums(facts, await versionsOfSums(storage, record, facts, earlier))
  const rows = new Map<string, MartRow[]>()
  for (const { name } of marts) rows.set(name, await rowsOf(storage, record, name))
  const depends = await dependence(storage, record, unsafe)
  const reasons = new Reasons(facts, unsafe, parseQuarter(record.quarter).index)
  return { record, rows, depends, reasons, unsafe, unnamed: privateDeliveries(record) }
}

/** What a release shows of a run that has been examined. */
export function shown({ rows, depends, reasons, unsafe, unnamed }: Examined): Disclosed {
  const nameless = (row: MartRow) => (unnamed.has(String(row.delivery)) ? { ...row, delivery: null } : row)
  const published = publishedMarts.map((table) => {
    const own = withhold(table, rows.get(table.name)!, reasons, (row, column) => depends(table, row, column))
    return { table, rows: table.name === 'coverage' ? own.map(nameless) : own }
  })
  return { marts: published, withheld: published.flatMap(countWithheld), unsafe }
}

async function rowsOf(storage: Storage, { quarter, run }: RunRecord, mart: string): Promise<MartRow[]> {
  return plainRows((await query(storage, { mart, quarter, run })).arrow)
}

/** Finds out which figures are not the same whatever the unsafe sums are. */
async function dependence(
  storage: Storage,
  record: RunRecord,
  unsafe: readonly UnsafeSum[],
): Promise<Examined['depends']> {
  if (unsafe.length === 0) return () => false
  const watched = marts.flatMap((table) => {
    const columns = figuresOf(table.name)
    return columns.length > 0 ? [{ table, columns }] : []
  })
  const moving = await movingFigures(storage, record, unsafe, watched)
  return (table, row, column) => moving.get(table.name)?.get(keyOf(table, row))?.has(column) ?? false
}

/** Column by which a mart's rows are weighed. */
const WEIGHTS: Readonly<Record<string, string>> = {
  gaps: 'demand_kg',
  balances: 'demand_kg',
  bottlenecks: 'required_kg',
}

function countWithheld({ table: { name, columns }, rows }: PublicMart): Withheld[] {
  if (!PROTECTED.includes(name)) return []
  const figures = figuresOf(name)
  const held = rows.filter(({ withheld }) => withheld !== null)
  const withheld_rows: Partial<Record<WithheldReason, number>> = {}
  for (const { withheld } of held) {
    const reason = withheld as WithheldReason
    withheld_rows[reason] = (withheld_rows[reason] ?? 0) + 1
  }
  const empty = held.reduce((sum, row) => sum + figures.filter((column) => row[column] === null).length, 0)
  const weight = columns.some(({ name: column }) => column === WEIGHTS[name]) ? WEIGHTS[name]! : null
  const weighed = (of: readonly MartRow[]) => of.reduce((sum, row) => sum + Number(row[weight!]), 0)
  return [
    {
      mart: name,
      rows: rows.length,
      withheld_rows,
      cells: rows.length * figures.length,
      withheld_cells: empty,
      withheld_share_of_demand:
        weight === null ? null : weighed(rows) > 0 ? weighed(held) / weighed(rows) : 0,
    },
  ]
}
