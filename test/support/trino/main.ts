import { once } from 'node:events'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { trinoCommand } from '../cloud/tools.ts'
import { s3At } from '../cloud/versitygw.ts'
import { glueAt } from './glue.ts'
import { installServers } from './install.ts'
import { type ServerPlaces, startServers } from './servers.ts'
import { TRINO_VERSIONS, trinoVersion } from './versions.ts'

const USAGE = `node test/support/trino/main.ts [--lake s3://bucket/prefix] [--version ${TRINO_VERSIONS.join('|')}] [--json]

Starts an S3, a Glue and a Trino on free ports of 127.0.0.1, prints what a shell needs to use them (export …), and
stops them on SIGTERM or SIGINT, or when the shell that started it ends.

  --lake URL     makes the bucket, and tells Glue of the lake's tables (database skafferi)
  --version V    of Trino; default SKAFFERI_TRINO_VERSION or 435
  --json         prints one line of JSON instead, as SKAFFERI_ENGINE_SERVERS takes it, and outlives the shell`

const DATABASE = 'skafferi'
const options = {
  lake: { type: 'string' },
  version: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Makes the bucket of `s3://bucket/prefix` and describes the lake in it. */
async function makeLake({ s3, glue }: ServerPlaces, lake: string): Promise<void> {
  await s3At(s3.endpoint).makeBucket(bucketOf(lake))
  await glueAt(glue).describe(DATABASE, lake)
}

function bucketOf(lake: string): string {
  const [, bucket] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(\/[^/]+)*$/.exec(lake) ?? []
  if (bucket !== undefined) return bucket
  throw new Error(`not a place for a lake: ${lake} (valid: --lake s3://lake/region)`)
}

/** Lines for a shell. */
function exportsOf({ s3, trino }: ServerPlaces, lake: string | undefined): string {
  const variables = {
    ...(lake === undefined ? {} : { SKAFFERI_LAKE: lake }),
    ...s3At(s3.endpoint).environment,
    TRINO_SERVER: trino,
    SKAFFERI_TRINO_URL: `${trino.replace('//', '//skafferi@')}/glue/${DATABASE}`,
  }
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`)
  // a profile or a session of an account would go before the key
  const others = 'unset AWS_PROFILE AWS_SESSION_TOKEN\n'
  return [others, `export PATH='${dirname(trinoCommand())}':"$PATH"\n`, ...lines].join('')
}

/** Settles when this process is told to end, or, unless it is to outlive that one, when the one that started it has. */
async function told(outlives: boolean): Promise<void> {
  const parent = process.ppid
  const orphaned = new Promise<void>((done) => {
    setInterval(() => !outlives && process.ppid !== parent && done(), 500)
  })
  await Promise.race([orphaned, ...['SIGTERM', 'SIGINT', 'SIGHUP'].map((signal) => once(process, signal))])
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options })
  if (values.help) {
    process.stdout.write(`${USAGE}\n`)
    process.exit(0)
  }
  const version = trinoVersion(values.version)
  if (values.lake !== undefined) bucketOf(values.lake)
  // while they are being started as well: they end with this process
  const end = told(values.json === true)
  void end.then(() => setTimeout(() => process.exit(1), 10_000))
  const serving = installServers(version).then(() => startServers(version))
  const servers = await Promise.race([serving, end])
  if (!servers) process.exit(1)
  const { places, stop } = servers
  if (values.lake !== undefined) await makeLake(places, values.lake)
  process.stdout.write(values.json ? `${JSON.stringify(places)}\n` : exportsOf(places, values.lake))
  await end
  await stop()
  process.exit(0)
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
