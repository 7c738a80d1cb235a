import { createHash } from 'node:crypto'

/** The quarters that a campaign analyses and publishes. */
export const QUARTERS = ['2026-Q2', '2026-Q3'] as const

/** The one place that deliveries may need and that may be missing. */
export const RARE_PLACE = '2401'

/** Lines of a file whose one bad line is few enough to be refused alone. */
const LONG = 150

/** A file that somebody may send, and what is known of it beforehand. */
export interface Sending {
  /** Short, for whoever reads a sequence. */
  readonly name: string
  readonly dataset: string
  readonly source: string
  /** Null for a reference dataset. */
  readonly quarter: string | null
  readonly content: Buffer
  readonly sha256: string
  readonly rows: number
  /** Rows that are refused whatever else is in the lake. */
  readonly bad_rows: number
  /** Rows that need the rare place. */
  readonly rare_rows: number
  /** Whether it is a list of places that has the rare one. */
  readonly brings_rare: boolean
  /** Whether it tells of a farm that the other source of production tells of too. */
  readonly clashes: boolean
}

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const csv = (header: string, lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`

const PLACES = 'place,name,kind,parent,latitude,longitude,population'
const places = (rare: boolean, population: number) =>
  csv(PLACES, [
    'SE,Sverige,country,,,,',
    '24,Västerbotten,county,SE,,,',
    ...(rare ? [`${RARE_PLACE},Nordmaling,municipality,24,63.6,19.5,7000`] : []),
    '2480,Umeå,municipality,24,63.8,20.3,130000',
    `2482,Skellefteå,municipality,24,64.8,20.9,${population}`,
  ])
const margins = (assumed: string) =>
  csv('evidence,margin', ['reported,0.03', 'derived,0.2', `assumed,${assumed}`])

/** Reference data that every lake of a campaign begins with, by `<dataset>/<source>/all`. */
export const base: Readonly<Record<string, string>> = {
  'places/office/all': places(true, 76000),
  'zonings/office/all': csv('zoning,position,name_sv,name_en,has_gaps', [
    'municipality,1,Kommun,Municipality,true',
    'county,2,Län,County,true',
  ]),
  'zones/office/all': csv('zoning,zone,place,name_sv,name_en', [
    'municipality,2480,2480,Umeå,Umeå',
    'municipality,2482,2482,Skellefteå,Skellefteå',
    'county,24,24,Västerbotten,Västerbotten',
  ]),
  'product_groups/office/all': csv('product_group,name_sv,name_en,cpv,quarterly_storage_loss', [
    'potato,Potatis,Potato,,0.05',
  ]),
  'processing_steps/office/all': csv('product_group,step,parent_step,name_sv,name_en,yield', [
    'potato,wash,,Tvätta,Wash,0.8',
  ]),
  'product_forms/office/all': csv('product_group,form,step,name_sv,name_en,yield', [
    'potato,washed,wash,Tvättad,Washed,0.8',
  ]),
  'portion_profiles/office/all': csv('segment,product_group,form,grams_per_portion,evidence', [
    'school,potato,washed,150,assumed',
  ]),
  'local_definitions/office/all': csv('definition,zoning,rule,name_sv,name_en', [
    'near,county,grown,Nära,Near',
  ]),
  'prices/office/all': csv('product_group,form,sek_per_kg,evidence', ['potato,washed,12.50,derived']),
  'uncertainty/office/all': margins('0.4'),
}

/** A buyer's lines; the rare place buys as many of them as told, the first have no number for kg. */
function purchases(supplier: string, quarter: string, kg: number, lines: number, rare = 0, bad = 0): string {
  const day = quarter.endsWith('Q2') ? '2026-05-12' : '2026-08-12'
  const line = (at: number) =>
    `${day},${at >= lines - rare ? RARE_PLACE : '2482'},,${supplier},,potato,washed,${at < bad ? 'x' : kg + at},${2 * kg},2480,,false`
  return csv(
    'purchased_on,place,kitchen,supplier,article,product_group,form,kg,sek,grown_place,processed_place,is_organic',
    Array.from({ length: lines }, (_, at) => line(at)),
  )
}

const production = (farms: readonly string[], kg: number, place = '2480') =>
  csv(
    'producer,place,product_group,available_kg,produced_kg,is_organic,evidence',
    farms.map((farm, at) => `${farm},${place},potato,${kg + at},,,reported`),
  )
const portions = (place: string, number: string) =>
  csv('place,segment,portions,serving_days,evidence', [
    `${place},school,${number},40,reported`,
    '2480,school,90000,40,reported',
  ])

type Facts = Partial<Pick<Sending, 'bad_rows' | 'rare_rows' | 'brings_rare' | 'clashes'>>

function sending(name: string, scope: string, text: string, facts: Facts = {}): Sending {
  const [dataset, source, quarter] = scope.split('/') as [string, string, string]
  const content = Buffer.from(text)
  return {
    name,
    dataset,
    source,
    quarter: quarter === 'all' ? null : quarter,
    content,
    sha256: sha256(content),
    rows: text.trimEnd().split('\n').length - 1,
    bad_rows: 0,
    rare_rows: 0,
    brings_rare: false,
    clashes: false,
    ...facts,
  }
}

/** A wholesaler's files: good, good, needing the rare place once or throughout, one bad line, bad lines only. */
function purchasesOf(source: string, quarter: string): Sending[] {
  const scope = `purchases/${source}/${quarter}`
  const supplier = `supplier-of-${source}`
  const own = source.length
  return [
    sending('a', scope, purchases(supplier, quarter, own + 100, 2)),
    sending('b', scope, purchases(supplier, quarter, own + 300, 3)),
    sending('rare once', scope, purchases(supplier, quarter, own + 5, LONG, 1), { rare_rows: 1 }),
    sending('rare', scope, purchases(supplier, quarter, own + 7, 1, 1), { rare_rows: 1 }),
    sending('one bad line', scope, purchases(supplier, quarter, own + 9, LONG, 0, 1), { bad_rows: 1 }),
    sending('bad', scope, purchases(supplier, quarter, own + 11, 2, 0, 2), { bad_rows: 2 }),
  ]
}

/** Everything that may be sent. */
export const sendings: readonly Sending[] = [
  ...purchasesOf('wholesaler', '2026-Q3'),
  ...purchasesOf('wholesaler', '2026-Q2').slice(0, 3),
  ...purchasesOf('dairy', '2026-Q3').slice(0, 4),
  sending('a', 'production/farmers/2026-Q3', production(['farm-1', 'farm-2', 'farm-3', 'farm-4'], 4000)),
  sending('b', 'production/farmers/2026-Q3', production(['farm-1', 'farm-2', 'farm-3'], 1000)),
  sending('c', 'production/union/2026-Q3', production(['farm-7', 'farm-8', 'farm-9'], 2000)),
  sending('clash', 'production/union/2026-Q3', production(['farm-1', 'farm-8'], 2500), { clashes: true }),
  sending('rare', 'production/union/2026-Q3', production(['farm-7'], 2000, RARE_PLACE), { rare_rows: 1 }),
  sending('a', 'portions/kitchens/2026-Q3', portions('2482', '120000')),
  sending('rare', 'portions/kitchens/2026-Q3', portions(RARE_PLACE, '9000'), { rare_rows: 1 }),
  sending('bad', 'portions/kitchens/2026-Q3', portions('2482', 'many'), { bad_rows: 1 }),
  sending('with', 'places/office/all', places(true, 76000), { brings_rare: true }),
  sending('with, newer', 'places/agency/all', places(true, 77000), { brings_rare: true }),
  sending('without', 'places/office/all', places(false, 77500)),
  sending('without, newer', 'places/agency/all', places(false, 78000)),
  sending('0.4', 'uncertainty/agency/all', margins('0.4')),
  sending('0.5', 'uncertainty/office/all', margins('0.5')),
  sending('bad', 'uncertainty/office/all', margins('much'), { bad_rows: 1 }),
]

/** Everything that any lake of a campaign may hold, base included. */
export const allSendings: readonly Sending[] = [
  ...sendings,
  ...Object.entries(base).map(([path, text]) =>
    sending('base', path, text, { brings_rare: path.startsWith('places/') }),
  ),
]

/** What a delivery replaces, as the folder of its commits is called. */
export const scopeOf = ({ dataset, source, quarter }: Pick<Sending, 'dataset' | 'source' | 'quarter'>) =>
  quarter === null ? dataset : `${dataset}/${source}/${quarter}`

/** How the design says that a delivery is named. */
export function deliveryOf({ dataset, source, quarter, sha256: hash }: Sending): string {
  return `d${sha256(Buffer.from([dataset, source, quarter ?? 'all', hash].join('\n'))).slice(0, 24)}`
}
