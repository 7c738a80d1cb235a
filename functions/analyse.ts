import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Context } from 'aws-lambda'
import { type AnalyseResult, analyse, runName } from '../core/analyse.ts'
import type { Engine, QueryRecord } from '../core/engines/engine.ts'
import { type EngineSettings, openEngine } from '../core/engines/open.ts'
import { quarterBefore } from '../core/lateness.ts'
import { environment } from './environment.ts'
import { withLake } from './lake.ts'
import { correlate, logger, metrics, observed } from './observed.ts'
import { stepInput } from './step-input.ts'

/** For stopping what still runs, and for saying so. */
const MARGIN_MS = 20_000

const env = environment(
  'SKAFFERI_LAKE',
  'SKAFFERI_ENGINE',
  'SKAFFERI_ATHENA_WORKGROUP',
  'SKAFFERI_GLUE_DATABASE',
  'SKAFFERI_DUCKDB_MEMORY',
)

/** What the next steps need to know of a run. */
export type Analysed = Pick<AnalyseResult, 'run' | 'quarter' | 'marts'>

/** Computes a quarter. Without one it is the newest that has ended; a retry is a run of its own. */
export const handler = observed(async (event: unknown, context): Promise<Analysed> => {
  const { run: asked, as_of, scheduled_at, attempt, ...input } = stepInput('analyse', event)
  const name = asked ?? runName(new Date())
  const run = attempt === 0 ? name : `${name}-${attempt + 1}`
  const quarter = input.quarter ?? quarterBefore(new Date(scheduled_at ?? Date.now())).name
  correlate(name, { run, quarter })
  const request = { quarter, run, as_of: as_of ? new Date(as_of) : undefined }
  const result = await withLake(env.SKAFFERI_LAKE, (storage) =>
    measured((opened) =>
      analyse(storage, request, {
        openEngine: async (storage, tables) =>
          opened(await openEngine(env.SKAFFERI_ENGINE, storage, tables, engineSettings(context))),
      }),
    ),
  )
  logger.info('analysed', { marts: result.marts, inputs: result.inputs.length })
  return { run: result.run, quarter: result.quarter, marts: result.marts }
})

/** Counts what a run took, whatever became of it; `act` says which engine it opened. */
async function measured<T>(act: (opened: (engine: Engine) => Engine) => Promise<T>): Promise<T> {
  const engines: Engine[] = []
  const begun = performance.now()
  try {
    return await act((engine) => {
      engines.push(engine)
      return engine
    })
  } catch (error) {
    metrics.addMetric('RunsFailed', MetricUnit.Count, 1)
    throw error
  } finally {
    metrics.addMetric('RunSeconds', MetricUnit.Seconds, (performance.now() - begun) / 1000)
    for (const { queries } of engines)
      if (queries) metrics.addMetric('BytesScanned', MetricUnit.Bytes, bytesOf(queries))
  }
}

function engineSettings(context: Context): EngineSettings {
  const left = Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS)
  return {
    signal: AbortSignal.timeout(left),
    deadline_ms: left,
    duckdb: env.SKAFFERI_DUCKDB_MEMORY === undefined ? undefined : { memory: env.SKAFFERI_DUCKDB_MEMORY },
    athena: { workgroup: env.SKAFFERI_ATHENA_WORKGROUP, database: env.SKAFFERI_GLUE_DATABASE },
  }
}

const bytesOf = (queries: readonly QueryRecord[]) =>
  queries.reduce((sum, { bytes_scanned }) => sum + bytes_scanned, 0)
