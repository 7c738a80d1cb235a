import { createHash } from 'node:crypto'
import { pinDeliveries } from './analyse.ts'
import { SkafferiError } from './errors.ts'
import { keys } from './lake/layout.ts'
import {
  RELEASE_FILE,
  type ReleaseRecord,
  readIdentity,
  readNumbers,
  readPointer,
  readRelease,
} from './lake/releases.ts'
import { listRuns, readRun } from './lake/runs.ts'
import { inParallel } from './parallel.ts'
import { changesSince } from './plan.ts'
import { parseQuarter } from './quarter.ts'
import type { Storage } from './storage/storage.ts'

/** A release as a list shows it. */
export interface ListedRelease {
  readonly quarter: string
  readonly release: number
  readonly run: string
  /** Whether readers of the quarter get this one. */
  readonly current: boolean
}

/** Every release that has been made, by quarter and number. */
export async function listReleases(storage: Storage): Promise<ListedRelease[]> {
  const listed = await inParallel(await readNumbers(storage), async ({ quarter, made }) => {
    const current = (await readPointer(storage, quarter))?.release
    return await inParallel(made, async (release) => {
      const { run } = await readIdentity(storage, quarter, release)
      return { quarter, release, run, current: release === current }
    })
  })
  return listed.flat()
}

/** Where a release's files lie, and what it was made of. */
export interface ReadRelease {
  /** Prefix of its files' keys. */
  readonly folder: string
  readonly record: ReleaseRecord
}

/** The release that readers of a quarter get; null before the first one. */
export async function readCurrent(storage: Storage, quarter: string): Promise<ReadRelease | null> {
  const pointer = await readPointer(storage, parseQuarter(quarter).name)
  if (pointer === null) return null
  const folder = keys.release(quarter, pointer.release)
  const content = await storage.read(`${folder}${RELEASE_FILE}`)
  if (createHash('sha256').update(content).digest('hex') !== pointer.release_sha256)
    throw new SkafferiError('fault', `${folder}${RELEASE_FILE} is not what ${keys.current(quarter)} says`)
  return { folder, record: await readRelease(storage, quarter, pointer.release) }
}

/** Whether the quarter has a run, and the newest one rests on other deliveries than those that count now. */
export async function isNewestStale(storage: Storage, quarter: string): Promise<boolean> {
  const run = (await listRuns(storage)).get(quarter)?.at(-1)
  return run !== undefined && (await isStale(storage, { quarter, run }))
}

/** Whether a released run rests on other deliveries than those that count now. */
export async function isStale(
  storage: Storage,
  { quarter, run }: Pick<ListedRelease, 'quarter' | 'run'>,
): Promise<boolean> {
  const { inputs } = await readRun(storage, quarter, run)
  const { added, removed } = changesSince(inputs, await pinDeliveries(storage, parseQuarter(quarter)))
  return added.length + removed.length > 0
}
