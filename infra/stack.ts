import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Construct } from 'constructs'
import { acknowledge } from './constructs/acknowledge.ts'
import { Analysis } from './constructs/analysis.ts'
import { Api } from './constructs/api.ts'
import { Catalogue } from './constructs/catalogue.ts'
import { Dashboard } from './constructs/dashboard.ts'
import { PipelineFunction } from './constructs/functions.ts'
import { Lake } from './constructs/lake.ts'
import { Landing } from './constructs/landing.ts'
import { Notices } from './constructs/notices.ts'
import { deadLetters } from './constructs/queues.ts'
import { Releases } from './constructs/releases.ts'
import { Schedules } from './constructs/schedules.ts'
import { Watch } from './constructs/watch.ts'
import { Workgroup } from './constructs/workgroup.ts'
import type { Settings } from './settings.ts'

/** The pipeline of one stage. */
export class SkafferiStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props)
    const { settings } = props
    const failures = deadLetters(this, 'Failures', settings)
    acknowledge(failures, 'SQS3', 'It is where failures of all kinds end, and an alarm watches it.')
    const lake = new Lake(this, 'Lake', settings)
    const catalogue = new Catalogue(this, 'Catalogue', settings, lake)
    const workgroup = new Workgroup(this, 'Queries', settings, lake)
    const notices = new Notices(this, 'Notices', settings)
    const releases = new Releases(this, 'Releases', settings, lake)

    const landing = new Landing(this, 'Landing', settings, lake, failures)
    landing.land.tells(notices.topic)
    const analysis = new Analysis(this, 'Analysis', settings, {
      lake,
      workgroup,
      catalogue,
      notices,
      failures,
      releases,
    })
    const status = nightlyLook(this, settings, { lake, landing, notices, failures })
    new Schedules(this, 'Schedules', settings, { status, analysis, failures })
    const api = new Api(this, 'Api', settings, { lake, landing, analysis, releases })

    const functions = [landing.land, ...analysis.steps, api.function, status]
    if (api.identity) functions.push(api.identity.token)
    const { machine } = analysis
    const watched = { functions, landing, failures, machine, http: api.stage, alarms: notices.alarms }
    new Watch(this, 'Watch', settings, watched)
    new Dashboard(this, 'Overview', settings, watched)

    outputs(this, {
      ApiUrl: api.api.apiEndpoint,
      ReleasesUrl: releases.url,
      LakeUrl: lake.url,
      Workgroup: workgroup.name,
      Database: catalogue.database,
      StateMachineArn: machine.stateMachineArn,
      LandingQueueUrl: landing.queue.queueUrl,
      LandingFailedQueueUrl: landing.failed.queueUrl,
      FailuresQueueUrl: failures.queueUrl,
      ...(api.identity ? { TokenUrl: api.identity.tokenUrl, UserPoolId: api.identity.pool.userPoolId } : {}),
    })
  }
}

function nightlyLook(
  stack: Stack,
  settings: Settings,
  { lake, landing, notices, failures }: NightlyNeeds,
): PipelineFunction {
  const status = new PipelineFunction(stack, 'status', settings, {
    description: 'Looks every night for what is late, missing or unfinished',
    memory_mb: 1769,
    timeout: Duration.minutes(5),
    temporary_mb: 1024,
  })
    .reads(lake, 'landing/', 'commits/', 'receipts/', 'curated/', 'rolled/', 'runs/', 'models/', 'releases/')
    .sendsTo(landing.queue, 'SKAFFERI_LANDING_QUEUE_URL')
    .tells(notices.topic)
  status.function.configureAsyncInvoke({
    onFailure: new SqsDestination(failures),
    retryAttempts: 2,
    maxEventAge: Duration.hours(4),
  })
  return status
}

interface NightlyNeeds {
  readonly lake: Lake
  readonly landing: Landing
  readonly notices: Notices
  readonly failures: ReturnType<typeof deadLetters>
}

function outputs(stack: Stack, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values))
    new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(name)
}
