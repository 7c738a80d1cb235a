import { randomUUID } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../cloud/free-port.ts'
import type { Signer } from '../cloud/signed.ts'
import { trinoFolder } from '../cloud/tools.ts'
import { s3At } from '../cloud/versitygw.ts'
import { docBlock } from '../doc-block.ts'
import { askTrino } from './client.ts'
import { type TrinoVersion, trinoProgram, trinoVersion } from './versions.ts'
import { startWatched } from './watched.ts'

/** A Trino of our own with the catalogues `glue`, `lake` as documented, and `unloads` for tables over files that are no lake's. */
export interface Trino {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  /** Of the process that watches over it. */
  readonly pid: number
  stop(): Promise<void>
}

type Properties = Readonly<Record<string, string | number | boolean>>

/** What a Trino has that others here have not. */
export interface TrinoSettings {
  /** A free one if none is named. */
  readonly port?: number
  /** Default 3; a third of it is for queries. */
  readonly heap_gb?: number
  /** More of `config.properties`. */
  readonly config?: Properties
  /** More catalogues, each named and with what it has otherwise than `glue`. */
  readonly catalogs?: Readonly<Record<string, Properties>>
}

/** Starts a Trino over a Glue and an S3. It ends with this process at the latest. */
export async function startTrino(
  glue: Signer,
  s3: Signer,
  version = trinoVersion(),
  settings: TrinoSettings = {},
): Promise<Trino> {
  const port = settings.port ?? (await freePort())
  const endpoint = `http://127.0.0.1:${port}`
  const { heap_gb = 3 } = settings
  const { stop, pid } = await startWatched({
    name: 'trino',
    prepare: async (folder) => {
      await configure(folder, version, port, glue, s3, settings)
      await configureAsDocumented(folder)
      return trinoProgram(version, folder, heap_gb)
    },
    env: await documentedEnvironment(s3),
    isReady: () => computes(endpoint),
    // some 15 s on an idle machine
    deadline_ms: 300_000,
  })
  return { endpoint, pid, stop }
}

/** Answers at first, then computes: a server that has just started may have no node yet. */
async function computes(endpoint: string): Promise<boolean> {
  await askTrino(endpoint, 'create schema if not exists unloads.results')
  await askTrino(endpoint, 'create schema if not exists unloads.started')
  await askTrino(endpoint, 'create table if not exists unloads.started.once as select 1 as n')
  return (await askTrino(endpoint, 'select n from unloads.started.once')).rows.length === 1
}

/** The server looks for `plugin` where it is started; `etc` lies beside it. */
async function configure(
  folder: string,
  version: TrinoVersion,
  port: number,
  glue: Signer,
  s3: Signer,
  { config = {}, catalogs = {}, heap_gb = 3 }: TrinoSettings,
): Promise<void> {
  await mkdir(join(folder, 'etc/catalog'), { recursive: true })
  await symlink(join(trinoFolder(version), 'plugin'), join(folder, 'plugin'))
  const write = async (name: string, properties: Properties) => {
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
    await writeFile(join(folder, 'etc', name), lines.join(''))
  }
  await write('log.properties', { 'io.trino': 'WARN' })
  await write('config.properties', {
    coordinator: true,
    'node-scheduler.include-coordinator': true,
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${port}`,
    'query.max-memory': `${350 * heap_gb}MB`,
    'query.max-memory-per-node': `${200 * heap_gb}MB`,
    'memory.heap-headroom-per-node': `${130 * heap_gb}MB`,
    // models are run side by side: a statement that has many threads of its own only costs a third more
    'task.concurrency': 1,
    // what it remembers of thousands of statements would fill its memory
    'query.min-expire-age': '30s',
    'http-server.log.enabled': false,
    ...config,
  })
  const objects = {
    // the other file systems need what the plugin's archive does not have
    'fs.hadoop.enabled': false,
    'fs.native-s3.enabled': true,
    's3.endpoint': s3.endpoint,
    's3.region': s3.region,
    's3.path-style-access': true,
    's3.aws-access-key': s3.credentials.accessKeyId,
    's3.aws-secret-key': s3.credentials.secretAccessKey,
  }
  const described = {
    'connector.name': 'hive',
    'hive.metastore': 'glue',
    'hive.metastore.glue.region': glue.region,
    'hive.metastore.glue.endpoint-url': glue.endpoint,
    'hive.metastore.glue.aws-access-key': glue.credentials.accessKeyId,
    'hive.metastore.glue.aws-secret-key': glue.credentials.secretAccessKey,
    ...objects,
    'hive.partition-projection-enabled': true,
    // moto has none
    'hive.table-statistics-enabled': false,
  }
  for (const [name, otherwise] of Object.entries({ glue: {}, ...catalogs }))
    await write(`catalog/${name}.properties`, { ...described, ...otherwise })
  await write('catalog/unloads.properties', {
    'connector.name': 'hive',
    'hive.metastore': 'file',
    'hive.metastore.catalog.dir': `s3://${await s3At(s3.endpoint).makeBucket(`unloads-${randomUUID().slice(0, 8)}`)}/metastore`,
    'hive.metastore.disable-location-checks': true,
    'hive.security': 'allow-all',
    'hive.non-managed-table-writes-enabled': true,
    'hive.compression-codec': 'SNAPPY',
    ...objects,
  })
}

const DOCUMENT = 'docs/engines.md'

/** The catalogue `lake`, and who may do what, as the document has them. */
async function configureAsDocumented(folder: string): Promise<void> {
  const etc = join(folder, 'etc')
  await writeFile(join(etc, 'catalog/lake.properties'), docBlock(DOCUMENT, 'properties lake'))
  await writeFile(join(etc, 'access-control.properties'), docBlock(DOCUMENT, 'properties access-control'))
  await writeFile(join(etc, 'rules.json'), docBlock(DOCUMENT, 'json rules'))
}

/** What the documented catalogue takes from its environment. */
const documentedEnvironment = async (s3: Signer) => ({
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_ACCESS_KEY: s3.credentials.accessKeyId,
  S3_SECRET_KEY: s3.credentials.secretAccessKey,
  METASTORE: `s3://${await s3At(s3.endpoint).makeBucket(`metastore-${randomUUID().slice(0, 8)}`)}/trino`,
})
