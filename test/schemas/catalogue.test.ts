import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { listRuns, readRun } from '../../core/lake/runs.ts'
import { landFolder } from '../../core/land-folder.ts'
import { loadModels } from '../../core/models.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { describeModels } from '../../docs/model-columns.ts'
import { type CatalogueTable, catalogue, glueTableInput, runColumns } from '../../schemas/catalogue.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { marts } from '../../schemas/marts/index.ts'
import { parquetSchema } from '../support/parquet-rows.ts'

const table = (name: string) => catalogue.find((one) => one.name === name)!
const GLUE_TYPES = ['string', 'boolean', 'int', 'bigint', 'double', 'date', 'decimal(18,3)', 'decimal(18,2)']

describe('the catalogue', () => {
  test('has every dataset, purchases by line and rolled up, the pins and every model', async () => {
    const models = (await loadModels()).map(({ name }) => name)
    const wanted = [...datasets.map(({ name }) => name), 'rolled_purchases', 'inputs', ...models]
    expect(catalogue.map(({ name }) => name).sort()).toEqual(wanted.sort())
  })

  test.each(catalogue.map((one) => [one.name, one] as const))(
    '%s is one that Glue and Athena take',
    (_, one) => {
      expect(one.name).toMatch(/^[a-z][a-z0-9_]*$/)
      const columns = [...one.columns, ...one.partitions]
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length)
      for (const { name, type } of columns) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(GLUE_TYPES).toContain(type)
      }
      for (const { comment = '' } of one.columns) expect(comment).toMatch(/^[^\n\r\t]{0,255}$/)
      const placeholders = [...(one.template ?? '').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
      expect(placeholders).toEqual(one.partitions.map(({ name }) => name))
      expect((one.template ?? one.prefix).startsWith(one.prefix)).toBe(true)
    },
  )

  test('the columns of marts are those that their models compute', async () => {
    const described = await describeModels()
    for (const { name } of marts) {
      const computed = described.get(name)!.map(({ name, type }) => `${name} ${glue(type)}`)
      expect(runColumns.get(name)!.map(({ name, type }) => `${name} ${type}`)).toEqual(computed)
    }
  })
})

describe('glueTableInput', () => {
  test('projects the partitions of what came for a quarter', () => {
    const { Parameters, PartitionKeys, StorageDescriptor, ...rest } = glueTableInput(
      table('rolled_purchases'),
      's3://lake/skafferi',
    )
    expect(rest).toMatchObject({ Name: 'rolled_purchases', TableType: 'EXTERNAL_TABLE' })
    expect(Parameters).toEqual({
      EXTERNAL: 'TRUE',
      classification: 'parquet',
      'projection.enabled': 'true',
      'projection.year.type': 'integer',
      'projection.year.range': '2000,2099',
      'projection.quarter.type': 'integer',
      'projection.quarter.range': '1,4',
      'storage.location.template': `s3://lake/skafferi/rolled/purchases/year=\${year}/quarter=\${quarter}/`,
    })
    expect(PartitionKeys).toEqual([
      { Name: 'year', Type: 'int' },
      { Name: 'quarter', Type: 'int' },
    ])
    expect(StorageDescriptor).toMatchObject({
      Location: 's3://lake/skafferi/rolled/purchases/',
      NumberOfBuckets: -1,
    })
    expect(StorageDescriptor.Columns.map(({ Name, Type }) => `${Name} ${Type}`)).toContain('kg decimal(18,3)')
  })

  test('asks for the run of what a run left behind', () => {
    const { Parameters, PartitionKeys } = glueTableInput(table('gaps'), 's3://lake')
    expect(Parameters).toMatchObject({
      'projection.run_year.type': 'integer',
      'projection.run.type': 'injected',
      'storage.location.template': `s3://lake/models/gaps/year=\${run_year}/quarter=\${run_quarter}/run=\${run}/`,
    })
    expect(PartitionKeys.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'run_year int',
      'run_quarter int',
      'run string',
    ])
  })

  test('lays nothing over reference data but its folder', () => {
    const { Parameters, PartitionKeys, StorageDescriptor } = glueTableInput(table('places'), 's3://lake')
    expect(Parameters).toEqual({ EXTERNAL: 'TRUE', classification: 'parquet' })
    expect(PartitionKeys).toEqual([])
    expect(StorageDescriptor.Location).toBe('s3://lake/curated/places/')
    expect(StorageDescriptor.Columns.map(({ Name }) => Name).slice(-3)).toEqual([
      'delivery',
      'source',
      'line',
    ])
  })
})

describe('the files of the bundled region', () => {
  const storage = new MemoryStorage()
  const data = (folder: string) => join(import.meta.dirname, '../../data', folder)

  beforeAll(async () => {
    await landFolder(storage, data('vasterbotten'))
    await landFolder(storage, data('example-purchases'))
    await analyse(storage, { quarter: '2026-Q3' })
  })

  test('that landing writes have the columns and types of their tables', async () => {
    const landed = catalogue.filter(({ prefix }) => /^(curated|rolled)\//.test(prefix))
    for (const one of landed) {
      for (const key of await newest(storage, one)) await expectColumns(one, key)
    }
  })

  test('that a run leaves behind have the columns and types of their tables', async () => {
    const [run] = (await listRuns(storage)).get('2026-Q3')!
    const { models } = await readRun(storage, '2026-Q3', run!)
    expect(Object.keys(models).sort()).toEqual([...runColumns.keys()].sort())
    for (const [model, files] of Object.entries(models)) {
      for (const { key } of files) await expectColumns(table(model), key)
    }
  })

  async function expectColumns({ name, columns }: CatalogueTable, key: string): Promise<void> {
    const wanted = columns.map(({ name, type }) => `${name} ${type}`)
    expect((await parquetSchema(storage, key)).sort(), `${name}: ${key}`).toEqual(wanted.sort())
  }
})

/** Up to five of a table's files, the newest quarter's last. */
async function newest(storage: Storage, { prefix }: CatalogueTable): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys.slice(-5)
}

const glue = (duckdb: string) => ({ VARCHAR: 'string', INTEGER: 'int' })[duckdb] ?? duckdb.toLowerCase()
