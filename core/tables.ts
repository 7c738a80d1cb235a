import { resolve } from 'node:path'
import { catalogue, type GlueTableInput, glueTableInput } from '../schemas/catalogue.ts'
import { duckdbView } from '../schemas/catalogue-duckdb.ts'
import { trinoTable } from '../schemas/catalogue-trino.ts'
import { SkafferiError } from './errors.ts'
import { unknownName } from './names.ts'
import type { Storage } from './storage/storage.ts'

/** Whose words the tables of a lake may be told in. */
export const TABLE_FORMATS = ['trino', 'glue', 'duckdb'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

/** What another engine needs to read a lake. */
export type LakeTables =
  | { readonly format: 'glue'; readonly tables: readonly GlueTableInput[] }
  | {
      readonly format: 'trino' | 'duckdb'
      /** What to know before they are run. */
      readonly remarks: readonly string[]
      /** In the order in which to run them, without semicolons. */
      readonly statements: readonly string[]
    }

/** The format of a name, or an error that lists those there are. */
export function tableFormat(name: string): TableFormat {
  const known = TABLE_FORMATS.find((one) => one === name)
  if (known === undefined) throw unknownName('format', name, TABLE_FORMATS)
  return known
}

/**
 * Every table of the lake in the words of another engine.
 *
 * @param schema that the tables are to be in, where the engine has schemas
 */
export async function tablesFor(storage: Storage, format: TableFormat, schema: string): Promise<LakeTables> {
  switch (format) {
    case 'glue':
      return { format, tables: catalogue.map((table) => glueTableInput(table, bucketUrl(storage))) }
    case 'trino':
      return { format, ...trinoTables(storage, schema) }
    case 'duckdb':
      return { format, ...(await duckdbViews(storage)) }
  }
}

const isBucket = ({ url }: Storage) => url.startsWith('s3:')
const trimmed = (url: string) => url.replace(/\/+$/, '')

function bucketUrl(storage: Storage): string {
  if (isBucket(storage)) return trimmed(storage.url)
  throw new SkafferiError('usage', `Glue knows lakes in buckets, not ${storage.url} (valid: --lake s3://…)`)
}

function trinoTables(storage: Storage, schema: string) {
  if (!/^[a-z][a-z0-9_]*$/.test(schema))
    throw new SkafferiError('usage', `not a name of a schema: ${JSON.stringify(schema)} (valid: skafferi)`)
  // Trino knows folders below the one that its catalog names, and no others
  const location = isBucket(storage) ? trimmed(storage.url) : 'local://'
  const folders = catalogue.map(({ prefix }) => prefix).join(' ')
  return {
    remarks: [
      'For the Hive connector, with hive.partition-projection-enabled=true: trino --catalog NAME -f FILE',
      ...(isBucket(storage)
        ? []
        : [
            `The catalog needs fs.native-local.enabled=true and local.location=${resolve(storage.url)},`,
            'and hive.ignore-absent-partitions=true. Every folder has to exist; in the lake:',
            `mkdir -p ${folders}`,
          ]),
    ],
    statements: [
      `CREATE SCHEMA IF NOT EXISTS "${schema}"`,
      ...catalogue.map((table) => trinoTable(table, location, schema)),
    ],
  }
}

async function duckdbViews(storage: Storage) {
  const location = isBucket(storage) ? trimmed(storage.url) : resolve(storage.url)
  const views = catalogue.map(async (table) => {
    const has_files = await hasFiles(storage, table.prefix)
    return { name: table.name, has_files, statement: duckdbView(table, location, has_files) }
  })
  const all = await Promise.all(views)
  const empty = all.filter(({ has_files }) => !has_files).map(({ name }) => name)
  return {
    remarks: [
      ...(isBucket(storage)
        ? ['With access to the bucket: create secret (type s3, provider credential_chain)']
        : []),
      ...(empty.length > 0
        ? [`No files yet, so print these again when there are some: ${empty.join(', ')}`]
        : []),
    ],
    statements: all.map(({ statement }) => statement),
  }
}

async function hasFiles(storage: Storage, prefix: string): Promise<boolean> {
  for await (const { key } of storage.list(prefix)) if (key.endsWith('.parquet')) return true
  return false
}
