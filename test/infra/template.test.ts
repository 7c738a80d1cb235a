import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { apiRoutes } from '../../schemas/api-routes.ts'
import { catalogue, glueTableInput } from '../../schemas/catalogue.ts'
import { idOf, ofType, onlyOf, statements, synthesised, type Template } from './templates.ts'

let template: Template
let costs: Template
// held against AwsSolutions and the schemas of CloudFormation: a finding throws
beforeAll(() => {
  ;({ stack: template, costs } = synthesised({ held: true }))
}, 60_000)

const all = (type: string) => ofType(template, type)
const only = (type: string) => onlyOf(template, type)
const named = (type: string, part: string) => {
  const found = all(type).filter(([id]) => id.includes(part))
  if (found.length !== 1) throw new Error(`${found.length} of ${type} with "${part}" in their id`)
  return { id: found[0]![0], ...found[0]![1] }
}

test('the stack is made of these resources', () => {
  const kinds = Object.values(template.Resources).map(({ Type }) => Type)
  const counted = Object.fromEntries(
    [...new Set(kinds)].sort().map((kind) => [kind, kinds.filter((one) => one === kind).length]),
  )
  expect(counted).toEqual({
    'AWS::ApiGatewayV2::Api': 1,
    'AWS::ApiGatewayV2::Authorizer': 1,
    'AWS::ApiGatewayV2::Integration': 1,
    'AWS::ApiGatewayV2::Route': apiRoutes.length + apiRoutes.filter(({ method }) => method === 'GET').length,
    'AWS::ApiGatewayV2::Stage': 1,
    'AWS::Athena::WorkGroup': 1,
    'AWS::CloudFront::CachePolicy': 2,
    'AWS::CloudFront::Distribution': 1,
    'AWS::CloudFront::OriginAccessControl': 1,
    'AWS::CloudFront::ResponseHeadersPolicy': 2,
    'AWS::CloudWatch::Alarm': 29,
    'AWS::CloudWatch::Dashboard': 1,
    'AWS::Cognito::UserPool': 1,
    'AWS::Cognito::UserPoolClient': 5,
    'AWS::Cognito::UserPoolDomain': 1,
    'AWS::Cognito::UserPoolResourceServer': 2,
    'AWS::Events::Rule': 1,
    'AWS::Glue::Database': 1,
    'AWS::Glue::Table': catalogue.length,
    'AWS::IAM::Policy': 9,
    'AWS::IAM::Role': 9,
    'AWS::Lambda::EventInvokeConfig': 1,
    'AWS::Lambda::EventSourceMapping': 1,
    'AWS::Lambda::Function': 7,
    'AWS::Lambda::Permission': 15,
    'AWS::Logs::LogGroup': 9,
    'AWS::S3::Bucket': 3,
    'AWS::S3::BucketPolicy': 3,
    'AWS::SNS::Topic': 2,
    'AWS::SNS::TopicPolicy': 2,
    'AWS::SQS::Queue': 3,
    'AWS::SQS::QueuePolicy': 3,
    'AWS::Scheduler::Schedule': 5,
    'AWS::Scheduler::ScheduleGroup': 1,
    'AWS::StepFunctions::StateMachine': 1,
  })
  expect(Object.values(costs.Resources).map(({ Type }) => Type)).toEqual(['AWS::Budgets::Budget'])
})

describe('policies', () => {
  test('name their actions, and none of them deletes what counts', () => {
    const actions = statements(template).flatMap(({ effect, actions }) => (effect === 'Allow' ? actions : []))
    expect(actions.length).toBeGreaterThan(50)
    const wide = actions.filter((action) => action.includes('*') || /Delete|Remove/.test(action))
    // what a queue's reader does with a message that it has read, and what a state machine does with its log
    expect(wide.sort()).toEqual(['logs:DeleteLogDelivery', 'sqs:DeleteMessage'])
  })

  test('name their resources, but where AWS knows none', () => {
    const anywhere = statements(template).filter(
      ({ effect, resources }) => effect === 'Allow' && resources.includes('"*"'),
    )
    expect([...new Set(anywhere.flatMap(({ actions }) => actions))].sort()).toEqual([
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ])
  })

  test('carry the partition, whatever it is', () => {
    expect(JSON.stringify(template)).not.toMatch(/arn:aws[:-]/)
  })

  test('keep Athena out of the workgroup that has no limits', () => {
    const [denied, ...others] = statements(template).filter(
      ({ effect, resources }) =>
        effect === 'Deny' && resources.some((one) => one.includes('workgroup/primary')),
    )
    expect(others).toEqual([])
    expect(denied!.id).toContain('analyse')
    expect(denied!.actions).toContain('athena:StartQueryExecution')
  })

  test('let a function write only where it works', () => {
    const written = statements(template)
      .filter(({ type, actions }) => type === 'AWS::IAM::Policy' && actions.includes('s3:PutObject'))
      .flatMap(({ id, resources }) => resources.map((resource) => [functionOf(id), prefixOf(resource)]))
    const by = Map.groupBy(written, ([name]) => name)
    expect(
      Object.fromEntries([...by].map(([name, own]) => [name, own.map(([, prefix]) => prefix).sort()])),
    ).toEqual({
      land: ['commits/*', 'curated/*', 'landing/*', 'quarantine/*', 'receipts/*', 'rolled/*'],
      analyse: ['*', 'models/*', 'runs/*', 'unloads/*'],
      publish: ['releases/*'],
      api: ['landing/*'],
    })
  })

  test('let the scheduler start two things for this account only', () => {
    const [policy] = all('AWS::IAM::Policy').filter(([id]) => id.startsWith('Schedules'))
    const [role] = all('AWS::IAM::Role').filter(([id]) => id.startsWith('Schedules'))
    expect(
      policy![1].Properties.PolicyDocument.Statement.map((one: { Action: string }) => one.Action),
    ).toEqual(['lambda:InvokeFunction', 'states:StartExecution', 'sqs:SendMessage'])
    const trust = role![1].Properties.AssumeRolePolicyDocument.Statement[0]
    expect(trust.Condition.StringEquals['aws:SourceAccount']).toEqual({ Ref: 'AWS::AccountId' })
    expect(JSON.stringify(trust.Condition.StringEquals['aws:SourceArn'])).toContain(
      'schedule-group/skafferi-main',
    )
  })
})

const functionOf = (id: string) => /(land|analyse|check|publish|api|status|token)Role/.exec(id)?.[1] ?? id
const prefixOf = (resource: string) => /"\/([^"]*)"/.exec(resource)?.[1] ?? resource

describe('buckets', () => {
  test('are private, encrypted, owned, and stay when the stack goes', () => {
    for (const [id, { Properties, DeletionPolicy }] of all('AWS::S3::Bucket')) {
      expect(Properties.PublicAccessBlockConfiguration, id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
      expect(Properties.OwnershipControls.Rules, id).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }])
      expect(Properties.BucketEncryption, id).toBeDefined()
      expect(DeletionPolicy, id).toBe('Retain')
      expect(Properties.LifecycleConfiguration.Rules, id).toContainEqual({
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        Status: 'Enabled',
      })
    }
  })

  test('are opened to others for releases alone, and to one distribution', () => {
    const open = statements(template).filter(
      ({ type, effect }) => type === 'AWS::S3::BucketPolicy' && effect === 'Allow',
    )
    const served = open.filter(({ principal }) => JSON.stringify(principal).includes('cloudfront'))
    expect(served).toHaveLength(1)
    expect(served[0]!.actions).toEqual(['s3:GetObject'])
    expect(served[0]!.resources.map(prefixOf)).toEqual(['releases/*'])
    expect(JSON.stringify(served[0]!.condition)).toContain(only('AWS::CloudFront::Distribution').id)
    const others = open.filter((one) => one !== served[0])
    expect(others.map(({ principal }) => principal)).toEqual(
      others.map(() => ({ Service: 'logging.s3.amazonaws.com' })),
    )
  })

  test('refuse what is not spoken by TLS 1.2', () => {
    const denied = statements(template).filter(
      ({ type, effect }) => type === 'AWS::S3::BucketPolicy' && effect === 'Deny',
    )
    for (const [id] of all('AWS::S3::Bucket')) {
      const own = JSON.stringify(denied.filter(({ resources }) => resources.join().includes(`"${id}"`)))
      expect(own, id).toContain('"aws:SecureTransport":"false"')
      expect(own, id).toContain('"s3:TlsVersion":1.2')
    }
  })

  test('the lake keeps versions, never archives, announces objects, and forgets what Athena unloaded', () => {
    const { Properties } = named('AWS::S3::Bucket', 'LakeBucket')
    expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
    expect(Properties.NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled).toBe(true)
    expect(JSON.stringify(Properties.LifecycleConfiguration)).not.toContain('Transition')
    const expiring = Properties.LifecycleConfiguration.Rules.filter(
      (rule: { ExpirationInDays?: number }) => rule.ExpirationInDays !== undefined,
    )
    expect(expiring).toEqual([
      {
        ExpirationInDays: 7,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        Prefix: 'unloads/',
        Status: 'Enabled',
      },
    ])
  })

  test('what is written once is not written without saying so', () => {
    const [refused, ...others] = statements(template).filter(
      ({ type, effect, actions }) =>
        type === 'AWS::S3::BucketPolicy' && effect === 'Deny' && actions.includes('s3:PutObject'),
    )
    expect(others).toEqual([])
    expect(refused!.condition).toEqual({
      Null: { 's3:if-none-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
    })
    const isRefused = (key: string) => refused!.resources.some((resource) => matches(prefixOf(resource), key))
    const delivery = `d${'0123456789abcdef01234567'}`
    for (const key of [
      'commits/places/000001.json',
      `receipts/${delivery}.json`,
      'runs/2026-Q3/20261127.json',
      `curated/purchases/year=2026/quarter=3/${delivery}.parquet`,
      'models/gaps/year=2026/quarter=3/run=r/part-1.parquet',
      'releases/2026-Q3/1/release.json',
      'releases/2026-Q3/1/csv/gaps.csv',
      `landing/purchases/dairy-b/${delivery}/june.csv`,
    ])
      expect(isRefused(key), key).toBe(true)
    for (const key of [
      'releases/2026-Q3/current.json',
      'landing/purchases/dairy-b/2026-Q3/june.csv',
      'landing/places/office/all/places.csv',
      'unloads/r/gaps/1/file',
    ])
      expect(isRefused(key), key).toBe(false)
  })
})

/** As IAM matches: `*` is anything, `?` one character. */
const matches = (pattern: string, key: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(key)

describe('functions', () => {
  test('run on Node 24 and arm64, traced, with logs that are kept for a while', () => {
    for (const [id, { Properties }] of all('AWS::Lambda::Function')) {
      expect(Properties.Runtime, id).toBe('nodejs24.x')
      expect(Properties.Architectures, id).toEqual(['arm64'])
      expect(Properties.TracingConfig, id).toEqual({ Mode: 'Active' })
      expect(Properties.LoggingConfig.LogFormat, id).toBe('JSON')
      expect(Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME, id).toBe('skafferi-main')
      const log = template.Resources[idOf(Properties.LoggingConfig.LogGroup)!]!
      expect(log.Properties.RetentionInDays, id).toBe(365)
    }
  })

  test('are told the variables that their code asks for', () => {
    for (const [id, { Properties }] of all('AWS::Lambda::Function')) {
      const name = /^functions\/(\w+)\.handler$/.exec(Properties.Handler)![1]!
      const code = readFileSync(join(import.meta.dirname, `../../functions/${name}.ts`), 'utf8')
      const asked = new Set(code.match(/SKAFFERI_[A-Z_]+/g))
      const told = Object.keys(Properties.Environment.Variables)
      expect(told.filter((variable) => variable.startsWith('SKAFFERI_')).sort(), id).toEqual(
        [...asked].sort(),
      )
    }
  })

  test('end before whoever waits for them does', () => {
    const seconds = (name: string) => named('AWS::Lambda::Function', `${name}Function`).Properties.Timeout
    const queue = named('AWS::SQS::Queue', 'LandingQueue').Properties
    expect(queue.VisibilityTimeout).toBeGreaterThan(6 * seconds('land'))
    const machine = JSON.stringify(only('AWS::StepFunctions::StateMachine').Properties)
    const timeouts = [...machine.matchAll(/TimeoutSeconds\\":(\d+)/g)].map(([, of]) => Number(of))
    const steps = ['analyse', 'check', 'publish'].map(seconds)
    expect(timeouts.slice(0, 3)).toEqual(steps.map((own) => own + 30))
    expect(timeouts.at(-1)).toBeGreaterThan(3 * steps.reduce((sum, own) => sum + own + 60, 0))
    expect(seconds('api')).toBeLessThan(30)
  })

  test('start few at a time, and tell which messages failed', () => {
    const { Properties } = only('AWS::Lambda::EventSourceMapping')
    expect(Properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(5)
    expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })

  test('have an alarm each for errors, throttles and slowness', () => {
    const dimensions = all('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties)
    for (const [id] of all('AWS::Lambda::Function')) {
      const own = dimensions.filter(({ Dimensions = [] }) =>
        Dimensions.some((one: { Value: unknown }) => idOf(one.Value) === id),
      )
      expect(own.map(({ MetricName }) => MetricName).sort(), id).toEqual(['Duration', 'Errors', 'Throttles'])
    }
  })
})

describe('alarms', () => {
  test('over arithmetic speak although one of its metrics has no value', () => {
    const expressions = all('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
      (Properties.Metrics ?? []).flatMap(({ Expression = null }) => Expression ?? []),
    )
    expect(expressions).toHaveLength(2)
    for (const expression of expressions)
      expect(expression.replaceAll(/FILL\([a-z_]+, 0\)|IF/g, '')).not.toMatch(/[a-z]/)
  })
})

describe('queues', () => {
  test('have a queue for failures or are one, which is watched', () => {
    const alarmed = all('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
      Properties.MetricName === 'ApproximateNumberOfMessagesVisible'
        ? Properties.Dimensions.map((one: { Value: { 'Fn::GetAtt': string[] } }) => idOf(one.Value))
        : [],
    )
    for (const [id, { Properties }] of all('AWS::SQS::Queue')) {
      const target = idOf(Properties.RedrivePolicy?.deadLetterTargetArn)
      expect(alarmed, id).toContain(target ?? id)
      if (target === undefined) expect(Properties.MessageRetentionPeriod, id).toBe(14 * 24 * 3600)
      expect(Properties.SqsManagedSseEnabled, id).toBe(true)
    }
  })

  test('take whatever an event, a schedule or a call cannot deliver', () => {
    const failures = named('AWS::SQS::Queue', 'Failures').id
    const [target] = only('AWS::Events::Rule').Properties.Targets
    expect(idOf(target.DeadLetterConfig.Arn)).toBe(failures)
    for (const [id, { Properties }] of all('AWS::Scheduler::Schedule'))
      expect(idOf(Properties.Target.DeadLetterConfig.Arn), id).toBe(failures)
    const { DestinationConfig } = only('AWS::Lambda::EventInvokeConfig').Properties
    expect(idOf(DestinationConfig.OnFailure.Destination)).toBe(failures)
    expect(JSON.stringify(only('AWS::StepFunctions::StateMachine').Properties)).toContain(failures)
  })

  test('hear of files put under landing/ of this lake', () => {
    const { EventPattern, State } = only('AWS::Events::Rule').Properties
    expect(State).toBe('ENABLED')
    expect(EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [{ Ref: named('AWS::S3::Bucket', 'LakeBucket').id }] },
        object: { key: [{ prefix: 'landing/' }] },
      },
    })
  })
})

test('tables are what the schemas say, over this lake', () => {
  const lake = named('AWS::S3::Bucket', 'LakeBucket').id
  const inputs = new Map(
    all('AWS::Glue::Table').map(([, { Properties }]) => {
      const input = JSON.parse(JSON.stringify(Properties.TableInput), (_, value) => joined(value))
      return [input.Name, input]
    }),
  )
  expect(inputs.size).toBe(catalogue.length)
  for (const table of catalogue)
    expect(inputs.get(table.name), table.name).toEqual(glueTableInput(table, `s3://<${lake}>`))
})

/** Text in which references are `<id>`. */
function joined(value: unknown): unknown {
  const parts = (value as { 'Fn::Join'?: [string, (string | { Ref: string })[]] })?.['Fn::Join']
  return parts === undefined
    ? value
    : parts[1].map((one) => (typeof one === 'string' ? one : `<${one.Ref}>`)).join(parts[0])
}

test('queries run on the pinned engine, within limits that no caller lifts', () => {
  const { WorkGroupConfiguration } = only('AWS::Athena::WorkGroup').Properties
  expect(WorkGroupConfiguration).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
    PublishCloudWatchMetricsEnabled: true,
    RequesterPaysEnabled: false,
    ResultConfiguration: {
      EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      ExpectedBucketOwner: { Ref: 'AWS::AccountId' },
    },
  })
  expect(WorkGroupConfiguration.BytesScannedCutoffPerQuery).toBe(20 * 1024 ** 3)
})

describe('the API', () => {
  test('asks for a token with the scope of each route but the public ones', () => {
    const routes = all('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties)
    for (const { method, path, scopes } of apiRoutes)
      for (const verb of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
        const route = routes.find(({ RouteKey }) => RouteKey === `${verb} ${path}`)
        expect(route, `${verb} ${path}`).toBeDefined()
        expect(route.AuthorizationType, path).toBe(scopes.length === 0 ? 'NONE' : 'JWT')
        expect(route.AuthorizationScopes ?? [], path).toEqual(scopes.map((scope) => `skafferi/${scope}`))
      }
  })

  test('takes tokens of our pool, for our clients', () => {
    const { JwtConfiguration } = only('AWS::ApiGatewayV2::Authorizer').Properties
    expect(JSON.stringify(JwtConfiguration.Issuer)).toContain(only('AWS::Cognito::UserPool').id)
    expect(JwtConfiguration.Audience.map(idOf).sort()).toEqual(
      all('AWS::Cognito::UserPoolClient')
        .map(([id]) => id)
        .sort(),
    )
  })

  test('is throttled and logged, without tokens', () => {
    const { DefaultRouteSettings, AccessLogSettings } = only('AWS::ApiGatewayV2::Stage').Properties
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 })
    expect(AccessLogSettings.Format).toContain('$context.requestId')
    expect(AccessLogSettings.Format).not.toMatch(/authorization|querystring|cookie/i)
  })

  test('knows no origin that the stage does not list', () => {
    expect(only('AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toBeUndefined()
  })
})

describe('identity', () => {
  test('nobody signs up by themselves, people have a second factor and a long password', () => {
    const { Properties } = only('AWS::Cognito::UserPool')
    expect(Properties.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: true })
    expect(Properties.MfaConfiguration).toBe('ON')
    expect(Properties.EnabledMfas).toEqual(['SOFTWARE_TOKEN_MFA'])
    expect(Properties.Policies.PasswordPolicy.MinimumLength).toBeGreaterThanOrEqual(14)
    expect(Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion).toBe('V3_0')
  })

  test('people cannot write what they may send for', () => {
    const people = named('AWS::Cognito::UserPoolClient', 'People').Properties
    expect(people.WriteAttributes).toEqual(['email'])
    expect(people.AllowedOAuthFlows).toEqual(['code'])
    expect(people.GenerateSecret).toBe(false)
  })

  test('a source’s client may land for its source and nothing else', () => {
    const { Properties } = named('AWS::Cognito::UserPoolClient', 'Sourcedairyb')
    expect(Properties.AllowedOAuthFlows).toEqual(['client_credentials'])
    expect(Properties.AllowedOAuthScopes.map(scopeOf)).toEqual(['land', 'dairy-b'])
  })
})

/** The name of a scope, after its resource server's. */
const scopeOf = (scope: { 'Fn::Join': [string, unknown[]] }) => String(scope['Fn::Join'][1].at(-1)).slice(1)

describe('schedules', () => {
  test('are by the clock of Stockholm, at instants that exist', () => {
    for (const [id, { Properties }] of all('AWS::Scheduler::Schedule')) {
      expect(Properties.ScheduleExpressionTimezone, id).toBe('Europe/Stockholm')
      expect(Properties.FlexibleTimeWindow, id).toEqual({ Mode: 'OFF' })
      expect(Properties.ScheduleExpression, id).toMatch(
        /^cron\([0-5]?\d (1?\d|2[0-3]) (\*|[1-9]|[12]\d|3[01]) (\*|[1-9]|1[0-2]) \? \*\)$/,
      )
    }
  })

  test('publish a quarter the morning after its 35 days of grace', () => {
    const publications = all('AWS::Scheduler::Schedule').flatMap(([id, { Properties }]) =>
      id.includes('Publish') ? [Properties] : [],
    )
    expect(publications.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'cron(0 6 6 5 ? *)', // 31 March + 35 days = 5 May
      'cron(0 6 5 8 ? *)', // 30 June + 35 days = 4 August
      'cron(0 6 5 11 ? *)', // 30 September + 35 days = 4 November
      'cron(0 6 5 2 ? *)', // 31 December + 35 days = 4 February
    ])
    for (const { Target } of publications)
      expect(JSON.parse(Target.Input)).toEqual({
        run: null,
        quarter: null,
        as_of: null,
        publish: true,
        reason: null,
        scheduled_at: '<aws.scheduler.scheduled-time>',
      })
  })
})

describe('releases', () => {
  test('are served by HTTPS, numbered ones for ever and pointers for a minute', () => {
    const { DistributionConfig } = only('AWS::CloudFront::Distribution').Properties
    const { DefaultCacheBehavior, CacheBehaviors } = DistributionConfig
    expect(DefaultCacheBehavior.ViewerProtocolPolicy).toBe('https-only')
    expect(CacheBehaviors.map((one: { PathPattern: string }) => one.PathPattern)).toEqual([
      'releases/*/current.json',
    ])
    const age = (behavior: { CachePolicyId: unknown }) =>
      template.Resources[idOf(behavior.CachePolicyId)!]!.Properties.CachePolicyConfig.MaxTTL
    expect([age(DefaultCacheBehavior), age(CacheBehaviors[0])]).toEqual([365 * 24 * 3600, 60])
    for (const [id, { Properties }] of all('AWS::CloudFront::ResponseHeadersPolicy'))
      expect(Object.keys(Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig).sort(), id).toEqual([
        'ContentSecurityPolicy',
        'ContentTypeOptions',
        'FrameOptions',
        'ReferrerPolicy',
        'StrictTransportSecurity',
      ])
  })
})

test('topics are spoken to by TLS, and every alarm tells somebody', () => {
  const refused = statements(template).filter(
    ({ type, effect }) => type === 'AWS::SNS::TopicPolicy' && effect === 'Deny',
  )
  expect(refused).toHaveLength(2)
  const topic = named('AWS::SNS::Topic', 'Alarms').id
  const [granted, ...others] = statements(template).filter(
    ({ type, effect }) => type === 'AWS::SNS::TopicPolicy' && effect === 'Allow',
  )
  expect(others).toEqual([])
  expect(granted).toMatchObject({
    actions: ['sns:Publish'],
    resources: [JSON.stringify({ Ref: topic })],
    principal: { Service: 'cloudwatch.amazonaws.com' },
    condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  })
  for (const [id, { Properties }] of all('AWS::CloudWatch::Alarm')) {
    expect(Properties.AlarmActions.map(idOf), id).toEqual([topic])
    expect(Properties.TreatMissingData, id).toBe('notBreaching')
  }
})

test('docs/operations.md says what to do at each alarm', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const headings = text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n')
  const told = new Set(headings.match(/`[a-z-]+`/g)?.map((name) => name.slice(1, -1)))
  const alarms = all('AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
    String(Properties.AlarmName).replace('skafferi-main-', ''),
  )
  expect(alarms.filter((name) => !told.has(name))).toEqual([])
  expect([...told].filter((name) => !alarms.includes(name))).toEqual([])
})

test('docs/operations.md knows the buckets that a new stack takes over', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const known = [...text.matchAll(/"(\w+)": \{ "BucketName"/g)].map(([, id]) => id)
  expect(known.sort()).toEqual(
    all('AWS::S3::Bucket')
      .map(([id]) => id)
      .sort(),
  )
})

test('outputs say where everything is', () => {
  expect(Object.keys(template.Outputs).sort()).toEqual([
    'ApiUrl',
    'Database',
    'FailuresQueueUrl',
    'LakeUrl',
    'LandingFailedQueueUrl',
    'LandingQueueUrl',
    'ReleasesUrl',
    'StateMachineArn',
    'TokenUrl',
    'UserPoolId',
    'Workgroup',
  ])
})
