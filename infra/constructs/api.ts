import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type ApiRoute, apiRoutes } from '../../schemas/api-routes.ts'
import type { Settings } from '../settings.ts'
import { acknowledge } from './acknowledge.ts'
import type { Analysis } from './analysis.ts'
import { PipelineFunction } from './functions.ts'
import { Identity } from './identity.ts'
import type { Lake } from './lake.ts'
import type { Landing } from './landing.ts'
import type { Releases } from './releases.ts'

/** Fields of the access log; no token, no query. */
const LOGGED = {
  at: '$context.requestTime',
  request: '$context.requestId',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
  client: '$context.authorizer.claims.client_id',
  error: '$context.authorizer.error',
  fault: '$context.integrationErrorMessage',
}

/** The HTTP API: whoever has a token with the route's scope, and everybody for what is public. */
export class Api extends Construct {
  readonly api: HttpApi
  readonly stage: HttpStage
  readonly function: PipelineFunction
  /** Null where another issuer signs tokens. */
  readonly identity: Identity | null

  constructor(
    scope: Construct,
    id: string,
    settings: Settings,
    {
      lake,
      landing,
      analysis,
      releases,
    }: { lake: Lake; landing: Landing; analysis: Analysis; releases: Releases },
  ) {
    super(scope, id)
    const { issuer } = settings.stage
    this.identity = issuer.kind === 'cognito' ? new Identity(this, 'Identity', settings, issuer) : null
    this.function = new PipelineFunction(this, 'api', settings, {
      description: 'Answers the HTTP API',
      memory_mb: 1769,
      timeout: Duration.seconds(29),
      temporary_mb: 1024,
    })
      .reads(
        lake,
        'landing/',
        'commits/',
        'receipts/',
        'curated/',
        'rolled/',
        'runs/',
        'models/',
        'releases/',
      )
      .writes(lake, 'landing/')
      .sendsTo(landing.queue, 'SKAFFERI_LANDING_QUEUE_URL')
      .starts(analysis.machine)
      .pointsTo(releases)
    const prefix = issuer.kind === 'cognito' ? this.identity!.scopePrefix : issuer.scope_prefix
    this.function.function.addEnvironment('SKAFFERI_SCOPE_PREFIX', prefix)

    this.api = new HttpApi(this, 'Http', {
      apiName: `skafferi-${settings.stage.name}`,
      createDefaultStage: false,
      defaultAuthorizer: this.#authorizer(settings),
      ...corsFor(settings.stage.web_origins),
    })
    this.stage = this.#stage(settings)
    this.#addRoutes(prefix)
  }

  #authorizer({ stage }: Settings): IHttpRouteAuthorizer {
    const { region } = Stack.of(this)
    const { issuer } = stage
    if (issuer.kind === 'other')
      return new HttpJwtAuthorizer('Tokens', issuer.issuer, { jwtAudience: [...issuer.audience] })
    const { pool, clients } = this.identity!
    return new HttpJwtAuthorizer('Tokens', `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`, {
      jwtAudience: clients.map((client) => client.userPoolClientId),
    })
  }

  #stage({ stage }: Settings): HttpStage {
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/http/skafferi-${stage.name}`,
      retention: stage.log_days,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttling.rate, burstLimit: stage.throttling.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    })
  }

  #addRoutes(prefix: string): void {
    const integration = new HttpLambdaIntegration('Api', this.function.function)
    for (const { path, method, scopes, summary } of apiRoutes as readonly ApiRoute[]) {
      const isPublic = scopes.length === 0
      const routes = this.api.addRoutes({
        path,
        methods: method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [HttpMethod[method]],
        integration,
        ...(isPublic
          ? { authorizer: new HttpNoneAuthorizer() }
          : { authorizationScopes: scopes.map((scope) => `${prefix}${scope}`) }),
      })
      if (isPublic) for (const route of routes) acknowledge(route, 'APIG4', `For everybody: ${summary}.`)
    }
  }
}

function corsFor(origins: readonly string[]) {
  if (origins.length === 0) return {}
  return {
    corsPreflight: {
      allowOrigins: [...origins],
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD, CorsHttpMethod.POST],
      allowHeaders: ['authorization', 'content-type', 'accept', 'if-none-match'],
      exposeHeaders: ['etag', 'link', 'location'],
      maxAge: Duration.hours(1),
    },
  }
}
