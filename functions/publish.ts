import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { keys } from '../core/lake/layout.ts'
import { type PublishResult, publish } from '../core/publish.ts'
import { type Findings, firstFindings } from '../core/release/findings.ts'
import type { Storage } from '../core/storage/storage.ts'
import { environment } from './environment.ts'
import { withLake } from './lake.ts'
import { releaseMessage } from './messages.ts'
import { notify } from './notices.ts'
import { correlate, logger, metrics, observed } from './observed.ts'
import { stepInput } from './step-input.ts'

const env = environment('SKAFFERI_LAKE', 'SKAFFERI_TOPIC_ARN', 'SKAFFERI_RELEASES_URL')

/** What a run's followers are told of its release. */
export type Published = Pick<PublishResult, 'quarter' | 'release' | 'run' | 'status'>

/**
 * Makes a release of the very run that was checked, whatever was computed since, and tells of it, unless readers
 * have that very release already.
 */
export const handler = observed(async (event: unknown): Promise<Published> => {
  const { run: asked, quarter: name, reason, attempt } = stepInput('publish', event)
  correlate(asked, { run: asked, quarter: name })
  return await withLake(env.SKAFFERI_LAKE, async (storage) => {
    const { quarter, release, run, status, withheld } = await publish(storage, {
      quarter: name,
      run: asked,
      reason: reason ?? undefined,
    })
    const withheld_cells = withheld.reduce((sum, mart) => sum + mart.withheld_cells, 0)
    logger.info(status, { release, of_run: run, withheld_cells })
    // a try that made the release may have failed before it could tell of it
    if (status === 'published' || attempt > 0) {
      metrics.addMetric('Releases', MetricUnit.Count, 1)
      const read_at = env.SKAFFERI_RELEASES_URL ?? `${env.SKAFFERI_LAKE}/releases`
      const findings = await findingsOf(storage, quarter, release)
      await notify(env.SKAFFERI_TOPIC_ARN, releaseMessage({ quarter, release }, findings, read_at))
    }
    return { quarter, release, run, status }
  })
})

async function findingsOf(
  storage: Storage,
  quarter: string,
  release: number,
): Promise<Record<'sv' | 'en', Findings>> {
  const read = async (language: 'sv' | 'en') => {
    const summary = await storage.read(`${keys.release(quarter, release)}summary.${language}.md`)
    return firstFindings(new TextDecoder().decode(summary), language)
  }
  return { sv: await read('sv'), en: await read('en') }
}
