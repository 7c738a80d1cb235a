import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv, type TextRow } from './csv.ts'
import { DATASETS } from './datasets.ts'
import { firstDay, isoDate, lastDay, quarter } from './quarters.ts'

/** A file under test: its place in the folder tells dataset, source and quarter. */
type LandedFile = { path: string; dataset: string; source: string; quarter: string; rows: TextRow[] }

const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
const NUMBER = /^-?[0-9]{1,12}(\.[0-9]+)?$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const QUARTER = /^\d{4}-Q[1-4]$/
/** The shape of a personal identity number; nothing bundled may even look like one. */
const PERSONAL_NUMBER = /^(\d{2})?\d{6}-?\d{4}$/
const PERSONAL_COLUMNS = ['supplier', 'kitchen', 'producer', 'processor']
const RESERVED = ['all', 'organic']
const DEEPEST_TREE = 4
const EVIDENCES = 3
const ZONINGS = 6
const WITHOUT_DATA = ['complete_purchases']

/** Checks every rule of the datasets; the folders count as one lake. Returns what is wrong, a line each. */
export function verifyFolders(folders: string[]): string[] {
  const files = folders.flatMap(filesOf)
  return [
    ...files.flatMap(textFaults),
    ...files.flatMap(cellFaults),
    ...files.flatMap(keyFaults),
    ...files.flatMap(personalFaults),
    ...doubleCountFaults(files),
    ...referenceFaults(files),
    ...placeFaults(files),
    ...treeFaults(files),
    ...relationFaults(files),
    ...missingDatasets(files),
  ]
}

function filesOf(folder: string): LandedFile[] {
  const paths = readdirSync(folder, { recursive: true }).map(String)
  const found = paths.filter((path) => statSync(join(folder, path)).isFile()).sort()
  return found.map((path) => {
    const [dataset, source, name] = path.split(/[\\/]/) as [string, string, string]
    return {
      path: join(folder, path),
      dataset,
      source,
      quarter: name.replace('.csv', ''),
      rows: readCsv(join(folder, path)),
    }
  })
}

function textFaults({ path, dataset, quarter: name, source, rows }: LandedFile): string[] {
  const schema = DATASETS[dataset]
  if (schema === undefined) return [`${path}: unknown dataset`]
  const text = readFileSync(path, 'utf8')
  const header = Object.keys(schema.columns).join(',')
  const isQuarter = QUARTER.test(name)
  return [
    ...(text.startsWith(`${header}\n`) ? [] : [`${path}: the header is not ${header}`]),
    ...(text.includes('\r') || text.startsWith('\ufeff')
      ? [`${path}: carriage return or byte order mark`]
      : []),
    ...(text.endsWith('\n') && rows.length > 0 ? [] : [`${path}: empty, header only or no last line end`]),
    ...(isQuarter === schema.quarterly && (isQuarter || name === 'all') ? [] : [`${path}: wrong scope`]),
    ...(CODE.test(source) ? [] : [`${path}: source is not a code`]),
  ]
}

function cellFaults({ path, dataset, rows }: LandedFile): string[] {
  const columns = Object.entries(DATASETS[dataset]?.columns ?? {})
  return rows.flatMap((row, index) =>
    columns
      .filter(([column, type]) => !isValid(row[column]!, type))
      .map(([column, type]) => `${path} line ${index + 2}: ${column} = "${row[column]}" is not ${type}`),
  )
}

/** A cell against a type of datasets.ts. */
export function isValid(cell: string, type: string): boolean {
  if (type.endsWith('?')) return cell === '' || isValid(cell, type.slice(0, -1))
  if (type.startsWith('code|')) return cell === type.slice('code|'.length) || isValid(cell, 'code')
  if (type.includes('|')) return type.split('|').includes(cell)
  return TYPES[type]!(cell)
}

const TYPES: Record<string, (cell: string) => boolean> = {
  code: (cell) => CODE.test(cell) && !RESERVED.includes(cell),
  text: (cell) => cell !== '' && cell === cell.trim(),
  signed: (cell) => NUMBER.test(cell),
  number: (cell) => NUMBER.test(cell) && Number(cell) >= 0,
  positive: (cell) => NUMBER.test(cell) && Number(cell) > 0,
  share: (cell) => NUMBER.test(cell) && Number(cell) >= 0 && Number(cell) <= 1,
  latitude: (cell) => NUMBER.test(cell) && Math.abs(Number(cell)) <= 90,
  longitude: (cell) => NUMBER.test(cell) && Math.abs(Number(cell)) <= 180,
  date: (cell) => DATE.test(cell) && !Number.isNaN(Date.parse(cell)) && isoDate(new Date(cell)) === cell,
  quarter: (cell) => QUARTER.test(cell),
  boolean: (cell) => cell === 'true' || cell === 'false',
}

function personalFaults({ path, rows }: LandedFile): string[] {
  return rows
    .filter((row) => PERSONAL_COLUMNS.some((column) => PERSONAL_NUMBER.test(row[column] ?? '')))
    .map(() => `${path}: a cell that looks like a personal identity number`)
}

function keyFaults({ path, dataset, rows }: LandedFile): string[] {
  const key = DATASETS[dataset]?.key ?? []
  if (key.length === 0) return []
  return repeated(rows.map((row) => keyOf(row, key))).map((found) => `${path}: repeated key ${found}`)
}

/** The same key from two sources in one quarter would count twice, and so would a supplier's purchases. */
function doubleCountFaults(files: LandedFile[]): string[] {
  const scopes = files.filter(({ dataset }) => DATASETS[dataset]?.quarterly)
  const keys = scopes.flatMap(({ dataset, quarter: name, rows }) => {
    const key = dataset === 'purchases' ? ['place', 'supplier'] : DATASETS[dataset]!.key
    return [...new Set(rows.map((row) => keyOf(row, key)))].map((text) => `${dataset} ${name} ${text}`)
  })
  return repeated(keys).map((found) => `from two sources: ${found}`)
}

function referenceFaults(files: LandedFile[]): string[] {
  return files.flatMap(({ path, dataset, rows }) =>
    (DATASETS[dataset]?.references ?? []).flatMap(([columns, target]) => {
      const known = knownKeys(files, target, columns.length)
      return rows
        .filter((row) => columns.every((column) => row[column] !== '' && !RESERVED.includes(row[column]!)))
        .filter((row) => !known.has(keyOf(row, columns)))
        .map((row) => `${path}: ${columns.join(', ')} = ${keyOf(row, columns)} is unknown in ${target}`)
    }),
  )
}

function knownKeys(files: LandedFile[], dataset: string, width: number): Set<string> {
  const key = DATASETS[dataset]!.key.slice(0, width)
  return new Set(rowsOf(files, dataset).map((row) => keyOf(row, key)))
}

/**
 * Buyers are municipalities or counties; who grows or processes is a municipality, or a place without any.
 */
function placeFaults(files: LandedFile[]): string[] {
  const places = rowsOf(files, 'places')
  const kind = new Map(places.map((row) => [row.place!, row.kind!]))
  const withMunicipalities = new Set(
    places.filter((row) => row.kind === 'municipality').flatMap((row) => ancestors(places, row)),
  )
  const buys = (place: string) => kind.get(place) !== 'country'
  const makes = (place: string) => kind.get(place) === 'municipality' || !withMunicipalities.has(place)
  const allowed: Record<string, (place: string) => boolean> = {
    portions: buys,
    purchases: buys,
    contracts: buys,
    targets: buys,
    production: makes,
    processing: makes,
  }
  return Object.entries(allowed).flatMap(([dataset, isAllowed]) =>
    [...new Set(rowsOf(files, dataset).map((row) => row.place!))]
      .filter((place) => !isAllowed(place))
      .map((place) => `${dataset}: ${place} is not a place for it`),
  )
}

function ancestors(places: TextRow[], row: TextRow): string[] {
  const parent = places.find((candidate) => candidate.place === row.parent)
  return parent === undefined ? [] : [parent.place!, ...ancestors(places, parent)]
}

function treeFaults(files: LandedFile[]): string[] {
  const places = rowsOf(files, 'places').map((row) => [row.place!, row.parent!] as const)
  const steps = rowsOf(files, 'processing_steps').map(
    (row) =>
      [
        `${row.product_group} ${row.step}`,
        row.parent_step && `${row.product_group} ${row.parent_step}`,
      ] as const,
  )
  return [...tooDeep(new Map(places)), ...tooDeep(new Map(steps))]
}

function tooDeep(parents: Map<string, string | undefined>): string[] {
  const depth = (node: string): number => {
    let level = 1
    for (let parent = parents.get(node); parent && level <= DEEPEST_TREE; parent = parents.get(parent))
      level += 1
    return level
  }
  return [...parents.keys()]
    .filter((node) => depth(node) > DEEPEST_TREE)
    .map((node) => `${node}: cycle or deeper than four`)
}

/** Rules between cells and between rows. */
function relationFaults(files: LandedFile[]): string[] {
  const stepYields = new Map(
    rowsOf(files, 'processing_steps').map((row) => [`${row.product_group} ${row.step}`, Number(row.yield)]),
  )
  const forms = rowsOf(files, 'product_forms')
  const priced = new Set(rowsOf(files, 'prices').map((row) => keyOf(row, ['product_group', 'form'])))
  return [
    ...rowsOf(files, 'production')
      .filter((row) => row.produced_kg !== '' && Number(row.produced_kg) < Number(row.available_kg))
      .map((row) => `production ${row.producer}: produced below available`),
    ...forms
      .filter(
        (row) => row.step !== '' && Number(row.yield) > stepYields.get(`${row.product_group} ${row.step}`)!,
      )
      .map((row) => `product_forms ${row.product_group} ${row.form}: yield above its step's`),
    ...forms
      .filter((row) => !priced.has(keyOf(row, ['product_group', 'form'])))
      .map((row) => `product_forms ${row.product_group} ${row.form}: no price`),
    ...rowsOf(files, 'contracts')
      .filter((row) => row.ends_on! < row.starts_on!)
      .map((row) => `contracts ${row.contract}: ends before it starts`),
    ...files.filter(({ dataset }) => dataset === 'purchases').flatMap(purchaseFaults),
  ]
}

function purchaseFaults({ path, quarter: name, rows }: LandedFile): string[] {
  const first = isoDate(firstDay(quarter(name)))
  const last = isoDate(lastDay(quarter(name)))
  const outside = rows.filter(
    ({ purchased_on }) => purchased_on !== '' && (purchased_on! < first || purchased_on! > last),
  )
  const unlike = rows.filter(
    ({ kg, sek }) => Number(kg) < 0 !== Number(sek) < 0 && sek !== '' && Number(sek) !== 0,
  )
  return [
    ...outside.map((row) => `${path}: ${row.purchased_on} is outside the quarter`),
    ...unlike.map((row) => `${path}: kg ${row.kg} with sek ${row.sek}`),
    ...(rows.some(({ kg }) => Number(kg) === 0) ? [`${path}: a line of 0 kg`] : []),
  ]
}

function missingDatasets(files: LandedFile[]): string[] {
  const present = new Set(files.map(({ dataset }) => dataset))
  const missing = Object.keys(DATASETS).filter(
    (dataset) => !present.has(dataset) && !WITHOUT_DATA.includes(dataset),
  )
  const evidences = rowsOf(files, 'uncertainty').length
  const zonings = rowsOf(files, 'zonings').length
  return [
    ...missing.map((dataset) => `${dataset}: no file`),
    ...(evidences === EVIDENCES ? [] : [`uncertainty: ${evidences} evidences`]),
    ...(zonings === ZONINGS ? [] : [`zonings: ${zonings} zonings`]),
  ]
}

/** Rows of a dataset; of a reference dataset those of the last folder, which replaces the earlier ones. */
function rowsOf(files: LandedFile[], dataset: string): TextRow[] {
  const found = files.filter((file) => file.dataset === dataset)
  return DATASETS[dataset]!.quarterly ? found.flatMap(({ rows }) => rows) : (found.at(-1)?.rows ?? [])
}

function keyOf(row: TextRow, columns: string[]): string {
  return columns.map((column) => row[column]).join(' | ')
}

function repeated(keys: string[]): string[] {
  const seen = new Set<string>()
  return [...new Set(keys.filter((key) => seen.has(key) || !seen.add(key)))]
}
