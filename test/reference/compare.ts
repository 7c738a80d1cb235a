import { type ColumnKind, decimalsOf, type MartName, martShapes } from './format.ts'

type CsvRecord = Record<string, string>

/** Records of a CSV text; quotes may hold commas, quotes and line ends. */
function parseCsv(csv: string): { header: string[]; records: CsvRecord[] } {
  const lines: string[][] = []
  let cells: string[] = []
  // a cell in quotes, or a bare one; then what ends it
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy
  while (cell.lastIndex < csv.length) {
    const start = cell.lastIndex
    const found = cell.exec(csv)
    if (!found) throw new Error(`not CSV at character ${start}`)
    cells.push(found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"'))
    if (found[3] === ',') {
      if (cell.lastIndex < csv.length) continue
      cells.push('')
    }
    lines.push(cells)
    cells = []
  }
  const [header = [], ...rest] = lines
  const records = rest.map((line, index) => {
    if (line.length !== header.length) {
      throw new Error(`record ${index + 1} has ${line.length} cells, the header ${header.length}`)
    }
    return Object.fromEntries(header.map((column, at) => [column, line[at]!]))
  })
  return { header, records }
}

/** Equal within 1e-9 relative or 1.5 units of the last decimal printed. */
function sameNumber(expected: string, actual: string, digits: number): boolean {
  const number = /^-?\d+(\.\d+)?$/
  if (!number.test(expected) || !number.test(actual)) return false
  // the number of decimals is part of the contract
  if ((actual.split('.')[1] ?? '').length !== digits || /^-0(\.0*)?$/.test(actual)) return false
  const [a, b] = [Number(expected), Number(actual)]
  const unit = 10 ** -digits
  return Math.abs(a - b) <= Math.max(1e-9 * Math.max(Math.abs(a), Math.abs(b)), digits === 0 ? 0 : 1.5 * unit)
}

function sameCell(kind: ColumnKind, expected: string, actual: string, unit: string | undefined): boolean {
  if (expected === actual) return true
  const digits = decimalsOf(kind, unit)
  return digits !== null && sameNumber(expected, actual, digits)
}

/**
 * Where two CSV texts of a mart differ, a readable line each: `gaps 2026-Q2/county/24/potato/washed demand_kg:
 * expected 1.000, actual 2.000`. Rows are matched by key; their order counts too. Empty where they agree.
 */
export function compareMarts(expectedCsv: string, actualCsv: string, mart: MartName): string[] {
  const { key, columns } = martShapes[mart]
  const expected = parseCsv(expectedCsv)
  const actual = parseCsv(actualCsv)
  const names = Object.keys(columns)
  const differences: string[] = []
  for (const [side, { header }] of Object.entries({ expected, actual })) {
    if (header.join() !== names.join()) differences.push(`${mart} header of ${side}: ${header.join()}`)
  }
  if (differences.length > 0) return differences
  if (/\r/.test(actualCsv)) differences.push(`${mart} has line ends other than LF`)
  if (!actualCsv.endsWith('\n')) differences.push(`${mart} does not end with a line end`)

  const keyed = (records: CsvRecord[]) => records.map((row) => key.map((column) => row[column]).join('/'))
  const expectedKeys = keyed(expected.records)
  const actualKeys = keyed(actual.records)
  const actualByKey = new Map(actual.records.map((row, index) => [actualKeys[index]!, row]))
  const known = new Set(expectedKeys)

  const seen = new Set<string>()
  for (const id of actualKeys) {
    if (!known.has(id)) differences.push(`${mart} ${id}: not expected`)
    if (seen.has(id)) differences.push(`${mart} ${id}: more than one row`)
    seen.add(id)
  }
  expected.records.forEach((row, index) => {
    const id = expectedKeys[index]!
    const other = actualByKey.get(id)
    if (other === undefined) {
      differences.push(`${mart} ${id}: row is missing`)
      return
    }
    for (const [column, kind] of Object.entries(columns)) {
      const [wanted, got] = [row[column]!, other[column]!]
      if (sameCell(kind, wanted, got, row.measure_unit)) continue
      differences.push(`${mart} ${id} ${column}: expected ${wanted || 'null'}, actual ${got || 'null'}`)
    }
  })

  const common = (keys: string[], others: Set<string>) => keys.filter((id) => others.has(id))
  const ordered = common(expectedKeys, seen)
  const found = common(actualKeys, known)
  const at = ordered.findIndex((id, index) => id !== found[index])
  if (at >= 0 && seen.size === actualKeys.length) {
    differences.push(`${mart} order: expected ${ordered[at]}, actual ${found[at]}`)
  }
  return differences
}
