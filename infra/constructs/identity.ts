import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StringAttribute,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import { type ApiScope, apiScopes } from '../../schemas/api-routes.ts'
import type { Settings } from '../settings.ts'
import type { Issuer, Stage } from '../stages.ts'
import { acknowledge } from './acknowledge.ts'
import { PipelineFunction } from './functions.ts'

/** Name of the resource server, and so the prefix of its scopes. */
const RESOURCE = 'skafferi'
const PEOPLE: readonly ApiScope[] = ['read', 'land', 'read:receipts', 'analyse']
const OPERATOR: readonly ApiScope[] = ['read', 'read:receipts', 'analyse']

/** A user pool that signs tokens: for people, for an operator's scripts, and for each source's programs. */
export class Identity extends Construct {
  readonly pool: UserPool
  readonly clients: readonly UserPoolClient[]
  /** Where programs get tokens. */
  readonly tokenUrl: string
  readonly token: PipelineFunction
  readonly scopePrefix = `${RESOURCE}/`
  readonly #servers: { api: UserPoolResourceServer; sources: UserPoolResourceServer }
  readonly #scopes: ReadonlyMap<string, ResourceServerScope>

  constructor(
    scope: Construct,
    id: string,
    settings: Settings,
    issuer: Extract<Issuer, { kind: 'cognito' }>,
  ) {
    super(scope, id)
    const { stage } = settings
    this.pool = this.#makePool(issuer)
    this.token = new PipelineFunction(this, 'token', settings, {
      description: 'Says in a token which sources its holder may send for',
      memory_mb: 256,
      timeout: Duration.seconds(5),
    })
    this.pool.addTrigger(
      UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
      this.token.function,
      LambdaVersion.V3_0,
    )
    this.#scopes = scopesOf(stage)
    this.#servers = this.#resourceServers(stage)
    const domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `skafferi-${stage.name}-${Aws.ACCOUNT_ID}` },
    })
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`
    this.clients = [
      this.#people(issuer.callbacks),
      this.#machine('Operator', OPERATOR),
      ...stage.sources.map((source) => this.#machine(`Source-${source}`, ['land'], source)),
    ]
  }

  #makePool({ mfa }: Extract<Issuer, { kind: 'cognito' }>): UserPool {
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: mfa === 'required' ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      // for whom a person may send, separated by spaces; set by an administrator only
      customAttributes: { sources: new StringAttribute({ mutable: true, maxLen: 2048 }) },
      featurePlan: FeaturePlan.ESSENTIALS,
      // a token that nobody can sign again is no loss; whoever had one is invited again
      removalPolicy: RemovalPolicy.DESTROY,
    })
    acknowledge(
      pool,
      'COG8',
      'The plan Plus costs five times as much and only adds guessing of odd sign-ins.',
    )
    if (mfa === 'optional')
      acknowledge(
        pool,
        'COG2',
        'A stage to try things in, whose figures are nobody’s; people may add a second factor.',
      )
    return pool
  }

  #resourceServers({ sources }: Stage) {
    const named = (names: readonly string[]) => names.map((name) => this.#scopes.get(name)!)
    return {
      api: this.pool.addResourceServer('Api', {
        identifier: RESOURCE,
        scopes: named(Object.keys(apiScopes)),
      }),
      sources: this.pool.addResourceServer('Sources', {
        identifier: 'source',
        scopes: named(sources.map(sourceScope)),
      }),
    }
  }

  /** People sign in in a browser and get no more than an hour. They cannot write what they may send for. */
  #people(callbackUrls: readonly string[]): UserPoolClient {
    return this.pool.addClient('People', {
      userPoolClientName: 'people',
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
      readAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
      oAuth: {
        flows: { authorizationCodeGrant: true },
        callbackUrls: [...callbackUrls],
        scopes: [OAuthScope.OPENID, ...this.#allowed(PEOPLE)],
      },
    })
  }

  #machine(id: string, scopes: readonly ApiScope[], source?: string): UserPoolClient {
    return this.pool.addClient(id, {
      userPoolClientName: source === undefined ? id.toLowerCase() : `source-${source}`,
      generateSecret: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      oAuth: { flows: { clientCredentials: true }, scopes: this.#allowed(scopes, source) },
    })
  }

  #allowed(scopes: readonly ApiScope[], source?: string): OAuthScope[] {
    const { api, sources } = this.#servers
    return [
      ...scopes.map((name) => OAuthScope.resourceServer(api, this.#scopes.get(name)!)),
      ...(source === undefined
        ? []
        : [OAuthScope.resourceServer(sources, this.#scopes.get(sourceScope(source))!)]),
    ]
  }
}

const sourceScope = (source: string) => `source:${source}`

function scopesOf({ sources }: Stage): Map<string, ResourceServerScope> {
  const api = Object.entries(apiScopes).map(
    ([scopeName, scopeDescription]) =>
      [scopeName, new ResourceServerScope({ scopeName, scopeDescription })] as const,
  )
  const own = sources.map(
    (scopeName) =>
      [
        sourceScope(scopeName),
        new ResourceServerScope({ scopeName, scopeDescription: `Send data of ${scopeName}` }),
      ] as const,
  )
  return new Map([...api, ...own])
}
