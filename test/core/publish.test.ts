import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { type CheckResult, check } from '../../core/check.ts'
import { type Disclosed, disclose } from '../../core/disclosure/disclose.ts'
import type { ReleaseRecord } from '../../core/lake/releases.ts'
import { martCsv } from '../../core/mart-text.ts'
import { ChecksFailedError, type PublishEffects, publish } from '../../core/publish.ts'
import { parseQuarter, quarterAt } from '../../core/quarter.ts'
import { plainRows, query } from '../../core/query.ts'
import { listReleases, readCurrent } from '../../core/releases.ts'
import { status } from '../../core/status.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { withdraw } from '../../core/withdraw.ts'
import { protectedColumns, publishedMarts } from '../../schemas/published.ts'
import { noViolations, showAll, withholding } from '../support/disclosures.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import { parquetRows, parquetTypes } from '../support/parquet-rows.ts'
import {
  copyOf,
  grown,
  jsonOf,
  keysOf,
  landRegion,
  objectsOf,
  purchase,
  QUARTER,
  type Row,
  send,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const EARLIER = quarterAt(parseQuarter(QUARTER).index - 1).name
const quick: PublishEffects = { check: noViolations, disclose: showAll, patience_ms: 0 }
const FOLDER = `releases/${QUARTER}/1/`
let lake: MemoryStorage
let run: string

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, smallRegion())
  run = (await analyse(lake, { quarter: QUARTER })).run
}, 120_000)

const bytesOf = async (storage: Storage, key: string) => Buffer.from(await storage.read(key))
const textOf = async (storage: Storage, key: string) => (await bytesOf(storage, key)).toString()
const releaseOf = (storage: Storage, quarter = QUARTER, n = 1) =>
  jsonOf<ReleaseRecord>(storage, `releases/${quarter}/${n}/release.json`)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

interface Package {
  readonly quarter: string
  readonly release: number
  readonly run: string
  readonly reason: string | null
  readonly resources: readonly { path: string; bytes: number; hash: string; schema?: string }[]
}

describe('a release', () => {
  let storage: MemoryStorage
  let disclosed: Disclosed
  beforeAll(async () => {
    storage = await copyOf(lake)
    const remembering: typeof disclose = async (...request) => {
      disclosed = await disclose(...request)
      return disclosed
    }
    await publish(storage, { quarter: QUARTER }, { disclose: remembering })
  }, 120_000)

  test('consists of every mart three times over, two summaries, and what ties them together', async () => {
    const names = publishedMarts.flatMap(({ name }) => [
      `${name}.csv`,
      `${name}.parquet`,
      `${name}.tableschema.json`,
    ])
    const others = [
      'datapackage.json',
      'release.json',
      'summary.en.md',
      'summary.sv.md',
      'untold_sums.csv',
      'untold_sums.tableschema.json',
    ]
    expect(await keysOf(storage, FOLDER)).toEqual([...names, ...others].sort().map((name) => FOLDER + name))
  })

  test('is pointed to by its quarter, with the hash of its release.json', async () => {
    const key = `releases/${QUARTER}/current.json`
    expect(JSON.parse((await storage.readPointer(key))!.content)).toEqual({
      quarter: QUARTER,
      release: 1,
      run,
      release_sha256: sha256(await bytesOf(storage, `${FOLDER}release.json`)),
    })
    expect(await readCurrent(storage, QUARTER)).toMatchObject({ folder: FOLDER, record: { run } })
  })

  test('has a data package that names run and number, and every other file with its size and hash', async () => {
    const descriptor = await jsonOf<Package>(storage, `${FOLDER}datapackage.json`)
    expect(descriptor).toMatchObject({ quarter: QUARTER, release: 1, run, reason: null })
    const others = (await keysOf(storage, FOLDER)).filter((key) => !key.endsWith('/datapackage.json'))
    expect(descriptor.resources.map(({ path }) => FOLDER + path).sort()).toEqual(others)
    for (const { path, bytes, hash, schema } of descriptor.resources) {
      const content = await bytesOf(storage, FOLDER + path)
      expect({ path, bytes, hash }).toEqual({
        path,
        bytes: content.length,
        hash: `sha256:${sha256(content)}`,
      })
      if (schema !== undefined) expect(others).toContain(FOLDER + schema)
    }
  })

  test('says what it was made of, and of its checks no more than counts', async () => {
    const release = await releaseOf(storage)
    const { errors, warnings } = await check(storage, { quarter: QUARTER, run })
    expect(release).toMatchObject({
      quarter: QUARTER,
      release: 1,
      run,
      reason: null,
      corrects: null,
      changes: null,
      notices: [],
      checks: { errors, warnings },
      licences: { code: 'MIT' },
    })
    expect(release.licences.sources).toContainEqual({ source: 'farmers', licence: 'not stated' })
    expect(Object.keys(release.marts)).toEqual(publishedMarts.map(({ name }) => name))
    for (const rule of release.checks.rules)
      expect(Object.keys(rule)).toEqual(['rule', 'severity', 'violations'])
  })

  test('holds what may be shown and nothing else of a mart, as CSV and as Parquet of the same figures', async () => {
    for (const { table, rows } of disclosed.marts) {
      const csv = martCsv(table, rows)
      expect(await textOf(storage, `${FOLDER}${table.name}.csv`)).toBe(csv)
      const key = `${FOLDER}${table.name}.parquet`
      const cells = (await parquetRows(storage, key)).map((row) =>
        table.columns.map(({ name }) => row[name]!),
      )
      const lines = csv.trimEnd().split('\n').slice(1)
      expect(cells).toHaveLength(lines.length)
      expect(cells.map((row) => row.map((cell) => plain(cell ?? '')).join(','))).toEqual(
        lines.map((line) => line.split(',').map(plain).join(',')),
      )
      const schema = await jsonOf<{ fields: { name: string }[] }>(
        storage,
        `${FOLDER}${table.name}.tableschema.json`,
      )
      expect(schema.fields.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name))
    }
    expect(await parquetTypes(storage, `${FOLDER}opportunities.parquet`)).toMatchObject({
      quarter: 'VARCHAR',
      kg_per_year: 'DOUBLE',
      next_window: 'DATE',
      buyers: 'BIGINT',
    })
  })
})

/** A number as one may write it: `12.500` and `12.5` are the same. */
const plain = (cell: string) => (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(cell) ? String(Number(cell)) : cell)

test('the same run gives the same bytes', async () => {
  const [one, other] = [await copyOf(lake), await copyOf(lake)]
  await publish(one, { quarter: QUARTER }, quick)
  await publish(other, { quarter: QUARTER }, quick)
  const objects = await objectsOf(one, 'releases/')
  expect(objects.size).toBe(publishedMarts.length * 3 + 7)
  expect(await objectsOf(other, 'releases/')).toEqual(objects)
})

test('a run’s own figures are nowhere in a release that withholds them', async () => {
  const storage = await copyOf(lake)
  await publish(storage, { quarter: QUARTER }, { ...quick, disclose: withholding(() => true) })
  const secrets = new Set<string>()
  const open = new Set<string>()
  for (const table of publishedMarts) {
    const rows = plainRows((await query(lake, { mart: table.name, quarter: QUARTER, run })).arrow)
    for (const row of rows)
      for (const { name } of table.columns) {
        const [value, hidden] = [row[name], protectedColumns[table.name]?.includes(name)]
        if (typeof value === 'number' && value > 10) (hidden ? secrets : open).add(value.toFixed(3))
      }
  }
  const own = [...secrets].filter((secret) => !open.has(secret))
  expect(own.length).toBeGreaterThan(5)
  for (const key of (await keysOf(storage, FOLDER)).filter((name) => !name.endsWith('.parquet'))) {
    const text = await textOf(storage, key)
    const figures = new Set(text.match(/\d+\.\d{3}/g))
    expect(own.filter((secret) => figures.has(secret))).toEqual([])
  }
})

describe('publishing again', () => {
  test('the same run changes nothing and writes nothing', async () => {
    const storage = await copyOf(lake)
    const first = await publish(storage, { quarter: QUARTER }, quick)
    expect(first.status).toBe('published')
    const counting = new FailingStorage(storage)
    expect(await publish(counting, { quarter: QUARTER }, quick)).toEqual({ ...first, status: 'unchanged' })
    expect(counting.writes).toBe(0)
  })

  test('with another run needs a reason, and then says what it corrects', async () => {
    const storage = await copyOf(lake)
    await publish(storage, { quarter: QUARTER }, quick)
    await send(storage, folder.path, 'purchases', [purchase({ kg: '5000', sek: '60000' })], {
      source: 'dairy',
    })
    expect((await status(storage)).releases).toEqual([
      { quarter: QUARTER, release: 1, run, current: true, stale: true },
    ])
    const second = await analyse(storage, { quarter: QUARTER }, { now: () => new Date(Date.now() + 60_000) })
    const before = await objectsOf(storage)
    await expect(publish(storage, { quarter: QUARTER }, quick)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('--reason'),
    })
    expect(await objectsOf(storage)).toEqual(before)

    const request = { quarter: QUARTER, reason: 'the dairy sent its figures' }
    const result = await publish(storage, request, quick)
    expect(result).toMatchObject({
      release: 2,
      run: second.run,
      status: 'published',
      corrects: { release: 1, run, reason: request.reason },
      changes: null,
    })
    const { corrects } = await releaseOf(storage, QUARTER, 2)
    // the dairy was not there before
    expect(corrects!.changes.missing_sources).toEqual([
      { dataset: 'purchases', source: 'dairy', missing: 'before' },
    ])
    expect(new Set(corrects!.changes.opportunities.map(({ state }) => state))).toEqual(
      new Set(['incomparable']),
    )
    expect(await textOf(storage, `releases/${QUARTER}/2/summary.sv.md`)).toContain(
      'Den rättar utgåva 1. Skäl: the dairy sent its figures',
    )
    expect((await publish(storage, request, quick)).status).toBe('unchanged')
    expect((await publish(storage, { quarter: QUARTER }, quick)).status).toBe('unchanged')
    expect(await status(storage).then(({ releases }) => releases)).toEqual([
      { quarter: QUARTER, release: 1, run, current: false, stale: false },
      { quarter: QUARTER, release: 2, run: second.run, current: true, stale: false },
    ])
  })

  test('the same run with a reason is a new number, once', async () => {
    const storage = await copyOf(lake)
    await publish(storage, { quarter: QUARTER }, quick)
    const request = { quarter: QUARTER, reason: 'the licence was wrong' }
    const again = await publish(storage, request, quick)
    expect(again).toMatchObject({ release: 2, run, status: 'published' })
    expect(again.corrects!.changes).toMatchObject({ new: 0, closed: 0, incomparable: 0 })
    expect((await publish(storage, request, quick)).status).toBe('unchanged')
    expect((await publish(storage, { ...request, reason: 'another one' }, quick)).release).toBe(3)
  })

  test.each([
    [{ quarter: '2026Q3' }, 'not a quarter'],
    [{ quarter: EARLIER }, 'quarter with a run'],
    [{ quarter: QUARTER, reason: ' ' }, 'the reason is empty'],
    [
      { quarter: QUARTER, reason: 'so that schools buy only local food' },
      'the reason says "only local food", and readers see it: a buyer may not, as a rule, demand local or national origin',
    ],
    [{ quarter: QUARTER, reason: 'köken ska välja lokala odlare' }, 'the reason says "välja lokal'],
  ])('%j is wrong usage', async (request, message) => {
    await expect(publish(await copyOf(lake), request, quick)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(message),
    })
  })
})

test('a run with errors is not published, and nothing changes', async () => {
  const storage = await copyOf(lake)
  const failing = async (): Promise<CheckResult> => ({
    ...(await noViolations(storage, { quarter: QUARTER, run })),
    errors: 1,
    violations: [{ ...violation, severity: 'error', rule: 'gap_components_add_up' }],
  })
  const before = await objectsOf(storage)
  const error = await publish(storage, { quarter: QUARTER }, { ...quick, check: failing }).catch((one) => one)
  expect(error).toBeInstanceOf(ChecksFailedError)
  expect(error).toMatchObject({ kind: 'check', result: { errors: 1 } })
  expect(error.message).toContain('gap_components_add_up')
  expect(await objectsOf(storage)).toEqual(before)
})

test('a run of which a rule that stops a release cannot be asked is not published, and nothing changes', async () => {
  const storage = await copyOf(lake)
  const lacking = (rule: CheckResult['not_checked'][number]) => async (): Promise<CheckResult> => ({
    ...(await noViolations(storage, { quarter: QUARTER, run })),
    not_checked: [rule],
    lacks: { [rule]: ['gaps'] },
  })
  const before = await objectsOf(storage)
  const request = { quarter: QUARTER }
  const error = await publish(storage, request, { ...quick, check: lacking('gap_components_add_up') }).catch(
    (one) => one,
  )
  expect(error).toBeInstanceOf(ChecksFailedError)
  expect(error).toMatchObject({ kind: 'check', result: { errors: 0 } })
  expect(error.message).toContain('nobody can tell about (gap_components_add_up)')
  expect(error.message).not.toContain('0 errors')
  expect(await objectsOf(storage)).toEqual(before)
  // a rule that only warns stands in nobody's way
  const warned = await publish(storage, request, { ...quick, check: lacking('place_in_zone') })
  expect(warned.status).toBe('published')
})

const violation: Omit<CheckResult['violations'][number], 'severity' | 'rule'> = {
  message: 'm',
  message_sv: 'm',
  zoning: null,
  zone: null,
  place: null,
  product_group: null,
  item: null,
  actor: null,
  kind: 'k',
  found: 1,
  bound: 0,
  unit: 'kg',
  deliveries: [],
}

test('deliveries of farms are not named, those of kitchens are', async () => {
  const storage = await copyOf(lake)
  const farms = ['farm-1', 'farm-2', 'farm-3'].map((producer) => grown({ producer }))
  await send(storage, folder.path, 'production', farms, { source: 'co-op' })
  await analyse(storage, { quarter: QUARTER }, { now: () => new Date(Date.now() + 60_000) })
  await publish(storage, { quarter: QUARTER }, { ...quick, disclose: withoutDeliveries })
  const { inputs } = await releaseOf(storage)
  const unnamed = { delivery: null, sha256: null, bytes: null, withheld: 'secondary' }
  expect(inputs.find(({ source }) => source === 'co-op')).toMatchObject({ ...unnamed, rows: 3 })
  const portions = inputs.find(({ dataset }) => dataset === 'portions')!
  const landed = (await keysOf(storage, 'landing/portions/'))[0]!
  expect(portions).toMatchObject({ sha256: sha256(await bytesOf(storage, landed)), withheld: null })
})

/** Shows everything but the names of deliveries, which are disclosure control's own affair. */
const withoutDeliveries: typeof showAll = async (...request) => {
  const disclosed = await showAll(...request)
  const unnamed = (mart: (typeof disclosed.marts)[number]) =>
    mart.table.name === 'coverage'
      ? { ...mart, rows: mart.rows.map((row) => ({ ...row, delivery: null })) }
      : mart
  return { ...disclosed, marts: disclosed.marts.map(unnamed) }
}

describe('changes since the latest earlier quarter', () => {
  /** Both quarters analysed and the earlier one published, twice. */
  async function twoQuarters(deliver: (storage: MemoryStorage) => Promise<unknown>): Promise<ReleaseRecord> {
    const storage = await copyOf(lake)
    await deliver(storage)
    const now = () => new Date(Date.now() + 60_000)
    await analyse(storage, { quarter: EARLIER }, { now })
    await publish(storage, { quarter: EARLIER }, quick)
    await publish(storage, { quarter: EARLIER, reason: 'once more' }, quick)
    await analyse(storage, { quarter: QUARTER }, { now })
    await publish(storage, { quarter: QUARTER }, quick)
    return await releaseOf(storage)
  }
  const sources = {
    portions: 'kitchens',
    production: 'farmers',
    processing: 'plants',
    purchases: 'wholesaler',
  }
  const deliverEarlier = async (storage: MemoryStorage, ...datasets: (keyof typeof sources)[]) => {
    const region = smallRegion()
    for (const dataset of datasets) {
      const rows = region[`${dataset}/${sources[dataset]}/${QUARTER}`]!
      const dated = rows.map((row) =>
        dataset === 'purchases' ? { ...row, purchased_on: '2026-05-05' } : row,
      )
      await send(storage, folder.path, dataset, dated, { source: sources[dataset], quarter: EARLIER })
    }
  }

  test('are told against the newest release of that quarter, opportunity by opportunity', async () => {
    const { changes } = await twoQuarters((storage) =>
      deliverEarlier(storage, 'portions', 'production', 'processing', 'purchases'),
    )
    expect(changes).toMatchObject({ quarter: EARLIER, release: 2, missing_sources: [] })
    expect(changes!.counts.incomparable).toBe(0)
    expect(changes!.opportunities.length).toBeGreaterThan(0)
    for (const { state, kg_per_year, kg_per_year_before } of changes!.opportunities) {
      // the same again a quarter later: twice as much a year
      if (state === 'widened') expect(kg_per_year! / kg_per_year_before!).toBeGreaterThan(1.05)
      if (state === 'closed') expect(kg_per_year).toBeNull()
      if (state === 'new') expect(kg_per_year_before).toBeNull()
    }
  })

  test('are incomparable where a delivery for a quarter before was withdrawn in between', async () => {
    const storage = await copyOf(lake)
    const [row] = smallRegion()[`production/farmers/${QUARTER}`]!
    const { delivery } = await send(storage, folder.path, 'production', [row!], {
      source: 'farmers',
      quarter: EARLIER,
    })
    const analysed = (seconds: number) =>
      analyse(storage, { quarter: QUARTER }, { now: () => new Date(Date.now() + 1000 * seconds) })
    await analysed(60)
    await publish(storage, { quarter: QUARTER }, quick)
    await withdraw(storage, delivery!, 'of another year')
    await analysed(120)
    await publish(storage, { quarter: QUARTER, reason: 'a delivery was withdrawn' }, quick)
    const { changes } = (await releaseOf(storage, QUARTER, 2)).corrects!
    // the farmers have delivered for the quarter itself, in time, both times
    expect(changes.missing_sources).toEqual([{ dataset: 'production', source: 'farmers', missing: 'now' }])
    expect(changes.opportunities.length).toBeGreaterThan(0)
    expect(changes.counts).toMatchObject({ closed: 0, incomparable: changes.opportunities.length })
  })

  test('are incomparable where a source is on the list of sources no longer, and has not delivered', async () => {
    const storage = await copyOf(lake)
    const declared = (source: string, dataset: string): Row => ({
      source,
      dataset,
      name: source,
      cadence: 'quarterly',
      first_quarter: EARLIER,
      grace_days: '30',
    })
    const list = async (...rows: Row[]) =>
      expect(await send(storage, folder.path, 'sources', rows)).toMatchObject({ refused_rows: 0 })
    const kitchens = declared('kitchens', 'portions')
    await list(kitchens, declared('dairy', 'purchases'))
    const bought = [purchase({ purchased_on: '2026-05-05', supplier: 'Mejeriet' })]
    await send(storage, folder.path, 'purchases', bought, { source: 'dairy', quarter: EARLIER })
    const now = () => new Date(Date.now() + 60_000)
    await analyse(storage, { quarter: EARLIER }, { now })
    await publish(storage, { quarter: EARLIER }, quick)
    await list(kitchens)
    await analyse(storage, { quarter: QUARTER }, { now })
    await publish(storage, { quarter: QUARTER }, quick)
    expect((await releaseOf(storage)).changes!.missing_sources).toContainEqual({
      dataset: 'purchases',
      source: 'dairy',
      missing: 'now',
    })
  })

  test('are incomparable, never new or closed, where a source is missing', async () => {
    // farmers and plants have not delivered for the earlier quarter
    const { changes } = await twoQuarters((storage) => deliverEarlier(storage, 'portions', 'purchases'))
    expect(changes!.missing_sources).toEqual([
      { dataset: 'processing', source: 'plants', missing: 'before' },
      { dataset: 'production', source: 'farmers', missing: 'before' },
    ])
    expect(changes!.counts).toEqual({
      new: 0,
      widened: 0,
      narrowed: 0,
      unchanged: 0,
      closed: 0,
      incomparable: changes!.opportunities.length,
    })
  })
})

describe('a number', () => {
  test('that a dead publisher has half written stays a hole that nobody sees', async () => {
    const storage = await copyOf(lake)
    const other = { quarter: QUARTER, release: 1, run, reason: 'died' }
    await storage.put(`${FOLDER}datapackage.json`, Buffer.from(JSON.stringify(other)))
    const result = await publish(storage, { quarter: QUARTER }, quick)
    expect(result).toMatchObject({ release: 2, status: 'published', corrects: null })
    expect(await listReleases(storage)).toEqual([{ quarter: QUARTER, release: 2, run, current: true }])
    expect((await publish(storage, { quarter: QUARTER }, quick)).status).toBe('unchanged')
  })

  test('may be above nine', async () => {
    const storage = await copyOf(lake)
    await publish(storage, { quarter: QUARTER }, quick)
    for (const key of await keysOf(storage, FOLDER))
      for (const n of [9, 10]) {
        const bytes = await bytesOf(storage, key)
        const json = bytes.toString().replace('"release": 1,', `"release": ${n},`)
        await storage.put(key.replace('/1/', `/${n}/`), key.endsWith('.json') ? Buffer.from(json) : bytes)
      }
    await publish(storage, { quarter: QUARTER, reason: 'the eleventh' }, quick)
    expect((await listReleases(storage)).map(({ release }) => release)).toEqual([1, 9, 10, 11])
    expect(await readCurrent(storage, QUARTER)).toMatchObject({
      record: { release: 11, corrects: { release: 10 } },
    })
  })

  test('taken in the meantime makes a publisher decide anew what may be shown', async () => {
    const storage = await copyOf(lake)
    const told: string[][] = []
    const disclosing: typeof disclose = async (...request) => {
      told.push(request[2].map(({ quarter, release }) => `${quarter}/${release}`))
      if (told.length === 1)
        await storage.put(
          `releases/${EARLIER}/1/datapackage.json`,
          Buffer.from(JSON.stringify({ quarter: QUARTER, release: 1, run, reason: null })),
        )
      return await showAll(...request)
    }
    // the other publisher names a run that this lake has under another quarter
    await copyRun(storage)
    const result = await publish(storage, { quarter: QUARTER }, { ...quick, disclose: disclosing })
    expect(told).toEqual([[], [`${EARLIER}/1`, `${QUARTER}/1`]])
    expect(result.release).toBe(2)
  })

  async function copyRun(storage: MemoryStorage): Promise<void> {
    const record = await jsonOf(storage, `runs/${QUARTER}/${run}.json`)
    await storage.put(`runs/${EARLIER}/${run}.json`, Buffer.from(JSON.stringify(record)))
  }
})

test('a reader is told when a release is not what its pointer says', async () => {
  const storage = await copyOf(lake)
  await publish(storage, { quarter: QUARTER }, quick)
  const key = `releases/${QUARTER}/current.json`
  const pointer = (await storage.readPointer(key))!
  const other = pointer.content.replace(/"release_sha256": "\w{8}/, '"release_sha256": "00000000')
  await storage.swapPointer(key, other, pointer.version)
  await expect(readCurrent(storage, QUARTER)).rejects.toMatchObject({ kind: 'fault' })
  expect(await readCurrent(storage, EARLIER)).toBeNull()
})
