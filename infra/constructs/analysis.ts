import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  JitterType,
  JsonPath,
  LogLevel,
  Pass,
  Result,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions'
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { acknowledge, acknowledgePatterns } from './acknowledge.ts'
import type { Catalogue } from './catalogue.ts'
import { PipelineFunction } from './functions.ts'
import type { Lake } from './lake.ts'
import type { Notices } from './notices.ts'
import type { Releases } from './releases.ts'
import type { Workgroup } from './workgroup.ts'

/** A whole run with its retries. */
const RUN_TIMEOUT = Duration.hours(3)
/** What failed for reasons that may pass. */
const PASSING = [
  'RetryableError',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'States.Timeout',
]

/** What the steps of a run work with. */
export interface Surroundings {
  readonly lake: Lake
  readonly workgroup: Workgroup
  readonly catalogue: Catalogue
  readonly notices: Notices
  readonly failures: Queue
  readonly releases: Releases
}

/** Analyse, check, publish: each a function, one after the other, each failure a message. */
export class Analysis extends Construct {
  readonly machine: StateMachine
  readonly steps: readonly PipelineFunction[]

  constructor(scope: Construct, id: string, settings: Settings, surroundings: Surroundings) {
    super(scope, id)
    const { failures } = surroundings
    this.steps = steps(this, settings, surroundings)
    const [analyse, check, publish] = this.steps
    const failed = new SqsSendMessage(this, 'Tell', {
      queue: failures,
      messageBody: TaskInput.fromObject({
        run: JsonPath.stringAt('$$.Execution.Name'),
        input: JsonPath.objectAt('$$.Execution.Input'),
        error: JsonPath.objectAt('$.error'),
      }),
      resultPath: JsonPath.DISCARD,
    }).next(new Fail(this, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }))
    const unclean = new Pass(this, 'NotClean', {
      result: Result.fromObject({
        Error: 'NotClean',
        Cause: 'checks found errors, so nothing was published; see $.check and `skafferi check`',
      }),
      resultPath: '$.error',
    }).next(failed)

    const analysed = this.#step(analyse!, 'Analyse', '$.analysis', {
      run: JsonPath.stringAt('$.run'),
      quarter: JsonPath.stringAt('$.quarter'),
      as_of: JsonPath.stringAt('$.as_of'),
      scheduled_at: JsonPath.stringAt('$.scheduled_at'),
      attempt: JsonPath.numberAt('$$.State.RetryCount'),
    })
    const run = { run: JsonPath.stringAt('$.analysis.run'), quarter: JsonPath.stringAt('$.analysis.quarter') }
    const checked = this.#step(check!, 'Check', '$.check', run)
    const published = this.#step(publish!, 'Publish', '$.release', {
      ...run,
      reason: JsonPath.stringAt('$.reason'),
      attempt: JsonPath.numberAt('$$.State.RetryCount'),
    })
    for (const step of [analysed, checked, published]) step.addCatch(failed, { resultPath: '$.error' })
    const done = new Succeed(this, 'Done')
    const definition = analysed
      .next(checked)
      .next(
        new Choice(this, 'Wanted')
          .when(Condition.booleanEquals('$.publish', false), done)
          .when(Condition.booleanEquals('$.check.clean', true), published.next(done))
          .otherwise(unclean),
      )
    this.machine = this.#machine(settings, DefinitionBody.fromChainable(definition))
  }

  #step(
    step: PipelineFunction,
    id: string,
    resultPath: string,
    input: Record<string, unknown>,
  ): LambdaInvoke {
    const task = new LambdaInvoke(this, id, {
      lambdaFunction: step.function,
      payload: TaskInput.fromObject(input),
      payloadResponseOnly: true,
      resultPath,
      retryOnServiceExceptions: false,
      taskTimeout: Timeout.duration(step.timeout.plus(Duration.seconds(30))),
    })
    task.addRetry({
      errors: PASSING,
      interval: Duration.seconds(20),
      backoffRate: 2,
      maxAttempts: 2,
      jitterStrategy: JitterType.FULL,
    })
    return task
  }

  #machine({ stage }: Settings, definitionBody: DefinitionBody): StateMachine {
    const machine = new StateMachine(this, 'Runs', {
      definitionBody,
      timeout: RUN_TIMEOUT,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/skafferi-${stage.name}`,
          retention: stage.log_days,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
    })
    const everyVersion = this.steps.map((step) => `${step.function.functionArn}:*`)
    acknowledgePatterns(machine, everyVersion, 'Versions of the steps themselves.')
    acknowledge(machine, 'IAM5[Resource::*]', 'Delivery of logs and traces have no resources to name.')
    return machine
  }
}

/** The three steps. Checking and publishing read what deliveries said, so they see the whole lake. */
function steps(scope: Construct, settings: Settings, surroundings: Surroundings): PipelineFunction[] {
  const { lake, workgroup, catalogue, notices, releases } = surroundings
  const analyse = new PipelineFunction(scope, 'analyse', settings, {
    description: 'Pins the deliveries that count and computes every model of a quarter',
    memory_mb: 1769,
    timeout: Duration.minutes(15),
    temporary_mb: 4096,
    duckdb_mb: 900,
  })
    .reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/')
    .writes(lake, 'models/', 'runs/')
    .queries(workgroup, catalogue, lake)
  analyse.function.addEnvironment('SKAFFERI_ENGINE', settings.stage.engine)
  const check = new PipelineFunction(scope, 'check', settings, {
    description: 'Looks for what must not be in a run',
    memory_mb: 1769,
    timeout: Duration.minutes(10),
    temporary_mb: 4096,
  }).reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/', 'receipts/', 'quarantine/')
  const publish = new PipelineFunction(scope, 'publish', settings, {
    description: 'Makes a release of a run, without what would tell of single farms, and tells its findings',
    memory_mb: 3008,
    timeout: Duration.minutes(15),
    temporary_mb: 4096,
  })
    .reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/', 'receipts/', 'releases/')
    .writes(lake, 'releases/')
    .tells(notices.topic)
    .pointsTo(releases)
  return [analyse, check, publish]
}
