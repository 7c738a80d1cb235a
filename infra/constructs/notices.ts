import { Aws } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Stage } from '../stages.ts'

/** Who is told what by mail. Every address has to confirm once. */
export class Notices extends Construct {
  /** Findings, refusals and what is late; attributes `kind` and `source`. */
  readonly topic: Topic
  /** What a person has to look after. */
  readonly alarms: Topic

  constructor(scope: Construct, id: string, { stage, emulated }: Settings) {
    super(scope, id)
    const enforceSSL = emulated === null
    this.topic = new Topic(this, 'Topic', { displayName: 'Skafferi', enforceSSL })
    this.alarms = new Topic(this, 'Alarms', { displayName: `Skafferi (${stage.name})`, enforceSSL })
    // a policy of one's own takes the place of the one by which CloudWatch may publish
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayTell',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    )
    for (const address of stage.mail.alarms) this.alarms.addSubscription(new EmailSubscription(address))
    for (const [address, filterPolicy] of filtersOf(stage.mail))
      new CfnSubscription(this, address, {
        topicArn: this.topic.topicArn,
        protocol: 'email',
        endpoint: address,
        filterPolicy,
      })
  }
}

/** What each address wants to hear; a topic takes an address once only, so all of it in one filter. */
function filtersOf({ findings, contributors }: Stage['mail']): Map<string, object> {
  const addresses = new Set([...findings, ...contributors.map(({ address }) => address)])
  return new Map([...addresses].sort().map((address) => [address, filterOf(address)]))

  function filterOf(address: string): object {
    const sources = contributors.filter((one) => one.address === address).map(({ source }) => source)
    const wanted = [
      ...(findings.includes(address) ? [{ kind: ['release'] }] : []),
      ...(sources.length > 0 ? [{ kind: ['refused', 'late'], source: sources }] : []),
    ]
    return wanted.length === 1 ? wanted[0]! : { $or: wanted }
  }
}
