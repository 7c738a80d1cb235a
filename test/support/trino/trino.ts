import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../cloud/free-port.ts'
import type { Signer } from '../cloud/signed.ts'
import { trinoFolder } from '../cloud/tools.ts'
import { askTrino, type TrinoResult } from './client.ts'
import { startWatched } from './watched.ts'

/** A Trino of our own with one catalogue, `glue`. */
export interface Trino {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  /** Runs one statement; tables without a database are those of `database`. */
  ask(sql: string, database?: string): Promise<TrinoResult>
  /** What it has said lately. */
  said(): string
  stop(): Promise<void>
}

/** Starts Trino 435, on a free port if none is named, over a Glue and an S3. It ends with this process at the latest. */
export async function startTrino(glue: Signer, s3: Signer, named?: number): Promise<Trino> {
  const port = named ?? (await freePort())
  const endpoint = `http://127.0.0.1:${port}`
  const { said, stop } = await startWatched({
    name: 'trino',
    prepare: async (folder) => {
      await configure(folder, port, glue, s3)
      return program(folder)
    },
    isReady: async () => (await askTrino(endpoint, 'select 1')).rows.length === 1,
    deadline_ms: 120_000,
  })
  return { endpoint, said, stop, ask: (sql, database) => askTrino(endpoint, sql, database) }
}

function program(folder: string): string[] {
  const properties = {
    'node.environment': 'test',
    'node.id': 'trino-for-tests',
    'node.data-dir': join(folder, 'data'),
    config: join(folder, 'etc/config.properties'),
    'log.levels-file': join(folder, 'etc/log.properties'),
    'jdk.attach.allowAttachSelf': 'true',
    'file.encoding': 'UTF-8',
  }
  return [
    ...['java', '-Xmx2G', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', '-XX:TieredStopAtLevel=1'],
    // every statement compiles code of its own; the 48 MB that level 1 has by default are soon full
    '-XX:ReservedCodeCacheSize=256M',
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ...['-cp', `${trinoFolder()}/lib/*`, join(import.meta.dirname, 'StartTrino.java'), '435'],
  ]
}

/** The server looks for `plugin` where it is started; `etc` lies beside it. */
async function configure(folder: string, port: number, glue: Signer, s3: Signer): Promise<void> {
  await mkdir(join(folder, 'etc/catalog'), { recursive: true })
  await symlink(join(trinoFolder(), 'plugin'), join(folder, 'plugin'))
  const write = async (name: string, properties: Readonly<Record<string, string | number | boolean>>) => {
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
    await writeFile(join(folder, 'etc', name), lines.join(''))
  }
  await write('log.properties', { 'io.trino': 'WARN' })
  await write('config.properties', {
    coordinator: true,
    'node-scheduler.include-coordinator': true,
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${port}`,
    'query.max-memory': '1GB',
    'query.max-memory-per-node': '600MB',
    'memory.heap-headroom-per-node': '400MB',
  })
  await write('catalog/glue.properties', {
    'connector.name': 'hive',
    'hive.metastore': 'glue',
    'hive.metastore.glue.region': glue.region,
    'hive.metastore.glue.endpoint-url': glue.endpoint,
    'hive.metastore.glue.aws-access-key': glue.credentials.accessKeyId,
    'hive.metastore.glue.aws-secret-key': glue.credentials.secretAccessKey,
    // the other file systems need what the plugin's archive does not have
    'fs.hadoop.enabled': false,
    'fs.native-s3.enabled': true,
    's3.endpoint': s3.endpoint,
    's3.region': s3.region,
    's3.path-style-access': true,
    's3.aws-access-key': s3.credentials.accessKeyId,
    's3.aws-secret-key': s3.credentials.secretAccessKey,
    'hive.partition-projection-enabled': true,
    // moto has none
    'hive.table-statistics-enabled': false,
  })
}
