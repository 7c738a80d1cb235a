import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from './free-port.ts'
import { versitygwBinary } from './tools.ts'

const REGION = 'eu-north-1'
const CREDENTIALS = { accessKeyId: 'skafferi', secretAccessKey: 'skafferi-secret' }

/** An S3 server of our own; nothing of the process's environment is touched. */
export interface S3Server {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly region: string
  readonly credentials: typeof CREDENTIALS
  /** What a program finds the server by: the SDK, the AWS command line, pyarrow. */
  readonly environment: Readonly<Record<string, string>>
  /** A client of its own; whoever asks for it destroys it. */
  client(): S3Client
  /** Makes a bucket, with versions kept, and gives its name. */
  makeBucket(name?: string): Promise<string>
  stop(): Promise<void>
}

/** Runs a program over a folder until its own input ends, as it does when whoever started it dies, however. */
const WATCHED = `
  folder=$1; shift
  "$@" & server=$!
  exec 3<&0
  (cat <&3 >/dev/null; kill -9 $server; rm -rf "$folder") 2>/dev/null &
  wait $server`

/** Starts versitygw over a fresh folder on a free port. It ends with this process at the latest. */
export async function startS3Server(): Promise<S3Server> {
  const binary = versitygwBinary()
  const folder = await mkdtemp(join(tmpdir(), 'skafferi-s3-'))
  const [data, versions] = [join(folder, 'data'), join(folder, 'versions')]
  for (const path of [data, versions]) await mkdir(path)
  const port = await freePort()
  const own = ['--port', `127.0.0.1:${port}`, '--region', REGION, '--quiet', '--health', '/health']
  const program = [binary, ...own, '--keep-alive', 'posix', '--versioning-dir', versions, data]
  const server = spawn('sh', ['-c', WATCHED, 'sh', folder, ...program], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId,
      ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey,
    },
  })
  const stop = async () => {
    server.stdin.end()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
  const endpoint = `http://127.0.0.1:${port}`
  try {
    await ready(server, `${endpoint}/health`)
  } catch (error) {
    await stop()
    throw error
  }
  return { ...s3At(endpoint), stop }
}

/** A server that runs already. */
export function s3At(endpoint: string): Omit<S3Server, 'stop'> {
  const client = () => new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS })
  let buckets = 0
  return {
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
    client,
    async makeBucket(name = `lake-${++buckets}`) {
      const s3 = client()
      await s3.send(new CreateBucketCommand({ Bucket: name }))
      await s3.send(
        new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }),
      )
      s3.destroy()
      return name
    },
  }
}

async function ready(server: ChildProcess, url: string): Promise<void> {
  let said = ''
  server.stderr!.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (server.exitCode !== null) break
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`versitygw does not answer at ${url}: ${said.trim() || 'it said nothing'}`)
}
