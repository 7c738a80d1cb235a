import type { Table, TableRule } from '../../schemas/table.ts'
import type { Fault } from './problems.ts'
import type { Rows } from './rows.ts'

const DEEPEST = 4
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
  const faults: Fault[] = []
  for (const rule of table.rules) {
    if (rule.rule === 'forest') faults.push(...(await forestFaults(rule, rows)))
    if (rule.rule === 'exactly') faults.push(...(await missingFaults(rule.column, rule.values, rows)))
  }
  return faults
}

async function missingFaults(column: string, values: readonly string[], rows: Rows): Promise<Fault[]> {
  const found = await rows.valuesOf(column)
  const missing = values.filter((value) => !found.has(value))
  if (missing.length === 0) return []
  const detail = `valid: one row each of ${values.join(', ')}`
  return [{ ...whole, column, value: missing.join(' '), rule: 'not_exactly', detail }]
}

async function forestFaults(rule: Extract<TableRule, { rule: 'forest' }>, rows: Rows): Promise<Fault[]> {
  const good = rows.goodRows()
  if (good === null) return []
  const columns = [...rule.scope, rule.child, rule.parent].map(id).join(', ')
  return treeFaults(rule.parent, await rows.select(`select "line", ${columns} from ${good} order by "line"`))
}

/** Rows are line, scope…, child, parent. */
function treeFaults(column: string, rows: readonly (string | number | bigint | null)[][]): Fault[] {
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
