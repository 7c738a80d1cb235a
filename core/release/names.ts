import type { Text } from '../../schemas/table.ts'
import { lakeTables } from '../analyse.ts'
import { DuckDBEngine } from '../engines/duckdb.ts'
import type { RunRecord } from '../lake/runs.ts'
import type { MartRow } from '../mart-text.ts'
import { plainRows } from '../query.ts'
import type { Storage } from '../storage/storage.ts'

/** A zoning as a reader knows it. */
export interface NamedZoning {
  readonly zoning: string
  /** 1 = narrowest. */
  readonly position: number
  readonly name: Text
}

/** What the codes of a run are called, by its own reference data; a code without a name is its own name. */
export interface Names {
  readonly zonings: readonly NamedZoning[]
  zone(zoning: unknown, zone: unknown): Text
  product_group(product_group: unknown): Text
  form(product_group: unknown, form: unknown): Text
  step(product_group: unknown, step: unknown): Text
  definition(definition: unknown): Text
  place(place: unknown): Text
  source(source: unknown, dataset: unknown): Text
}

/** Which columns of which dataset name what, and by which codes. */
const NAMED = {
  zone: { dataset: 'zones', codes: ['zoning', 'zone'], sv: 'name_sv', en: 'name_en' },
  product_group: { dataset: 'product_groups', codes: ['product_group'], sv: 'name_sv', en: 'name_en' },
  form: { dataset: 'product_forms', codes: ['product_group', 'form'], sv: 'name_sv', en: 'name_en' },
  step: { dataset: 'processing_steps', codes: ['product_group', 'step'], sv: 'name_sv', en: 'name_en' },
  definition: { dataset: 'local_definitions', codes: ['definition'], sv: 'name_sv', en: 'name_en' },
  place: { dataset: 'places', codes: ['place'], sv: 'name', en: 'name' },
  source: { dataset: 'sources', codes: ['source', 'dataset'], sv: 'name', en: 'name' },
} as const

const ORGANIC = { sv: 'Ekologiskt', en: 'Organic' }

/** Reads the names, and nothing but names, of a run's reference data. */
export async function readNames(storage: Storage, { inputs }: Pick<RunRecord, 'inputs'>): Promise<Names> {
  const wanted: string[] = [...Object.values(NAMED).map(({ dataset }) => dataset), 'zonings']
  const pins = inputs.filter(({ dataset }) => wanted.includes(dataset))
  const engine = await DuckDBEngine.open(storage, { tables: lakeTables(pins) })
  try {
    const rows = async (sql: string) => plainRows(await engine.query(sql))
    const of = new Map<string, ReadonlyMap<string, Text>>()
    for (const [kind, { dataset, codes, sv, en }] of Object.entries(NAMED)) {
      const by = codes.map((code) => `"${code}"`).join(', ')
      const found = await rows(
        `select ${by}, min(${sv}) as sv, min(${en}) as en from ${dataset} group by ${by}`,
      )
      of.set(kind, new Map(found.map((row) => [codes.map((code) => row[code]).join('/'), textOf(row)])))
    }
    of.set('definition', new Map([...of.get('definition')!, ['organic', ORGANIC]]))
    const zonings = await rows(
      'select zoning, position, name_sv as sv, name_en as en from zonings order by 2, 1',
    )
    return named(of, zonings)
  } finally {
    await engine.close()
  }
}

const textOf = ({ sv, en }: MartRow): Text => ({ sv: String(sv), en: String(en) })

function named(of: ReadonlyMap<string, ReadonlyMap<string, Text>>, zonings: readonly MartRow[]): Names {
  const name = (kind: keyof typeof NAMED, codes: readonly unknown[]) => {
    const code = String(codes.at(-1))
    return of.get(kind)!.get(codes.join('/')) ?? { sv: code, en: code }
  }
  return {
    zonings: zonings.map((row) => ({
      zoning: String(row.zoning),
      position: Number(row.position),
      name: textOf(row),
    })),
    zone: (...codes) => name('zone', codes),
    product_group: (...codes) => name('product_group', codes),
    form: (...codes) => name('form', codes),
    step: (...codes) => name('step', codes),
    definition: (...codes) => name('definition', codes),
    place: (...codes) => name('place', codes),
    source: (source, dataset) =>
      of.get('source')!.get(`${source}/${dataset}`) ?? { sv: String(source), en: String(source) },
  }
}
