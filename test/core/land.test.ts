import { createHash } from 'node:crypto'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { SkafferiError } from '../../core/errors.ts'
import { readScope, readScopes } from '../../core/lake/commits.ts'
import { deliveryOf } from '../../core/lake/layout.ts'
import { type LandRequest, land } from '../../core/land.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { rolled_purchases } from '../../schemas/rolled.ts'
import { parquetRows, parquetTypes } from '../support/parquet-rows.ts'
import {
  columnsOf,
  copyOf,
  csvOf,
  grown,
  jsonOf,
  keysOf,
  landRegion,
  OFFICE,
  objectsOf,
  processed,
  purchase,
  QUARTER,
  requestFor,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
const rowsOf = (dataset: string) => region[`${dataset}/${OFFICE}/all`]!
let lake: MemoryStorage

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, region)
})

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
const scope = (dataset: string, source: string, quarter: string | null = QUARTER) => ({
  dataset,
  source,
  quarter: quarter === null ? null : parseQuarter(quarter),
})
const stateOf = (
  storage: MemoryStorage,
  dataset: string,
  source = 'sender',
  quarter: string | null = QUARTER,
) => readScope(storage, scope(dataset, source, quarter))

describe('an accepted delivery', () => {
  test('is answered with just the fields of the contract', async () => {
    const copy = await copyOf(lake)
    const content = csvOf('purchases', [purchase()])
    const result = await send(copy, folder.path, 'purchases', content)
    expect(Object.keys(result)).toEqual([
      'delivery',
      'dataset',
      'source',
      'quarter',
      'status',
      'rows',
      'refused_rows',
      'supersedes',
      'problems',
      'problems_total',
    ])
    expect(result).toEqual({
      delivery: deliveryOf(scope('purchases', 'sender'), sha256(content)),
      dataset: 'purchases',
      source: 'sender',
      quarter: QUARTER,
      status: 'accepted',
      rows: 1,
      refused_rows: 0,
      supersedes: null,
      problems: [],
      problems_total: 0,
    })
  })

  test('leaves the bytes, the rows, the roll-up, a receipt and one commit, and nothing else', async () => {
    const copy = await copyOf(lake)
    const before = await keysOf(copy)
    const content = csvOf('purchases', [purchase(), purchase()])
    const now = new Date('2026-10-05T08:00:00.000Z')
    const { delivery, ...told } = await send(
      copy,
      folder.path,
      'purchases',
      content,
      { name: 'kvartal 3.csv' },
      { now: () => now },
    )
    const key = `purchases/year=2026/quarter=3/${delivery}.parquet`
    const bytes = `landing/purchases/sender/${delivery}/kvartal 3.csv`
    const commit = `commits/purchases/sender/${QUARTER}/000001.json`
    const added = (await keysOf(copy)).filter((one) => !before.includes(one))
    expect(added).toEqual(
      [commit, `curated/${key}`, bytes, `receipts/${delivery}.json`, `rolled/${key}`].sort(),
    )
    expect(Buffer.from(await copy.read(bytes)).toString()).toBe(content)
    expect(await jsonOf(copy, `receipts/${delivery}.json`)).toEqual({
      delivery,
      ...told,
      file: 'kvartal 3.csv',
      received_at: now.toISOString(),
    })
    const file = async (key: string, rows: number) => {
      const content = await copy.read(key)
      return { key, sha256: sha256(content), bytes: content.length, rows }
    }
    expect(await jsonOf(copy, commit)).toEqual({
      kind: 'acceptance',
      n: 1,
      committed_at: now.toISOString(),
      delivery,
      row_name: delivery,
      dataset: 'purchases',
      source: 'sender',
      quarter: QUARTER,
      received_at: now.toISOString(),
      landing: { key: bytes, sha256: sha256(content), bytes: Buffer.byteLength(content) },
      rows: 2,
      refused_rows: 0,
      supersedes: null,
      curated: await file(`curated/${key}`, 2),
      rolled: await file(`rolled/${key}`, 1),
    })
  })

  test('tells how far the file has been read', async () => {
    const copy = await copyOf(lake)
    const content = csvOf('purchases', [purchase()])
    const told: [number, number][] = []
    const onProgress = (bytes: number, total: number) => told.push([bytes, total])
    await send(copy, folder.path, 'purchases', content, {}, { onProgress })
    const size = Buffer.byteLength(content)
    expect(told.at(-1)).toEqual([size, size])
  })

  test('keeps odd file names, and gives one to a file that has none a lake can hold', async () => {
    const copy = await copyOf(lake)
    const names = ['Inköp "Q3", rättad.csv', '.dold.csv', 'a\\b.csv', 'rad\nbryt.csv']
    for (const [at, name] of names.entries())
      await send(copy, folder.path, 'portions', [served({ portions: String(at) })], { name })
    const stored = (await keysOf(copy, 'landing/portions/sender/')).map((key) => key.split('/').at(-1))
    expect(stored.sort()).toEqual(['.dold.csv', 'Inköp "Q3", rättad.csv', 'a_b.csv', 'rad_bryt.csv'])
  })
})

describe('rows of the lake', () => {
  test('have the types of the schema, every dataset', async () => {
    for (const { effective, scope } of await readScopes(lake)) {
      const table = datasets.find(({ name }) => name === scope.dataset)!
      const types = Object.fromEntries(
        table.columns.map(({ name, type }) => [name, logicalTypes[type].duckdb]),
      )
      const envelope = { delivery: 'VARCHAR', source: 'VARCHAR', line: 'BIGINT' }
      const { key } = effective!.curated
      expect(await parquetTypes(lake, key)).toMatchObject({ ...types, ...envelope })
      // a row of `sources` has a source of its own, which comes first
      const sent = {
        delivery: effective!.delivery,
        source: scope.dataset === 'sources' ? 'wholesaler' : scope.source,
      }
      expect(await parquetRows(lake, key, 'select distinct delivery, source from file')).toEqual([sent])
    }
  })

  test('say what the file said, with empty cells as null, in its order', async () => {
    const { effective } = await stateOf(lake, 'purchases', 'wholesaler')
    const rows = await parquetRows(lake, effective!.curated.key)
    const { delivery } = effective!
    expect(rows[0]).toEqual({
      purchased_on: '2026-07-15',
      place: '2482',
      kitchen: 'Kök "Norr", storkök',
      supplier: 'Potatisgården',
      article: 'Potatis, tvättad',
      product_group: 'potato',
      form: 'washed',
      kg: '100.000',
      sek: '1250.50',
      grown_place: '2480',
      processed_place: null,
      is_organic: 'false',
      delivery,
      source: 'wholesaler',
      line: '2',
    })
    expect(rows.map(({ line, kg, sek }) => [line, kg, sek])).toEqual([
      ['2', '100.000', '1250.50'],
      ['3', '60.250', null],
      ['4', '100.000', '1250.50'],
      ['5', '-5.000', '-60.00'],
    ])
  })

  test('carry the line on which their record begins, whatever the line ends and the order of columns', async () => {
    const copy = await copyOf(lake)
    const text = csvOf(
      'purchases',
      [
        purchase({ article: 'a\nb\n\nc' }),
        purchase({ article: 'd' }),
        purchase({ article: 'e\nf' }),
        purchase(),
      ],
      columnsOf('purchases').toReversed(),
    )
    for (const content of [text, `\uFEFF${text}`.replaceAll('\n', '\r\n'), text.trimEnd()]) {
      const { delivery } = await send(copy, folder.path, 'purchases', content)
      const key = `curated/purchases/year=2026/quarter=3/${delivery}.parquet`
      const rows = await parquetRows(copy, key)
      expect(rows.map(({ line }) => line)).toEqual(['2', '6', '7', '9'])
      expect(rows.map(({ article }) => article!.replaceAll('\r', ''))).toEqual([
        'a\nb\n\nc',
        'd',
        'e\nf',
        'Potatis, tvättad',
      ])
    }
  })

  test('round kg to grams and kronor to öre, half away from zero', async () => {
    const copy = await copyOf(lake)
    const kg = {
      '1.0005': '1.001',
      '-1.0005': '-1.001',
      '1.00049': '1.000',
      '-1.00049': '-1.000',
      '0.0005': '0.001',
      '-0.0004': '0.000',
      '2.0005': '2.001',
      '1.00049999999999999999999': '1.000',
      '1.00050000000000000000001': '1.001',
      '999999999999.9994': '999999999999.999',
      '999999999999.9995': '1000000000000.000',
    }
    const sek = {
      '2.345': '2.35',
      '1.005': '1.01',
      '1.015': '1.02',
      '0.0049': '0.00',
      '2.3449999999999': '2.34',
      '2.34499999999999999999999': '2.34',
      '2.3450000000000000000001': '2.35',
    }
    const lines = [
      ...Object.keys(kg).map((text) => purchase({ kg: text, sek: '', supplier: `kg ${text}` })),
      ...Object.keys(sek).map((text) => purchase({ sek: text, supplier: `sek ${text}` })),
      purchase({ kg: '-1', sek: '-2.345', supplier: 'sek -2.345' }),
    ]
    const { delivery } = await send(copy, folder.path, 'purchases', lines)
    const stored = {
      ...Object.fromEntries(Object.entries(kg).map(([text, value]) => [`kg ${text}`, value])),
      ...Object.fromEntries(Object.entries(sek).map(([text, value]) => [`sek ${text}`, value])),
      'sek -2.345': '-2.35',
    }
    for (const layer of ['curated', 'rolled']) {
      const rows = await parquetRows(copy, `${layer}/purchases/year=2026/quarter=3/${delivery}.parquet`)
      const found = rows.map((row) => [row.supplier, row.supplier!.startsWith('kg') ? row.kg : row.sek])
      expect(Object.fromEntries(found), layer).toEqual(stored)
    }
  })

  test('keep numbers other than kg and kronor as they are', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await send(copy, folder.path, 'portions', [served({ portions: '1.00050001' })])
    const [row] = await parquetRows(copy, `curated/portions/year=2026/quarter=3/${delivery}.parquet`)
    expect(row).toMatchObject({ portions: '1.00050001', serving_days: '40.0' })
  })

  test('of places, producers and plants at the edges of what is allowed are accepted', async () => {
    const copy = await copyOf(lake)
    const places = [
      ...rowsOf('places'),
      { place: 'NO-18', name: 'Nordland', kind: 'county', parent: 'NO' },
      { place: '25', name: 'Norrbottens län', kind: 'county', parent: 'SE' },
    ]
    expect((await send(copy, folder.path, 'places', places)).status).toBe('accepted')
    const production = ['2480', 'NO', 'NO-18', '25'].map((place) => grown({ place, produced_kg: '5000' }))
    expect(await send(copy, folder.path, 'production', production)).toMatchObject({
      status: 'accepted',
      rows: 4,
    })
    const processing = ['NO', 'NO-18', '25'].map((place) => processed({ place, capacity_kg: '0' }))
    expect(await send(copy, folder.path, 'processing', processing)).toMatchObject({
      status: 'accepted',
      rows: 3,
    })
    const four = ['', 'dice', 'freeze'].map((parent_step, at) => ({
      ...rowsOf('processing_steps')[0]!,
      step: ['sort', 'freeze', 'bag'][at]!,
      parent_step,
    }))
    const steps = [...rowsOf('processing_steps'), ...four.slice(0, 2)]
    expect(await send(copy, folder.path, 'processing_steps', steps)).toMatchObject({
      status: 'accepted',
      rows: 6,
    })
  })

  test('of quoted, empty and foreign text come through', async () => {
    const copy = await copyOf(lake)
    const articles = [
      '""',
      '',
      'Smörgås ☕ 馬鈴薯',
      ' spaces ',
      "o'brien; drop",
      'null',
      'a\rb',
      '\\N',
      '#1',
      '-',
    ]
    const content = csvOf(
      'purchases',
      articles.map((article) => purchase({ article })),
    )
    const { delivery } = await send(copy, folder.path, 'purchases', content)
    const rows = await parquetRows(copy, `curated/purchases/year=2026/quarter=3/${delivery}.parquet`)
    expect(rows.map(({ article }) => article)).toEqual(articles.map((article) => article || null))
  })

  test('are one file although they come from many parts', async () => {
    const copy = await copyOf(lake)
    const many = Array.from({ length: 5000 }, (_, at) =>
      purchase({ kg: String(at % 97), supplier: `s${at % 7}` }),
    )
    const { delivery, rows } = await send(copy, folder.path, 'purchases', many)
    expect(rows).toBe(5000)
    const sums = await parquetRows(
      copy,
      `curated/purchases/year=2026/quarter=3/${delivery}.parquet`,
      'select count(*) as n, count(distinct line) as lines, min(line) as first, max(line) as last, sum(kg) as kg from file',
    )
    const kg = many.reduce((sum, row) => sum + Number(row.kg), 0)
    expect(sums).toEqual([{ n: '5000', lines: '5000', first: '2', last: '5001', kg: `${kg}.000` }])
  })
})

describe('the roll-up of purchases', () => {
  const lines = [
    purchase({ kg: '100', sek: '1250.50' }),
    purchase({ kg: '50.5', sek: '600.25', kitchen: 'Another', article: 'Other', purchased_on: '' }),
    purchase({ kg: '-10', sek: '-125' }),
    purchase({ kg: '7', sek: '' }),
    purchase({ kg: '-2', sek: '' }),
    purchase({ kg: '3', sek: '0' }),
    purchase({ kg: '0', sek: '40' }),
    purchase({ kg: '1', sek: '10', grown_place: '' }),
    purchase({ kg: '2', sek: '20', is_organic: '' }),
    purchase({ kg: '4', sek: '40', is_organic: 'true' }),
    purchase({ kg: '8', sek: '80', processed_place: 'NO' }),
    purchase({ kg: '16', sek: '160', supplier: 'Annan' }),
    purchase({ kg: '32', sek: '320', place: '24' }),
    purchase({ kg: '64', sek: '640', form: 'diced' }),
  ]

  test('sums lines by place, supplier, form, origin and organic, priced and unpriced ones apart', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await send(copy, folder.path, 'purchases', lines)
    const key = `rolled/purchases/year=2026/quarter=3/${delivery}.parquet`
    const rows = await parquetRows(copy, key)
    expect(rows).toHaveLength(8)
    const main = rows.find(({ lines }) => lines === '7')
    expect(main).toEqual({
      delivery,
      source: 'sender',
      place: '2482',
      supplier: 'Potatisgården',
      product_group: 'potato',
      form: 'washed',
      grown_place: '2480',
      processed_place: null,
      is_organic: 'false',
      kg: '148.500',
      sek: '1765.75',
      priced_kg: '150.500',
      priced_sek: '1850.75',
      unpriced_kg: '5.000',
      unpriced_lines: '2',
      lines: '7',
    })
    const others = rows.filter(({ lines }) => lines === '1')
    expect(
      others.map(({ kg, priced_sek, unpriced_lines }) => [kg, priced_sek, unpriced_lines]).sort(),
    ).toEqual([1, 16, 2, 32, 4, 64, 8].map((kg) => [`${kg}.000`, `${kg * 10}.00`, '0']).sort())
  })

  test('has the columns and types of the schema, and the sums of the lines below', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await send(copy, folder.path, 'purchases', lines)
    const file = `purchases/year=2026/quarter=3/${delivery}.parquet`
    expect(await parquetTypes(copy, `rolled/${file}`)).toEqual(
      Object.fromEntries(rolled_purchases.columns.map(({ name, type }) => [name, logicalTypes[type].duckdb])),
    )
    const of = (key: string, count: string) =>
      parquetRows(copy, key, `select sum(kg) as kg, sum(sek) as sek, ${count} as lines from file`)
    expect(await of(`rolled/${file}`, 'sum(lines)')).toEqual(await of(`curated/${file}`, 'count(*)'))
  })

  test('exists for purchases alone', async () => {
    expect((await keysOf(lake, 'rolled/')).every((key) => key.startsWith('rolled/purchases/'))).toBe(true)
    expect((await stateOf(lake, 'portions', 'kitchens')).effective!.rolled).toBeNull()
  })
})

describe('the delivery in force sent again', () => {
  test.each([
    ['under the same name', {}],
    ['under another name', { name: 'another.csv' }],
  ])('%s changes nothing at all', async (_, sending) => {
    const copy = await copyOf(lake)
    const content = csvOf('purchases', [
      purchase(),
      ...Array.from({ length: 99 }, () => purchase()),
      purchase({ kg: 'x' }),
    ])
    const first = await send(copy, folder.path, 'purchases', content)
    expect(first).toMatchObject({ status: 'accepted', rows: 100, refused_rows: 1, problems_total: 1 })
    const before = await objectsOf(copy)
    const again = await send(copy, folder.path, 'purchases', content, sending)
    expect(again).toEqual({ ...first, status: 'duplicate', problems: [], problems_total: 0 })
    expect(await objectsOf(copy)).toEqual(before)
  })

  test('of a reference dataset changes nothing, whoever sends it', async () => {
    const copy = await copyOf(lake)
    const before = await objectsOf(copy)
    const same = await send(copy, folder.path, 'uncertainty', rowsOf('uncertainty'), { name: 'x.csv' })
    expect(same).toMatchObject({ status: 'duplicate', rows: 3, refused_rows: 0 })
    const other = await send(copy, folder.path, 'uncertainty', rowsOf('uncertainty'), { source: 'another' })
    expect(other).toMatchObject({ status: 'duplicate', delivery: same.delivery, rows: 3 })
    expect(await objectsOf(copy)).toEqual(before)
  })

  test('for another quarter, source or dataset is another delivery', async () => {
    const copy = await copyOf(lake)
    const content = csvOf('portions', [served()])
    const sent = [
      await send(copy, folder.path, 'portions', content),
      await send(copy, folder.path, 'portions', content, { quarter: '2026-Q2' }),
      await send(copy, folder.path, 'portions', content, { source: 'second' }),
    ]
    expect(sent.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(sent.map(({ supersedes }) => supersedes)).toEqual([null, null, null])
    expect(new Set(sent.map(({ delivery }) => delivery)).size).toBe(3)
  })
})

describe('a newer delivery', () => {
  test('replaces the one before it, and names it', async () => {
    const copy = await copyOf(lake)
    const first = await send(copy, folder.path, 'portions', [served({ portions: '1' })])
    const second = await send(copy, folder.path, 'portions', [served({ portions: '2' })])
    expect(second).toMatchObject({ status: 'accepted', supersedes: first.delivery })
    const { commits, effective } = await stateOf(copy, 'portions')
    expect(commits.map(({ n }) => n)).toEqual([1, 2])
    expect(effective).toMatchObject({ delivery: second.delivery, supersedes: first.delivery, n: 2 })
  })

  test('of a reference dataset replaces that of any source', async () => {
    const copy = await copyOf(lake)
    const { effective } = await stateOf(copy, 'uncertainty', OFFICE, null)
    const margins = rowsOf('uncertainty').map((row) => ({ ...row, margin: '0.5' }))
    const result = await send(copy, folder.path, 'uncertainty', margins, { source: 'another' })
    expect(result).toMatchObject({ status: 'accepted', supersedes: effective!.delivery, quarter: null })
    expect((await stateOf(copy, 'uncertainty', OFFICE, null)).effective).toMatchObject({
      source: 'another',
      n: 2,
    })
  })

  test('with the bytes of an earlier one gets a commit of its own over the same rows', async () => {
    const copy = await copyOf(lake)
    const [a, b] = [csvOf('purchases', [purchase({ kg: '1' })]), csvOf('purchases', [purchase({ kg: '2' })])]
    const first = await send(copy, folder.path, 'purchases', a)
    await send(copy, folder.path, 'purchases', b)
    const files = await keysOf(copy, 'curated/purchases/')
    const third = await send(copy, folder.path, 'purchases', a, { name: 'once more.csv' })
    expect(third).toMatchObject({ status: 'accepted', delivery: first.delivery })
    const { commits, effective } = await stateOf(copy, 'purchases')
    expect(commits.map(({ n }) => n)).toEqual([1, 2, 3])
    expect(effective).toMatchObject({ n: 3, delivery: first.delivery, row_name: first.delivery })
    expect(await keysOf(copy, 'curated/purchases/')).toEqual(files)
    expect(await keysOf(copy, `landing/purchases/sender/${first.delivery}/`)).toHaveLength(1)
    expect((await keysOf(copy, 'receipts/')).filter((key) => key.includes(first.delivery))).toHaveLength(2)
  })

  test('with bytes that mean other rows now keeps both, and counts once', async () => {
    const copy = await copyOf(lake)
    const known = [...rowsOf('places'), { ...rowsOf('places')[5]!, place: '2499' }]
    // one row of a hundred rests on a place that comes later
    const content = csvOf(
      'purchases',
      Array.from({ length: 100 }, (_, at) => purchase({ kg: '1', place: at === 0 ? '2499' : '2482' })),
    )
    const first = await send(copy, folder.path, 'purchases', content)
    expect(first).toMatchObject({ status: 'accepted', rows: 99, refused_rows: 1 })
    await send(copy, folder.path, 'purchases', [purchase()])
    await send(copy, folder.path, 'places', known)
    const again = await send(copy, folder.path, 'purchases', content)
    expect(again).toMatchObject({ status: 'accepted', delivery: first.delivery, rows: 100, refused_rows: 0 })
    const { effective, commits } = await stateOf(copy, 'purchases')
    expect(commits.map(({ n }) => n)).toEqual([1, 2, 3])
    expect(effective).toMatchObject({ delivery: first.delivery, row_name: `${first.delivery}.2`, rows: 100 })
    for (const file of [effective!.curated, effective!.rolled!]) {
      expect(file.key).toContain(`/${first.delivery}.2.parquet`)
      expect(await parquetRows(copy, file.key, 'select distinct delivery from file')).toEqual([
        { delivery: `${first.delivery}.2` },
      ])
    }
    const earlier = `curated/purchases/year=2026/quarter=3/${first.delivery}.parquet`
    expect(await parquetRows(copy, earlier, 'select count(*) as n from file')).toEqual([{ n: '99' }])
    const lines = await parquetRows(copy, effective!.rolled!.key, 'select sum(lines) as n from file')
    expect(lines).toEqual([{ n: '100' }])
    // sent once more, it is the delivery in force
    expect((await send(copy, folder.path, 'purchases', content)).status).toBe('duplicate')
  })

  test('that was refused before counts when its codes have come', async () => {
    const copy = await copyOf(lake)
    const content = csvOf('portions', [served({ place: '2499' })])
    const refused = await send(copy, folder.path, 'portions', content)
    expect(refused.status).toBe('refused')
    await send(copy, folder.path, 'places', [...rowsOf('places'), { ...rowsOf('places')[5]!, place: '2499' }])
    const accepted = await send(copy, folder.path, 'portions', content, { name: 'again.csv' })
    expect(accepted).toMatchObject({
      status: 'accepted',
      delivery: refused.delivery,
      rows: 1,
      supersedes: null,
    })
    expect(await keysOf(copy, `landing/portions/sender/${refused.delivery}/`)).toHaveLength(1)
    const receipts = (await keysOf(copy, 'receipts/')).filter((key) => key.includes(refused.delivery))
    const statuses = await Promise.all(receipts.map(async (key) => (await jsonOf(copy, key)).status))
    expect(statuses.sort()).toEqual(['accepted', 'refused'])
  })
})

describe('a file that changes while it is read', () => {
  const change = {
    grows: ({ file }: LandRequest) => appendFileSync(file, '2480,school,1,1,reported\n'),
    'is written again': ({ file }: LandRequest) =>
      writeFileSync(file, csvOf('portions', [served({ portions: '9' })])),
    'is replaced by another one': ({ file }: LandRequest) => {
      writeFileSync(`${file}.new`, csvOf('portions', [served({ portions: '9' })]))
      renameSync(`${file}.new`, file)
    },
  }
  /** Does something when the first bytes have been read. */
  const onceRead = (act: () => void) => {
    let done = false
    return () => {
      if (!done) act()
      done = true
    }
  }

  test.each(Object.keys(change) as (keyof typeof change)[])(
    'and %s is a fault that counts for nothing',
    async (how) => {
      const copy = await copyOf(lake)
      const before = await objectsOf(copy)
      const request = await requestFor(folder.path, 'portions', [served()])
      const landing = land(copy, request, { onProgress: onceRead(() => change[how](request)) })
      await expect(landing).rejects.toMatchObject({ kind: 'fault' })
      await expect(landing).rejects.toThrow('changed while it was read')
      expect(await objectsOf(copy)).toEqual(before)
      expect((await land(copy, request)).status).toBe('accepted')
    },
  )

  test('so does one with a wrong header', async () => {
    const copy = await copyOf(lake)
    const request = await requestFor(folder.path, 'portions', 'place\n2482\n')
    const onProgress = onceRead(() => appendFileSync(request.file, '2480\n'))
    await expect(land(copy, request, { onProgress })).rejects.toThrow('changed while it was read')
    expect(await keysOf(copy, 'receipts/')).toEqual(await keysOf(lake, 'receipts/'))
  })
})

describe('a wrong request', () => {
  const good = { file: 'x.csv', dataset: 'portions', source: 'sender', quarter: QUARTER }

  test.each([
    ['an unknown dataset', { ...good, dataset: 'portion' }, 'did you mean portions'],
    ['no dataset', { ...good, dataset: '' }, 'unknown dataset'],
    ['a quarter that is missing', { ...good, quarter: undefined }, '--quarter is missing'],
    ['a malformed quarter', { ...good, quarter: '2026-3' }, 'valid: 2026-Q3'],
    ['a quarter of a reference dataset', { ...good, dataset: 'places' }, 'has no quarter'],
    ['a source with a slash', { ...good, source: '../../etc' }, 'not a source'],
    ['an empty source', { ...good, source: '' }, 'not a source'],
    ['a file that is not there', { ...good, file: 'nowhere.csv' }, 'cannot read nowhere.csv'],
    ['a folder', { ...good, file: '.' }, 'not a file'],
  ])('with %s is a usage error and writes nothing', async (_, request, message) => {
    const storage = new MemoryStorage()
    const landing = land(storage, request)
    await expect(landing).rejects.toBeInstanceOf(SkafferiError)
    await expect(landing).rejects.toMatchObject({ kind: 'usage' })
    await expect(landing).rejects.toThrow(message)
    expect(await keysOf(storage)).toEqual([])
  })

  test('never reads a file of another place than the one named', async () => {
    const copy = await copyOf(lake)
    const path = join(folder.path, "it's; a 'quoted' [folder] *")
    await mkdir(path)
    await writeFile(join(path, '*.csv'), csvOf('portions', [served()]))
    const result = await land(copy, { ...good, file: join(path, '*.csv') })
    expect(result).toMatchObject({ status: 'accepted', rows: 1 })
  })
})
