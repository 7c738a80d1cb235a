import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Message } from './messages.ts'

const sns = new SNSClient()
const text = (StringValue: string) => ({ DataType: 'String', StringValue })

/** Sends a message to those who have asked for its kind and source. */
export async function notify(
  topic_arn: string,
  { kind, source, subject, text: Message }: Message,
): Promise<void> {
  await sns.send(
    new PublishCommand({
      TopicArn: topic_arn,
      Subject: subject,
      Message,
      MessageAttributes: { kind: text(kind), ...(source === null ? {} : { source: text(source) }) },
    }),
  )
}
