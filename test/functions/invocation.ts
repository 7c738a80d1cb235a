import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import { vi } from 'vitest'

/** A context as Lambda gives it. */
export function contextOf(remaining_ms = 60_000): Context {
  return {
    awsRequestId: crypto.randomUUID(),
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-north-1:000000000000:function:test',
    memoryLimitInMB: '1769',
    logGroupName: '/aws/lambda/test',
    logStreamName: 'test',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => remaining_ms,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  }
}

let messages = 0

/** A batch of messages with these bodies, sent now; ids are `m1`, `m2`, … over the whole file. */
export function batchOf(...bodies: string[]): SQSEvent & { readonly ids: string[] } {
  const Records = bodies.map(recordOf)
  return { Records, ids: Records.map(({ messageId }) => messageId) }
}

function recordOf(body: string): SQSRecord {
  return {
    messageId: `m${++messages}`,
    receiptHandle: 'receipt',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-north-1:000000000000:landing',
    awsRegion: 'eu-north-1',
  }
}

/** What EventBridge tells of an object, key as it is. */
export const eventBridge = (bucket: string, key: string) =>
  JSON.stringify({
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '000000000000',
    time: new Date().toISOString(),
    region: 'eu-north-1',
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: 1, etag: 'e', sequencer: '0062E99A88DC407460' },
      'request-id': 'N4N7GDK58NMKJ12R',
      reason: 'PutObject',
    },
  })

/** What S3 itself tells of objects, keys as forms encode them. */
export const notification = (bucket: string, ...keys: string[]) =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventTime: new Date().toISOString(),
      eventName: 'ObjectCreated:Put',
      responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810' },
      s3: {
        bucket: { name: bucket },
        object: { key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'), size: 1 },
      },
    })),
  })

/** Everything that is logged from here on, parsed: log lines, and metrics as their own lines. */
export function captureLogs(): {
  lines: () => Record<string, unknown>[]
  metric: (name: string) => number[]
} {
  const said: string[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => void said.push(line))
  const lines = () =>
    said.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>)
  const metric = (name: string) =>
    lines().flatMap((line) => (name in line ? [line[name] as number | number[]].flat() : []))
  return { lines, metric }
}
