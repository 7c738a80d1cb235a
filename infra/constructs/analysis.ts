import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  type IChainable,
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
import type { PipelineFunction } from './functions.ts'
import { type Steps, type Surroundings, steps } from './steps.ts'

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
  // a function that was ended from outside: out of time, out of memory
  'Sandbox.Timedout',
  'Runtime.ExitError',
]

/** Analyse, check, publish: each a function, one after the other, each failure a message. */
export class Analysis extends Construct {
  readonly machine: StateMachine
  readonly steps: readonly PipelineFunction[]

  constructor(scope: Construct, id: string, settings: Settings, surroundings: Surroundings) {
    super(scope, id)
    const functions = steps(this, settings, surroundings)
    this.steps = Object.values(functions)
    const definition = this.#definition(functions, this.#failed(surroundings.failures))
    this.machine = this.#machine(settings, DefinitionBody.fromChainable(definition))
  }

  /** Where every failure goes: into a queue, and on as the run's own. */
  #failed(queue: Queue): IChainable {
    return new SqsSendMessage(this, 'Tell', {
      queue,
      messageBody: TaskInput.fromObject({
        run: JsonPath.stringAt('$$.Execution.Name'),
        input: JsonPath.objectAt('$$.Execution.Input'),
        error: JsonPath.objectAt('$.error'),
      }),
      resultPath: JsonPath.DISCARD,
    }).next(new Fail(this, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }))
  }

  #definition({ analyse, check, publish }: Steps, failed: IChainable): IChainable {
    const unclean = new Pass(this, 'NotClean', {
      result: Result.fromObject({
        Error: 'NotClean',
        Cause: 'checks found errors, so nothing was published; see $.check and `skafferi check`',
      }),
      resultPath: '$.error',
    }).next(failed)

    const analysed = this.#step(analyse, 'Analyse', '$.analysis', {
      run: JsonPath.stringAt('$.run'),
      quarter: JsonPath.stringAt('$.quarter'),
      as_of: JsonPath.stringAt('$.as_of'),
      scheduled_at: JsonPath.stringAt('$.scheduled_at'),
      attempt: JsonPath.numberAt('$$.State.RetryCount'),
    })
    const run = { run: JsonPath.stringAt('$.analysis.run'), quarter: JsonPath.stringAt('$.analysis.quarter') }
    const checked = this.#step(check, 'Check', '$.check', run)
    const published = this.#step(publish, 'Publish', '$.release', {
      ...run,
      reason: JsonPath.stringAt('$.reason'),
      attempt: JsonPath.numberAt('$$.State.RetryCount'),
    })
    for (const step of [analysed, checked, published]) step.addCatch(failed, { resultPath: '$.error' })
    const done = new Succeed(this, 'Done')
    return analysed
      .next(checked)
      .next(
        new Choice(this, 'Wanted')
          .when(Condition.booleanEquals('$.publish', false), done)
          .when(Condition.booleanEquals('$.check.clean', true), published.next(done))
          .otherwise(unclean),
      )
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
