import { ArnFormat, type Duration, RemovalPolicy, Size } from 'aws-cdk-lib'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { FunctionName, Settings } from '../settings.ts'
import { acknowledge, acknowledgePatterns } from './acknowledge.ts'
import type { Catalogue } from './catalogue.ts'
import { type Lake, UNLOADS } from './lake.ts'
import type { Releases } from './releases.ts'
import type { Workgroup } from './workgroup.ts'

/** What a function needs of the machine it runs on. */
export interface Machine {
  readonly description: string
  readonly memory_mb: number
  readonly timeout: Duration
  /** For files fetched from the lake and in the making. */
  readonly temporary_mb?: number
  /** What the embedded engine may use of the memory. */
  readonly duckdb_mb?: number
}

const QUERY_ACTIONS = ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'StopQueryExecution']

/**
 * A function with a role of its own that may do nothing. Each method gives the function what it needs to know
 * of a thing and what it needs to be allowed to do with it, together.
 */
export class PipelineFunction extends Construct {
  readonly name: FunctionName
  readonly function: LambdaFunction
  readonly timeout: Duration
  readonly #role: Role

  constructor(scope: Construct, name: FunctionName, settings: Settings, machine: Machine) {
    super(scope, name)
    this.name = name
    this.timeout = machine.timeout
    const logGroup = new LogGroup(this, 'Log', {
      retention: settings.stage.log_days,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.function = new LambdaFunction(this, 'Function', {
      description: machine.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: settings.emulated ? Architecture.X86_64 : Architecture.ARM_64,
      code: Code.fromAsset(settings.code(name)),
      handler: `functions/${name}.handler`,
      role: this.#role,
      memorySize: machine.memory_mb,
      ephemeralStorageSize: Size.mebibytes(machine.temporary_mb ?? 512),
      timeout: machine.timeout,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      environment: variables(settings, machine),
    })
    this.#allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn])
    acknowledge(this, 'IAM5[Resource::*]', 'Traces have no resources: X-Ray knows no narrower permission.')
  }

  /** Reads objects of the lake below some prefixes. Any key's absence can be seen, else it looks like a refusal. */
  reads(lake: Lake, ...prefixes: string[]): this {
    this.function.addEnvironment('SKAFFERI_LAKE', lake.url)
    this.#allow(['s3:ListBucket'], [lake.bucket.bucketArn])
    this.#allowObjects(lake, ['s3:GetObject'], prefixes)
    return this
  }

  /** Writes objects of the lake below some prefixes; nothing and nobody deletes. */
  writes(lake: Lake, ...prefixes: string[]): this {
    this.#allowObjects(lake, ['s3:PutObject', 's3:AbortMultipartUpload'], prefixes)
    return this
  }

  /** Runs queries over the catalogue in this workgroup and in no other. */
  queries(workgroup: Workgroup, catalogue: Catalogue, lake: Lake): this {
    this.function.addEnvironment('SKAFFERI_ATHENA_WORKGROUP', workgroup.name)
    this.function.addEnvironment('SKAFFERI_GLUE_DATABASE', catalogue.database)
    const actions = [...QUERY_ACTIONS, 'GetWorkGroup'].map((action) => `athena:${action}`)
    this.#allow(actions, [workgroup.arn])
    this.#allow(actions, [workgroup.primaryArn], Effect.DENY)
    this.#allow(['athena:GetTableMetadata'], [workgroup.catalogArn])
    this.#allow(['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'], catalogue.arns)
    acknowledgePatterns(this, catalogue.arns, 'The tables of this database, all of them.')
    const { answers } = workgroup
    const parts = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts']
    this.#allow(
      ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      [answers.bucketArn, lake.bucket.bucketArn],
    )
    this.#allow(['s3:GetObject', 's3:PutObject', ...parts], [answers.arnForObjects('*')])
    acknowledgePatterns(this, [answers.arnForObjects('*')], "Answers of Athena's queries, named by Athena.")
    this.#allowObjects(lake, ['s3:GetObject', 's3:PutObject', ...parts], [UNLOADS])
    return this
  }

  /** Says where the public reads releases. */
  pointsTo(releases: Releases): this {
    this.function.addEnvironment('SKAFFERI_RELEASES_URL', releases.url)
    return this
  }

  /** Sends messages to a queue, which `variable` names. */
  sendsTo(queue: IQueue, variable: string): this {
    this.function.addEnvironment(variable, queue.queueUrl)
    this.#allow(['sqs:SendMessage'], [queue.queueArn])
    return this
  }

  /** Tells people by a topic. */
  tells(topic: ITopic): this {
    this.function.addEnvironment('SKAFFERI_TOPIC_ARN', topic.topicArn)
    this.#allow(['sns:Publish'], [topic.topicArn])
    return this
  }

  /** Starts and follows runs. */
  starts(machine: IStateMachine): this {
    this.function.addEnvironment('SKAFFERI_STATE_MACHINE_ARN', machine.stateMachineArn)
    this.#allow(['states:StartExecution'], [machine.stateMachineArn])
    const executions = executionsOf(machine)
    this.#allow(['states:DescribeExecution'], [executions])
    acknowledgePatterns(this, [executions], 'Runs of this state machine, named after the runs.')
    return this
  }

  #allowObjects(lake: Lake, actions: string[], prefixes: readonly string[]): void {
    const resources = prefixes.map((prefix) => lake.bucket.arnForObjects(`${prefix}*`))
    this.#allow(actions, resources)
    acknowledgePatterns(this, resources, 'Objects of the lake below a prefix that this function works on.')
  }

  #allow(actions: string[], resources: string[], effect = Effect.ALLOW): void {
    this.#role.addToPolicy(new PolicyStatement({ effect, actions, resources }))
  }
}

function variables({ stage, emulated }: Settings, { duckdb_mb }: Machine): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: `skafferi-${stage.name}`,
    POWERTOOLS_METRICS_NAMESPACE: 'Skafferi',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    ...(duckdb_mb === undefined ? {} : { SKAFFERI_DUCKDB_MEMORY: `${duckdb_mb}MB` }),
    ...emulated?.endpoints,
  }
}

function executionsOf(machine: IStateMachine): string {
  const { stack } = machine
  const name = stack.splitArn(machine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName!
  return stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${name}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
}
