import { createHash } from 'node:crypto'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { csvOf, landRegion, QUARTER, smallRegion, suiteFolder } from '../support/small-region.ts'
import { type ApiEvent, apiEvent } from './api-events.ts'
import { captureLogs, contextOf } from './invocation.ts'

vi.stubEnv('SKAFFERI_LAKE', 's3://bucket')
vi.stubEnv('SKAFFERI_LANDING_QUEUE_URL', 'https://sqs.eu-north-1.amazonaws.com/0/landing')
vi.stubEnv('SKAFFERI_STATE_MACHINE_ARN', 'arn:aws:states:eu-north-1:0:stateMachine:runs')
vi.stubEnv('SKAFFERI_SCOPE_PREFIX', 'skafferi/')
vi.stubEnv('POWERTOOLS_DEV', 'true')
vi.stubEnv('AWS_REGION', 'eu-north-1')
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID')
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')

const lake = new MemoryStorage()
let broken: Error | null = null
vi.mock('../../core/storage/open.ts', () => ({
  openStorage: async () =>
    new Proxy(lake, {
      get: (_, name: keyof MemoryStorage) => {
        if (broken && name === 'list') throw broken
        const value = lake[name]
        return typeof value === 'function' ? value.bind(lake) : value
      },
    }),
}))
const sfn = mockClient(SFNClient)
const { handler } = await import('../../functions/api.ts')

const folder = suiteFolder()
const region = smallRegion()
beforeAll(async () => void (await landRegion(lake, folder.path, region)))
let logs: ReturnType<typeof captureLogs>
beforeEach(() => {
  logs = captureLogs()
})
afterEach(() => {
  vi.restoreAllMocks()
  sfn.reset()
  broken = null
})

interface Answer extends APIGatewayProxyStructuredResultV2 {
  readonly json: Record<string, unknown>
}

async function ask(event: ApiEvent): Promise<Answer> {
  const answer = await handler(event, contextOf())
  return { ...answer, json: JSON.parse(answer.body || 'null') as Record<string, unknown> }
}
const post = (path: string, body: object, claims: Record<string, unknown>) =>
  ask(
    apiEvent(
      'POST',
      path,
      { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      claims,
    ),
  )

test('what is public needs no token', async () => {
  expect(await ask(apiEvent('GET', '/v1/releases'))).toMatchObject({
    statusCode: 200,
    json: { releases: [] },
  })
})

test('what is not: 401 without a token, 403 without the scope, 200 with it', async () => {
  const status = async (claims?: Record<string, unknown>) => {
    const { statusCode, headers } = await ask(apiEvent('GET', '/v1/status', {}, claims))
    return [statusCode, headers?.['content-type']]
  }
  expect(await status()).toEqual([401, 'application/problem+json'])
  expect(await status({ scope: 'skafferi/land other/read' })).toEqual([403, 'application/problem+json'])
  expect(await status({ scope: 'skafferi/read' })).toEqual([200, 'application/json'])
})

describe('a delivery', () => {
  const bytes = Buffer.from(csvOf('purchases', [...region[`purchases/wholesaler/${QUARTER}`]!].reverse()))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const declaration = {
    dataset: 'purchases',
    source: 'wholesaler',
    quarter: QUARTER,
    sha256,
    bytes: bytes.length,
  }

  test('of a source of the token gets a place in the bucket', async () => {
    const { statusCode, json } = await post('/v1/deliveries', declaration, {
      ...{ scope: 'skafferi/land', sources: '[dairy wholesaler]' },
    })
    expect(statusCode).toBe(201)
    expect(json).toMatchObject({
      delivery: expect.stringMatching(/^d[0-9a-f]{24}$/),
      upload: {
        method: 'PUT',
        url: expect.stringContaining(
          `https://bucket.s3.eu-north-1.amazonaws.com/landing/purchases/wholesaler/`,
        ),
        headers: { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') },
      },
    })
  })

  test('of another source does not', async () => {
    const { statusCode } = await post('/v1/deliveries', declaration, {
      scope: 'skafferi/land',
      sources: 'dairy',
    })
    expect(statusCode).toBe(403)
  })
})

test('a run is started under its name', async () => {
  const { statusCode, json } = await post('/v1/analyses', { quarter: QUARTER }, { scope: 'skafferi/analyse' })
  expect(statusCode).toBe(202)
  expect(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input).toMatchObject({ name: json.run })
})

test('a fault is 500, says nothing of itself, and is logged once', async () => {
  broken = new Error('the secret inside')
  const { statusCode, body } = await ask(apiEvent('GET', '/v1/status', {}, { scope: 'skafferi/read' }))
  expect(statusCode).toBe(500)
  expect(body).not.toContain('secret')
  expect(logs.lines().filter(({ level }) => level === 'ERROR')).toMatchObject([
    { message: 'the secret inside', kind: 'bug', correlation_id: 'r' },
  ])
})

test('tokens do not reach the log', async () => {
  const event = apiEvent(
    'GET',
    '/v1/status',
    { headers: { authorization: 'Bearer eyJhbGciOi' }, rawQueryString: 'access_token=eyJhbGciOi' },
    { scope: 'skafferi/read', sub: 'someone@example.org' },
  )
  await handler(event, contextOf())
  expect(JSON.stringify(logs.lines())).not.toMatch(/eyJhbGciOi|someone@example/)
})
