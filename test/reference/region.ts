// Random but valid regions: every row satisfies section 3, and the odd corners of section 5 occur often.

import type { Delivery, Region, Row } from './facts.ts'
import { evidences, quarterIndex } from './facts.ts'
import { type Random, random } from './random.ts'

export interface RegionOptions {
  /** The newest quarter there is data for. */
  quarter?: string
  /** How many quarters up to that one. */
  quarters?: number
  /** Bounds of what is drawn. */
  municipalities?: [number, number]
  productGroups?: [number, number]
}

interface PlaceDraft {
  place: string
  kind: 'municipality' | 'county' | 'country'
  parent: string | null
}
interface StepDraft {
  step: string
  parent: string | null
}
interface FormDraft {
  form: string
  step: string | null
}
interface GroupDraft {
  group: string
  steps: StepDraft[]
  forms: FormDraft[]
}
/** What the quarterly datasets refer to. */
interface World {
  places: PlaceDraft[]
  zones: Row[]
  groups: GroupDraft[]
  quarters: string[]
}

const quarterText = (index: number) => `${Math.floor(index / 4)}-Q${(index % 4) + 1}`
const orEmpty = (value: string | null) => value ?? ''
const segments = ['preschool', 'school', 'elder_care', 'hospital', 'other'] as const

const depthOf = (steps: StepDraft[], step: string | null): number =>
  step === null ? 0 : 1 + depthOf(steps, steps.find((each) => each.step === step)?.parent ?? null)

// ------------------------------------------------------------------------------------- reference datasets

/** A country with one or two counties; foreign counties and countries without municipalities; odd ones. */
function drawPlaces(r: Random, [low, high]: [number, number]): PlaceDraft[] {
  const places: PlaceDraft[] = [{ place: 'SE', kind: 'country', parent: null }]
  const counties = ['24', '25'].slice(0, r.whole(1, 2))
  for (const place of counties) {
    places.push({ place, kind: 'county', parent: r.chance(0.9) ? 'SE' : null })
  }
  const municipalities = r.whole(low, high)
  for (let i = 0; i < municipalities; i++) {
    const county = r.pick(counties)
    // a municipality outside every county, below the country or below nothing
    const parent = r.chance(0.9) ? county : r.chance(0.5) ? 'SE' : null
    places.push({ place: `${county}${String(80 + i).padStart(2, '0')}`, kind: 'municipality', parent })
  }
  if (r.chance(0.6)) {
    places.push({ place: 'NO', kind: 'country', parent: null })
    places.push({ place: 'NO-18', kind: 'county', parent: 'NO' })
  }
  if (r.chance(0.4)) places.push({ place: 'FI', kind: 'country', parent: null })
  return places
}

function placeRows(r: Random, places: PlaceDraft[]): Row[] {
  const missing = r.chance(0.3) ? 0.2 : 0
  const positioned = r.chance(0.7)
  return places.map(({ place, kind, parent }) => ({
    place,
    name: r.chance(0.2) ? `Orten "${place}", norra` : `Ort ${place}`,
    kind,
    parent: orEmpty(parent),
    latitude: positioned ? r.decimal(55, 69, 6) : '',
    longitude: positioned ? r.decimal(-11, 24, 6) : '',
    population: r.chance(missing) ? '' : r.chance(0.05) ? '0' : String(r.whole(500, 120000)),
  }))
}

function zoningRows(r: Random): Row[] {
  const rows = [
    ['municipality', 'true'],
    ['procurement_group', 'true'],
    ['county', r.chance(0.8) ? 'true' : 'false'],
    ['cross_border', 'true'],
    ['country', 'false'],
  ]
  return rows.map(([zoning, has_gaps], index) => ({
    zoning: zoning!,
    position: String(index + 1),
    name_sv: `Indelning ${zoning}`,
    name_en: `Zoning ${zoning}`,
    has_gaps: has_gaps!,
  }))
}

function zoneRows(r: Random, places: PlaceDraft[]): Row[] {
  const rows: Row[] = []
  const list = (zoning: string, zone: string, place: string) =>
    rows.push({ zoning, zone, place, name_sv: `Zon ${zone}`, name_en: `Zone ${zone}` })
  const of = (kind: string) => places.filter((place) => place.kind === kind).map(({ place }) => place)

  for (const place of r.some(of('municipality'), 0.9)) list('municipality', place, place)
  // some municipalities in no group; a group that holds a county, its municipalities inheriting it
  for (const place of r.some(of('municipality'), 0.7)) {
    list('procurement_group', r.pick(['inland', 'coast']), place)
  }
  if (r.chance(0.4)) list('procurement_group', r.pick(['coast', 'whole']), r.pick(of('county')))
  // at county level and inherited; now and then a municipality of its own
  for (const place of r.some(of('county'), 0.95)) list('county', place, place)
  if (r.chance(0.3)) list('county', 'enclave', r.pick(of('municipality')))
  for (const place of r.some(of('county'), 0.8)) list('cross_border', r.pick(['north', 'south']), place)
  if (r.chance(0.3)) list('cross_border', 'north', r.pick(of('municipality')))
  if (places.some(({ place }) => place === 'FI') && r.chance(0.5)) list('cross_border', 'north', 'FI')
  for (const place of of('country')) list('country', place, place)
  return rows
}

const chainNames = ['potato', 'carrot', 'milk', 'beef', 'grain', 'peas']
const stepNames = ['wash', 'peel', 'dice', 'freeze', 'slaughter', 'cut', 'mince', 'mill', 'bake']

/** A forest of up to four levels, several roots, some steps without forms, some forms without step. */
function drawGroup(r: Random, group: string): GroupDraft {
  const steps: StepDraft[] = []
  const count = r.chance(0.15) ? 0 : r.whole(1, 6)
  for (let i = 0; i < count; i++) {
    const parents = steps.filter(({ step }) => depthOf(steps, step) < 4).map(({ step }) => step)
    // often below the newest, so that deep trees are common
    const parent =
      parents.length === 0 || r.chance(0.25) ? null : r.chance(0.6) ? parents.at(-1)! : r.pick(parents)
    steps.push({ step: stepNames[i]!, parent })
  }
  const forms: FormDraft[] = []
  for (const i of r.times(1, 5)) {
    const step = steps.length === 0 || r.chance(0.2) ? null : r.pick(steps).step
    forms.push({ form: `${group}_${'abcde'[i]}`, step })
  }
  return { group, steps, forms }
}

function groupRows(r: Random, groups: GroupDraft[]): Row[] {
  return groups.map(({ group }) => ({
    product_group: group,
    name_sv: `Kedja, ${group}`,
    name_en: `Chain ${group}`,
    cpv: r.chance(0.5) ? '15300000' : '',
    quarterly_storage_loss: r.pick(['0', '1', '0.97', '0.05', r.decimal(0.01, 0.9, 4)]),
  }))
}

function stepRows(r: Random, groups: GroupDraft[]): Row[] {
  return groups.flatMap(({ group, steps }) =>
    steps.map(({ step, parent }) => ({
      product_group: group,
      step,
      parent_step: orEmpty(parent),
      name_sv: `Steg ${step}`,
      name_en: `Step ${step}`,
      yield: r.chance(0.2) ? '1' : r.chance(0.1) ? r.decimal(1.01, 1.6, 4) : `0.${r.whole(1001, 99999)}`,
    })),
  )
}

function formRows(r: Random, groups: GroupDraft[]): Row[] {
  return groups.flatMap(({ group, forms }) =>
    forms.map(({ form, step }) => ({
      product_group: group,
      form,
      step: orEmpty(step),
      name_sv: `Form ${form}`,
      name_en: `Form ${form}`,
      yield: r.chance(0.2) ? '1' : r.chance(0.1) ? r.decimal(1.01, 1.6, 4) : `0.${r.whole(101, 99999)}1`,
    })),
  )
}

const evidenceOf = (r: Random) => r.pick(evidences)

function profileRows(r: Random, groups: GroupDraft[]): Row[] {
  const used = r.some(segments, 0.8)
  return (used.length > 0 ? used : ['school']).flatMap((segment) =>
    groups.flatMap(({ group, forms }) =>
      r.some(forms, 0.75).map(({ form }) => ({
        segment,
        product_group: group,
        form,
        grams_per_portion: r.chance(0.08) ? '0' : r.decimal(0.1, 90, 3),
        evidence: evidenceOf(r),
      })),
    ),
  )
}

const rules = ['grown', 'processed', 'grown_or_processed', 'grown_and_processed'] as const

function definitionRows(r: Random): Row[] {
  return rules.flatMap((rule) =>
    r
      .some(['municipality', 'procurement_group', 'county', 'cross_border', 'country'], 0.35)
      .map((zoning) => ({
        definition: `${rule}_${zoning}`,
        zoning,
        rule,
        name_sv: `Lokalt: ${rule}`,
        name_en: `Local: ${rule}`,
      })),
  )
}

function buyersOf(world: World): string[] {
  return world.places
    .filter(({ kind, parent }) => kind === 'municipality' || (kind === 'county' && parent === 'SE'))
    .map(({ place }) => place)
}

function targetRows(r: Random, world: World, definitions: Row[]): Row[] {
  const rows = new Map<string, Row>()
  const names = [...definitions.map((row) => row.definition!), 'organic']
  const last = quarterIndex(world.quarters.at(-1)!)
  for (const _ of r.times(0, 40)) {
    const row = {
      place: r.pick(buyersOf(world)),
      product_group: r.chance(0.5) ? 'all' : r.pick(world.groups).group,
      definition: r.pick(names),
      measure_unit: r.pick(['kg', 'sek']),
      share: r.pick(['0', '1', '0.25', r.decimal(0, 1, 3)]),
      valid_from: quarterText(last + r.whole(-6, 2)),
      reference: r.chance(0.3) ? 'Beslut "§ 12", fullmäktige' : '',
    }
    const { share: _share, reference: _reference, ...key } = row
    rows.set(Object.values(key).join('|'), row)
  }
  return [...rows.values()]
}

function priceRows(r: Random, groups: GroupDraft[]): Row[] {
  const known = r.pick([0, 0.5, 0.9, 1])
  return groups.flatMap(({ group, forms }) =>
    r.some(forms, known).map(({ form }) => ({
      product_group: group,
      form,
      sek_per_kg: r.chance(0.03) ? '0' : r.decimal(1, 200, 2),
      evidence: evidenceOf(r),
    })),
  )
}

function uncertaintyRows(r: Random): Row[] {
  const margins = r.pick([
    ['0', '0.2', '0.5'],
    ['0', '0', '0'],
    ['0.05', '0.2', '1'],
    ['1', '1', '1'],
    [r.decimal(0, 0.1, 3), r.decimal(0.1, 0.4, 3), r.decimal(0.3, 1, 3)],
  ])
  return evidences.map((evidence, index) => ({ evidence, margin: margins[index]! }))
}

function contractRows(r: Random, world: World): Row[] {
  const last = quarterIndex(world.quarters.at(-1)!)
  const year = Math.floor(last / 4)
  const monthEnd = ['03-31', '06-30', '09-30', '12-31'][last % 4]!
  const rows = new Map<string, Row>()
  for (const _ of r.times(0, 12)) {
    const { group, forms } = r.pick(world.groups)
    const row = {
      contract: `contract-${r.whole(1, 6)}`,
      place: r.pick(buyersOf(world)),
      supplier: `supplier-${r.whole(1, 4)}`,
      product_group: group,
      form: r.chance(0.5) ? r.pick(forms).form : '',
      kg_per_year: r.chance(0.6) ? r.decimal(10, 90000, 3) : '',
      starts_on: `${year - 3}-01-01`,
      // before, exactly on and after the quarter's last day
      ends_on: r.chance(0.2)
        ? `${year}-${monthEnd}`
        : `${year + r.whole(-1, 2)}-0${r.whole(1, 9)}-1${r.whole(0, 9)}`,
      kind: r.chance(0.5) ? 'framework' : '',
    }
    rows.set([row.contract, row.place, group].join('|'), row)
  }
  return [...rows.values()]
}

function completeRows(r: Random, world: World): Row[] {
  const rows = new Map<string, Row>()
  const last = quarterIndex(world.quarters.at(-1)!)
  for (const _ of r.times(0, 6)) {
    const from = last + r.whole(-12, 1)
    const row = {
      place: r.pick(buyersOf(world)),
      product_group: r.chance(0.4) ? 'all' : r.pick(world.groups).group,
      valid_from: quarterText(from),
      valid_to: r.chance(0.5) ? '' : quarterText(from + r.whole(0, 8)),
    }
    rows.set([row.place, row.product_group, row.valid_from].join('|'), row)
  }
  return [...rows.values()]
}

function sourceRows(world: World, deliveries: Record<string, Delivery[]>): Row[] {
  return Object.entries(deliveries).flatMap(([dataset, each]) =>
    [...new Set(each.map(({ source }) => source))].map((source) => ({
      source,
      dataset,
      name: `Leverantör ${source}`,
      cadence: 'quarterly',
      first_quarter: world.quarters[0]!,
      grace_days: '40',
    })),
  )
}

// ------------------------------------------------------------------------------------- quarterly datasets

/** From nothing to a million kg, every size as likely as the next; up to three decimals. */
function kilograms(r: Random, high = 6): string {
  if (r.chance(0.06)) return '0'
  return r.decimal(0.001, 10 ** (r.next() * high), 3)
}

function portionsRows(r: Random, buyers: string[]): Row[] {
  return r.some(buyers, 0.8).flatMap((place) =>
    r.some(segments, 0.5).map((segment) => ({
      place,
      segment,
      portions: r.chance(0.08) ? '0' : r.chance(0.2) ? r.decimal(1, 2000, 3) : String(r.whole(1, 900000)),
      serving_days: r.chance(0.08) ? '0' : String(r.whole(1, 92)),
      evidence: evidenceOf(r),
    })),
  )
}

/** Where something was grown or processed: known, unknown, or known to a county or country only. */
function originOf(r: Random, world: World, buyer: string): string {
  if (r.chance(0.2)) return ''
  if (r.chance(0.45)) return buyer
  return r.pick(world.places).place
}

/** More decimals than a lake keeps, ties among them: rounded half away from zero on landing. */
const longer = (r: Random, text: string) =>
  text === '' ? '' : `${text.includes('.') ? text : `${text}.0`}${r.pick(['0005', '5', '49999', '50001'])}`

function purchaseLine(
  r: Random,
  world: World,
  quarter: string,
  buyer: string,
  { credits, decimals }: { credits: number; decimals: boolean },
): Row {
  const { group, forms } = r.pick(world.groups)
  const { form } = r.pick(forms)
  const isCredit = r.chance(credits)
  const amount = kilograms(r, 5)
  const kg = isCredit && amount === '0' ? '12.5' : amount
  const value = (Number(kg) * (1 + r.next() * 120)).toFixed(2)
  const sek = r.chance(0.3) ? '' : r.chance(0.04) ? '0' : value
  const minus = (text: string) => (text === '' || Number(text) === 0 ? text : `-${text}`)
  const finish = (text: string) => (decimals && r.chance(0.3) ? longer(r, text) : text)
  const month = (Number(quarter.slice(6)) - 1) * 3 + r.whole(1, 3)
  return {
    purchased_on: r.chance(0.5)
      ? `${quarter.slice(0, 4)}-${String(month).padStart(2, '0')}-${String(r.whole(1, 28)).padStart(2, '0')}`
      : '',
    place: buyer,
    kitchen: r.chance(0.5) ? `kitchen-${r.whole(1, 5)}` : '',
    supplier: `supplier-${r.whole(1, 4)}`,
    article: r.chance(0.5) ? `article-${r.whole(1, 30)}` : '',
    product_group: group,
    form,
    kg: finish(isCredit ? minus(kg) : kg),
    sek: finish(isCredit ? minus(sek) : sek),
    grown_place: originOf(r, world, buyer),
    processed_place: originOf(r, world, buyer),
    is_organic: r.pick(['', 'true', 'false']),
  }
}

function purchasesRows(r: Random, world: World, quarter: string): Row[] {
  const habits = { credits: r.pick([0, 0.1, 0.5]), decimals: r.chance(0.02) }
  return r
    .some(buyersOf(world), 0.7)
    .flatMap((buyer) => r.times(1, 12).map(() => purchaseLine(r, world, quarter, buyer, habits)))
}

/** "A municipality, or a county or country without municipalities in `places`." */
function growingPlaces(world: World): string[] {
  const above = (place: string | null): string[] =>
    place === null ? [] : [place, ...above(world.places.find((each) => each.place === place)?.parent ?? null)]
  const holders = new Set(
    world.places.filter(({ kind }) => kind === 'municipality').flatMap(({ parent }) => above(parent)),
  )
  return world.places.map(({ place }) => place).filter((place) => !holders.has(place))
}

function productionRows(r: Random, world: World): Row[] {
  const places = growingPlaces(world)
  const rows = new Map<string, Row>()
  for (const { group } of r.some(world.groups, 0.8)) {
    for (const _ of r.times(1, 5)) {
      const row = {
        producer: `farm-${r.whole(1, 5)}`,
        place: r.pick(places),
        product_group: group,
        available_kg: kilograms(r, 5.5),
        produced_kg: '',
        is_organic: r.pick(['', 'true', 'false']),
        evidence: evidenceOf(r),
      }
      if (r.chance(0.6)) row.produced_kg = (Number(row.available_kg) + Number(kilograms(r, 5.5))).toFixed(3)
      rows.set([row.producer, row.place, group].join('|'), row)
    }
  }
  return [...rows.values()]
}

function processingRows(r: Random, world: World): Row[] {
  const places = growingPlaces(world)
  const rows = new Map<string, Row>()
  for (const { group, steps } of world.groups) {
    for (const { step } of r.some(steps, 0.7)) {
      for (const _ of r.times(1, 3)) {
        const row = {
          processor: `plant-${r.whole(1, 4)}`,
          place: r.pick(places),
          product_group: group,
          step,
          capacity_kg: kilograms(r, 6),
          evidence: evidenceOf(r),
        }
        rows.set([row.processor, row.place, group, step].join('|'), row)
      }
    }
  }
  return [...rows.values()]
}

/** One or two sources a quarter, some quarters missing, never an empty file. */
function deliveries(
  r: Random,
  quarters: string[],
  sources: string[],
  present: number,
  rows: (quarter: string) => Row[],
): Delivery[] {
  const used = r.chance(0.4) ? sources : sources.slice(0, 1)
  return quarters.flatMap((quarter) =>
    used
      // the newest quarter seldom lacks anything: most of what a mart says is about it
      .filter(() => r.chance(quarter === quarters.at(-1) ? Math.max(present, 0.92) : present))
      .map((source) => ({ source, quarter, rows: rows(quarter) }))
      .filter((delivery) => delivery.rows.length > 0),
  )
}

// --------------------------------------------------------------------------------------------- the region

/** A region that depends on nothing but the seed and the options. */
export function generateRegion(seed: number, options: RegionOptions = {}): Region {
  const r = random(seed)
  const last = quarterIndex(options.quarter ?? '2026-Q2')
  const count = options.quarters ?? r.whole(12, 14)
  const [fewest, most] = options.productGroups ?? [2, 6]
  const places = drawPlaces(r, options.municipalities ?? [1, 6])
  const world: World = {
    places,
    zones: zoneRows(r, places),
    groups: chainNames.slice(0, r.whole(fewest, most)).map((group) => drawGroup(r, group)),
    quarters: Array.from({ length: count }, (_, i) => quarterText(last - count + 1 + i)),
  }
  const present = r.pick([0.5, 0.85, 1])
  const buyers = buyersOf(world)
  const quarterly: Record<string, Delivery[]> = {
    portions: deliveries(r, world.quarters, ['school-agency', 'county-office'], present, () =>
      portionsRows(r, buyers),
    ),
    purchases: deliveries(r, world.quarters, ['wholesaler', 'dairy'], present, (quarter) =>
      purchasesRows(r, world, quarter),
    ),
    production: deliveries(r, world.quarters, ['farm-register', 'growers'], present, () =>
      productionRows(r, world),
    ),
    processing: deliveries(r, world.quarters, ['plant-register', 'millers'], present, () =>
      processingRows(r, world),
    ),
  }
  const definitions = definitionRows(r)
  const reference: Record<string, Row[]> = {
    places: placeRows(r, places),
    zonings: zoningRows(r),
    zones: world.zones,
    product_groups: groupRows(r, world.groups),
    processing_steps: stepRows(r, world.groups),
    product_forms: formRows(r, world.groups),
    portion_profiles: profileRows(r, world.groups),
    local_definitions: definitions,
    targets: targetRows(r, world, definitions),
    prices: priceRows(r, world.groups),
    uncertainty: uncertaintyRows(r),
    sources: sourceRows(world, quarterly),
    contracts: contractRows(r, world),
    complete_purchases: completeRows(r, world),
  }
  const region: Region = {}
  for (const [dataset, rows] of Object.entries(reference)) {
    // an empty file is refused: a reference dataset with nothing to say has no delivery
    region[dataset] = rows.length === 0 ? [] : [{ source: 'region-office', quarter: null, rows }]
  }
  return { ...region, ...quarterly }
}
