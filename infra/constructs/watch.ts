import { Duration } from 'aws-cdk-lib'
import type { HttpStage } from 'aws-cdk-lib/aws-apigatewayv2'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Stage } from '../stages.ts'
import type { PipelineFunction } from './functions.ts'
import type { Landing } from './landing.ts'

/** What is watched. */
export interface Watched {
  readonly functions: readonly PipelineFunction[]
  readonly landing: Landing
  readonly failures: Queue
  readonly machine: StateMachine
  readonly http: HttpStage
  readonly alarms: ITopic
}

const { GREATER_THAN_THRESHOLD } = ComparisonOperator
const HOUR = Duration.hours(1)
const FIVE_MINUTES = Duration.minutes(5)
const DAY = Duration.days(1)

/** A metric that the functions of a stage write into their logs. */
export const ownMetric = (stage: Stage, metricName: string, period: Duration, statistic: string): Metric =>
  new Metric({
    namespace: 'Skafferi',
    metricName,
    dimensionsMap: { service: `skafferi-${stage.name}` },
    period,
    statistic,
  })

/** An alarm for everything a person has to look after. What to do at each stands in docs/operations.md. */
export class Watch extends Construct {
  readonly #stage: Stage
  readonly #emulated: boolean
  readonly #action: SnsAction

  constructor(scope: Construct, id: string, { stage, emulated }: Settings, watched: Watched) {
    super(scope, id)
    this.#stage = stage
    this.#emulated = emulated !== null
    this.#action = new SnsAction(watched.alarms)
    this.#landing(watched.landing)
    this.#runs(watched.machine)
    this.#alarm('failures-waiting', visible(watched.failures), 0, 'Something failed and was put aside')
    this.#alarm(
      'api-faults',
      watched.http.metricServerError({ period: FIVE_MINUTES }),
      0,
      'The API answered with 5xx',
    )
    for (const one of watched.functions) this.#function(one)
  }

  #landing({ queue, failed }: Landing): void {
    const own = (name: string, period: Duration) => ownMetric(this.#stage, name, period, Stats.SUM)
    this.#alarm('landing-failed', visible(failed), 0, 'A file could not be landed, and nobody was told')
    this.#alarm(
      'landing-slow',
      queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
      HOUR.toSeconds(),
      'A file has waited for an hour to be landed',
    )
    const refusedShare = new MathExpression({
      // a metric that nobody wrote has no value, not even 0, and leaves the whole expression without one
      expression:
        'IF(FILL(accepted, 0) + FILL(refused, 0) >= 4, FILL(refused, 0) / (FILL(accepted, 0) + FILL(refused, 0)), 0)',
      usingMetrics: { accepted: own('LandingsAccepted', DAY), refused: own('LandingsRefused', DAY) },
      period: DAY,
      label: 'Share of refused deliveries',
    })
    this.#alarm('landings-refused', refusedShare, 0.5, 'Over half of a day’s deliveries were refused')
    const missing = ownMetric(this.#stage, 'SourcesMissing', DAY, Stats.MAXIMUM)
    this.#alarm('sources-missing', missing, 0, 'A source has not sent what was due')
  }

  #runs(machine: StateMachine): void {
    const failed = new MathExpression({
      expression: 'FILL(failed, 0) + FILL(timed_out, 0) + FILL(aborted, 0)',
      usingMetrics: {
        failed: machine.metricFailed(),
        timed_out: machine.metricTimedOut(),
        aborted: machine.metricAborted(),
      },
      period: FIVE_MINUTES,
      label: 'Runs that failed',
    })
    this.#alarm('runs-failed', failed, 0, 'A run did not come to its end')
    const age = ownMetric(this.#stage, 'NewestReleaseAgeDays', DAY, Stats.MAXIMUM)
    this.#alarm('release-old', age, this.#stage.oldest_release_days, 'The newest release is too old')
  }

  #function({ name, function: lambda, timeout }: PipelineFunction): void {
    const period = FIVE_MINUTES
    this.#alarm(`${name}-errors`, lambda.metricErrors({ period }), 0, `${name} ended with an error`)
    this.#alarm(`${name}-throttles`, lambda.metricThrottles({ period }), 0, `${name} was not let start`)
    const duration = lambda.metricDuration({ period, statistic: Stats.MAXIMUM })
    this.#alarm(
      `${name}-slow`,
      duration,
      0.8 * timeout.toMilliseconds(),
      `${name} took over 80 % of its time`,
    )
  }

  #alarm(name: string, metric: IMetric, threshold: number, what: string): void {
    // the emulator has no alarms over arithmetic
    if (this.#emulated && metric instanceof MathExpression) return
    const alarm = new Alarm(this, name, {
      alarmName: `skafferi-${this.#stage.name}-${name}`,
      alarmDescription: `${what}. What to do: docs/operations.md, "${name}".`,
      metric,
      threshold,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(this.#action)
  }
}

/** Messages in a queue. */
export function visible(queue: Queue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM })
}
