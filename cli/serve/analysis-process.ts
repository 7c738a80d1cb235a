import { analyse } from '../../core/analyse.ts'
import type { AnalysisOutcome, AnalysisRequest } from '../../core/api/ports.ts'
import { check, isClean } from '../../core/check.ts'
import { SkafferiError } from '../../core/errors.ts'
import { publish } from '../../core/publish.ts'
import { openStorage } from '../../core/storage/open.ts'
import type { Storage } from '../../core/storage/storage.ts'

/** What a process of its own is told to compute. */
export interface AnalysisWork {
  readonly lake: string
  readonly request: AnalysisRequest
}

/** What came of it. */
export type AnalysisReport = { readonly result: AnalysisOutcome } | { readonly error: string }

async function compute(storage: Storage, asked: AnalysisRequest): Promise<AnalysisOutcome> {
  const { run, quarter, as_of, reason } = asked
  const { marts } = await analyse(storage, { run, quarter, ...(as_of ? { as_of: new Date(as_of) } : {}) })
  const checked = await check(storage, { quarter, run })
  const { errors, warnings } = checked
  if (!asked.publish) return { run, marts, errors, warnings, release: null }
  if (!isClean(checked))
    throw new SkafferiError(
      'check',
      `run ${run} is not published: ${errors} errors (skafferi check --quarter ${quarter})`,
    )
  const { release } = await publish(storage, { quarter, run, ...(reason ? { reason } : {}) })
  return { run, marts, errors, warnings, release }
}

async function main({ lake, request }: AnalysisWork): Promise<AnalysisReport> {
  const storage = await openStorage(lake)
  try {
    return { result: await compute(storage, request) }
  } catch (error) {
    if (error instanceof SkafferiError) return { error: error.message }
    throw error
  } finally {
    await storage.close()
  }
}

// with the server gone nobody would hear of it
process.once('disconnect', () => process.exit())
process.once('message', async (work: AnalysisWork) => process.send!(await main(work)))
