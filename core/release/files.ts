import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tableSchema } from '../../schemas/documents.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import type { Table } from '../../schemas/table.ts'
import type { PublicMart } from '../disclosure/disclose.ts'
import { openDuckDB, quote, withConnection } from '../engines/duckdb-session.ts'
import { jsonLines, RELEASE_FILE, type ReleaseFile, type ReleaseRecord } from '../lake/releases.ts'
import { martCsv } from '../mart-text.ts'
import type { Storage } from '../storage/storage.ts'

/** Files of a release in the making, by name. */
export type Files = ReadonlyMap<string, Uint8Array>

/** Each mart as CSV, as Parquet with the same figures, and its Table Schema. */
export async function martFiles(
  storage: Storage,
  marts: readonly PublicMart[],
): Promise<Map<string, Uint8Array>> {
  const workspace = await storage.workspace()
  try {
    const files = new Map<string, Uint8Array>()
    for (const { table, rows } of marts) {
      const csv = Buffer.from(martCsv(table, rows))
      await writeFile(join(workspace.path, `${table.name}.csv`), csv)
      files.set(`${table.name}.csv`, csv)
      files.set(`${table.name}.tableschema.json`, Buffer.from(jsonText(tableSchema(table))))
    }
    const tables = marts.map(({ table }) => table)
    await writeParquet(workspace.path, tables)
    for (const { name } of tables)
      files.set(`${name}.parquet`, await readFile(join(workspace.path, `${name}.parquet`)))
    return files
  } finally {
    await workspace.remove()
  }
}

/** Turns `<mart>.csv` of a folder into `<mart>.parquet`. One thread, since several would share out rows anew each time. */
async function writeParquet(folder: string, tables: readonly Table[]): Promise<void> {
  const instance = await openDuckDB([folder], { threads: 1 })
  try {
    await withConnection(instance, async (connection) => {
      for (const { name, columns } of tables) {
        const types = columns.map(
          (column) => `${quote(column.name)}: ${quote(logicalTypes[column.type].duckdb)}`,
        )
        const rows = `read_csv(${quote(join(folder, `${name}.csv`))}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${types.join(', ')}})`
        await connection.run(
          `copy (select * from ${rows}) to ${quote(join(folder, `${name}.parquet`))} (format parquet, compression zstd)`,
        )
      }
    })
  } finally {
    instance.closeSync()
  }
}

/** A file's name, size and hash. */
export function described(files: Files): ReleaseFile[] {
  return [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }))
}

/** SHA-256 of bytes, in hexadecimal. */
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  json: 'application/json',
  md: 'text/markdown',
}

/**
 * `datapackage.json` (Frictionless Data Package): every other file with its size and hash. It is written
 * first and names run, number and reason, so that whoever's bytes it holds owns the number.
 */
export function dataPackage(record: ReleaseRecord, files: Files): Uint8Array {
  const { quarter, release, run, reason, computed_at, notices, licences } = record
  const listed = described(files).toSorted(
    (a, b) => Number(a.path === RELEASE_FILE) - Number(b.path === RELEASE_FILE),
  )
  const descriptor = {
    profile: 'data-package',
    name: `skafferi-${quarter.toLowerCase()}`,
    id: `skafferi/${quarter}/${release}`,
    title: `Skafferi ${quarter}, release ${release}`,
    description:
      'Which food public kitchens need, what can be delivered near by, and which link of the chain is missing.',
    created: computed_at,
    quarter,
    release,
    run,
    reason,
    notices,
    licences,
    resources: listed.map(resource),
  }
  return Buffer.from(jsonLines(descriptor))
}

function resource({ path, bytes, sha256: hash }: ReleaseFile): object {
  const [stem, ...endings] = path.split('.') as [string, ...string[]]
  const format = endings.at(-1)!
  const table = endings.length === 1 && (format === 'csv' || format === 'parquet')
  return {
    name: [stem, ...endings].join('-').toLowerCase().replaceAll('_', '-'),
    path,
    ...(table && format === 'csv' ? { profile: 'tabular-data-resource' } : {}),
    format,
    mediatype: MEDIA_TYPES[format],
    ...(format === 'parquet' ? {} : { encoding: 'utf-8' }),
    bytes,
    hash: `sha256:${hash}`,
    ...(table ? { schema: `${stem}.tableschema.json` } : {}),
  }
}
