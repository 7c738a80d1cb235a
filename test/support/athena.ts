import { AthenaClient, type AthenaClientConfig } from '@aws-sdk/client-athena'
import { AthenaEngine, type AthenaOptions } from '../../core/engines/athena.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { type CatalogueTable, RUN_PARTITIONS } from '../../schemas/catalogue.ts'
import { lakeAt } from './cloud/athena-endpoint/lake-at.ts'
import {
  type AthenaEndpoint,
  type EndpointOptions,
  startAthenaEndpoint,
} from './cloud/athena-endpoint/server.ts'

/** Names of the one workgroup and the one database of the tests. */
export const PLACE = { workgroup: 'skafferi-test', database: 'skafferi_test' } as const
/** Waits that suit tests. */
export const SOON = [5, 100] as const

/** An engine on an endpoint of its own, over a lake in memory that says it lies in a bucket. */
export interface OpenAthena {
  readonly engine: AthenaEngine
  readonly endpoint: AthenaEndpoint
  readonly storage: Storage
  readonly client: AthenaClient
  close(): Promise<void>
}

/** A client of an endpoint, with credentials that need no account. */
export function athenaClient(url: string, config: AthenaClientConfig = {}): AthenaClient {
  return new AthenaClient({
    endpoint: url,
    region: 'eu-north-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...config,
  })
}

/** Starts an endpoint and opens an engine on it. A lake that is given is left open. */
export async function openAthena(
  options: Partial<AthenaOptions> = {},
  { lake, ...served }: Partial<EndpointOptions> = {},
): Promise<OpenAthena> {
  const storage = lake ?? lakeAt('s3://lake/region')
  const endpoint = await startAthenaEndpoint({ lake: storage, ...PLACE, ...served })
  const client = athenaClient(endpoint.url)
  const engine = await AthenaEngine.open(storage, { ...PLACE, client, poll_ms: SOON, ...options })
  const close = async () => {
    await engine.close()
    client.destroy()
    await endpoint.close()
    if (lake === undefined) await storage.close()
  }
  return { engine, endpoint, storage, client, close }
}

/** A table over what runs leave behind of a model that only a test has. */
export function modelTable(name: string, columns: Readonly<Record<string, string>>): CatalogueTable {
  const prefix = `models/${name}/`
  return {
    name,
    description: 'Of a test.',
    columns: Object.entries(columns).map(([name, type]) => ({ name, type: type as 'string' })),
    prefix,
    partitions: RUN_PARTITIONS,
    template: `${prefix}year=\${run_year}/quarter=\${run_quarter}/run=\${run}/`,
  }
}

const MODEL = { product_group: 'string', kg: 'decimal(18,3)', day: 'date' }

/** Tables of the models that only the engine contract has. */
export const contractTables: readonly CatalogueTable[] = [
  modelTable('model_read', MODEL),
  modelTable('model_empty', MODEL),
  modelTable('model_next', { n: 'bigint' }),
  modelTable('model_twice', { n: 'int' }),
]
