import { type CatalogueTable, catalogue } from '../../schemas/catalogue.ts'
import { trinoType } from '../../schemas/catalogue-trino.ts'
import { SkafferiError } from '../errors.ts'
import { type ModelFolder, modelPrefix } from './engine.ts'
import { TrinoError } from './trino-errors.ts'
import type { TrinoPlace } from './trino-url.ts'

/** Asks Trino something about its tables. */
export type Look = (sql: string) => Promise<readonly (readonly unknown[])[]>

/** One of each kind of partitioned tables: what comes for a quarter, and what a run leaves behind. */
const PARTITIONED = ['portions', 'inputs'].map((name) => catalogue.find((table) => table.name === name)!)
const UNPROJECTED =
  'its partitions are not projected, so that it would seem empty (the catalog needs hive.partition-projection-enabled=true)'
/** Faults that a message names. */
const MOST_NAMED = 5
const NO_TABLE = 'no table '

/**
 * Throws unless a schema has every table of the lake, as the lake has them, and projects partitions: over a
 * wrong type figures would be rounded, and without a projection nothing would be found, both without an error.
 *
 * @throws SkafferiError `usage` that says what is missing or wrong
 */
export async function assertTables(look: Look, place: TrinoPlace, lake_url: string): Promise<void> {
  const faults = faultsOf(await seen(look, columnsSql(place)))
  if (faults.filter((fault) => fault.startsWith(NO_TABLE)).length > catalogue.length / 2)
    throw wrong(place, `it has not the tables of a lake: ${faults[0]}`)
  if (faults.length > 0) throw wrong(place, listed(faults))
  const [row = []] = await seen(look, projectionSql()).catch((error: SkafferiError) => {
    // a property that a table has not is a column that Trino does not find
    const { code } = (error.cause ?? {}) as Partial<TrinoError>
    throw code === 'COLUMN_NOT_FOUND' ? wrong(place, UNPROJECTED) : error
  })
  for (const [at, table] of PARTITIONED.entries()) {
    const [template, partitions] = row.slice(2 * at)
    const expected = `${trimmed(lake_url)}/${table.template}`
    const found = String(template).replace(/^s3[an]:/, 's3:')
    // where a folder of this machine lies in Trino's is its own affair
    if (expected.startsWith('s3:') && found !== expected)
      throw wrong(place, `its table ${table.name} lies at ${found}, not at ${expected}`)
    if (Number(partitions) === 0) throw wrong(place, UNPROJECTED)
  }
}

/** Throws unless Trino finds as many rows as have just been stored. */
export async function assertFound(
  look: Look,
  place: TrinoPlace,
  folder: ModelFolder,
  stored: number,
): Promise<void> {
  const { model, year, quarter, run } = folder
  const rows = await look(
    `select count(*) from ${model} where run_year = ${year} and run_quarter = ${quarter} and run = '${escaped(run)}'`,
  )
  const found = Number(rows[0]?.[0])
  if (found === stored) return
  throw wrong(
    place,
    `it finds ${found} of the ${stored} rows that were just stored in ${modelPrefix(folder)}, so it looks at another place than this lake`,
  )
}

const escaped = (text: string) => text.replaceAll("'", "''")
const trimmed = (url: string) => url.replace(/\/+$/, '')

const columnsSql = ({ schema }: TrinoPlace) =>
  `select table_name, column_name, data_type from information_schema.columns where table_schema = '${escaped(schema.toLowerCase())}'`

/** Of each kind of table, where its partitions lie and how many there are of one that always is. */
function projectionSql(): string {
  const cells = PARTITIONED.flatMap(({ name, partitions }) => {
    const first = partitions.map((one) => `${one.name} = ${one.range?.[0] ?? `'none'`}`).join(' and ')
    return [
      `(select "storage.location.template" from "${name}$properties")`,
      `(select count(*) from "${name}$partitions" where ${first})`,
    ]
  })
  return `select ${cells.join(', ')}`
}

/** What a table of the lake lacks, or has otherwise, in a schema. */
function faultsOf(rows: readonly (readonly unknown[])[]): string[] {
  const types = new Map(rows.map(([table, column, type]) => [`${table}.${column}`, String(type)]))
  const tables = new Set(rows.map(([table]) => table))
  return catalogue.flatMap((table) =>
    tables.has(table.name) ? columnFaults(table, types) : [`${NO_TABLE}${table.name}`],
  )
}

function columnFaults({ name, columns, partitions }: CatalogueTable, types: ReadonlyMap<string, string>) {
  return [...columns, ...partitions].flatMap((column) => {
    const path = `${name}.${column.name}`
    const [found, expected] = [types.get(path), trinoType(column.type)]
    if (found === expected) return []
    return [found === undefined ? `no column ${path}` : `${path} is ${found}, not ${expected}`]
  })
}

function listed(faults: readonly string[]): string {
  const more = faults.length - MOST_NAMED
  return `${faults.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What is not there to be looked at is named wrongly by whoever asks. */
async function seen(look: Look, sql: string) {
  try {
    return await look(sql)
  } catch (error) {
    if (!(error instanceof TrinoError) || !/^(CATALOG|SCHEMA|TABLE|COLUMN)_NOT_FOUND$/.test(error.code))
      throw error
    throw new SkafferiError('usage', error.message, { cause: error })
  }
}

const wrong = ({ catalog, schema, user }: TrinoPlace, what: string) =>
  new SkafferiError(
    'usage',
    `${catalog}.${schema} on this Trino, as ${user} sees it, is not this lake: ${what}; name the catalog and schema of this lake in SKAFFERI_TRINO_URL, or drop its tables and make them anew (skafferi tables --format trino prints them)`,
  )
