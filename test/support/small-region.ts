import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type LandEffects, type LandRequest, type LandResult, land } from '../../core/land.ts'
import { landFolder } from '../../core/land-folder.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { quoted } from '../reference/format.ts'

/** A row as its file has it; a cell that is not there is empty. */
export type Row = Record<string, string>
/** Rows by `<dataset>/<source>/<quarter|all>`. */
export type Region = Record<string, Row[]>

/** The quarter of the region's deliveries. */
export const QUARTER = '2026-Q3'
/** The one source of its reference data. */
export const OFFICE = 'office'

const place = (place: string, name: string, kind: string, parent: string): Row => ({
  place,
  name,
  kind,
  parent,
  latitude: kind === 'municipality' ? '64.5' : '',
  longitude: kind === 'municipality' ? '20.5' : '',
  population: '',
})
const zone = (zoning: string, zone: string, place: string): Row => ({
  zoning,
  zone,
  place,
  name_sv: zone,
  name_en: zone,
})
const step = (product_group: string, step: string, parent_step: string, share: string): Row => ({
  product_group,
  step,
  parent_step,
  name_sv: step,
  name_en: step,
  yield: share,
})
const form = (product_group: string, form: string, step: string, share: string): Row => ({
  product_group,
  form,
  step,
  name_sv: form,
  name_en: form,
  yield: share,
})
const price = (product_group: string, form: string, sek_per_kg: string): Row => ({
  product_group,
  form,
  sek_per_kg,
  evidence: 'derived',
})
const profile = (product_group: string, form: string, grams_per_portion: string): Row => ({
  segment: 'school',
  product_group,
  form,
  grams_per_portion,
  evidence: 'assumed',
})

/** A good purchase line, changed as told. */
export const purchase = (changes: Row = {}): Row => ({
  purchased_on: '2026-07-15',
  place: '2482',
  kitchen: 'Kök "Norr", storkök',
  supplier: 'Potatisgården',
  article: 'Potatis, tvättad',
  product_group: 'potato',
  form: 'washed',
  kg: '100',
  sek: '1250.50',
  grown_place: '2480',
  processed_place: '',
  is_organic: 'false',
  ...changes,
})
/** A good row of portions, changed as told. */
export const served = (changes: Row = {}): Row => ({
  place: '2482',
  segment: 'school',
  portions: '120000',
  serving_days: '40',
  evidence: 'reported',
  ...changes,
})
/** A good row of production, changed as told. */
export const grown = (changes: Row = {}): Row => ({
  producer: 'farm-1',
  place: '2480',
  product_group: 'potato',
  available_kg: '5000',
  produced_kg: '20000',
  is_organic: '',
  evidence: 'reported',
  ...changes,
})
/** A good row of processing, changed as told. */
export const processed = (changes: Row = {}): Row => ({
  processor: 'plant-1',
  place: '2482',
  product_group: 'potato',
  step: 'wash',
  capacity_kg: '30000',
  evidence: 'reported',
  ...changes,
})

/**
 * A county of three municipalities and a foreign country without any, two product groups, and one quarter of
 * deliveries. Nothing but `places` itself names the municipality 2401. Every call gives rows of its own.
 */
export function smallRegion(): Region {
  return {
    [`places/${OFFICE}/all`]: [
      place('SE', 'Sverige', 'country', ''),
      place('NO', 'Norge', 'country', ''),
      place('24', 'Västerbottens län', 'county', 'SE'),
      place('2401', 'Nordmaling', 'municipality', '24'),
      place('2480', 'Umeå', 'municipality', '24'),
      place('2482', 'Skellefteå', 'municipality', '24'),
    ],
    [`zonings/${OFFICE}/all`]: [
      { zoning: 'municipality', position: '1', name_sv: 'Kommun', name_en: 'Municipality', has_gaps: 'true' },
      { zoning: 'county', position: '2', name_sv: 'Län', name_en: 'County', has_gaps: 'true' },
    ],
    [`zones/${OFFICE}/all`]: [
      zone('municipality', '2480', '2480'),
      zone('municipality', '2482', '2482'),
      zone('county', '24', '24'),
    ],
    [`product_groups/${OFFICE}/all`]: [
      {
        product_group: 'potato',
        name_sv: 'Potatis',
        name_en: 'Potato',
        cpv: '03212100-1',
        quarterly_storage_loss: '0.05',
      },
      { product_group: 'milk', name_sv: 'Mjölk', name_en: 'Milk', cpv: '', quarterly_storage_loss: '1' },
    ],
    [`processing_steps/${OFFICE}/all`]: [
      step('potato', 'wash', '', '0.8'),
      step('potato', 'peel', 'wash', '0.64'),
      step('potato', 'dice', 'peel', '0.6'),
      step('milk', 'pasteurise', '', '0.99'),
    ],
    [`product_forms/${OFFICE}/all`]: [
      form('potato', 'unwashed', '', '1'),
      form('potato', 'washed', 'wash', '0.8'),
      form('potato', 'diced', 'dice', '0.6'),
      form('milk', 'drinking', 'pasteurise', '0.99'),
    ],
    [`portion_profiles/${OFFICE}/all`]: [
      profile('potato', 'washed', '150'),
      profile('milk', 'drinking', '200'),
    ],
    [`local_definitions/${OFFICE}/all`]: [
      { definition: 'near', zoning: 'county', rule: 'grown', name_sv: 'Nära', name_en: 'Near' },
    ],
    [`targets/${OFFICE}/all`]: [
      {
        place: '2482',
        product_group: 'all',
        definition: 'organic',
        measure_unit: 'sek',
        share: '0.4',
        valid_from: '2025-Q1',
        reference: '',
      },
    ],
    [`prices/${OFFICE}/all`]: [price('potato', 'washed', '12.50'), price('milk', 'drinking', '11')],
    [`uncertainty/${OFFICE}/all`]: [
      { evidence: 'reported', margin: '0.03' },
      { evidence: 'derived', margin: '0.2' },
      { evidence: 'assumed', margin: '0.4' },
    ],
    [`sources/${OFFICE}/all`]: [
      {
        source: 'wholesaler',
        dataset: 'purchases',
        name: 'Grossisten',
        cadence: 'quarterly',
        first_quarter: '2026-Q1',
        grace_days: '30',
      },
    ],
    [`contracts/${OFFICE}/all`]: [
      {
        contract: 'c-1',
        place: '2482',
        supplier: 'Potatisgården',
        product_group: 'potato',
        form: '',
        kg_per_year: '40000',
        starts_on: '2025-01-01',
        ends_on: '2027-12-31',
        kind: '',
      },
    ],
    [`complete_purchases/${OFFICE}/all`]: [
      { place: '2482', product_group: 'all', valid_from: '2026-Q1', valid_to: '' },
    ],
    [`portions/kitchens/${QUARTER}`]: [
      served(),
      served({ segment: 'preschool', portions: '30000.5' }),
      served({ place: '24', segment: 'hospital', portions: '9000', serving_days: '92' }),
    ],
    [`purchases/wholesaler/${QUARTER}`]: [
      purchase(),
      purchase({ form: 'diced', kg: '60.25', sek: '', grown_place: '' }),
      purchase({
        product_group: 'milk',
        form: 'drinking',
        place: '24',
        grown_place: 'NO',
        processed_place: '2482',
      }),
      purchase({ kg: '-5', sek: '-60' }),
    ],
    [`production/farmers/${QUARTER}`]: [
      grown(),
      grown({ producer: 'farm-2', product_group: 'milk', produced_kg: '', is_organic: 'true' }),
    ],
    [`processing/plants/${QUARTER}`]: [processed(), processed({ step: 'dice', capacity_kg: '100' })],
  }
}

/** The deliveries of some datasets of a region. */
export function only(region: Region, ...wanted: readonly string[]): Region {
  return Object.fromEntries(Object.entries(region).filter(([path]) => wanted.includes(path.split('/')[0]!)))
}

/** Names of a dataset's columns, in the contract's order. */
export const columnsOf = (dataset: string) =>
  datasets.find(({ name }) => name === dataset)!.columns.map(({ name }) => name)

/** A dataset's rows as CSV, columns in the contract's order or in that of `columns`. */
export function csvOf(dataset: string, rows: readonly Row[], columns = columnsOf(dataset)): string {
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')))
  return [columns, ...lines].map((cells) => `${cells.join(',')}\n`).join('')
}

/** Writes a region as a folder of deliveries. */
export async function writeRegion(folder: string, region: Region): Promise<void> {
  for (const [path, rows] of Object.entries(region)) {
    const file = join(folder, `${path}.csv`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, csvOf(path.split('/')[0]!, rows))
  }
}

/** A folder that lives as long as the tests of the file or of the `describe` it is called in. */
export function suiteFolder(): { readonly path: string } {
  const folder = { path: '' }
  beforeAll(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'skafferi-suite-'))
  })
  afterAll(() => rm(folder.path, { recursive: true, force: true }))
  return folder
}

let sent = 0

/** What to send, and how it is called; the quarter is the region's unless the dataset has none. */
export interface Sending {
  readonly source?: string
  readonly quarter?: string
  readonly name?: string
}

/** Writes bytes to a file of their own and says how they are to be landed. */
export async function requestFor(
  folder: string,
  dataset: string,
  content: string | Uint8Array | readonly Row[],
  { source, quarter, name = 'file.csv' }: Sending = {},
): Promise<LandRequest> {
  const file = join(folder, `sent-${++sent}`, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(
    file,
    typeof content === 'string' || content instanceof Uint8Array ? content : csvOf(dataset, content),
  )
  const quarterly = datasets.find((table) => table.name === dataset)?.layer === 'quarterly'
  return {
    file,
    dataset,
    source: source ?? (quarterly ? 'sender' : OFFICE),
    quarter: quarter ?? (quarterly ? QUARTER : undefined),
  }
}

/** Lands bytes or rows. */
export async function send(
  storage: Storage,
  folder: string,
  dataset: string,
  content: string | Uint8Array | readonly Row[],
  sending: Sending = {},
  effects: LandEffects = {},
): Promise<LandResult> {
  return await land(storage, await requestFor(folder, dataset, content, sending), effects)
}

/** Lands a region; throws unless every delivery is accepted. */
export async function landRegion(
  storage: Storage,
  folder: string,
  region: Region,
  effects: LandEffects = {},
) {
  const path = join(folder, `region-${++sent}`)
  await writeRegion(path, region)
  const results = await landFolder(storage, path, effects)
  const refused = results.filter(({ status }) => status !== 'accepted')
  if (refused.length > 0) throw new Error(`not accepted: ${JSON.stringify(refused)}`)
  return results
}

/** Another lake in memory with the same objects. */
export async function copyOf(storage: Storage): Promise<MemoryStorage> {
  const copy = new MemoryStorage()
  for await (const { key } of storage.list('')) await copy.put(key, await storage.read(key))
  return copy
}

/** SHA-256 of every object below a prefix, by key. */
export async function objectsOf(storage: Storage, prefix = ''): Promise<Map<string, string>> {
  const objects = new Map<string, string>()
  for await (const { key } of storage.list(prefix)) {
    objects.set(
      key,
      createHash('sha256')
        .update(await storage.read(key))
        .digest('hex'),
    )
  }
  return objects
}

/** Keys below a prefix. */
export async function keysOf(storage: Storage, prefix = ''): Promise<string[]> {
  return [...(await objectsOf(storage, prefix)).keys()]
}

/** A JSON object of the lake. */
export async function jsonOf<T = Record<string, unknown>>(storage: Storage, key: string): Promise<T> {
  return JSON.parse(Buffer.from(await storage.read(key)).toString()) as T
}
