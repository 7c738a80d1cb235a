import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { z } from 'zod'
import { readRelease } from '../core/lake/releases.ts'
import { unfinishedLandings } from '../core/land-upload.ts'
import { type DueDelivery, lateness } from '../core/lateness.ts'
import { listReleases } from '../core/releases.ts'
import type { Storage } from '../core/storage/storage.ts'
import { environment } from './environment.ts'
import { withLake } from './lake.ts'
import { landAgain } from './landing-queue.ts'
import { lateMessage } from './messages.ts'
import { notify } from './notices.ts'
import { correlate, logger, metrics, observed } from './observed.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A landing is given that long before it is taken for dead. */
const LANDING_MS = 2 * HOUR_MS
/** For so many nights what did not land is tried again. */
const NIGHTS = 7
/** The day on which sources are reminded of what is still missing. */
const REMINDED_ON = 1

const env = environment('SKAFFERI_LAKE', 'SKAFFERI_LANDING_QUEUE_URL', 'SKAFFERI_TOPIC_ARN')
const Input = z.object({ scheduled_at: z.iso.datetime({ offset: true }).optional() })

/** Looks every night for what is late, what has not landed, and how old the newest release is. */
export const handler = observed(async (event: unknown, context): Promise<void> => {
  const now = new Date(Input.parse(event ?? {}).scheduled_at ?? Date.now())
  correlate(context.awsRequestId)
  await withLake(env.SKAFFERI_LAKE, async (storage) => {
    // one that fails does not keep the others from looking
    const looks = await Promise.allSettled([
      lookForUnfinished(storage, now),
      lookAtReleases(storage, now),
      lookForLate(storage, now),
    ])
    const failed = looks.find((look) => look.status === 'rejected')
    if (failed) throw failed.reason
  })
})

async function lookForUnfinished(storage: Storage, now: Date): Promise<void> {
  const ago = (ms: number) => new Date(now.getTime() - ms)
  const keys = await unfinishedLandings(storage, ago(LANDING_MS), ago(NIGHTS * DAY_MS))
  await landAgain(env.SKAFFERI_LANDING_QUEUE_URL, keys, { keeps_newer: true })
  metrics.addMetric('LandingsUnfinished', MetricUnit.Count, keys.length)
}

/** Without a release there is no age: none is given, rather than a wrong one. */
async function lookAtReleases(storage: Storage, now: Date): Promise<void> {
  const current = (await listReleases(storage)).filter((release) => release.current)
  const records = await Promise.all(
    current.map(({ quarter, release }) => readRelease(storage, quarter, release)),
  )
  const newest = records.map(({ computed_at }) => Date.parse(computed_at)).sort((a, b) => b - a)[0]
  if (newest !== undefined)
    metrics.addMetric('NewestReleaseAgeDays', MetricUnit.Count, (now.getTime() - newest) / DAY_MS)
}

/** A source hears of it on the day on which something new is missing, and then once a week. */
async function lookForLate(storage: Storage, now: Date): Promise<void> {
  const { late, missing, new_since_yesterday } = await lateness(storage, now)
  metrics.addMetric('SourcesLate', MetricUnit.Count, sourcesOf(late).size)
  metrics.addMetric('SourcesMissing', MetricUnit.Count, sourcesOf(missing).size)
  logger.info('looked for late deliveries', { late: late.length, missing: missing.length })
  const isReminded = now.getUTCDay() === REMINDED_ON
  for (const source of sourcesOf(missing))
    if (isReminded || new_since_yesterday.has(source)) {
      const own = missing.filter((one) => one.source === source)
      await notify(env.SKAFFERI_TOPIC_ARN, lateMessage(source, own))
    }
}

const sourcesOf = (due: readonly DueDelivery[]) => new Set(due.map(({ source }) => source))
