import { Duration } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { PipelineFunction } from './functions.ts'
import type { Lake } from './lake.ts'
import { deadLetters, privateQueue } from './queues.ts'

/** Tries before a message is put aside. */
const TRIES = 3
/** Files landed at once. The lake bears any number; the account's functions may be few. */
const AT_ONCE = 4

/** From an object put under `landing/` to a delivery: event, queue, function, and where failures end. */
export class Landing extends Construct {
  readonly queue: Queue
  /** Messages that could not be landed: no upload, not the bytes declared, or a fault. */
  readonly failed: Queue
  readonly land: PipelineFunction

  constructor(scope: Construct, id: string, settings: Settings, lake: Lake, failures: Queue) {
    super(scope, id)
    this.land = new PipelineFunction(this, 'land', settings, {
      description: 'Lands a file: validates it row by row, keeps what is good, and writes a receipt',
      memory_mb: 1769,
      timeout: Duration.minutes(5),
      temporary_mb: 4096,
      duckdb_mb: 700,
    })
      .reads(lake, 'landing/', 'commits/', 'receipts/', 'curated/', 'rolled/', 'quarantine/')
      .writes(lake, 'landing/', 'commits/', 'receipts/', 'curated/', 'rolled/', 'quarantine/')
    this.failed = deadLetters(this, 'Failed', settings)
    this.queue = privateQueue(this, 'Queue', settings, {
      visibilityTimeout: Duration.seconds(6 * this.land.timeout.toSeconds() + 60),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: TRIES },
    })
    this.land.sendsTo(this.queue, 'SKAFFERI_LANDING_QUEUE_URL')
    this.land.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 5,
        maxConcurrency: AT_ONCE,
        reportBatchItemFailures: true,
      }),
    )
    new Rule(this, 'Received', {
      description: 'A file was put under landing/',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [lake.bucket.bucketName] }, object: { key: [{ prefix: 'landing/' }] } },
      },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: failures, maxEventAge: Duration.days(1) })],
    })
  }
}
