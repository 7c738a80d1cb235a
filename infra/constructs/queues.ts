import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

/** A queue as every queue here is: encrypted, and only to be spoken to by TLS. */
export function privateQueue(
  scope: Construct,
  id: string,
  { emulated }: Settings,
  props: QueueProps = {},
): Queue {
  return new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    ...(emulated ? {} : { enforceSSL: true }),
    ...props,
  })
}

/** A queue for what went wrong: somebody has to look at each message, within two weeks. */
export function deadLetters(scope: Construct, id: string, settings: Settings): Queue {
  return privateQueue(scope, id, settings, { retentionPeriod: Duration.days(14) })
}
