import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { copyOf, csvOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { captureLogs, contextOf } from './invocation.ts'
import { standInFor } from './stand-in.ts'

vi.stubEnv('SKAFFERI_LAKE', 's3://bucket')
vi.stubEnv('SKAFFERI_LANDING_QUEUE_URL', 'https://sqs.eu-north-1.amazonaws.com/0/landing')
vi.stubEnv('SKAFFERI_TOPIC_ARN', 'arn:aws:sns:eu-north-1:0:notices')
vi.stubEnv('POWERTOOLS_DEV', 'true')
vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')

/** The lake that stands for the bucket. */
let lake = new MemoryStorage()
vi.mock('../../core/storage/open.ts', () => ({ openStorage: async () => bucket }))
const bucket = standInFor(() => lake)
const sqs = mockClient(SQSClient)
const sns = mockClient(SNSClient)
const { handler } = await import('../../functions/status.ts')

const folder = suiteFolder()
const landed = new MemoryStorage()
/** Purchases of `wholesaler` are due 30 days after each quarter's end, from 2026-Q1; only 2026-Q3 came. */
beforeAll(async () => {
  await landRegion(landed, folder.path, smallRegion(), { now: () => new Date('2026-10-20T10:00:00Z') })
})
let logs: ReturnType<typeof captureLogs>
beforeEach(async () => {
  lake = await copyOf(landed)
  logs = captureLogs()
})
afterEach(() => {
  vi.restoreAllMocks()
  sqs.reset()
  sns.reset()
})
const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)
const night = async (scheduled_at: string) => {
  await handler({ scheduled_at }, contextOf())
  return published()
}

test('a source hears of it on the day on which something is missing', async () => {
  // 2026-Q4 ended on 31 December; 30 days of grace end on 30 January
  expect(await night('2027-01-30T04:00:00Z')).toEqual([])
  const [message] = await night('2027-01-31T04:00:00Z')
  expect(message).toMatchObject({
    Subject: 'Skafferi: wholesaler: saknas / missing',
    MessageAttributes: { kind: { StringValue: 'late' }, source: { StringValue: 'wholesaler' } },
  })
  expect(message?.Message).toContain('- inköp (purchases), 2026-Q4')
  expect(message?.Message).toContain('- purchases (purchases), 2026-Q4')
  expect(message?.Message).not.toContain('2026-Q3')
})

test('and then once a week', async () => {
  // 31 January 2027 is a Sunday
  expect(await night('2027-02-02T04:00:00Z')).toEqual([])
  expect(await night('2027-02-08T04:00:00Z')).toHaveLength(1)
  expect(logs.metric('SourcesMissing')).toEqual([1, 1])
})

test('what came late is counted, not asked for', async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, smallRegion(), { now: () => new Date('2026-11-20T10:00:00Z') })
  expect(await night('2026-11-30T04:00:00Z')).toMatchObject([
    // Monday: 2026-Q2 never came
    { Message: expect.stringContaining('2026-Q2') },
  ])
  expect([logs.metric('SourcesLate'), logs.metric('SourcesMissing')]).toEqual([[1], [1]])
})

test('landings that did not come to an end are asked for again', async () => {
  const key = `landing/purchases/wholesaler/${QUARTER}/new.csv`
  await lake.put(key, Buffer.from(csvOf('purchases', [])))
  await night('2026-10-21T04:00:00Z')
  const sent = sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input)
  expect(sent).toEqual([
    {
      QueueUrl: 'https://sqs.eu-north-1.amazonaws.com/0/landing',
      MessageBody: JSON.stringify({ land: { key, keeps_newer: true } }),
    },
  ])
  expect(logs.metric('LandingsUnfinished')).toEqual([1])
})

test('without a release there is no age', async () => {
  await night('2026-10-21T04:00:00Z')
  expect(logs.metric('NewestReleaseAgeDays')).toEqual([])
})

test('an empty lake is no fault', async () => {
  lake = new MemoryStorage()
  expect(await night('2026-10-26T04:00:00Z')).toEqual([])
  expect([logs.metric('SourcesMissing'), logs.metric('LandingsUnfinished')]).toEqual([[0], [0]])
})
