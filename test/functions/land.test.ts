import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readScopes } from '../../core/lake/commits.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import {
  copyOf,
  csvOf,
  landRegion,
  OFFICE,
  only,
  purchase,
  QUARTER,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'
import { batchOf, captureLogs, contextOf, eventBridge, notification } from './invocation.ts'
import { standInFor } from './stand-in.ts'

vi.stubEnv('SKAFFERI_LAKE', 's3://bucket/some/lake')
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
const { handler } = await import('../../functions/land.ts')

let logs: ReturnType<typeof captureLogs>
beforeEach(() => {
  lake = new MemoryStorage()
  logs = captureLogs()
})
afterEach(() => {
  vi.restoreAllMocks()
  sqs.reset()
  sns.reset()
})

const region = smallRegion()
const FILE = csvOf('purchases', region[`purchases/wholesaler/${QUARTER}`]!)
const KEY = `landing/purchases/wholesaler/${QUARTER}/juli.csv`
const put = (key: string, content: string | Uint8Array = FILE) => lake.put(key, Buffer.from(content))
const folder = suiteFolder()
const references = new MemoryStorage()
beforeAll(async () => {
  const all = Object.entries(region).filter(([path]) => path.endsWith('/all'))
  await landRegion(references, folder.path, Object.fromEntries(all))
})
const landReferences = async () => {
  lake = await copyOf(references)
}
const effective = async () => (await readScopes(lake)).flatMap((state) => state.effective ?? [])
const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)
const sent = () =>
  sqs
    .commandCalls(SendMessageCommand)
    .map(({ args: [{ input }] }) => JSON.parse(input.MessageBody!) as object)

describe('what is landed', () => {
  test.each([
    ['an EventBridge event', eventBridge('bucket', `some/lake/${KEY}`)],
    ['a notification', notification('bucket', `some/lake/${KEY}`)],
    ['a message of ours', JSON.stringify({ land: { key: KEY } })],
  ])('%s', async (_, body) => {
    await landReferences()
    await put(KEY)
    expect(await handler(batchOf(body), contextOf())).toEqual({ batchItemFailures: [] })
    expect((await effective()).filter(({ dataset }) => dataset === 'purchases')).toMatchObject([
      { source: 'wholesaler', quarter: QUARTER, rows: 4 },
    ])
    expect([
      logs.metric('LandingsAccepted'),
      logs.metric('RowsAccepted'),
      logs.metric('RowsRefused'),
    ]).toEqual([[1], [4], [0]])
    expect(published()).toEqual([])
  })

  test('a key with spaces, plus and letters beyond ASCII, in either form', async () => {
    await landReferences()
    const key = `landing/purchases/wholesaler/${QUARTER}/kök + bröd %20.csv`
    await put(key)
    const bodies = [notification('bucket', `some/lake/${key}`), eventBridge('bucket', `some/lake/${key}`)]
    expect(await handler(batchOf(...bodies), contextOf())).toEqual({ batchItemFailures: [] })
    expect([logs.metric('LandingsAccepted'), logs.metric('LandingsDuplicate')].flat()).toEqual([1, 1])
  })

  test('a message that comes twice is landed once, and its sender told once', async () => {
    await put(KEY)
    const body = eventBridge('bucket', `some/lake/${KEY}`)
    for (let times = 0; times < 2; times++) await handler(batchOf(body), contextOf())
    expect([logs.metric('LandingsRefused'), logs.metric('LandingsDuplicate')]).toEqual([[1], [1]])
    expect(published()).toHaveLength(1)
  })

  test('in any order: what was refused for codes that came later is asked for again, and nobody told twice', async () => {
    await landRegion(lake, folder.path, only(region, 'places', 'product_groups', 'processing_steps'))
    await put(KEY)
    await handler(batchOf(eventBridge('bucket', `some/lake/${KEY}`)), contextOf())
    const forms = `landing/product_forms/${OFFICE}/all/forms.csv`
    await put(forms, csvOf('product_forms', region[`product_forms/${OFFICE}/all`]!))
    await handler(batchOf(eventBridge('bucket', `some/lake/${forms}`)), contextOf())
    expect(sent()).toEqual([
      {
        land: {
          key: expect.stringMatching(/^landing\/purchases\/wholesaler\/d[0-9a-f]{24}\//),
          told: true,
          keeps_newer: true,
        },
      },
    ])
    await handler(batchOf(JSON.stringify(sent()[0])), contextOf())
    expect((await effective()).map(({ dataset }) => dataset)).toContain('purchases')
    expect(published()).toHaveLength(1)
  })
})

describe('a refused file', () => {
  test('is no failure: its sender is told what and how to mend, without a value of it', async () => {
    await landReferences()
    await put(KEY, csvOf('purchases', [purchase({ supplier: '19121212-1212' }), purchase({ kg: 'hemligt' })]))
    expect(await handler(batchOf(eventBridge('bucket', `some/lake/${KEY}`)), contextOf())).toEqual({
      batchItemFailures: [],
    })
    const [message] = published()
    expect(message).toMatchObject({
      TopicArn: 'arn:aws:sns:eu-north-1:0:notices',
      Subject: `Skafferi: purchases ${QUARTER}, wholesaler: avvisad / refused`,
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'refused' },
        source: { DataType: 'String', StringValue: 'wholesaler' },
      },
    })
    expect(message?.Message).toContain('kg; rad 3')
    expect(message?.Message).toMatch(/skafferi receipt d[0-9a-f]{24}/)
    const said = JSON.stringify([message, logs.lines()])
    for (const secret of ['19121212-1212', 'hemligt', 'Potatisgården']) expect(said).not.toContain(secret)
  })
})

describe('what is left alone', () => {
  test.each([
    ['another bucket', eventBridge('other', `some/lake/${KEY}`)],
    ['beside the lake', eventBridge('bucket', KEY)],
    ['not under landing/', eventBridge('bucket', 'some/lake/curated/purchases/x.parquet')],
    ['a folder that a console made', eventBridge('bucket', 'some/lake/landing/purchases/')],
    ["S3's own trial", '{"Service":"Amazon S3","Event":"s3:TestEvent"}'],
  ])('%s', async (_, body) => {
    expect(await handler(batchOf(body), contextOf())).toEqual({ batchItemFailures: [] })
    expect(await effective()).toEqual([])
    expect(logs.metric('LandingsFailed')).toEqual([])
  })
})

describe('a poisoned message', () => {
  const DECLARED = 'landing/purchases/wholesaler/d0123456789abcdef01234567/juli.csv'
  const poisons: Record<string, string> = {
    'not JSON': '{"land"',
    'no event': '{"hello":"world"}',
    'no such object': JSON.stringify({ land: { key: `landing/purchases/nobody/${QUARTER}/x.csv` } }),
    'no upload': eventBridge('bucket', 'some/lake/landing/purchases/x.csv'),
    'no dataset': eventBridge('bucket', `some/lake/landing/gossip/wholesaler/${QUARTER}/x.csv`),
    'a key that leaves its folder': JSON.stringify({ land: { key: `landing/purchases/a/${QUARTER}/..` } }),
    'other bytes than declared': eventBridge('bucket', `some/lake/${DECLARED}`),
  }

  test.each(Object.keys(poisons))('%s: fails alone, and why is logged once', async (name) => {
    await landReferences()
    await put(KEY)
    await put(DECLARED)
    const batch = batchOf(poisons[name]!, eventBridge('bucket', `some/lake/${KEY}`))
    expect(await handler(batch, contextOf())).toEqual({
      batchItemFailures: [{ itemIdentifier: batch.ids[0] }],
    })
    expect(logs.metric('LandingsFailed')).toEqual([1])
    expect(logs.metric('LandingsAccepted')).toEqual([1])
    const [error, ...more] = logs.lines().filter(({ level }) => level === 'ERROR')
    expect(error).toMatchObject({ correlation_id: expect.any(String), kind: expect.any(String) })
    expect(more).toEqual([])
  })

  test('is not taken for what came before it', async () => {
    await landReferences()
    await put(KEY)
    await handler(batchOf(eventBridge('bucket', `some/lake/${KEY}`), '{'), contextOf())
    expect(logs.lines().find(({ message }) => message === 'landed: accepted')).toMatchObject({
      correlation_id: 'N4N7GDK58NMKJ12R',
      source: 'wholesaler',
    })
    const error = logs.lines().find(({ level }) => level === 'ERROR')
    expect(error).toMatchObject({ correlation_id: expect.stringMatching(/^m\d+$/), kind: 'refused' })
    expect(error).not.toHaveProperty('source')
  })

  test('a batch of nothing else fails whole, without an error of the function', async () => {
    const batch = batchOf(...Object.values(poisons))
    expect(await handler(batch, contextOf())).toEqual({
      batchItemFailures: batch.ids.map((itemIdentifier) => ({ itemIdentifier })),
    })
  })
})

test('a topic that does not answer gives the message back; landing it again tells the sender', async () => {
  await put(KEY)
  sns.rejectsOnce(new Error('no answer')).resolves({})
  const batch = batchOf(eventBridge('bucket', `some/lake/${KEY}`))
  expect(await handler(batch, contextOf())).toEqual({ batchItemFailures: [{ itemIdentifier: batch.ids[0] }] })
  batch.Records[0]!.attributes.ApproximateReceiveCount = '2'
  expect(await handler(batch, contextOf())).toEqual({ batchItemFailures: [] })
  expect(published()).toHaveLength(2)
})

test('no landing is begun that may not come to an end', async () => {
  await put(KEY)
  const batch = batchOf(eventBridge('bucket', `some/lake/${KEY}`))
  expect((await handler(batch, contextOf(5_000))).batchItemFailures).toHaveLength(1)
  expect(logs.lines().find(({ level }) => level === 'ERROR')).toMatchObject({ kind: 'transient' })
})
