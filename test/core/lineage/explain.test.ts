import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../../core/analyse.ts'
import { land } from '../../../core/land.ts'
import { landFolder } from '../../../core/land-folder.ts'
import { type Explanation, explain } from '../../../core/lineage/explain.ts'
import { explainableColumns } from '../../../core/lineage/grounds.ts'
import { keyColumns } from '../../../core/lineage/key.ts'
import { modelsWithoutQuarters } from '../../../core/lineage/walk.ts'
import { loadModels, modelColumns } from '../../../core/models.ts'
import { findRun, plainRows, query } from '../../../core/query.ts'
import { openRun } from '../../../core/run-results.ts'
import { FileStorage } from '../../../core/storage/file.ts'
import { OverlayStorage } from '../../../core/storage/overlay.ts'
import { marts } from '../../../schemas/marts/index.ts'
import type { Region, Row } from '../../reference/facts.ts'
import { computeMarts, type MartName, martNames } from '../../reference/marts.ts'
import { random } from '../../reference/random.ts'
import { generateRegion } from '../../reference/region.ts'
import { writeRegion } from '../../reference/write-region.ts'
import { martsOf, openRegionLake } from '../../support/region-lake.ts'
import { SIZED, tries } from '../../support/thorough.ts'

const QUARTER = '2026-Q2'
const EVERYTHING = { most_rows: 1, most_lines: Number.POSITIVE_INFINITY }
/** Landing takes a while where other tests run beside it. */
const HOOK_MS = 120_000
type Cell = string | number | boolean | null

/** The records that an explanation shows, and nothing else, as a region of their own. */
function shownRegion({ deliveries, lines }: Explanation): Region {
  const region: Region = {}
  for (const { dataset, source, quarter, delivery, header } of deliveries) {
    const records = lines.filter((line) => line.delivery === delivery).map(({ text }) => text)
    const rows = parse([header, ...records].join('\n'), { columns: true }) as Row[]
    region[dataset] = [...(region[dataset] ?? []), { source, quarter, rows }]
  }
  return region
}

/** The explained cell in marts computed anew; `no row` where they lack it. */
function cellIn(rows: readonly Record<string, Cell>[], { key, column }: Explanation): Cell {
  const row = rows.find((one) => Object.entries(key).every(([name, value]) => String(one[name]) === value))
  return row === undefined ? 'no row' : (row[column] ?? null)
}

/** Equal to 1e-9 of the value or a millionth. */
function isSame(expected: Cell, actual: Cell): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual
  return Math.abs(expected - actual) <= Math.max(1e-6, 1e-9 * Math.abs(expected))
}

const rowsIn = (region: Region) =>
  Object.values(region)
    .flat()
    .reduce((sum, { rows }) => sum + rows.length, 0)

/** Product groups other than the cell's own that stand in what is shown. */
function otherGroups(region: Region, own: string): string[] {
  const groups = Object.values(region)
    .flat()
    .flatMap(({ rows }) => rows.map(({ product_group }) => product_group))
  return [...new Set(groups)].filter(
    (group) => group !== undefined && group !== own && group !== 'all',
  ) as string[]
}

describe.each(Array.from({ length: tries(1, 2, 10) }, (_, index) => 4001 + index))(
  'region %i',
  SIZED,
  (seed) => {
    // stocks and years look ten quarters back; a few show it as well
    const region = generateRegion(seed, { quarter: QUARTER, quarters: tries(5, 12), productGroups: [3, 5] })
    const r = random(seed)
    let storage: FileStorage
    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'skafferi-explain-'))
      writeRegion(region, join(folder, 'region'))
      storage = new FileStorage(join(folder, 'lake'))
      await landFolder(storage, join(folder, 'region'))
      await analyse(storage, { quarter: QUARTER })
      return () => rm(folder, { recursive: true, force: true })
    }, HOOK_MS)

    /** A cell drawn at random, walked back. */
    async function randomCell(mart: MartName): Promise<Explanation> {
      const table = marts.find(({ name }) => name === mart)!
      const row = r.pick(plainRows((await query(storage, { mart })).arrow))
      const key = keyColumns(table).map((name) => String(row[name]))
      return await explain(storage, { mart, key, column: r.pick(explainableColumns(mart)), ...EVERYTHING })
    }

    test('the lines shown for a random cell recompute its value, and they are not simply all there are', async () => {
      const shares: number[] = []
      for (let cell = 0; cell < tries(5, 10); cell++) {
        const explanation = await randomCell(martNames[cell % martNames.length]!)
        const { mart, key, column, value, lines, lines_total } = explanation
        const shown = shownRegion(explanation)
        const actual = cellIn(computeMarts(shown, QUARTER)[mart as MartName], explanation)
        const what = `${mart} ${Object.values(key).join(' ')} ${column}: ${value}, from its lines ${actual}`
        expect(isSame(value, actual), what).toBe(true)
        expect(lines.length, what).toBe(lines_total)
        // an order is made by every opportunity of its zoning
        if (column === 'rank') continue
        shares.push(lines_total / rowsIn(region))
        const own = key.product_group
        if (own !== undefined && own !== 'all') expect(otherGroups(shown, own), what).toEqual([])
      }
      expect(Math.max(...shares)).toBeLessThan(0.7)
      expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.25)
    })

    test('the models too give the value from the lines shown alone', async () => {
      const explanation = await randomCell('gaps')
      const lake = await openRegionLake(shownRegion(explanation))
      try {
        const rows = (await martsOf(lake, QUARTER)).gaps
        expect(cellIn(rows, explanation)).toSatisfy((actual: Cell) => isSame(explanation.value, actual))
      } finally {
        await lake.close()
      }
    })
  },
)

describe('the worked example', () => {
  const INPUT = join(import.meta.dirname, '../../golden/three-municipalities/input')
  let storage: FileStorage
  let region: string

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skafferi-explain-'))
    region = join(folder, 'region')
    await cp(INPUT, region, { recursive: true })
    storage = new FileStorage(join(folder, 'lake'))
    // a byte order mark, CRLF, quoted cells over several lines, and a blank line
    await writeFile(join(region, 'purchases/wholesaler/2026-Q4.csv'), PURCHASES)
    // Söderby's farm says 500 where an earlier delivery said 70
    const farms = join(region, 'production/farms/2026-Q4.csv')
    const stated = await readFile(farms, 'utf8')
    await writeFile(farms, stated.replace('potato,500', 'potato,70'))
    await landFolder(storage, region)
    await writeFile(farms, stated)
    await land(storage, { file: farms, dataset: 'production', source: 'farms', quarter: '2026-Q4' })
    await analyse(storage, { quarter: '2026-Q4' })
    return () => rm(folder, { recursive: true, force: true })
  }, HOOK_MS)

  const PURCHASES = [
    '\ufeffpurchased_on,place,kitchen,supplier,article,product_group,form,kg,sek,grown_place,processed_place,is_organic',
    '2026-10-05,9101,"Norrby skola,\r\nmatsalen","Grönt ""AB""",Tvättad potatis 20 kg,potato,washed,1400,14000,9101,9101,false',
    '2026-10-19,9101,Norrby skola,Grönt AB,Tvättad potatis retur,potato,washed,-120,-1200,9101,9101,false',
    '',
    '2026-11-02,9101,Norrby skola,Grönt AB,Skalad potatis 5 kg,potato,peeled,500,10000,,9101,',
    '2026-10-12,9102,Mellby skola,Grönt AB,Tvättad potatis 20 kg,potato,washed,520,6160,92,92,false',
    '2026-12-01,9102,"Mellby\nskola",Grönt AB,Potatistärning,potato,diced,200,6000,9103,92,true',
  ].join('\r\n')

  /** Lines of a dataset that the explanation shows, `line text` each. */
  const linesOf = ({ lines }: Explanation, dataset: string) =>
    lines.filter((line) => line.dataset === dataset).map(({ line, text }) => `${line} ${text}`)
  const washed = ['county', '91', 'potato', 'washed']

  test('a purchase is shown as it stands in the file, over as many lines as it takes, its credit beside it', async () => {
    const explanation = await explain(storage, { mart: 'gaps', key: washed, column: 'observed_kg' })
    // 1400 − 120 + 520
    expect(explanation.value).toBe(1800)
    expect(linesOf(explanation, 'purchases')).toEqual([
      '2 2026-10-05,9101,"Norrby skola,\r\nmatsalen","Grönt ""AB""",Tvättad potatis 20 kg,potato,washed,1400,14000,9101,9101,false',
      '4 2026-10-19,9101,Norrby skola,Grönt AB,Tvättad potatis retur,potato,washed,-120,-1200,9101,9101,false',
      '6 2026-11-02,9101,Norrby skola,Grönt AB,Skalad potatis 5 kg,potato,peeled,500,10000,,9101,',
      '7 2026-10-12,9102,Mellby skola,Grönt AB,Tvättad potatis 20 kg,potato,washed,520,6160,92,92,false',
      '8 2026-12-01,9102,"Mellby\nskola",Grönt AB,Potatistärning,potato,diced,200,6000,9103,92,true',
    ])
    const { file, header } = explanation.deliveries.find(({ source }) => source === 'wholesaler')!
    expect(Buffer.from(await storage.read(file)).toString()).toBe(PURCHASES)
    // without its byte order mark
    expect(header).toBe(PURCHASES.slice(1).split('\r\n')[0])
  })

  test('a delivery that was replaced is not shown', async () => {
    const explanation = await explain(storage, {
      mart: 'balances',
      key: ['county', '91', 'potato'],
      column: 'supply_kg',
    })
    // 1200 + 500
    expect(explanation.value).toBe(1700)
    expect(linesOf(explanation, 'production')).toEqual([
      '2 farm-a,9102,potato,1200,2350,,derived',
      '3 farm-b,9103,potato,500,,,derived',
    ])
    expect(explanation.deliveries.find(({ dataset }) => dataset === 'production')).toMatchObject({
      commit: 2,
      lines: 2,
      rows: 3,
    })
  })

  test('a price rests on the lines with both kg and sek above 0, not on credits', async () => {
    const explanation = await explain(storage, { mart: 'shares', key: ['9101', 'near', 'milk', 'sek'] })
    // the second line has no sek, so it needs the first one's price
    expect(linesOf(explanation, 'purchases').map((line) => line.slice(0, 12))).toEqual([
      '2 2026-10-01',
      '3 2026-11-01',
    ])
    const price = await explain(storage, { mart: 'gaps', key: washed, column: 'price_sek_per_kg' })
    // (14 000 + 6160) / (1400 + 520)
    expect(price.value).toBeCloseTo(10.5, 9)
  })

  test('a status rests on eight quarters, and only on the steps of the form', async () => {
    const explanation = await explain(storage, { mart: 'gaps', key: washed, column: 'capacity_status' })
    expect(explanation.value).toBe('reported')
    // the plant that peels says nothing of washing
    expect(linesOf(explanation, 'processing')).toEqual([
      '2 plant-n,9101,potato,wash,4800,derived',
      '2 plant-n,9101,potato,wash,3600,derived',
      '3 plant-m,9102,potato,wash,1200,derived',
    ])
  })

  test('every way back begins at the mart, ends in staging, and says what each model is', async () => {
    const { models } = await explain(storage, { mart: 'gaps', key: washed })
    expect(models[0]).toMatchObject({ model: 'gaps', layer: 'marts', rows_total: 1 })
    expect(models.at(-1)!.layer).toBe('staging')
    const names = models.map(({ model }) => model)
    for (const { model, reads, one_row, answers } of models) {
      expect(one_row, model).not.toBe('')
      expect(answers, model).not.toBe('')
      for (const read of reads.filter((name) => names.includes(name)))
        expect(names.indexOf(read), `${model} reads ${read}`).toBeGreaterThan(names.indexOf(model))
    }
  })

  test('a key may name its columns in any order, and without a column the main number is explained', async () => {
    const named = ['form=washed', 'zone=91', 'product_group=potato', 'zoning=county']
    const { key, column, others } = await explain(storage, { mart: 'gaps', key: named })
    expect(key).toEqual({ zoning: 'county', zone: '91', product_group: 'potato', form: 'washed' })
    expect(column).toBe('shortfall_kg')
    expect([column, ...others.map((other) => other.column)].sort()).toEqual(explainableColumns('gaps').sort())
  })

  test('an unknown status shows that nobody has said anything', async () => {
    const explanation = await explain(storage, {
      mart: 'bottlenecks',
      key: ['county', '91', 'potato', 'dice'],
      column: 'capacity_status',
    })
    expect(explanation.value).toBe('unreported')
    expect(explanation.models.find(({ model }) => model === 'stg_processing')).toMatchObject({
      rows_total: 0,
    })
    expect(linesOf(explanation, 'processing')).toEqual([])
  })

  test('of what is due, the walk ends in the line of sources and in the delivery', async () => {
    const sources =
      'source,dataset,name,cadence,first_quarter,grace_days\nfarms,production,Gårdar,quarterly,2026-Q1,40\n'
    const file = join(region, 'sources.csv')
    await writeFile(file, sources)
    await land(storage, { file, dataset: 'sources', source: 'office' })
    const { run } = await analyse(storage, { quarter: '2026-Q4' })
    const explanation = await explain(storage, { mart: 'coverage', key: ['farms', 'production'], run })
    expect(linesOf(explanation, 'sources')).toEqual(['2 farms,production,Gårdar,quarterly,2026-Q1,40'])
    expect(explanation.deliveries.map(({ dataset, lines, commit }) => ({ dataset, lines, commit }))).toEqual([
      { dataset: 'sources', lines: 1, commit: 1 },
      { dataset: 'production', lines: 0, commit: 2 },
    ])
  })

  test('of what nobody declared, the walk ends in the delivery and says so', async () => {
    const copy = new OverlayStorage(storage)
    try {
      const file = join(region, 'unasked.csv')
      const text =
        'producer,place,product_group,available_kg,produced_kg,is_organic,evidence\nfarm-x,9102,potato,5,,,derived\n'
      await writeFile(file, text)
      const scope = { dataset: 'production', source: 'unasked', quarter: '2026-Q4' }
      const { delivery } = await land(copy, { file, ...scope })
      const { run } = await analyse(copy, { quarter: '2026-Q4' })
      const values = { status: 'unexpected', rows: 1, refused_rows: 0 }
      for (const [column, value] of Object.entries(values)) {
        const key = ['unasked', 'production']
        const explanation = await explain(copy, { mart: 'coverage', key, column, run })
        expect(explanation.value).toBe(value)
        const sha256 = createHash('sha256').update(text).digest('hex')
        const landed = `landing/production/unasked/${delivery}/unasked.csv`
        expect(explanation.deliveries).toMatchObject([
          { ...scope, delivery, commit: 1, file: landed, sha256, rows: 1, refused_rows: 0, lines: 0 },
        ])
        expect(explanation.notices).toContain(
          'no row of sources declares unasked production for 2026-Q4: all that tells of it is its delivery',
        )
      }
    } finally {
      await copy.close()
    }
  })

  test('a run that lacks a model on the way, or the mart itself, must be made anew', async () => {
    const { quarter, run } = await findRun(storage, {})
    const explainWithout = async (model: string, column: string) => {
      const older = new OverlayStorage(storage)
      try {
        const record = JSON.parse(Buffer.from(await storage.read(`runs/${quarter}/${run}.json`)).toString())
        delete record.models[model]
        await older.put(`runs/${quarter}/${run}.json`, Buffer.from(JSON.stringify(record)))
        return await explain(older, { mart: 'gaps', key: washed, column, run })
      } finally {
        await older.close()
      }
    }
    for (const model of ['int_zone_stocks', 'gaps', 'int_cells'])
      await expect(explainWithout(model, 'procurable_kg')).rejects.toMatchObject({
        kind: 'usage',
        message: `run ${run} has no result of model ${model}, which gaps.procurable_kg rests on: analyse the quarter again (skafferi analyse --quarter 2026-Q4)`,
      })
    // what is bought does not rest on stocks; 1400 − 120 + 520
    expect(await explainWithout('int_zone_stocks', 'observed_kg')).toMatchObject({ value: 1800 })
  })

  test('no more rows and lines are given than asked for, and all are counted', async () => {
    const few = await explain(storage, { mart: 'gaps', key: washed, most_rows: 1, most_lines: 1 })
    expect(few.lines).toHaveLength(few.deliveries.length)
    expect(few.lines_total).toBe(few.deliveries.reduce((sum, { lines }) => sum + lines, 0))
    // washed, peeled, diced of two quarters
    expect(few.models.find(({ model }) => model === 'int_zone_demand')).toMatchObject({ rows_total: 6 })
    expect(Math.max(...few.models.map(({ rows }) => rows.length))).toBe(1)
  })

  test('a landed file that is no longer the one accepted is a fault', async () => {
    const { lines } = await explain(storage, { mart: 'gaps', key: washed, column: 'demand_kg' })
    const { file } = lines.find(({ dataset }) => dataset === 'portions')!
    const tampered = new OverlayStorage(storage)
    await tampered.put(
      file,
      Buffer.from('place,segment,portions,serving_days,evidence\n9101,school,1,1,reported\n'),
    )
    try {
      const failing = explain(tampered, { mart: 'gaps', key: washed, column: 'demand_kg' })
      await expect(failing).rejects.toThrow(`${file} is not the file that commit 1 of its scope accepted`)
    } finally {
      await tampered.close()
    }
  })

  test.each([
    ['an unknown mart', { mart: 'gapz', key: washed }, 'unknown mart: "gapz"'],
    ['an unknown column', { mart: 'gaps', key: washed, column: 'demand' }, 'did you mean demand_kg?'],
    [
      'a column of the key',
      { mart: 'gaps', key: washed, column: 'form' },
      'unknown column to explain in gaps: "form"',
    ],
    [
      'a key that lacks a value',
      { mart: 'gaps', key: washed.slice(0, 3) },
      'the key of gaps lacks form (valid: zoning zone product_group form); nearest rows: county 91 potato',
    ],
    [
      'a key that no row has',
      { mart: 'gaps', key: ['county', '91', 'potato', 'wash'] },
      'no row county 91 potato wash in gaps of this run; nearest rows: county 91 potato washed',
    ],
    ['too many values', { mart: 'gaps', key: [...washed, 'x'] }, '5 values for a key of 4'],
    ['an unknown key column', { mart: 'gaps', key: ['zon=91'] }, 'did you mean zone?'],
    [
      'values and pairs',
      { mart: 'gaps', key: ['county', 'zone=91'] },
      'either all column=value or values alone',
    ],
    ['a column named twice', { mart: 'gaps', key: ['zone=91', 'zone=92'] }, 'key column named twice: zone'],
    [
      'the quarter in the key',
      { mart: 'gaps', key: ['quarter=2026-Q4'] },
      'the quarter is an option: --quarter 2026-Q4',
    ],
    ['an unknown run', { mart: 'gaps', key: washed, run: 'r1' }, 'unknown run: "r1"'],
  ])('%s is wrong usage', async (_, request, message) => {
    const failure = await explain(storage, request).catch((error: unknown) => error)
    expect(failure).toMatchObject({ kind: 'usage', message: expect.stringContaining(message) })
  })

  test('every model that reads quarterly rows and keeps no quarter says how many quarters it reads', async () => {
    const record = await findRun(storage, {})
    const engine = await openRun(storage, record)
    try {
      const models = await loadModels()
      const columns = await Promise.all(
        models.map(async ({ name }) => {
          const found = await modelColumns(engine, name)
          return [name, new Set(found.map((column) => column.name))] as const
        }),
      )
      expect(modelsWithoutQuarters(models, new Map(columns))).toEqual([])
    } finally {
      await engine.close()
    }
  })
})
