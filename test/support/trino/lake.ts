import { randomUUID } from 'node:crypto'
import type { AthenaOptions } from '../../../core/engines/athena.ts'
import { TrinoEngine, type TrinoOptions } from '../../../core/engines/trino.ts'
import { S3Storage } from '../../../core/storage/s3.ts'
import { type CatalogueTable, catalogue } from '../../../schemas/catalogue.ts'
import { type OpenAthena, openAthena } from '../athena.ts'
import { TrinoBackend } from '../cloud/athena-endpoint/trino-backend.ts'
import { s3At } from '../cloud/versitygw.ts'
import { glueAt } from './glue.ts'
import type { ServerPlaces } from './servers.ts'

/** A lake of its own in a bucket, described to Glue by the very tables that the stack makes. */
export interface DescribedLake {
  readonly storage: S3Storage
  /** Of Glue; to Trino it is a schema. */
  readonly database: string
  /** For SKAFFERI_TRINO_URL. */
  readonly trino_url: string
  /** An engine of its own; whoever opens it closes it. */
  openTrino(options?: Partial<TrinoOptions>): Promise<TrinoEngine>
  /** An engine on an endpoint of Athena of its own, behind which Trino computes; whoever opens them closes them. */
  openAthena(options?: Partial<AthenaOptions>, fetch?: typeof globalThis.fetch): Promise<OpenAthena>
  close(): Promise<void>
}

/** Makes a bucket with an empty lake and a database over it. */
export async function describedLake(
  places: ServerPlaces,
  tables: readonly CatalogueTable[] = catalogue,
): Promise<DescribedLake> {
  const name = randomUUID().slice(0, 8)
  const { endpoint, region, credentials } = places.s3
  const url = `s3://${await s3At(endpoint).makeBucket(`lake-${name}`)}/region`
  const storage = new S3Storage(url, { config: { endpoint, region, credentials } })
  const database = `lake_${name}`
  await glueAt(places.glue).describe(database, url, tables)
  const trino_url = `${places.trino.replace('//', '//skafferi@')}/glue/${database}`
  return {
    storage,
    database,
    trino_url,
    openTrino: (options = {}) =>
      TrinoEngine.open(storage, { url: trino_url, wait_ms: [20, 1000], ...options }),
    openAthena: (options = {}, fetch = globalThis.fetch) => {
      const backend = new TrinoBackend(trino_url, fetch)
      const served = { lake: storage, database, catalogue: tables, backend }
      return openAthena({ database, ...options }, served)
    },
    close: () => storage.close(),
  }
}
