import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type AgainOptions, againMessage } from './landing-message.ts'

const sqs = new SQSClient()

/** Asks for keys to be landed again, in this order as far as a queue keeps one. */
export async function landAgain(
  queue_url: string,
  keys: readonly string[],
  options: AgainOptions = {},
): Promise<void> {
  for (const key of keys)
    await sqs.send(new SendMessageCommand({ QueueUrl: queue_url, MessageBody: againMessage(key, options) }))
}
