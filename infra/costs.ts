import { BootstraplessSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import type { Construct } from 'constructs'
import type { Stage } from './stages.ts'

/** Budgets are of the whole account, but CloudFormation makes them in some regions only; Stockholm is none. */
const REGION = 'eu-central-1'

/** A mail when the account's month costs more than meant: at 80 %, at all of it, and if it is going to. */
export class CostsStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      stackName: `skafferi-${stage.name}-costs`,
      env: { region: REGION },
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
      tags: { ...stage.tags },
    })
    const subscribers = stage.mail.alarms.map((address) => ({ subscriptionType: 'EMAIL', address }))
    const notify = (notificationType: string, threshold: number) => ({
      notification: {
        notificationType,
        threshold,
        thresholdType: 'PERCENTAGE',
        comparisonOperator: 'GREATER_THAN',
      },
      subscribers,
    })
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `skafferi-${stage.name}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: stage.budget_usd_per_month, unit: 'USD' },
      },
      notificationsWithSubscribers:
        subscribers.length === 0
          ? []
          : [notify('ACTUAL', 80), notify('ACTUAL', 100), notify('FORECASTED', 100)],
    })
  }
}
