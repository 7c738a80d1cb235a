import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { landUpload, type UploadOutcome } from '../core/land-upload.ts'
import { PoisonedUploadError, parseUploadKey } from '../core/landing/upload-key.ts'
import { isKey, type Storage } from '../core/storage/storage.ts'
import { environment } from './environment.ts'
import { isOurs, lakeKey, withLake } from './lake.ts'
import { type LandingOrder, readLandingMessage } from './landing-message.ts'
import { landAgain } from './landing-queue.ts'
import { refusedMessage } from './messages.ts'
import { notify } from './notices.ts'
import { correlate, logFailure, logger, metrics, observed } from './observed.ts'
import { RetryableError } from './step-errors.ts'

/** A landing that may not come to an end is better not begun. */
const LEAST_TIME_MS = 20_000

const env = environment(
  'SKAFFERI_LAKE',
  'SKAFFERI_LANDING_QUEUE_URL',
  'SKAFFERI_TOPIC_ARN',
  'SKAFFERI_DUCKDB_MEMORY',
)
const processor = new BatchProcessor(EventType.SQS)

/** Lands what messages tell of, one after the other; those that cannot be landed are given back alone. */
export const handler = observed(
  async (event: SQSEvent, context): Promise<SQSBatchResponse> =>
    await processPartialResponse(event, landMessage, processor, {
      context,
      processInParallel: false,
      throwOnFullBatchFailure: false,
    }),
)

async function landMessage(record: SQSRecord, context?: Context): Promise<void> {
  correlate(record.messageId)
  try {
    if ((context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY) < LEAST_TIME_MS)
      throw new RetryableError('too little time is left to begin another landing')
    for (const order of readLandingMessage(record.body)) await landOrder(order, record)
  } catch (error) {
    logFailure(error)
    metrics.addMetric('LandingsFailed', MetricUnit.Count, 1)
    throw error
  }
}

async function landOrder(order: LandingOrder, { messageId, attributes }: SQSRecord): Promise<void> {
  await withLake(env.SKAFFERI_LAKE, async (storage) => {
    const key = await keyToLand(storage, order)
    if (key === null) return
    const { dataset, source } = parseUploadKey(key)
    correlate(('put' in order && order.correlation_id) || messageId, { dataset, source })
    const begun = performance.now()
    const sent_at = ('put' in order && order.put_at) || new Date(Number(attributes.SentTimestamp))
    // landed by a try of this message that failed afterwards, the sender may not have been told
    const isFirstTry = attributes.ApproximateReceiveCount === '1'
    const keeps_newer = 'put' in order || order.keeps_newer
    const outcome = await landUpload(storage, key, {
      sent_at,
      keeps_newer,
      memory: env.SKAFFERI_DUCKDB_MEMORY,
    })
    const told = ('again' in order && order.told) || (outcome.repeated && isFirstTry)
    count(outcome, told, (performance.now() - begun) / 1000)
    await landAgain(env.SKAFFERI_LANDING_QUEUE_URL, outcome.waiting, { told: true, keeps_newer: true })
    if (outcome.result.status === 'refused' && !told)
      await notify(env.SKAFFERI_TOPIC_ARN, refusedMessage(outcome.result))
  })
}

/** The key of an upload; null for an object that is none: what the program put, folders, other prefixes. */
async function keyToLand(storage: Storage, order: LandingOrder): Promise<string | null> {
  if ('again' in order) return uploadKey(order.again)
  const key = lakeKey(env.SKAFFERI_LAKE, order.put.bucket, order.put.key)
  if (key === null || !key.startsWith('landing/') || key.endsWith('/')) return null
  return (await isOurs(storage, uploadKey(key))) ? null : key
}

function uploadKey(key: string): string {
  parseUploadKey(key)
  if (isKey(key)) return key
  throw new PoisonedUploadError(key, 'no store can hold such a key')
}

const COUNTED = {
  accepted: 'LandingsAccepted',
  refused: 'LandingsRefused',
  duplicate: 'LandingsDuplicate',
} as const

/** A refusal that its sender was told of before is not counted again. */
function count({ result, repeated, waiting }: UploadOutcome, told: boolean, seconds: number): void {
  const { delivery, quarter, status, rows, refused_rows, problems_total } = result
  const counted = repeated || (told && status === 'refused') ? 'duplicate' : status
  metrics.addMetric(COUNTED[counted], MetricUnit.Count, 1)
  metrics.addMetric('LandingSeconds', MetricUnit.Seconds, seconds)
  if (counted !== 'duplicate') {
    metrics.addMetric('RowsAccepted', MetricUnit.Count, rows)
    metrics.addMetric('RowsRefused', MetricUnit.Count, refused_rows)
  }
  logger.info(`landed: ${status}`, {
    ...{ delivery, quarter, repeated, rows, refused_rows, problems_total, seconds },
    waiting: waiting.length,
  })
}
