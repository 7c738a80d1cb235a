import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { docBlock } from '../doc-block.ts'
import { freePort } from './free-port.ts'
import type { Ministack } from './ministack.ts'
import { askJson } from './signed.ts'

const ROOT = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** Runs a block of docs/operations.md, fenced as `sh <name>`, in the project's folder. */
export async function runBlock(name: string, environment: Record<string, string>): Promise<string> {
  return await shell(docBlock('docs/operations.md', `sh ${name}`), environment)
}

/** Runs lines of shell; fails with what they said. */
export async function shell(lines: string, env: Record<string, string>): Promise<string> {
  const options = { cwd: ROOT, env, maxBuffer: 64 << 20 }
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', lines], options).catch((error) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${lines}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`, { cause: error })
  })
  return stdout
}

/** What a deployment tells of itself. */
export type Outputs = Readonly<
  Record<
    | 'ApiUrl'
    | 'LakeUrl'
    | 'StateMachineArn'
    | 'LandingQueueUrl'
    | 'LandingFailedQueueUrl'
    | 'FailuresQueueUrl'
    | 'UserPoolId'
    | 'Database'
    | 'Workgroup'
    | 'ReleasesUrl',
    string
  >
>

/** A stack on the emulator, deployed as docs/operations.md says. */
export interface Deployed {
  readonly outputs: Outputs
  readonly assembly: string
  /** What the documented commands need to know. */
  readonly environment: Record<string, string>
  /** Where the functions look for Athena; nobody listens there yet. */
  readonly athena_port: number
}

/** Synthesises, bootstraps and deploys. */
export async function deploy(ministack: Ministack): Promise<Deployed> {
  const athena_port = await freePort()
  const folder = await mkdtemp(join(ministack.environment.HOME!, 'deployment-'))
  const assembly = join(folder, 'assembly')
  const environment = {
    ...ministack.environment,
    ...{ ASSEMBLY: assembly, OUTPUTS: join(folder, 'outputs.json') },
    ATHENA_ENDPOINT: `http://127.0.0.1:${athena_port}`,
  }
  await runBlock('emulator', environment)
  const { 'skafferi-main': outputs } = JSON.parse(await readFile(environment.OUTPUTS, 'utf8')) as {
    'skafferi-main': Outputs
  }
  return { outputs, assembly, environment, athena_port }
}

/** Athena over the deployed lake, in a process of its own. */
export async function startAthena(
  ministack: Ministack,
  { outputs, athena_port }: Deployed,
): Promise<{ stop(): Promise<void> }> {
  const server = spawn(
    join(ROOT, 'node_modules/node/bin/node'),
    [
      join(ROOT, 'test/support/cloud/athena-endpoint/main.ts'),
      ...['--port', String(athena_port), '--s3', ministack.endpoint, '--lake', outputs.LakeUrl],
      ...['--database', outputs.Database, '--workgroup', outputs.Workgroup],
    ],
    { env: { ...ministack.environment }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  if (!line.startsWith('ready')) throw new Error(`the endpoint of Athena said ${line}`)
  return {
    async stop() {
      process.off('exit', kill)
      kill()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    },
  }
}

/** An answer of the API. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: each route's own shape
  readonly json: any
}

/** What goes with a request to the API. */
export interface Asking {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks the API. Its host has no address of its own, so the name goes along as a header. */
export async function askApi(
  ministack: Ministack,
  { outputs }: Deployed,
  route: string,
  { token, body, headers = {} }: Asking = {},
): Promise<Answer> {
  const [method, path] = route.split(' ') as [string, string]
  const { hostname, port } = new URL(ministack.endpoint)
  const asked = request({
    ...{ hostname, port, path, method },
    headers: {
      host: new URL(outputs.ApiUrl).host,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  })
  asked.end(body === undefined ? '' : JSON.stringify(body))
  const [response] = await once(asked, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text)
    },
  }
}

/** A token of one of the user pool's clients, `operator` or `source-…`. */
export async function tokenOf(
  ministack: Ministack,
  { outputs }: Deployed,
  client: string,
  scope?: string,
): Promise<string> {
  const pool = { UserPoolId: outputs.UserPoolId }
  const call = <T>(action: string, input: object) =>
    askJson<T>(ministack, 'cognito-idp', `AWSCognitoIdentityProviderService.${action}`, { ...pool, ...input })
  const { UserPoolClients } = await call<{ UserPoolClients: { ClientId: string; ClientName: string }[] }>(
    'ListUserPoolClients',
    { MaxResults: 60 },
  )
  const found = UserPoolClients.find(({ ClientName }) => ClientName === client)
  const named = UserPoolClients.map(({ ClientName }) => ClientName).join(', ')
  if (!found) throw new Error(`no client "${client}" (there are: ${named})`)
  const { UserPoolClient } = await call<{ UserPoolClient: { ClientId: string; ClientSecret: string } }>(
    'DescribeUserPoolClient',
    { ClientId: found.ClientId },
  )
  const { ClientId, ClientSecret } = UserPoolClient
  const answer = await fetch(`${ministack.endpoint}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${ClientId}:${ClientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }).toString(),
  })
  const { access_token } = (await answer.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error(`no token for ${client}: ${answer.status}`)
  return access_token
}
