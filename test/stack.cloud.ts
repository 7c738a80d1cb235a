import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AthenaClient, type AthenaClientConfig, StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../core/analyse.ts'
import { readScopes } from '../core/lake/commits.ts'
import { martCsv } from '../core/mart-text.ts'
import { plainRows, query } from '../core/query.ts'
import { MemoryStorage } from '../core/storage/memory.ts'
import { S3Storage } from '../core/storage/s3.ts'
import type { Storage } from '../core/storage/storage.ts'
import { catalogue, glueTableInput } from '../schemas/catalogue.ts'
import { marts } from '../schemas/marts/index.ts'
import { compareMarts } from './reference/compare.ts'
import type { MartName } from './reference/format.ts'
import {
  type Answer,
  type Asking,
  askApi,
  type Deployed,
  deploy,
  runBlock,
  shell,
  startAthena,
  tokenOf,
} from './support/cloud/deployed.ts'
import { type Ministack, startMinistack } from './support/cloud/ministack.ts'
import { askJson, askQuery, askRest, assumed, type Signer } from './support/cloud/signed.ts'
import { pythonTool } from './support/cloud/tools.ts'
import {
  csvOf,
  landRegion,
  objectsOf,
  purchase,
  QUARTER,
  type Region,
  smallRegion,
  suiteFolder,
} from './support/small-region.ts'

const SEED = 20261127
const SOURCE = 'wholesaler-a'

let ministack: Ministack
let deployed: Deployed
let athena: { stop(): Promise<void> } | undefined
let s3: S3Client
let sqs: SQSClient
let lake: S3Storage
let bucket: string
let mailBoxes: string
/** The same region, landed and computed by the core alone, in memory. */
const reference = new MemoryStorage()
const folder = suiteFolder()

const config = () => ({
  endpoint: ministack.endpoint,
  region: ministack.region,
  credentials: ministack.credentials,
})
const ask = (route: string, asking?: Asking): Promise<Answer> => askApi(ministack, deployed, route, asking)

beforeAll(async () => {
  ministack = await startMinistack()
  deployed = await deploy(ministack)
  athena = await startAthena(ministack, deployed)
  bucket = deployed.outputs.LakeUrl.slice('s3://'.length)
  s3 = new S3Client({ ...config(), forcePathStyle: true })
  sqs = new SQSClient(config())
  mailBoxes = await listen()
  lake = new S3Storage(deployed.outputs.LakeUrl, { config: { ...config(), forcePathStyle: true } })
}, 240_000)

afterAll(async () => {
  await lake?.close()
  await athena?.stop()
  await ministack?.stop()
}, 60_000)

/** Puts a file as somebody with a key to the bucket would. */
async function put(key: string, Body: string | Buffer): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }))
}

/** Waits until something is there. */
async function until<T>(what: string, look: () => Promise<T | null>, seconds = 90): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > end)
      throw new Error(`no ${what} after ${seconds} s; ministack said:\n${ministack.said().slice(-3000)}`)
    await pause(500)
  }
}

/** A queue in the place of mail boxes, which hears all that the topic says. */
async function listen(): Promise<string> {
  const sns = new SNSClient(config())
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}))
  const { TopicArn } = Topics.find(({ TopicArn }) => TopicArn!.includes('NoticesTopic'))!
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '*',
    },
  ]
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'mail-boxes', Attributes: { Policy } }),
  )
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes!.QueueArn! }))
  return QueueUrl!
}

const heard: { kind: string; source: string | undefined; text: string }[] = []

/** Everything that the topic has said so far. */
async function messages() {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: mailBoxes, MaxNumberOfMessages: 10 }),
    )
    if (Messages.length === 0) return heard
    for (const { Body, ReceiptHandle } of Messages) {
      const { Message, MessageAttributes } = JSON.parse(Body!)
      const { kind, source } = MessageAttributes
      heard.push({ kind: kind.Value, source: source?.Value, text: Message })
      await sqs.send(new DeleteMessageCommand({ QueueUrl: mailBoxes, ReceiptHandle }))
    }
  }
}

/** Messages of a queue that have not been dealt with. */
async function waiting(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  )
  return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0)
}

/** Waits until everything that was put has been landed or refused. */
const settled = (seconds?: number) =>
  until(
    'quiet',
    async () => {
      for (let quiet = 0; quiet < 3; quiet++) {
        if ((await waiting(deployed.outputs.LandingQueueUrl)) > 0) return null
        await pause(300)
      }
      return true
    },
    seconds,
  )

/** What counts, by scope. */
async function effective(storage: Storage): Promise<Record<string, string>> {
  const scopes = await readScopes(storage)
  return Object.fromEntries(
    scopes.flatMap(({ effective: one }) =>
      one ? [[`${one.dataset}/${one.source}/${one.quarter ?? 'all'}`, one.delivery]] : [],
    ),
  )
}

/** A shuffle that is the same each time. */
function shuffled<T>(items: readonly T[]): T[] {
  const rank = (at: number) => createHash('sha256').update(`${SEED}:${at}`).digest('hex')
  return items
    .map((item, at) => [rank(at), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item)
}

describe('a region, put file by file in any order, some twice, some broken', () => {
  const broken: Region = {
    'portions/vandal/2026-Q3': [{ place: '2482', segment: 'school', portions: 'many' }],
  }

  beforeAll(async () => {
    await landRegion(reference, folder.path, smallRegion())
    const files = Object.entries({ ...smallRegion(), ...broken })
    const twice = files.filter((_, at) => at % 5 === 0)
    for (const [path, rows] of shuffled([...files, ...twice]))
      await put(`landing/${path}/${path.split('/')[1]}.csv`, csvOf(path.split('/')[0]!, rows))
    await put('landing/processing/vandal/2026-Q3/latin1.csv', Buffer.from('processor,plåt\n', 'latin1'))
    await put('landing/production/vandal/2026-Q3/columns.csv', 'producer,tonnes\nfarm-1,5\n')
    await settled(180)
  }, 200_000)

  test('ends as when the core lands it in the right order', async () => {
    expect(await effective(lake)).toEqual(await effective(reference))
    const rows = async (storage: Storage) => {
      const scopes = Object.values(await effective(storage))
      const all = await objectsOf(storage, 'curated/')
      return new Map([...all].filter(([key]) => scopes.some((delivery) => key.includes(delivery))))
    }
    expect(await rows(lake)).toEqual(await rows(reference))
  }, 60_000)

  test('whoever sent what is broken is told, by a message for that source', async () => {
    const told = await messages()
    const refused = told.filter(({ kind }) => kind === 'refused')
    expect(refused.length).toBeGreaterThanOrEqual(3)
    const vandal = refused.filter(({ source }) => source === 'vandal')
    expect(vandal).toHaveLength(3)
    expect(vandal.map(({ text }) => text).join('\n')).toContain('portions')
  })

  test('what is broken has a receipt, and changes nothing', async () => {
    const [key] = [...(await objectsOf(lake, 'landing/portions/vandal/')).keys()].filter((one) =>
      /\/d[0-9a-f]{24}\//.test(one),
    )
    const delivery = key!.split('/')[3]!
    const answer = await ask(`GET /v1/deliveries/${delivery}`, {
      token: await tokenOf(ministack, deployed, 'operator'),
    })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ status: 'refused', source: 'vandal', dataset: 'portions' })
  })

  test('readers that are not ours agree on every row and kilogram', async () => {
    const { stdout } = await promisify(execFile)(
      pythonTool(),
      [join(import.meta.dirname, 'support/cloud/readers.py'), ministack.endpoint, bucket],
      { env: { ...ministack.environment } },
    )
    const found = JSON.parse(stdout) as Record<string, Record<string, [number, string]>>
    // sums of test/support/small-region.ts: 100 + 60.25 + 100 − 5 kg, and so on
    const expected = {
      purchases: [4, 255.25],
      portions: [3, 159_000.5],
      production: [2, 10_000],
      processing: [2, 30_100],
    }
    const agreed = Object.fromEntries(
      Object.entries(found).map(([table, by]) => [
        table,
        Object.values(by).map(([rows, sum]) => [rows, Number(sum)]),
      ]),
    )
    expect(agreed).toEqual(
      Object.fromEntries(Object.entries(expected).map(([table, own]) => [table, [own, own, own]])),
    )
  }, 60_000)
})

describe('a quarter, asked for by the API', () => {
  let operator: string
  let run: string
  let followed: Answer

  beforeAll(async () => {
    operator = await tokenOf(ministack, deployed, 'operator')
    const body = { quarter: QUARTER, publish: true }
    const started = await ask('POST /v1/analyses', { token: operator, body })
    expect([started.status, started.text]).toEqual([202, expect.stringContaining(QUARTER)])
    run = started.json.run
    followed = await until(
      'end of the run',
      async () => {
        const answer = await ask(`GET /v1/analyses/${run}`, { token: operator })
        return /"state":"(succeeded|failed)"/.test(answer.text) ? answer : null
      },
      120,
    )
  }, 150_000)

  test('is analysed, checked and published', () => {
    expect(followed.json).toMatchObject({
      run,
      quarter: QUARTER,
      state: 'succeeded',
      result: { release: 1, errors: 0 },
    })
  })

  test('gives the figures that the core finds alone', async () => {
    await analyse(reference, { quarter: QUARTER })
    for (const { name } of marts) {
      const { table, arrow } = await query(reference, { mart: name })
      const expected = martCsv(table, plainRows(arrow))
      const { status, text } = await ask(`GET /v1/marts/${name}?quarter=${QUARTER}&run=${run}&limit=10000`, {
        token: operator,
        headers: { accept: 'text/csv' },
      })
      expect(status, name).toBe(200)
      // when deliveries came is not the same
      if (name !== 'coverage') expect(compareMarts(expected, text, name as MartName), name).toEqual([])
    }
  }, 60_000)

  test('is there for everybody once it is published, without a token', async () => {
    const answer = await ask(`GET /v1/releases/${QUARTER}`)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(`${deployed.outputs.ReleasesUrl}/${QUARTER}/1/gaps.csv`)
    expect((await ask('GET /v1/releases')).json.releases).toHaveLength(1)
  })

  test('is told to those who want the findings', async () => {
    const told = (await messages()).filter(({ kind }) => kind === 'release')
    expect(told).toHaveLength(1)
    expect(told[0]!.text).toContain(`${deployed.outputs.ReleasesUrl}/${QUARTER}`)
  })

  test('leaves a run that the right execution has the name of', async () => {
    const sfn = new SFNClient(config())
    const executionArn = `${deployed.outputs.StateMachineArn.replace(':stateMachine:', ':execution:')}:${run}`
    const { output } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    expect(JSON.parse(output!)).toMatchObject({
      analysis: { run },
      check: { clean: true },
      release: { release: 1 },
    })
  })
})

describe('tokens', () => {
  test.each([
    ['none', undefined, 401],
    ['junk', 'e30.e30.e30', 401],
  ])('%s', async (_, token, status) => {
    expect((await ask('GET /v1/status', token === undefined ? {} : { token })).status).toBe(status)
  })

  test('a tampered one is none', async () => {
    const [head, claims, signature] = (await tokenOf(ministack, deployed, `source-${SOURCE}`)).split('.') as [
      string,
      string,
      string,
    ]
    const more = JSON.parse(Buffer.from(claims, 'base64url').toString())
    more.scope = 'skafferi/read skafferi/land'
    const token = [head, Buffer.from(JSON.stringify(more)).toString('base64url'), signature].join('.')
    expect((await ask('GET /v1/status', { token })).status).toBe(401)
  })

  test('one for another scope is refused, the right one is not', async () => {
    expect(
      (await ask('GET /v1/status', { token: await tokenOf(ministack, deployed, `source-${SOURCE}`) })).status,
    ).toBe(403)
    expect(
      (await ask('GET /v1/status', { token: await tokenOf(ministack, deployed, 'operator') })).status,
    ).toBe(200)
  })
})

describe('a source by the API', () => {
  const content = csvOf('purchases', [purchase({ supplier: 'By API', kg: '7' })])
  const sha256 = createHash('sha256').update(content).digest('hex')
  const declared = {
    dataset: 'purchases',
    source: SOURCE,
    quarter: QUARTER,
    sha256,
    bytes: Buffer.byteLength(content),
    file: 'july.csv',
  }
  let token: string
  beforeAll(async () => {
    token = await tokenOf(ministack, deployed, `source-${SOURCE}`)
  })

  test('declares, puts, and has its receipt; for others it may not', async () => {
    const other = await ask('POST /v1/deliveries', { token, body: { ...declared, source: 'dairy-b' } })
    expect(other.status).toBe(403)
    const answer = await ask('POST /v1/deliveries', { token, body: declared })
    expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('upload')])
    const { delivery, upload } = answer.json
    const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: content })
    expect([sent.status, await sent.text()]).toEqual([200, ''])
    const receipt = await until('receipt', async () => {
      const answer = await ask(`GET /v1/deliveries/${delivery}`, { token })
      return answer.status === 200 && answer.text.includes('"accepted"') ? answer : null
    })
    expect(receipt.json).toMatchObject({ delivery, status: 'accepted', rows: 1, source: SOURCE })
    const again = await ask('POST /v1/deliveries', { token, body: declared })
    expect([again.status, again.json.upload]).toEqual([200, null])
  }, 120_000)

  test('does not see receipts of others', async () => {
    const of_others = (await effective(lake))[`portions/kitchens/${QUARTER}`]!
    expect([403, 404]).toContain((await ask(`GET /v1/deliveries/${of_others}`, { token })).status)
  })
})

test('a poisoned file ends where an alarm watches', async () => {
  const { LandingQueueUrl, LandingFailedQueueUrl } = deployed.outputs
  // half an hour between tries is long for a test
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: LandingQueueUrl, Attributes: { VisibilityTimeout: '2' } }),
  )
  const key = `landing/purchases/${SOURCE}/d${'0'.repeat(24)}/poison.csv`
  await put(key, 'not what was declared\n')
  const message = await until(
    'dead letter',
    async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: LandingFailedQueueUrl, VisibilityTimeout: 1 }),
      )
      return Messages[0]?.Body ?? null
    },
    60,
  )
  expect(message).toContain(key)
  const alarms = await askQuery(ministack, 'monitoring', {
    Action: 'DescribeAlarms',
    Version: '2010-08-01',
    'AlarmNames.member.1': 'skafferi-main-landing-failed',
  })
  expect(alarms).toContain('ApproximateNumberOfMessagesVisible')
}, 90_000)

describe('a function’s role', () => {
  /** The rights of a function. */
  async function rightsOf(name: string): Promise<Signer> {
    const { Functions } = await askRest<{ Functions: { FunctionName: string; Role: string }[] }>(
      ministack,
      'lambda',
      'GET',
      '/2015-03-31/functions',
    )
    const { Role } = Functions.find(({ FunctionName }) => FunctionName.includes(`${name}Function`))!
    return await assumed(ministack, Role)
  }
  const as = async (name: string) =>
    new S3Client({ ...(await rightsOf(name)), forcePathStyle: true } as S3ClientConfig)
  const write = (Key: string) => new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' })

  test.each([
    ['land', 'commits/test/one', 'models/test/one'],
    ['analyse', 'models/test/two', 'commits/test/two'],
    ['publish', 'releases/test/three', 'models/test/three'],
    ['api', 'landing/test/four', 'commits/test/four'],
  ])('%s writes %s and not %s', async (name, may, must_not) => {
    const client = await as(name)
    await client.send(write(may))
    await expect(client.send(write(must_not))).rejects.toThrow(/AccessDenied|not authorized|Forbidden/i)
    const deleted = client.send(new DeleteObjectCommand({ Bucket: bucket, Key: may }))
    await expect(deleted).rejects.toThrow(/AccessDenied|not authorized|Forbidden/i)
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: may }))
  })

  test.each([
    ['check', 'runs/test/five'],
    ['status', 'landing/test/six'],
    ['token', 'commits/test/seven'],
  ])('%s writes nothing, such as %s', async (name, key) => {
    await expect((await as(name)).send(write(key))).rejects.toThrow(/AccessDenied|not authorized|Forbidden/i)
  })

  test('analyse asks Athena in its own workgroup only', async () => {
    const athena = new AthenaClient((await rightsOf('analyse')) as AthenaClientConfig)
    const query = (WorkGroup: string) =>
      athena.send(new StartQueryExecutionCommand({ QueryString: 'select 1', WorkGroup }))
    expect((await query(deployed.outputs.Workgroup)).QueryExecutionId).toBeDefined()
    await expect(query('primary')).rejects.toThrow(/AccessDenied|not authorized/i)
  })

  test('token reads nothing either', async () => {
    const [key] = [...(await objectsOf(lake, 'commits/places/')).keys()]
    const read = new GetObjectCommand({ Bucket: bucket, Key: key! })
    await expect((await as('token')).send(read)).rejects.toThrow(/AccessDenied|not authorized|Forbidden/i)
    expect((await (await as('check')).send(read)).ContentLength).toBeGreaterThan(0)
  })
})

test('the nightly look finds the file that did not land, and the source whose first quarters are missing', async () => {
  const { Functions } = await askRest<{ Functions: { FunctionName: string }[] }>(
    ministack,
    'lambda',
    'GET',
    '/2015-03-31/functions',
  )
  const { FunctionName } = Functions.find(({ FunctionName }) => FunctionName.includes('statusFunction'))!
  const path = `/2015-03-31/functions/${FunctionName}/invocations`
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString()
  const answer = await askRest<object>(ministack, 'lambda', 'POST', path, { scheduled_at: tomorrow })
  expect(JSON.stringify(answer)).not.toContain('error')
  const [measured] = /.*"LandingsUnfinished":\d+.*/.exec(ministack.said()) ?? []
  expect(JSON.parse(measured!.slice(measured!.indexOf('{')))).toMatchObject({
    LandingsUnfinished: 1,
    SourcesMissing: 1,
  })
}, 60_000)

test('the tables are what the schemas say', async () => {
  for (const table of catalogue) {
    const { Table } = await askJson<{ Table: object }>(ministack, 'glue', 'AWSGlue.GetTable', {
      DatabaseName: deployed.outputs.Database,
      Name: table.name,
    })
    expect(Table, table.name).toMatchObject(glueTableInput(table, deployed.outputs.LakeUrl))
  }
})

test('a schedule starts a run, for the quarter before', async () => {
  const { Schedules } = await askRest<{ Schedules: { Name: string; GroupName: string }[] }>(
    ministack,
    'scheduler',
    'GET',
    '/schedules',
  )
  const { Name, GroupName } = Schedules.find(({ Name }) => Name.includes('PublishQ3'))!
  const { Target } = await askRest<{ Target: object }>(
    ministack,
    'scheduler',
    'GET',
    `/schedules/${Name}?groupName=${GroupName}`,
  )
  const at = new Date(Date.now() + 6000).toISOString().slice(0, 19)
  await askRest(ministack, 'scheduler', 'POST', '/schedules/copy', {
    ...{ ScheduleExpression: `at(${at})`, ScheduleExpressionTimezone: 'UTC' },
    ...{ FlexibleTimeWindow: { Mode: 'OFF' }, Target },
  })
  const sfn = new SFNClient(config())
  const before = new Set<string>()
  const input = await until(
    'execution',
    async () => {
      const { executions = [] } = await sfn.send(
        new ListExecutionsCommand({ stateMachineArn: deployed.outputs.StateMachineArn }),
      )
      for (const { executionArn } of executions) {
        if (before.has(executionArn!)) continue
        before.add(executionArn!)
        const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn: executionArn! }))
        const parsed = JSON.parse(input!)
        if (parsed.scheduled_at !== null) return parsed
      }
      return null
    },
    60,
  )
  expect(input).toMatchObject({ run: null, quarter: null, publish: true, reason: null, as_of: null })
}, 90_000)

test('no key has two versions but pointers and what people put by hand', async () => {
  const versions = new Map<string, number>()
  let page: ListObjectVersionsCommandOutput | undefined
  do {
    page = await s3.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        KeyMarker: page?.NextKeyMarker,
        VersionIdMarker: page?.NextVersionIdMarker,
      }),
    )
    for (const { Key } of page.Versions ?? []) versions.set(Key!, (versions.get(Key!) ?? 0) + 1)
  } while (page.IsTruncated)
  expect(versions.size).toBeGreaterThan(100)
  const allowed =
    /^(releases\/[^/]+\/current\.json|landing\/[^/]+\/[^/]+\/(\d{4}-Q[1-4]|all)\/.*|unloads\/.*)$/
  const repeated = [...versions].filter(([key, count]) => count > 1 && !allowed.test(key))
  expect(repeated).toEqual([])
})

/** Changes text in the assembly's template, and the hash by which the template is uploaded. */
function changeTemplate(from: string, to: string): void {
  const path = join(deployed.assembly, 'skafferi-main.template.json')
  const template = readFileSync(path, 'utf8')
  const changed = template.replace(from, to)
  expect(changed).not.toBe(template)
  writeFileSync(path, changed)
  const [old, now] = [template, changed].map((text) => createHash('sha256').update(text).digest('hex')) as [
    string,
    string,
  ]
  for (const name of ['skafferi-main.assets.json', 'manifest.json']) {
    const file = join(deployed.assembly, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(old, now))
  }
}

describe('the stack', () => {
  test('is updated by a changed template, and the lake stays', async () => {
    const before = await effective(lake)
    changeTemplate('Answers the HTTP API', 'Answers the HTTP API, changed')
    await shell('npx cdk deploy --app "$ASSEMBLY" --require-approval never --ci', deployed.environment)
    const { Functions } = await askRest<{ Functions: { Description: string }[] }>(
      ministack,
      'lambda',
      'GET',
      '/2015-03-31/functions',
    )
    expect(Functions.map(({ Description }) => Description)).toContain('Answers the HTTP API, changed')
    expect(await effective(lake)).toEqual(before)
  }, 120_000)

  test('goes, and the lake stays', async () => {
    const before = await effective(lake)
    await shell('npx cdk destroy --app "$ASSEMBLY" --force --ci', deployed.environment)
    const { Functions } = await askRest<{ Functions: object[] }>(
      ministack,
      'lambda',
      'GET',
      '/2015-03-31/functions',
    )
    expect(Functions).toEqual([])
    await lake.close()
    expect(await effective(lake)).toEqual(before)
    expect(Object.keys(before).length).toBeGreaterThan(10)
  }, 120_000)

  test('comes again and takes over the lake that stayed, as docs/operations.md says', async () => {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    const named = (part: string) => Buckets.find(({ Name }) => Name!.includes(part))!.Name!
    const before = await effective(lake)
    await runBlock('adopt', {
      ...deployed.environment,
      ...{ CDK_APP: deployed.assembly, CDK_REQUIRE_APPROVAL: 'never', CDK_CI: 'true' },
      ...{ LakeBucket: bucket, AccessLogsBucket: named('accesslogs'), AnswersBucket: named('answers') },
    })
    const { Functions } = await askRest<{ Functions: { Environment: { Variables: object } }[] }>(
      ministack,
      'lambda',
      'GET',
      '/2015-03-31/functions',
    )
    expect(Functions).toHaveLength(7)
    expect(JSON.stringify(Functions)).toContain(deployed.outputs.LakeUrl)
    await lake.close()
    expect(await effective(lake)).toEqual(before)
  }, 120_000)
})
