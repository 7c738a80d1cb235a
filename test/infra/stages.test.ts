import { expect, test } from 'vitest'
import { publicationTimes } from '../../infra/constructs/schedules.ts'
import { faultsOf, type Stage, stageNamed, stages } from '../../infra/stages.ts'
import { ofType, onlyOf, synthesised, type Template } from './templates.ts'

const [main] = stages as [Stage]
const OTHER = {
  kind: 'other',
  issuer: 'https://login.example.org/',
  audience: ['skafferi'],
  scope_prefix: 'food.',
} as const

test('an unknown stage is told which there are', () => {
  expect(() => stageNamed('prod')).toThrow('no stage "prod" (there are: main, trial)')
  expect(() => synthesised({ context: { stage: 'prod' } })).toThrow('there are: main, trial')
})

test('all faults of a stage are told at once', () => {
  const contributors = [{ address: 'a@example.org', source: 'nobody' }]
  const wrong = {
    ...main,
    name: 'My Stage',
    grace_days: 90,
    sources: ['a b'],
    mail: { ...main.mail, contributors },
  }
  expect(faultsOf(wrong)).toHaveLength(4)
  expect(() => stageNamed('My Stage', [wrong])).toThrow(/grace_days is 90 .*"a b" is no code .*"nobody"/)
})

test('a publication lies within the quarter after, however long the grace', () => {
  for (let grace = 1; grace <= 58; grace++)
    expect(
      publicationTimes(grace).map(({ expression }) => Math.ceil(Number(expression.split(' ')[3]) / 3)),
    ).toEqual([2, 3, 4, 1])
})

test('stages differ in data only, and share no name', () => {
  const [one, other] = [synthesised(), synthesised({ context: { stage: 'trial' } })]
  const kinds = ({ Resources }: Template) =>
    Object.entries(Resources)
      .filter(([id]) => !/Source(wholesaler|dairy|municipality)/.test(id))
      .map(([id, { Type }]) => `${id.replace(/(EventSource).*/, '$1')} ${Type}`)
      .sort()
  expect(kinds(other.stack)).toEqual(kinds(one.stack))
  const names = ({ Resources }: Template) =>
    Object.entries(Resources).flatMap(([, { Type, Properties }]) =>
      /Table|ResourceServer|Authorizer/.test(Type) ? [] : namesIn(Properties),
    )
  const shared = names(other.stack).filter((name) => names(one.stack).includes(name))
  expect(shared).toEqual([])
})

/** Names that must be unique in an account and region, or in the world. */
function namesIn(properties: Record<string, unknown>): string[] {
  const naming =
    /^(Name|.*(Bucket|Queue|Topic|Group|Function|Role|Policy|Alarm|Dashboard|Machine|Pool|Budget|Rule)Name|Domain)$/
  return Object.entries(properties).flatMap(([name, value]) =>
    naming.test(name) && !/^(PolicyName|LogGroupName)$/.test(name)
      ? [JSON.stringify(value)].filter((text) => !/^\{"(Ref|Fn::GetAtt)"/.test(text))
      : [],
  )
}

test('another issuer of tokens takes the place of the user pool', () => {
  const { stack } = synthesised({ among: [{ ...main, issuer: OTHER }] })
  expect(ofType(stack, 'AWS::Cognito::UserPool')).toEqual([])
  expect(ofType(stack, 'AWS::Lambda::Function')).toHaveLength(6)
  const authorizer = onlyOf(stack, 'AWS::ApiGatewayV2::Authorizer')
  expect(authorizer.Properties).toMatchObject({
    JwtConfiguration: { Issuer: 'https://login.example.org/', Audience: ['skafferi'] },
  })
  const scopes = ofType(stack, 'AWS::ApiGatewayV2::Route').flatMap(
    ([, { Properties }]) => Properties.AuthorizationScopes ?? [],
  )
  expect(new Set(scopes)).toEqual(new Set(['food.read', 'food.land', 'food.read:receipts', 'food.analyse']))
})

test('everybody gets the mails they want, by one subscription', () => {
  const mail = {
    alarms: ['duty@example.org'],
    findings: ['news@example.org', 'both@example.org'],
    contributors: [
      { address: 'both@example.org', source: 'dairy-b' },
      { address: 'two@example.org', source: 'dairy-b' },
      { address: 'two@example.org', source: 'wholesaler-a' },
    ],
  }
  const { stack, costs } = synthesised({ among: [{ ...main, mail }] })
  const filters = ofType(stack, 'AWS::SNS::Subscription').map(([, { Properties }]) => [
    Properties.Endpoint,
    Properties.FilterPolicy,
  ])
  const told = ['refused', 'late']
  expect(Object.fromEntries(filters)).toEqual({
    'duty@example.org': undefined,
    'news@example.org': { kind: ['release'] },
    'both@example.org': { $or: [{ kind: ['release'] }, { kind: told, source: ['dairy-b'] }] },
    'two@example.org': { kind: told, source: ['dairy-b', 'wholesaler-a'] },
  })
  const budget = onlyOf(costs, 'AWS::Budgets::Budget')
  expect(budget.Properties.Budget).toMatchObject({ BudgetLimit: { Amount: 50, Unit: 'USD' } })
  expect(JSON.stringify(budget.Properties)).toContain('duty@example.org')
})

test('every stage is held to the rules, and so are a domain and an issuer of one’s own', () => {
  const releases_domain = {
    name: 'food.example.org',
    certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/4e1b',
  }
  const own = { ...main, name: 'own', releases_domain, issuer: OTHER }
  for (const stage of [...stages.slice(1), own])
    expect(() => synthesised({ among: [stage], held: true }), stage.name).not.toThrow()
}, 60_000)

test('an origin may upload and ask, if the stage lists it', () => {
  const { stack } = synthesised({ context: { stage: 'trial' } })
  const api = onlyOf(stack, 'AWS::ApiGatewayV2::Api')
  expect(api.Properties).toMatchObject({ CorsConfiguration: { AllowOrigins: ['http://localhost:8080'] } })
})
