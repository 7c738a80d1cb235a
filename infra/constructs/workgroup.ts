import { Aws, Duration, Stack } from 'aws-cdk-lib'
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { type Lake, privateBucket } from './lake.ts'

/** Days that answers of queries are kept. Nothing reads them again. */
const ANSWERS_DAYS = 7

/** Athena's settings, which no caller can change: engine, answers' place and encryption, and when to stop. */
export class Workgroup extends Construct {
  readonly name: string
  readonly arn: string
  /** Where Athena writes answers. */
  readonly answers: Bucket

  constructor(scope: Construct, id: string, settings: Settings, lake: Lake) {
    super(scope, id)
    const { stage } = settings
    this.answers = privateBucket(this, 'Answers', settings, {
      serverAccessLogsBucket: lake.accessLogs as IBucket,
      serverAccessLogsPrefix: 'answers/',
      lifecycleRules: [{ expiration: Duration.days(ANSWERS_DAYS) }],
    })
    const workgroup = new CfnWorkGroup(this, 'Workgroup', {
      name: `skafferi-${stage.name}`,
      description: `Queries of Skafferi (${stage.name})`,
      // what counts of a run's queries stands in the run's own record
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        requesterPaysEnabled: false,
        bytesScannedCutoffPerQuery: stage.query_cutoff_bytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${this.answers.bucketName}/`,
          expectedBucketOwner: Aws.ACCOUNT_ID,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    })
    this.name = workgroup.ref
    this.arn = this.#arnOf(`skafferi-${stage.name}`)
  }

  /** The workgroup that everybody has, without limits. */
  get primaryArn(): string {
    return this.#arnOf('primary')
  }

  /** Glue's catalogue, as Athena calls it. */
  get catalogArn(): string {
    return Stack.of(this).formatArn({
      service: 'athena',
      resource: 'datacatalog',
      resourceName: 'AwsDataCatalog',
    })
  }

  #arnOf(name: string): string {
    return Stack.of(this).formatArn({ service: 'athena', resource: 'workgroup', resourceName: name })
  }
}
