import { parseArgs } from 'node:util'
import { S3Storage } from '../../../../core/storage/s3.ts'
import { startAthenaEndpoint } from './server.ts'
import { TrinoBackend } from './trino-backend.ts'

const USAGE = `node test/support/cloud/athena-endpoint/main.ts --port PORT --lake s3://BUCKET[/PREFIX] [--s3 URL]
  [--database NAME] [--workgroup NAME] [--trino http://USER@HOST:PORT/CATALOG/SCHEMA]

Speaks Athena's protocol on 127.0.0.1:PORT over a lake in the S3 at URL (default AWS_ENDPOINT_URL_S3), with the
credentials and region of the environment. A Trino computes if one is named, otherwise DuckDB. Says "ready URL" when it listens; ends on SIGTERM or SIGINT.`

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    s3: { type: 'string' },
    lake: { type: 'string' },
    database: { type: 'string' },
    workgroup: { type: 'string' },
    trino: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help || values.lake === undefined || !/^\d+$/.test(values.port ?? '')) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(values.help ? 0 : 2)
}
const lake = new S3Storage(
  values.lake,
  values.s3 ? { config: { endpoint: values.s3, forcePathStyle: true } } : {},
)
const given = {
  ...(values.database === undefined ? {} : { database: values.database }),
  ...(values.workgroup === undefined ? {} : { workgroup: values.workgroup }),
  ...(values.trino === undefined ? {} : { backend: new TrinoBackend(values.trino) }),
}
const endpoint = await startAthenaEndpoint({ lake, port: Number(values.port), ...given })
process.stdout.write(`ready ${endpoint.url}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await endpoint.close()
    await lake.close()
    process.exit(0)
  })
}
