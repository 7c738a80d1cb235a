import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  HttpMethods,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { resourceOf } from './acknowledge.ts'

/** Where Athena unloads a model's attempts, which count for nothing until they are copied into the run. */
export const UNLOADS = 'unloads/'

/**
 * What is written once. Not `releases/<quarter>/current.json`, which is replaced, not what people put under
 * `landing/<dataset>/<source>/<quarter>/`, and not what Athena unloads.
 */
export const WRITE_ONCE = [
  'commits/*',
  'receipts/*',
  'runs/*',
  'curated/*',
  'rolled/*',
  'quarantine/*',
  'models/*',
  'releases/*/*/*',
  `landing/*/*/d${'?'.repeat(24)}/*`,
]

/** A bucket as every bucket here is: private, owned, encrypted, and kept when the stack goes. */
export function privateBucket(
  scope: Construct,
  id: string,
  { emulated }: Settings,
  props: BucketProps,
): Bucket {
  return new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(emulated ? {} : { enforceSSL: true, minimumTLSVersion: 1.2 }),
    ...props,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ...(props.lifecycleRules ?? []),
    ],
  })
}

/** The lake in a bucket of its own, and the log of who read it. */
export class Lake extends Construct {
  readonly bucket: Bucket
  readonly accessLogs: Bucket
  /** The lake as every command and function names it. */
  readonly url: string

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id)
    this.accessLogs = privateBucket(this, 'AccessLogs', settings, {
      lifecycleRules: [{ expiration: Duration.days(settings.stage.log_days) }],
    })
    this.bucket = privateBucket(this, 'Bucket', settings, {
      versioned: true,
      serverAccessLogsBucket: this.accessLogs as IBucket,
      serverAccessLogsPrefix: 'lake/',
      lifecycleRules: lifecycle(settings),
      cors: uploadsFrom(settings.stage.web_origins),
    })
    this.url = `s3://${this.bucket.bucketName}`
    this.#announceObjects()
    if (!settings.emulated) this.#refuseOverwriting()
  }

  /** EventBridge hears of every object. Set here because the bucket's own property needs a function to do it. */
  #announceObjects(): void {
    resourceOf<CfnBucket>(this.bucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    }
  }

  /** Parts of a multipart upload carry no condition; its completion does. */
  #refuseOverwriting(): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'WriteOnce',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: WRITE_ONCE.map((keys) => this.bucket.arnForObjects(keys)),
        conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      }),
    )
  }
}

/** No archive tier: Athena does not read what is archived, and a past quarter is run again from its files. */
function lifecycle({ stage }: Settings): LifecycleRule[] {
  return [
    { noncurrentVersionExpiration: Duration.days(stage.restorable_days) },
    {
      prefix: UNLOADS,
      expiration: Duration.days(7),
      noncurrentVersionExpiration: Duration.days(1),
    },
    { prefix: UNLOADS, expiredObjectDeleteMarker: true },
  ]
}

function uploadsFrom(origins: readonly string[]) {
  if (origins.length === 0) return []
  const headers = ['content-type', 'if-none-match', 'x-amz-checksum-sha256', 'x-amz-meta-*']
  return [{ allowedOrigins: [...origins], allowedMethods: [HttpMethods.PUT], allowedHeaders: headers }]
}
