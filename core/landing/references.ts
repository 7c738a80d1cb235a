import { dirname } from 'node:path'
import { datasets } from '../../schemas/datasets/index.ts'
import type { Column, Table } from '../../schemas/table.ts'
import { openDuckDB, quote, withConnection } from '../engines/duckdb-session.ts'
import { type Acceptance, readScope, readScopes } from '../lake/commits.ts'
import { keys } from '../lake/layout.ts'
import type { Storage } from '../storage/storage.ts'
import { LANDING_MEMORY } from './memory.ts'
import type { Fault } from './problems.ts'

const id = (name: string) => `"${name}"`

/** Runs SQL and gives rows of plain values. */
export type Select = (sql: string) => Promise<(string | number | bigint | null)[][]>

/** Where the rows of a reference delivery in force lie. */
export interface KnownDataset {
  readonly table: Table
  /** Local Parquet file; null when none has been landed. */
  readonly path: string | null
}

/** A dataset whose deliveries in force use codes of another. */
export interface UsingDataset {
  readonly table: Table
  readonly columns: readonly Column[]
  /** Local Parquet files of its effective deliveries, of every quarter. */
  readonly paths: readonly string[]
}

/**
 * Names the commits of everything that a table's rows are held against, or that holds on to its codes. As long
 * as it stays the same, what was judged stays true; it never comes back to what it was.
 */
export async function referenceState(storage: Storage, table: Table): Promise<string> {
  const referred = table.columns.flatMap(({ references }) => references?.table ?? [])
  const using = tablesUsing(table).map((other) => other.table.name)
  const others = new Set([...referred, ...using].filter((name) => name !== table.name))
  const scopes = await readScopes(storage, undefined, [...others])
  return scopes.map(({ scope, commits }) => `${keys.commits(scope)}${commits.length}`).join(' ')
}

/** The reference deliveries in force that a table's columns refer to, other than its own. */
export async function referredTo(storage: Storage, table: Table): Promise<KnownDataset[]> {
  const names = new Set(table.columns.flatMap(({ references }) => references?.table ?? []))
  const tables = datasets.filter(({ name }) => name !== table.name && names.has(name))
  return await Promise.all(
    tables.map(async (other) => {
      const { effective } = await readScope(storage, { dataset: other.name, source: '', quarter: null })
      return { table: other, path: effective && (await storage.localFile(effective.curated.key)) }
    }),
  )
}

/** The reference deliveries in force that this table's columns refer to, what refers to it, and their folders. */
export async function readKnown(storage: Storage, table: Table) {
  const known = await referredTo(storage, table)
  const users = table.layer === 'quarterly' ? [] : await usersOf(storage, table)
  const paths = [...known.flatMap(({ path }) => path ?? []), ...users.flatMap((user) => user.paths)]
  return { datasets: known, users, folders: [...new Set(paths.map((path) => dirname(path)))] }
}

function tablesUsing(table: Table): Omit<UsingDataset, 'paths'>[] {
  return datasets
    .filter(({ name }) => name !== table.name)
    .map((other) => ({
      table: other,
      columns: other.columns.filter(({ references }) => references?.table === table.name),
    }))
    .filter(({ columns }) => columns.length > 0)
}

/** The effective deliveries of any quarter whose columns refer to this table. */
export async function usersOf(storage: Storage, table: Table): Promise<UsingDataset[]> {
  const using = tablesUsing(table)
  if (using.length === 0) return []
  const names = using.map((user) => user.table.name)
  const scopes = await readScopes(storage, undefined, names)
  return await Promise.all(
    using.map(async (user) => {
      const effective = scopes.flatMap((one) =>
        one.scope.dataset === user.table.name && one.effective ? [one.effective] : [],
      )
      // purchases are looked up in their roll-ups, which hold every code and far fewer rows
      const paths = effective.map(({ curated, rolled }) => storage.localFile((rolled ?? curated).key))
      return { ...user, paths: await Promise.all(paths) }
    }),
  )
}

/** Codes that `used` rows have and `keys_of` lacks, of one referring column. */
async function missingCodes(
  column: Column,
  used: string,
  keys_of: string,
  select: Select,
): Promise<string[]> {
  const { columns, keys, or = [] } = column.references!
  const list = columns.map(id).join(', ')
  const reserved = or.length > 0 ? `and ${id(column.name)} not in (${or.map(quote).join(', ')})` : ''
  const found = await select(
    `select distinct ${list} from ${used}
     where ${id(column.name)} is not null ${reserved} and (${list}) not in (select ${keys.map(id).join(', ')} from ${keys_of})
     order by ${list}`,
  )
  return found.map((row) => row.join(' '))
}

/** Faults of a reference delivery (`keys_of`, SQL of its rows) that lacks codes which deliveries in force use. */
export async function orphanFaults(
  keys_of: string,
  users: readonly UsingDataset[],
  select: Select,
): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const { table: other, columns, paths } of users) {
    if (paths.length === 0) continue
    const used = `read_parquet([${paths.map(quote).join(', ')}], union_by_name = true)`
    for (const column of columns) {
      for (const value of await missingCodes(column, used, keys_of, select)) {
        const detail = `used by ${other.name}.${column.name}`
        faults.push({ line: null, column: column.references!.keys.at(-1)!, value, rule: 'orphaned', detail })
      }
    }
  }
  return faults
}

/** Faults of a delivery (`rows`, SQL) whose own references are no longer known. */
export async function danglingFaults(
  table: Table,
  rows: string,
  known: readonly KnownDataset[],
  select: Select,
): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const column of table.columns) {
    const target = known.find((one) => one.table.name === column.references?.table)
    if (!target) continue
    const nothing = `(select ${target.table.key.map((key) => `cast(null as varchar) as ${id(key)}`).join(', ')} where false)`
    const keys_of = target.path === null ? nothing : `read_parquet(${quote(target.path)})`
    for (const value of await missingCodes(column, rows, keys_of, select)) {
      faults.push({
        line: null,
        column: column.name,
        value,
        rule: 'unknown_code',
        detail: `no longer in ${target.table.name}`,
      })
    }
  }
  return faults
}

/**
 * References that would not hold if the rows of `after` counted for a dataset (null: no rows): codes in use
 * that they lack, and codes of theirs that are no longer known.
 */
export async function brokenReferences(
  storage: Storage,
  table: Table,
  after: Acceptance | null,
  memory = LANDING_MEMORY,
): Promise<Fault[]> {
  // a roll-up holds every code of its purchases and far fewer rows
  const path = after && (await storage.localFile((after.rolled ?? after.curated).key))
  const users = await usersOf(storage, table)
  const known = await referredTo(storage, table)
  const paths = [
    path ?? [],
    users.flatMap((user) => user.paths),
    known.flatMap((one) => one.path ?? []),
  ].flat()
  if (paths.length === 0) return []
  const workspace = await storage.workspace()
  const instance = await openDuckDB([workspace.path], { memory }, paths)
  try {
    const select: Select = (sql) =>
      withConnection(instance, async (connection) => {
        return (await (await connection.run(sql)).getRowsJS()) as (string | number | bigint | null)[][]
      })
    const nothing = table.key.map((name) => `cast(null as varchar) as ${id(name)}`).join(', ')
    const rows = path ? `read_parquet(${quote(path)})` : `(select ${nothing} where false)`
    return [
      ...(table.layer === 'reference' ? await orphanFaults(rows, users, select) : []),
      ...(path ? await danglingFaults(table, rows, known, select) : []),
    ]
  } finally {
    instance.closeSync()
    await workspace.remove()
  }
}
