import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { startWatched } from '../trino/watched.ts'
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

/** Starts versitygw over a fresh folder on a free port. It ends with this process at the latest. */
export async function startS3Server(): Promise<S3Server> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const own = ['--port', `127.0.0.1:${port}`, '--region', REGION, '--quiet', '--health', '/health']
  const { stop } = await startWatched({
    name: 's3',
    prepare: async (folder) => {
      const [data, versions] = [join(folder, 'data'), join(folder, 'versions')]
      for (const path of [data, versions]) await mkdir(path)
      return [versitygwBinary(), ...own, '--keep-alive', 'posix', '--versioning-dir', versions, data]
    },
    isReady: async () => (await fetch(`${endpoint}/health`)).ok,
    deadline_ms: 60_000,
    env: { ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId, ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey },
  })
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
