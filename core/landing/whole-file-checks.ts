import { datasets } from '../../schemas/datasets/index.ts'
import type { Column, Table } from '../../schemas/table.ts'
import { quote } from '../engines/duckdb-session.ts'
import type { Fault } from './problems.ts'
import type { Rows } from './rows.ts'

const DEEPEST = 4
const MOST_ORPHANS = 100
const id = (name: string) => `"${name}"`
const whole = { line: null, column: null, value: null } as const

/** Faults of a header against a table's columns; a file without rows has none of its own here. */
export function headerFaults(table: Table, header: readonly string[] | null): Fault[] {
  if (header === null) return [{ ...whole, rule: 'empty' }]
  const names = table.columns.map(({ name }) => name)
  const valid = `valid: ${names.join(', ')}`
  const fault = (rule: Fault['rule'], column: string): Fault => ({
    line: 1,
    column,
    value: column,
    rule,
    detail: valid,
  })
  return [
    ...header.filter((name, at) => header.indexOf(name) !== at).map((name) => fault('repeated_column', name)),
    ...header.filter((name) => !names.includes(name)).map((name) => fault('unknown_column', name)),
    ...names
      .filter((name) => !header.includes(name))
      .map((name) => ({ ...fault('missing_column', name), value: null })),
  ]
}

/** Whether so many refused rows refuse the file: more than 1 % of a quarterly dataset, any of a reference. */
export function refusesFile(table: Table, rows: number, refused_rows: number): boolean {
  return table.layer === 'quarterly' ? refused_rows * 100 > rows + refused_rows : refused_rows > 0
}

/** Faults of a new reference delivery as a whole: trees, and values that must be exactly these. */
export async function tableFaults(table: Table, rows: Rows): Promise<Fault[]> {
  const good = rows.goodRows()
  if (good === null) return []
  const faults: Fault[] = []
  for (const rule of table.rules) {
    if (rule.rule === 'forest') {
      const columns = [...rule.scope, rule.child, rule.parent].map(id).join(', ')
      faults.push(
        ...forestFaults(
          rule.parent,
          await rows.select(`select "line", ${columns} from ${good} order by "line"`),
        ),
      )
    }
    if (rule.rule === 'exactly') {
      const found = await rows.select(`select distinct ${id(rule.column)} from ${good}`)
      const missing = rule.values.filter((value) => !found.some(([other]) => other === value))
      if (missing.length > 0) {
        faults.push({
          ...whole,
          column: rule.column,
          value: missing.join(' '),
          rule: 'not_exactly',
          detail: `valid: one row each of ${rule.values.join(', ')}`,
        })
      }
    }
  }
  return faults
}

/** Rows are line, scope…, child, parent. */
function forestFaults(column: string, rows: readonly (string | number | bigint | null)[][]): Fault[] {
  const name = (row: readonly unknown[], last: unknown) => JSON.stringify([...row.slice(1, -2), last])
  const parents = new Map(
    rows.map((row) => [name(row, row.at(-2)), row.at(-1) === null ? null : name(row, row.at(-1))]),
  )
  return rows.flatMap((row): Fault[] => {
    const path = new Set<string>()
    let at: string | null | undefined = name(row, row.at(-2))
    while (at != null && !path.has(at)) {
      path.add(at)
      at = parents.get(at)
    }
    const fault = { line: Number(row[0]), column, value: row.at(-1) as string | null }
    if (at != null) return at === name(row, row.at(-2)) ? [{ ...fault, rule: 'cycle' }] : []
    return path.size > DEEPEST ? [{ ...fault, rule: 'too_deep', detail: `level ${path.size}` }] : []
  })
}

/** A dataset's delivery in force whose references a new reference delivery could orphan. */
export interface Dependent {
  readonly table: Table
  /** Local Parquet files of its effective deliveries, of every quarter. */
  readonly paths: readonly string[]
}

/** Datasets with columns that refer to this one. */
export function dependents(table: Table): { table: Table; columns: Column[] }[] {
  return datasets
    .filter((other) => other.name !== table.name)
    .map((other) => ({
      table: other,
      columns: other.columns.filter(({ references }) => references?.table === table.name),
    }))
    .filter(({ columns }) => columns.length > 0)
}

/** Codes that deliveries in force use and that are not among `keys_of`, SQL of the rows that would count. */
export async function orphanFaults(
  table: Table,
  keys_of: string,
  used: readonly Dependent[],
  select: (sql: string) => Promise<(string | number | bigint | null)[][]>,
): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const { table: other, columns } of dependents(table)) {
    const paths = used.find((dependent) => dependent.table.name === other.name)?.paths ?? []
    if (paths.length === 0) continue
    for (const { name, references } of columns) {
      const { columns: own, keys, or = [] } = references!
      const value = id(name)
      const list = own.map(id).join(', ')
      const reserved = or.length > 0 ? `and ${value} not in (${or.map(quote).join(', ')})` : ''
      const found = await select(
        `select distinct ${list} from read_parquet([${paths.map(quote).join(', ')}], union_by_name = true)
         where ${value} is not null ${reserved} and (${list}) not in (select ${keys.map(id).join(', ')} from ${keys_of})
         order by ${list} limit ${MOST_ORPHANS}`,
      )
      faults.push(
        ...found.map(
          (row): Fault => ({
            line: null,
            column: keys.at(-1)!,
            value: row.join(' '),
            rule: 'orphaned',
            detail: `used by ${other.name}.${name}`,
          }),
        ),
      )
    }
  }
  return faults
}
