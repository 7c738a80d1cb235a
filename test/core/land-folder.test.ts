import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { readScopes } from '../../core/lake/commits.ts'
import { type LandRequest, type LandResult, land } from '../../core/land.ts'
import { landFolder, readLayout } from '../../core/land-folder.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import {
  copyOf,
  grown,
  keysOf,
  landRegion,
  OFFICE,
  objectsOf,
  only,
  processed,
  purchase,
  QUARTER,
  type Region,
  requestFor,
  served,
  smallRegion,
  suiteFolder,
  writeRegion,
} from '../support/small-region.ts'

const folder = suiteFolder()
let lake: MemoryStorage
let first: { request: LandRequest; result: LandResult }[]
let written = 0

async function folderOf(region: Region): Promise<string> {
  const path = join(folder.path, `deliveries-${++written}`)
  await mkdir(path)
  await writeRegion(path, region)
  return path
}

beforeAll(async () => {
  lake = new MemoryStorage()
  first = []
  await landFolder(lake, await folderOf(smallRegion()), {
    onResult: (request, result) => first.push({ request, result }),
  })
})

const pathOf = ({ dataset, source, quarter }: LandResult) => `${dataset}/${source}/${quarter ?? 'all'}`
const without = (region: Region, dataset: string, column: string, code: string) => {
  const path = Object.keys(region).find((one) => one.startsWith(`${dataset}/`))!
  region[path] = region[path]!.filter((row) => row[column] !== code)
}

describe('the files of a folder', () => {
  test('land in an order that satisfies their references', () => {
    expect(first.map(({ result }) => result.status)).toEqual(first.map(() => 'accepted'))
    const order = first.map(({ request }) => request.dataset)
    expect(order).toHaveLength(18)
    for (const { name, columns } of datasets)
      for (const { references } of columns)
        if (references && references.table !== name)
          expect(order.indexOf(name), name).toBeGreaterThan(order.indexOf(references.table))
  })

  test('give an answer each, in the order in which they were read', async () => {
    const region = only(smallRegion(), 'portions', 'uncertainty')
    const path = await folderOf({
      ...region,
      'portions/kitchens/2026-Q1': [served()],
      'portions/another/2025-Q4': [served()],
    })
    const told: string[] = []
    const results = await landFolder(await copyOf(lake), path, {
      onFile: ({ dataset, source, quarter }, number, of) =>
        told.push(`${number}/${of} ${dataset} ${source} ${quarter ?? ''}`.trim()),
    })
    expect(results.map(({ status, ...result }) => `${pathOf(result as LandResult)} ${status}`)).toEqual([
      `uncertainty/${OFFICE}/all duplicate`,
      'portions/another/2025-Q4 accepted',
      'portions/kitchens/2026-Q1 accepted',
      `portions/kitchens/${QUARTER} duplicate`,
    ])
    expect(told).toEqual([
      `1/4 uncertainty ${OFFICE}`,
      '2/4 portions another 2025-Q4',
      '3/4 portions kitchens 2026-Q1',
      `4/4 portions kitchens ${QUARTER}`,
    ])
  })

  test('landed again are duplicates, and nothing changes', async () => {
    const copy = await copyOf(lake)
    const before = await objectsOf(copy)
    const results = await landFolder(copy, await folderOf(smallRegion()))
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'duplicate'))
    expect(await objectsOf(copy)).toEqual(before)
  })

  test('go on when one of them is refused', async () => {
    const path = await folderOf({
      'portions/a/2026-Q3': [served()],
      'portions/b/2026-Q3': [served({ portions: 'x' })],
      'portions/c/2026-Q3': [served()],
      'processing/d/2026-Q3': [processed()],
    })
    const results = await landFolder(await copyOf(lake), path)
    expect(results.map((result) => `${pathOf(result)} ${result.status}`)).toEqual([
      'portions/a/2026-Q3 accepted',
      'portions/b/2026-Q3 refused',
      'portions/c/2026-Q3 accepted',
      'processing/d/2026-Q3 accepted',
    ])
  })

  test('that rest on a refused one are refused too, and say why', async () => {
    const region = only(smallRegion(), 'places', 'portions')
    region[`places/${OFFICE}/all`]![0]!.kind = 'kingdom'
    const results = await landFolder(new MemoryStorage(), await folderOf(region))
    expect(results.map(({ status }) => status)).toEqual(['refused', 'refused'])
    expect(results[1]!.problems.at(-1)!.message).toContain('no places have been landed')
  })

  test('that together give up a code are all accepted, whatever used it', async () => {
    const copy = await copyOf(lake)
    const region = smallRegion()
    for (const dataset of [
      'product_groups',
      'processing_steps',
      'product_forms',
      'portion_profiles',
      'prices',
      'purchases',
      'production',
    ])
      without(region, dataset, 'product_group', 'milk')
    const results = await landFolder(copy, await folderOf(region))
    expect(results.filter(({ status }) => status === 'refused')).toEqual([])
    const { effective } = (await readScopes(copy)).find(({ scope }) => scope.dataset === 'product_groups')!
    expect(effective!.rows).toBe(1)
  })

  test('that give up a code still in use stay refused, with one answer each', async () => {
    const copy = await copyOf(lake)
    const region = only(smallRegion(), 'product_groups', 'prices')
    without(region, 'product_groups', 'product_group', 'milk')
    without(region, 'prices', 'product_group', 'milk')
    const answers: string[] = []
    const results = await landFolder(copy, await folderOf(region), {
      onResult: (_, { dataset, status }) => answers.push(`${dataset} ${status}`),
    })
    expect(results.map(({ status }) => status)).toEqual(['refused', 'accepted'])
    expect(answers).toEqual(['product_groups refused', 'prices accepted', 'product_groups refused'])
  })
})

test('deliveries of different scopes count the same in whatever order they land', async () => {
  const deliveries = [
    await requestFor(folder.path, 'portions', [served({ portions: '1' })], { source: 'a' }),
    await requestFor(folder.path, 'portions', [served({ portions: '2' })], {
      source: 'a',
      quarter: '2026-Q2',
    }),
    await requestFor(folder.path, 'portions', [served({ portions: '3' })], { source: 'b' }),
    await requestFor(folder.path, 'purchases', [purchase(), purchase({ kg: '5' })], { source: 'a' }),
    await requestFor(folder.path, 'production', [grown()], { source: 'a' }),
    await requestFor(folder.path, 'processing', [processed(), processed({ processor: 'bad 1' })], {
      source: 'a',
    }),
  ]
  const landIn = async (order: readonly LandRequest[]) => {
    const copy = await copyOf(lake)
    for (const request of order) await land(copy, request)
    const scopes = await readScopes(copy)
    const rows = await objectsOf(copy, 'curated/')
    return {
      effective: scopes.map(({ scope, effective }) => [
        scope,
        effective!.delivery,
        effective!.curated,
        effective!.rolled,
      ]),
      rows,
    }
  }
  const expected = await landIn(deliveries)
  expect(expected.effective).toHaveLength(18 + 5)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(deliveries, { minLength: deliveries.length, maxLength: deliveries.length }),
      async (order) => {
        expect(await landIn(order)).toEqual(expected)
      },
    ),
    { numRuns: 4, endOnFailure: true },
  )
})

describe('a folder that is laid out otherwise', () => {
  test.each([
    ['an unknown dataset', 'purchase/a/2026-Q3.csv', 'did you mean purchases?'],
    ['a file in place of a dataset', 'readme.txt', 'unknown dataset'],
    ['a file in place of a source', 'portions/2026-Q3.csv', 'cannot read folder'],
    ['another kind of file', 'portions/a/2026-Q3.xlsx', 'valid: <dataset>/<source>/'],
    ['capitals in the suffix', 'portions/a/2026-Q3.CSV', 'valid: <dataset>/<source>/'],
    ['a malformed quarter', 'portions/a/2026-3.csv', 'valid: <dataset>/<source>/'],
    [
      'a quarterly dataset without a quarter',
      'portions/a/all.csv',
      'valid: <dataset>/<source>/<quarter>.csv',
    ],
    ['a quarter of a reference dataset', 'places/a/2026-Q3.csv', 'valid: <dataset>/<source>/all.csv'],
    ['a source that is no code', 'portions/my source/2026-Q3.csv', 'not a source'],
    ['folders below the sources', 'portions/a/2026/Q3.csv', 'valid: <dataset>/<source>/'],
  ])('with %s is a usage error and lands nothing', async (_, file, message) => {
    const path = await folderOf(only(smallRegion(), 'places', 'uncertainty'))
    await mkdir(join(path, file, '..'), { recursive: true })
    await writeFile(join(path, file), 'place\n')
    const storage = new MemoryStorage()
    const landing = landFolder(storage, path)
    await expect(landing).rejects.toMatchObject({ kind: 'usage' })
    await expect(landing).rejects.toThrow(message)
    expect(await keysOf(storage)).toEqual([])
  })

  test('by having nothing in it is a usage error', async () => {
    await expect(readLayout(await folderOf({}))).rejects.toThrow('no deliveries in')
    await expect(readLayout(join(folder.path, 'nowhere'))).rejects.toMatchObject({ kind: 'usage' })
  })

  test('by hidden files only is read as if they were not there', async () => {
    const path = await folderOf(only(smallRegion(), 'places'))
    await writeFile(join(path, '.DS_Store'), '')
    await writeFile(join(path, 'places', '.DS_Store'), '')
    await writeFile(join(path, 'places', OFFICE, '.all.csv.swp'), '')
    expect((await readLayout(path)).map(({ dataset, source }) => [dataset, source])).toEqual([
      ['places', OFFICE],
    ])
  })

  test('by empty folders only is read as if they were not there', async () => {
    const path = await folderOf(only(smallRegion(), 'places'))
    await mkdir(join(path, 'portions', 'kitchens'), { recursive: true })
    expect(await readLayout(path)).toHaveLength(1)
  })
})

test('the region of these tests is accepted as it stands', async () => {
  const results = await landRegion(
    new MemoryStorage(),
    folder.path,
    only(smallRegion(), 'places', 'zonings', 'zones'),
  )
  expect(results.map(({ rows }) => rows)).toEqual([6, 2, 3])
})
