import type { Signer } from '../cloud/signed.ts'
import { startS3Server } from '../cloud/versitygw.ts'
import { startGlue } from './glue.ts'
import { startTrino } from './trino.ts'
import { type TrinoVersion, trinoVersion } from './versions.ts'

/** Where the servers are that make up a Trino over a bucket; plain data. */
export interface ServerPlaces {
  readonly s3: Signer
  readonly glue: Signer
  /** `http://127.0.0.1:<port>`; its catalogues are `glue`, and `lake` with a metastore in a bucket. */
  readonly trino: string
}

/** Servers that end with this process at the latest. */
export interface Servers {
  readonly places: ServerPlaces
  stop(): Promise<void>
}

/** Starts an S3, a Glue and a Trino over both; none of them if one cannot be started. */
export async function startServers(version: TrinoVersion = trinoVersion()): Promise<Servers> {
  const started: { stop(): Promise<void> }[] = []
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>) => {
    const server = await starting
    started.push(server)
    return server
  }
  const stop = async () => {
    for (const server of started.reverse()) await server.stop()
  }
  try {
    const [s3, glue] = await Promise.all([kept(startS3Server()), kept(startGlue())])
    const trino = await kept(startTrino(glue, s3, version))
    // the SDK notes things of its own in the credentials
    const signer = ({ endpoint, region, credentials }: Signer): Signer => {
      const { accessKeyId, secretAccessKey } = credentials
      return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    }
    return { places: { s3: signer(s3), glue: signer(glue), trino: trino.endpoint }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
