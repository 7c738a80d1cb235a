import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AthenaEngine } from '../../../core/engines/athena.ts'
import type { ModelFolder } from '../../../core/engines/engine.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { catalogue } from '../../../schemas/catalogue.ts'
import { engineContract } from '../../contracts/engine.contract.ts'
import { modelTable, type OpenAthena, openAthena, PLACE } from '../../support/athena.ts'
import { lakeAt } from '../../support/cloud/athena-endpoint/lake-at.ts'

const columns = { product_group: 'string', kg: 'decimal(18,3)', day: 'date' }
const tables = [
  ...catalogue,
  modelTable('model_read', columns),
  modelTable('model_empty', columns),
  modelTable('model_next', { n: 'bigint' }),
  modelTable('model_twice', { n: 'int' }),
]

engineContract('AthenaEngine', () => openAthena({}, { catalogue: tables }))

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

let runs = 0
const folderOf = (model = 'gaps'): ModelFolder => ({ model, year: 2026, quarter: 3, run: `f${++runs}` })
const saveRow = (folder = folderOf()) => opened.engine.save('select 1 as n', folder)

describe('what is saved', () => {
  test('goes beside what lies in the way', async () => {
    const folder = folderOf()
    await opened.storage.put(`unloads/${folder.run}/gaps/1/left`, Buffer.from('not Parquet'))
    expect(await saveRow(folder)).toHaveLength(1)
    expect(opened.engine.queries.at(-2)).toMatchObject({ attempt: 1, state: 'failed' })
    expect(opened.engine.queries.at(-1)).toMatchObject({ attempt: 2, state: 'succeeded' })
  })

  test('has rows in one to three files, none without rows', async () => {
    const sizes = new Set<number>()
    for (const more of ['', ' ', '  ', '   ']) {
      const select = `select n from (values (1), (2), (3)) as t (n)${more} where n > 0`
      const files = await opened.engine.save(select, folderOf())
      sizes.add(files.length)
      expect(files.map(({ key }) => key.slice(-14))).toEqual(files.map((_, at) => `part-${at}.parquet`))
      expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(3)
    }
    expect([...sizes].sort()).toEqual([1, 2, 3])
    expect(await opened.engine.save('select 1 as n where 1 = 0', folderOf())).toEqual([])
  })

  test('tells what it took', async () => {
    const folder = folderOf()
    await saveRow(folder)
    const query = opened.engine.queries.at(-1)!
    expect(query).toMatchObject({
      model: 'gaps',
      attempt: 1,
      state: 'succeeded',
      queue_ms: 1,
      planning_ms: 1,
    })
    expect(query.sql_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(query.total_ms).toBeGreaterThanOrEqual(query.engine_ms)
  })

  test('is refused where the statement is too long for Athena, before it is sent', async () => {
    const sql = `select '${'x'.repeat(262_144)}' as text from gaps`
    await expect(opened.engine.save(sql, folderOf())).rejects.toThrow('bytes, and Athena takes 262144')
  })
})

describe('opening', () => {
  const open = (more: object = {}, storage = opened.storage) =>
    AthenaEngine.open(storage, { ...PLACE, client: opened.client, ...more })
  const { workgroup } = { workgroup: () => opened.endpoint.operations.workgroup }
  beforeEach(() => {
    const before = { ...workgroup() }
    return () => Object.assign(workgroup(), before)
  })

  test.each([
    ['a lake on this machine', {}, new MemoryStorage(), 'athena reads lakes in buckets, not memory:'],
    [
      'a workgroup that is not there',
      { workgroup: 'other' },
      undefined,
      'no workgroup other in this account and region: SKAFFERI_ATHENA_WORKGROUP',
    ],
    [
      'a database that is not there',
      { database: 'other' },
      undefined,
      'database other has no table inputs in this account and region: SKAFFERI_GLUE_DATABASE',
    ],
    [
      'a database of another lake',
      {},
      lakeAt('s3://lake/other'),
      'describes the lake s3://lake/region, not s3://lake/other',
    ],
  ])('%s is wrong usage', async (_, more, storage, message) => {
    await expect(open(more, storage)).rejects.toThrow(message)
    await expect(open(more, storage)).rejects.toMatchObject({ kind: 'usage' })
  })

  test.each([
    [{ state: 'DISABLED' }, 'is disabled: enable it'],
    [
      { version: 'Athena engine version 2' },
      'runs Athena engine version 2: set it to "Athena engine version 3"',
    ],
    [{ output: '' }, 'has no place for results'],
  ])('a workgroup with %j is wrong usage', async (settings, message) => {
    Object.assign(workgroup(), settings)
    await expect(open()).rejects.toThrow(message)
  })

  test('a slash at the end of the lake’s URL changes nothing', async () => {
    await expect(open({}, lakeAt('s3://lake/region/'))).resolves.toBeInstanceOf(AthenaEngine)
  })
})
