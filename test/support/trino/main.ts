import { once } from 'node:events'
import { startServers } from './servers.ts'

const USAGE = `node test/support/trino/main.ts

Starts an S3, a Glue and a Trino on free ports of 127.0.0.1 and prints a line of JSON that says where they are, as
SKAFFERI_ENGINE_SERVERS takes it. Stops them on SIGTERM or SIGINT.`

if (process.argv.length > 2) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(process.argv[2] === '--help' ? 0 : 2)
}
const { places, stop } = await startServers()
process.stdout.write(`${JSON.stringify(places)}\n`)
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
await stop()
process.exit(0)
