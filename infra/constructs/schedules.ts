import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Analysis } from './analysis.ts'
import type { PipelineFunction } from './functions.ts'

const TIME_ZONE = 'Europe/Stockholm'
/** The instant for which Scheduler calls, in its own word. */
const SCHEDULED_AT = '<aws.scheduler.scheduled-time>'
/** A year that is no leap year; grace ends before it would matter. */
const SOME_YEAR = 2027

/** When each quarter is published: the morning after its grace has passed. */
export function publicationTimes(grace_days: number): { quarter: string; expression: string }[] {
  return [1, 2, 3, 4].map((quarter) => {
    const morning = new Date(Date.UTC(SOME_YEAR, quarter * 3, grace_days + 1))
    const [month, day] = [morning.getUTCMonth() + 1, morning.getUTCDate()]
    return { quarter: `Q${quarter}`, expression: `cron(0 6 ${day} ${month} ? *)` }
  })
}

/** What happens by the clock: the nightly look at what is late, and each quarter's publication. */
export class Schedules extends Construct {
  readonly #group: CfnScheduleGroup
  readonly #role: Role
  readonly #failures: Queue

  constructor(
    scope: Construct,
    id: string,
    { stage }: Settings,
    { status, analysis, failures }: { status: PipelineFunction; analysis: Analysis; failures: Queue },
  ) {
    super(scope, id)
    this.#failures = failures
    this.#group = new CfnScheduleGroup(this, 'Group', { name: `skafferi-${stage.name}` })
    this.#role = this.#roleFor(stage.name)
    this.#allow('lambda:InvokeFunction', status.function.functionArn)
    this.#allow('states:StartExecution', analysis.machine.stateMachineArn)
    this.#allow('sqs:SendMessage', failures.queueArn)

    const at = { scheduled_at: SCHEDULED_AT }
    this.#schedule('Nightly', 'cron(0 5 * * ? *)', status.function.functionArn, at)
    for (const { quarter, expression } of publicationTimes(stage.grace_days))
      this.#schedule(`Publish${quarter}`, expression, analysis.machine.stateMachineArn, {
        ...{ run: null, quarter: null, as_of: null, publish: true, reason: null },
        ...at,
      })
  }

  #roleFor(stage: string): Role {
    const { account } = Stack.of(this)
    const group = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: `skafferi-${stage}`,
    })
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': group } },
      }),
    })
  }

  #allow(action: string, resource: string): void {
    this.#role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }))
  }

  #schedule(id: string, expression: string, arn: string, input: object): void {
    const schedule = new CfnSchedule(this, id, {
      groupName: this.#group.ref,
      scheduleExpression: expression,
      scheduleExpressionTimezone: TIME_ZONE,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn,
        roleArn: this.#role.roleArn,
        input: JSON.stringify(input),
        deadLetterConfig: { arn: this.#failures.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 4 * 3600, maximumRetryAttempts: 10 },
      },
    })
    schedule.node.addDependency(this.#role)
  }
}
