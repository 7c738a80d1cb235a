import { Annotations, Aws, Duration, Stack } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  type IOrigin,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { acknowledge } from './acknowledge.ts'
import type { Lake } from './lake.ts'

/** What everybody may read. */
const PUBLIC = 'releases/*'
const YEAR = Duration.days(365)

/** Releases for everybody, and nothing else of the lake. */
export class Releases extends Construct {
  readonly distribution: Distribution
  /** The part before a release's own path, `<quarter>/…`. */
  readonly url: string

  constructor(scope: Construct, id: string, settings: Settings, lake: Lake) {
    super(scope, id)
    const { stage } = settings
    const origin = this.#origin(lake)
    const kept = (id: string, age: Duration, text: string) =>
      this.#behavior(stage.name, id, origin, age, text)
    const pointers = kept('Pointers', Duration.minutes(1), 'public, max-age=60')
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Releases of Skafferi (${stage.name})`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      // refusals get this header too: who asks before a release is there must not keep the answer for long
      defaultBehavior: kept('Numbered', YEAR, 'public, max-age=3600'),
      additionalBehaviors: { 'releases/*/current.json': pointers },
      errorResponses: [{ httpStatus: 403, ttl: Duration.seconds(10) }],
      ...domainOf(this, settings),
    })
    this.#allowReading(lake)
    this.url = `https://${stage.releases_domain?.name ?? this.distribution.distributionDomainName}/releases`
    this.#acknowledge(settings)
  }

  /** As a stranger's bucket, since the policy that CDK would add to ours opens all of it. */
  #origin(lake: Lake): IOrigin {
    const bucket = Bucket.fromBucketAttributes(this, 'Lake', {
      bucketName: lake.bucket.bucketName,
      region: Stack.of(this).region,
    })
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac')
    return S3BucketOrigin.withOriginAccessControl(bucket)
  }

  #behavior(
    stage: string,
    id: string,
    origin: IOrigin,
    age: Duration,
    cacheControl: string,
  ): BehaviorOptions {
    return {
      origin,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      compress: true,
      cachePolicy: new CachePolicy(this, `${id}Cache`, {
        cachePolicyName: `skafferi-${stage}-${Aws.REGION}-${id.toLowerCase()}`,
        minTtl: Duration.seconds(0),
        defaultTtl: age,
        maxTtl: age,
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      }),
      responseHeadersPolicy: this.#headers(stage, id, cacheControl),
    }
  }

  #headers(stage: string, id: string, cacheControl: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, `${id}Headers`, {
      responseHeadersPolicyName: `skafferi-${stage}-${Aws.REGION}-${id.toLowerCase()}`,
      customHeadersBehavior: {
        customHeaders: [{ header: 'Cache-Control', value: cacheControl, override: true }],
      },
      corsBehavior: {
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: ['GET', 'HEAD', 'OPTIONS'],
        accessControlAllowHeaders: ['*'],
        accessControlAllowCredentials: false,
        accessControlExposeHeaders: ['ETag'],
        originOverride: true,
      },
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'", override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: YEAR.plus(YEAR),
          includeSubdomains: true,
          override: true,
        },
      },
    })
  }

  #allowReading(lake: Lake): void {
    lake.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ReleasesArePublic',
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [lake.bucket.arnForObjects(PUBLIC)],
        conditions: { StringEquals: { 'aws:SourceArn': this.distribution.distributionArn } },
      }),
    )
  }

  #acknowledge({ stage }: Settings): void {
    acknowledge(this.distribution, 'CFR1', 'Open data is for readers everywhere.')
    acknowledge(
      this.distribution,
      'CFR2',
      'Files without parameters; there is nothing for a firewall to filter.',
    )
    acknowledge(
      this.distribution,
      'CFR3',
      'Who reads open data is nobody’s business: addresses are not kept.',
    )
    if (stage.releases_domain === null)
      acknowledge(
        this.distribution,
        'CFR4',
        'CloudFront’s own domain fixes its protocols; set releases_domain for TLS 1.2.',
      )
  }
}

function domainOf(scope: Construct, { stage }: Settings) {
  const { releases_domain: domain } = stage
  return domain === null
    ? {}
    : {
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificate_arn),
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }
}
