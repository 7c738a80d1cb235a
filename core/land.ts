import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { datasets } from '../schemas/datasets/index.ts'
import { CODE } from '../schemas/logical-types.ts'
import type { Table } from '../schemas/table.ts'
import { SkafferiError } from './errors.ts'
import { readScope } from './lake/commits.ts'
import { deliveryOf, isQuarterly, type Scope } from './lake/layout.ts'
import { FastRows } from './landing/fast-rows.ts'
import { Landing } from './landing/landing.ts'
import type { Problem } from './landing/problems.ts'
import { receive } from './landing/receive.ts'
import { readKnown, referenceState } from './landing/references.ts'
import { tableNamed } from './names.ts'
import { parseQuarter } from './quarter.ts'
import type { Storage, Workspace } from './storage/storage.ts'

/** From here on a second way of landing is worth being begun beside the first. */
const BIG_FILE_BYTES = 4 << 20

/** What a sender says about a file. */
export interface LandRequest {
  readonly file: string
  /** How the file was called by its sender; default its own name. */
  readonly name?: string | undefined
  readonly dataset: string
  readonly source: string
  readonly quarter?: string | undefined
  /** When it was put where it was found; default just now. */
  readonly sent_at?: Date | undefined
}

/** What a sender is told. */
export interface LandResult {
  readonly delivery: string
  readonly dataset: string
  readonly source: string
  readonly quarter: string | null
  readonly status: 'accepted' | 'duplicate' | 'refused'
  /** Accepted rows. */
  readonly rows: number
  readonly refused_rows: number
  /** The delivery that counted until now; null when there was none. */
  readonly supersedes: string | null
  /** The first thousand. */
  readonly problems: readonly Problem[]
  readonly problems_total: number
}

/** What landing needs of its surroundings beside the lake. */
export interface LandEffects {
  readonly now?: () => Date
  /** Told now and then how many bytes of the file have been read. */
  readonly onProgress?: (bytes: number, total: number) => void
  /** Whether a file without any fault may take the short way, to the same rows; default when it is big. */
  readonly fast_path?: boolean
  /** Memory beyond which rows go through temporary files, in DuckDB's words such as `300MB`. */
  readonly memory?: string | undefined
  /** Told which way the rows of an accepted file took. */
  readonly onPath?: (path: 'fast' | 'careful') => void
}

/**
 * Lands one file: validates every row, stores bytes, rows and receipt, and commits last. A refusal changes
 * nothing that counts. The bytes of the delivery in force are a duplicate and change nothing at all, unless its references have
 * broken: then it is taken back.
 *
 * @throws SkafferiError `usage` for an unknown dataset, a missing quarter or an unreadable file
 */
export async function land(
  storage: Storage,
  request: LandRequest,
  effects: LandEffects = {},
): Promise<LandResult> {
  const { table, scope } = readRequest(request)
  const before = await fileIdentity(request.file)
  const assertUnchanged = async () => {
    if ((await fileIdentity(request.file)) === before) return
    throw new SkafferiError('fault', `${request.file} changed while it was read; land it again`)
  }
  const workspace = await storage.workspace()
  let fast: FastRows | null = null
  try {
    const reference_state = await referenceState(storage, table)
    fast = await startFast(storage, workspace, table, scope, request, effects)
    const file = await receive(request.file, join(workspace.path, 'received'), effects.onProgress)
    await assertUnchanged()
    const delivery = deliveryOf(scope, file.sha256)
    const state = await readScope(storage, scope)
    const landing = new Landing(
      storage,
      workspace,
      table,
      scope,
      request,
      { ...file, delivery, reference_state },
      effects,
    )
    if (state.effective?.landing.sha256 === file.sha256) return await landing.duplicate(state.effective)
    return (fast && (await landing.runFast(fast, assertUnchanged))) ?? (await landing.run())
  } finally {
    await fast?.close()
    await workspace.remove()
  }
}

/** Begins to type the file itself while it is still being received; null when it cannot be done that way. */
async function startFast(
  storage: Storage,
  workspace: Workspace,
  table: Table,
  scope: Scope,
  { file }: LandRequest,
  { fast_path, memory }: LandEffects,
): Promise<FastRows | null> {
  if (!(fast_path ?? (await stat(file)).size >= BIG_FILE_BYTES)) return null
  const { datasets: known, folders: lake_folders } = await readKnown(storage, table)
  const { quarter } = scope
  return await FastRows.start({
    ...{ file, folder: workspace.path, table, quarter, known, lake_folders, memory },
  })
}

function readRequest({ dataset, source, quarter }: LandRequest): { table: Table; scope: Scope } {
  const table = tableNamed('dataset', datasets, dataset)
  if (!CODE.test(source))
    throw new SkafferiError(
      'usage',
      `not a source: ${JSON.stringify(source)} (valid: letters, digits, _ . and -)`,
    )
  if (isQuarterly(table) && quarter === undefined) {
    throw new SkafferiError(
      'usage',
      `${dataset} is delivered by quarter: --quarter is missing (valid: 2026-Q3)`,
    )
  }
  if (!isQuarterly(table) && quarter !== undefined) {
    throw new SkafferiError(
      'usage',
      `${dataset} is a reference dataset and has no quarter: leave out --quarter ${quarter}`,
    )
  }
  return { table, scope: { dataset, source, quarter: quarter === undefined ? null : parseQuarter(quarter) } }
}

/** What changes when somebody writes to the file. */
async function fileIdentity(file: string): Promise<string> {
  try {
    const found = await stat(file, { bigint: true })
    if (!found.isFile()) throw new SkafferiError('usage', `not a file: ${file}`)
    return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
  } catch (error) {
    if (error instanceof SkafferiError) throw error
    throw new SkafferiError('usage', `cannot read ${file} (${(error as Error).message})`, { cause: error })
  }
}
