import { z } from 'zod'
import { SkafferiError } from '../errors.ts'
import { type RunRecord, readRun } from '../lake/runs.ts'
import type { Storage } from '../storage/storage.ts'

const ReleaseNumber = z.union([z.int(), z.string()])
const ReleaseFile = z.looseObject({ quarter: z.string(), release: ReleaseNumber, run: z.string() })
const PointerFile = z.looseObject({ release: ReleaseNumber })

/** A release that rests on a delivery. */
export interface ReleaseUse {
  readonly quarter: string
  readonly release: number | string
  readonly run: string
  /** Whether it is the one that readers of the quarter see. */
  readonly current: boolean
}

/** The releases whose run rests on a delivery. `runs` are those read already. */
export async function releasesOf(
  storage: Storage,
  runs: readonly RunRecord[],
  delivery: string,
): Promise<ReleaseUse[]> {
  const known = new Map(runs.map((record) => [record.run, record]))
  const releases: ReleaseUse[] = []
  for await (const { key } of storage.list('releases/')) {
    if (!key.endsWith('/release.json')) continue
    const found = parsed(ReleaseFile, new TextDecoder().decode(await storage.read(key)))
    if (found === null) continue
    const { quarter, release, run } = found
    const record = known.get(run) ?? (await runIfAny(storage, quarter, run))
    if (record === null) continue
    known.set(run, record)
    if (!record.inputs.some((pin) => pin.delivery === delivery)) continue
    const current = (await currentRelease(storage, quarter)) === String(release)
    releases.push({ quarter, release, run, current })
  }
  return releases
}

async function currentRelease(storage: Storage, quarter: string): Promise<string | null> {
  const pointer = await storage.readPointer(`releases/${quarter}/current.json`)
  const found = pointer && parsed(PointerFile, pointer.content)
  return found === null ? null : String(found.release)
}

/** A text that is something else is no release: null. */
function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** A release may outlive the record of its run, or name one of another lake. */
async function runIfAny(storage: Storage, quarter: string, run: string): Promise<RunRecord | null> {
  try {
    return await readRun(storage, quarter, run)
  } catch (error) {
    if (error instanceof SkafferiError) return null
    throw error
  }
}
