import type { WithheldReason } from '../../schemas/published.ts'
import type { Table } from '../../schemas/table.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import type { Storage } from '../storage/storage.ts'

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
  readonly cells: number
  readonly withheld_cells: number
}

/** What a release may show of a run. */
export interface Disclosed {
  /** Every mart, in the contract's order. */
  readonly marts: readonly PublicMart[]
  readonly withheld: readonly Withheld[]
}

/** A release made earlier, whose figures are public already. */
export interface EarlierRelease {
  readonly quarter: string
  readonly release: number
  readonly run: RunRecord
}

/** Withholds what would tell how much one farm or plant delivers (DESIGN §10). */
export async function disclose(
  _storage: Storage,
  _record: RunRecord,
  _earlier: readonly EarlierRelease[],
): Promise<Disclosed> {
  throw new Error('disclosure control is not written yet')
}
