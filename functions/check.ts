import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { check, isClean } from '../core/check.ts'
import { environment } from './environment.ts'
import { withLake } from './lake.ts'
import { correlate, logger, metrics, observed } from './observed.ts'
import { stepInput } from './step-input.ts'

const env = environment('SKAFFERI_LAKE')

/** What the checks found, counted; `clean`: nothing stands in the way of a release. */
export interface Checked {
  readonly errors: number
  readonly warnings: number
  readonly clean: boolean
}

/** Holds a run against every check. Violations may name suppliers: they are counted here, not told. */
export const handler = observed(async (event: unknown): Promise<Checked> => {
  const { run, quarter } = stepInput('check', event)
  correlate(run, { run, quarter })
  return await withLake(env.SKAFFERI_LAKE, async (storage) => {
    const result = await check(storage, { quarter, run })
    const { errors, warnings, violations, not_checked } = result
    metrics.addMetric('CheckErrors', MetricUnit.Count, errors)
    metrics.addMetric('CheckWarnings', MetricUnit.Count, warnings)
    const rules = Map.groupBy(violations, ({ rule }) => rule)
    const counted = Object.fromEntries([...rules].map(([rule, own]) => [rule, own.length]))
    logger.info('checked', { errors, warnings, rules: counted, not_checked: [...not_checked] })
    return { errors, warnings, clean: isClean(result) }
  })
})
