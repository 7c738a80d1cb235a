import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DuckDBEngine, type LakeTable } from '../../../core/engines/duckdb.ts'
import { openDuckDB, quote, withConnection } from '../../../core/engines/duckdb-session.ts'
import { EngineError } from '../../../core/errors.ts'
import { FileStorage } from '../../../core/storage/file.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import type { Storage } from '../../../core/storage/storage.ts'
import { engineContract, exactRows, typesOf } from '../../contracts/engine.contract.ts'
import { all } from '../../contracts/storage.contract.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

engineContract('DuckDBEngine', async () => {
  const storage = new MemoryStorage()
  const engine = await DuckDBEngine.open(storage)
  return { engine, storage, close: () => engine.close() }
})

const portions: LakeTable = {
  name: 'portions',
  columns: [
    { name: 'place', type: 'code' },
    { name: 'portions', type: 'number' },
    { name: 'kg', type: 'kilograms' },
    { name: 'served_on', type: 'date' },
  ],
  keys: [],
  partitioned: true,
}

async function openEngine(storage: Storage, tables: readonly LakeTable[]): Promise<DuckDBEngine> {
  const engine = await DuckDBEngine.open(storage, { tables })
  onTestFinished(() => engine.close())
  return engine
}

/** Puts a Parquet file with the result of some SQL into the store. */
async function putParquet(storage: Storage, key: string, sql: string): Promise<void> {
  const workspace = await storage.workspace()
  const instance = await openDuckDB([workspace.path])
  const file = join(workspace.path, 'rows.parquet')
  await withConnection(instance, (connection) => connection.run(`copy (${sql}) to ${quote(file)}`))
  instance.closeSync()
  await storage.put(key, { file })
  await workspace.remove()
}

describe.each([
  ['a folder', async () => new FileStorage(join(await temporaryFolder(), "it's a lake"))],
  ['memory', async () => new MemoryStorage()],
] as const)('the tables of a lake in %s', (_, open) => {
  test('are the files they name, with the columns of their partitions', async () => {
    const storage = await open()
    const row = (place: string) =>
      `select '${place}' as place, 2.5::double as portions, 1.5::decimal(18, 3) as kg, null::date as served_on, 'x' as line`
    await putParquet(storage, 'curated/portions/year=2026/quarter=2/a.parquet', row('2482'))
    await putParquet(storage, 'curated/portions/year=2026/quarter=3/b.parquet', row('2480'))
    await putParquet(storage, 'curated/portions/year=2026/quarter=3/c.parquet', row('2404'))
    const keys = (await all(storage.list('curated/')))
      .map(({ key }) => key)
      .filter((key) => !key.includes('c.'))
    const engine = await openEngine(storage, [{ ...portions, keys }])
    const table = await engine.query('select * from portions order by place')
    expect(typesOf(table)).toEqual({
      place: 'Utf8',
      portions: 'Float',
      kg: 'Decimal128(18, 3)',
      served_on: 'Date',
      year: 'Int64',
      quarter: 'Int64',
    })
    const shared = { portions: 2.5, kg: 1500n, served_on: null, year: 2026n }
    expect(exactRows(table)).toEqual([
      { place: '2480', ...shared, quarter: 3n },
      { place: '2482', ...shared, quarter: 2n },
    ])
  })

  test('without files have the same columns and no rows', async () => {
    const engine = await openEngine(await open(), [
      portions,
      { ...portions, name: 'places', partitioned: false },
    ])
    const table = await engine.query('select * from portions')
    expect(table.numRows).toBe(0)
    expect(typesOf(table)).toMatchObject({
      place: 'Utf8',
      kg: 'Decimal128(18, 3)',
      year: 'Int64',
      quarter: 'Int64',
    })
    expect(Object.keys(typesOf(await engine.query('select * from places')))).toEqual([
      'place',
      'portions',
      'kg',
      'served_on',
    ])
  })

  test('that are missing are an error and leave no workspace', async () => {
    const storage = await open()
    await expect(
      DuckDBEngine.open(storage, { tables: [{ ...portions, keys: ['curated/x.parquet'] }] }),
    ).rejects.toThrow('curated/x.parquet')
    if (storage instanceof FileStorage) expect(await readdir(join(storage.url, '.work'))).toEqual([])
  })
})

describe('what SQL may do', () => {
  async function sandbox() {
    const folder = await temporaryFolder()
    const lake = join(folder, 'lake')
    const storage = new FileStorage(lake)
    await writeFile(join(folder, 'secret.csv'), 'secret\n1\n')
    await mkdir(join(folder, 'lake-2'))
    await writeFile(join(folder, 'lake-2', 'secret.csv'), 'secret\n1\n')
    await putParquet(
      storage,
      'curated/portions/year=2026/quarter=2/a.parquet',
      `select '2482' as place, 1::double as portions, 1::decimal(18, 3) as kg, null::date as served_on`,
    )
    const keys = (await all(storage.list(''))).map(({ key }) => key)
    const engine = await openEngine(storage, [{ ...portions, keys }])
    return { folder, lake, storage, engine }
  }

  test('it cannot read a file outside its folders', async () => {
    const { folder, lake, engine } = await sandbox()
    for (const path of [
      `${folder}/secret.csv`,
      `${lake}/../secret.csv`,
      `${folder}/lake-2/secret.csv`,
      `${folder}/*.csv`,
      `${folder}/*/secret.csv`,
      'secret.csv',
      '/etc/passwd',
      'https://localhost/secret.csv',
      's3://bucket/secret.csv',
    ]) {
      for (const sql of [
        `select * from read_text('${path}')`,
        `select * from read_csv('${path}')`,
        `select * from '${path}'`,
        `select * from glob('${path}')`,
      ]) {
        await expect(engine.query(sql), sql).rejects.toBeInstanceOf(EngineError)
        await expect(engine.save(sql, { model: 'm', year: 1, quarter: 1, run: 'r' }), sql).rejects.toThrow(
          'model m',
        )
      }
    }
    expect((await engine.query('select * from portions')).numRows).toBe(1)
  })

  test('it cannot write, neither outside nor into the lake', async () => {
    const { folder, lake, storage, engine } = await sandbox()
    const before = await all(storage.list(''))
    const target = before[0]!.key
    const bytes = await readFile(join(lake, target))
    for (const sql of [
      `copy (select 1) to '${folder}/out.csv'`,
      `copy (select 1) to '${lake}/out.csv'`,
      `copy (select 1) to '${lake}/${target}' (format parquet)`,
      `select 1; copy (select 1) to '${lake}/out.csv'`,
      `select 1) to '${lake}/out.csv'; copy (select 1`,
      `explain analyze copy (select 1) to '${lake}/out.csv'`,
      `export database '${lake}/out'`,
      `attach '${lake}/out.db'`,
      `attach '${folder}/out.db'`,
      `select * from query('copy (select 1) to ''${lake}/out.csv''')`,
      'create table t as select 1 as a',
      'create view portions as select 1 as a',
      'drop view portions',
      'delete from portions',
      'checkpoint',
      'begin transaction',
      'values (1); values (2)',
    ]) {
      await expect(engine.query(sql), sql).rejects.toBeInstanceOf(EngineError)
      await expect(engine.save(sql, { model: 'm', year: 1, quarter: 1, run: 'r' }), sql).rejects.toThrow(
        'model m',
      )
    }
    expect(await all(storage.list(''))).toEqual(before)
    expect((await readFile(join(lake, target))).equals(bytes)).toBe(true)
    expect(existsSync(join(folder, 'out.csv'))).toBe(false)
    expect((await engine.query('select place from portions')).numRows).toBe(1)
  })

  const settings = [
    'set threads = 1',
    'set enable_external_access = true',
    `set allowed_directories = ['/']`,
    'set lock_configuration = false',
    'reset lock_configuration',
    'pragma threads = 1',
    `set temp_directory = '/'`,
    'install httpfs',
    'load httpfs',
    `install './some.duckdb_extension'`,
    'update extensions',
  ]

  test('it cannot change settings or get extensions', async () => {
    const { engine } = await sandbox()
    for (const sql of settings) await expect(engine.query(sql), sql).rejects.toBeInstanceOf(EngineError)
  })

  test('nor can a statement that got past the look at its kind', async () => {
    const folder = await temporaryFolder()
    const instance = await openDuckDB([folder])
    await withConnection(instance, async (connection) => {
      for (const sql of settings.filter((one) => !one.startsWith('update')))
        await expect(connection.run(sql), sql).rejects.toThrow(/locked|disabled|external access|Permission/i)
      await expect(connection.run(`copy (select 1) to '${folder}/../out.csv'`)).rejects.toThrow('Permission')
    })
    instance.closeSync()
  })
})

describe('DuckDBEngine', () => {
  test('integers divide to integers, as on the other engines', async () => {
    const engine = await openEngine(new MemoryStorage(), [])
    expect(exactRows(await engine.query('select cast(7 / 2 as bigint) as n'))).toEqual([{ n: 3n }])
  })

  test('types that are not ours come back without loss', async () => {
    const engine = await openEngine(new MemoryStorage(), [])
    expect(
      exactRows(
        await engine.query(
          `select sum(x) as huge, timestamp '2026-07-01 12:34:56.789123' as instant, [1, 2] as list,
                  18446744073709551615::ubigint as wide, 1.5::float as short, 4294967295::uinteger as word
             from (values (9223372036854775807), (9223372036854775807)) as t (x)`,
        ),
      ),
    ).toEqual([
      {
        huge: 2n ** 64n - 2n,
        instant: '2026-07-01 12:34:56.789123',
        list: '[1, 2]',
        wide: 2n ** 64n - 1n,
        short: 1.5,
        word: 2n ** 32n - 1n,
      },
    ])
  })

  test('columns of one name stay apart', async () => {
    const engine = await openEngine(new MemoryStorage(), [])
    expect((await engine.query('select 1 as a, 2 as a')).schema.fields).toHaveLength(2)
  })

  test('leaves nothing behind when it is closed', async () => {
    const storage = new FileStorage(await temporaryFolder())
    const engine = await DuckDBEngine.open(storage)
    await engine.save('select 1 as n', { model: 'm', year: 2026, quarter: 3, run: 'r' })
    await engine.close()
    expect(await readdir(join(storage.url, '.work'))).toEqual([])
    const keys = (await all(storage.list(''))).map(({ key }) => key)
    expect(keys).toEqual(['models/m/year=2026/quarter=3/run=r/part-0.parquet'])
  })
})
