import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { concatParquet } from '../../../core/landing/parquet-concat.ts'
import { readStruct, type ThriftStruct, writeStruct } from '../../../core/landing/thrift.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  return connection
}

/** Rows of every type that we store, nulls in each; groups of 2048 rows are ordered by `id`. */
const rows = (from: number, to: number) => `
  select
    range as id,
    case when range % 7 > 0 then 'leverantör ' || range % 31 end as code,
    case when range % 5 > 0 then range % 2 = 0 end as flag,
    case when range % 11 > 0 then range * 4611686018427 end as big,
    case when range % 3 > 0 then (range % 1000) / 7.0::double end as number,
    case when range % 13 > 0 then date '2026-07-01' + (range % 92)::integer end as day,
    case when range % 17 > 0 then ((range - 5000) * 1234567.891)::decimal(18, 3) end as kg,
    case when range % 19 > 0 then ((range - 5000) * 0.01)::decimal(18, 2) end as sek,
    null::varchar as nothing
  from range(${from}, ${to})`

const OPTIONS = [
  'compression zstd',
  'compression snappy',
  'compression zstd, dictionary_size_limit 1',
  'compression zstd, write_bloom_filter false',
]

interface Slice {
  readonly rows: number
  readonly options: string
}

/** Writes slices of one table one after the other; answers with their files. */
async function write(
  connection: DuckDBConnection,
  folder: string,
  slices: readonly Slice[],
): Promise<string[]> {
  const files: string[] = []
  let from = 0
  for (const { rows: count, options } of slices) {
    const file = join(folder, `part-${files.length}.parquet`)
    await connection.run(
      `copy (${rows(from, from + count)}) to '${file}' (format parquet, row_group_size 2048, ${options})`,
    )
    files.push(file)
    from += count
  }
  return files
}

async function table(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRowsJson()
}

async function footerOf(file: string): Promise<Buffer> {
  const bytes = await readFile(file)
  const length = bytes.readUInt32LE(bytes.length - 8)
  return bytes.subarray(bytes.length - 8 - length, bytes.length - 8)
}

describe('concatParquet(from, to)', () => {
  test.each([
    ['one file', [{ rows: 5000, options: OPTIONS[0]! }]],
    ['one empty file', [{ rows: 0, options: OPTIONS[0]! }]],
    [
      'files of every kind',
      [5000, 0, 2048, 1, 10_000].map((n, at) => ({ rows: n, options: OPTIONS[at % 4]! })),
    ],
    ['an empty file first', [0, 3000, 0].map((n) => ({ rows: n, options: OPTIONS[0]! }))],
    ['snappy and zstd', [4000, 4000].map((n, at) => ({ rows: n, options: OPTIONS[at]! }))],
    ['forty files', Array.from({ length: 40 }, (_, n) => ({ rows: n * 10, options: OPTIONS[n % 4]! }))],
  ])('%s read back the same, in the same order', async (_, slices) => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const files = await write(connection, folder, slices)
    const to = join(folder, 'all.parquet')
    const total = slices.reduce((sum, slice) => sum + slice.rows, 0)
    const made = await concatParquet(files, to)
    const bytes = await readFile(to)
    expect(made).toEqual({
      rows: total,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(await table(connection, `from '${to}'`)).toEqual(await table(connection, rows(0, total)))
    expect(await table(connection, `describe from '${to}'`)).toEqual(
      await table(connection, `describe ${rows(0, 1)}`),
    )
    expect(await table(connection, `select num_rows from parquet_file_metadata('${to}')`)).toEqual([
      [String(total)],
    ])
  })

  test('keeps the statistics of each group, so that a filter reads one group only', async () => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const slices = OPTIONS.map((options) => ({ rows: 4096, options }))
    const files = await write(connection, folder, slices)
    const to = join(folder, 'all.parquet')
    await concatParquet(files, to)
    const statistics = (file: string) =>
      table(
        connection,
        `select row_group_num_rows, path_in_schema, stats_min_value, stats_max_value, stats_null_count
           from parquet_metadata('${file}') order by row_group_id, column_id`,
      )
    const parts = await Promise.all(files.map(statistics))
    expect(await statistics(to)).toEqual(parts.flat())

    for (const id of [0, 4095, 4096, 9000, 16_383]) {
      expect(await table(connection, `select id, kg from '${to}' where id = ${id}`)).toEqual(
        await table(connection, `select id, kg from (${rows(0, 16_384)}) where id = ${id}`),
      )
    }
    expect(await table(connection, `select id from '${to}' where id = 16384`)).toEqual([])

    // a reader that looked into any other group would stumble
    const bytes = await readFile(to)
    const others = await table(
      connection,
      `select least(data_page_offset, coalesce(dictionary_page_offset, data_page_offset)), total_compressed_size
         from parquet_metadata('${to}')
        where row_group_id not in
          (select row_group_id from parquet_metadata('${to}')
            where path_in_schema = 'id' and 9000 between stats_min_value::bigint and stats_max_value::bigint)`,
    )
    for (const [offset, size] of others) bytes.fill(0xff, Number(offset), Number(offset) + Number(size))
    const broken = join(folder, 'broken.parquet')
    await writeFile(broken, bytes)
    expect(
      await table(connection, `select count(kg) from '${broken}' where id between 9000 and 9001`),
    ).toEqual([['2']])
    await expect(table(connection, `select count(kg) from '${broken}' where id = 0`)).rejects.toThrow()
  })

  test('keeps bloom filters where they are found', async () => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const files = await write(connection, folder, [
      { rows: 4096, options: OPTIONS[3]! },
      { rows: 4096, options: OPTIONS[0]! },
      { rows: 4096, options: OPTIONS[0]! },
    ])
    const to = join(folder, 'all.parquet')
    await concatParquet(files, to)
    const filters = await table(
      connection,
      `select count(bloom_filter_offset) from parquet_metadata('${to}') where path_in_schema = 'code'`,
    )
    expect(Number(filters[0]![0])).toBe(4)
    const probe = (file: string, value: string) =>
      table(
        connection,
        `select bloom_filter_excludes from parquet_bloom_probe('${file}', 'code', '${value}')`,
      )
    for (const value of ['leverantör 3', 'leverantör 30', 'nobody', 'potatis', 'x']) {
      const parts = await Promise.all(files.map((file) => probe(file, value)))
      expect(await probe(to, value)).toEqual(parts.flat())
    }
    expect(await table(connection, `select count(*) from '${to}' where code = 'nobody'`)).toEqual([['0']])
  })

  test('what was put together can be put together again', async () => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const files = await write(
      connection,
      folder,
      [3000, 100, 2500].map((n, at) => ({ rows: n, options: OPTIONS[at]! })),
    )
    const two = join(folder, 'two.parquet')
    const three = join(folder, 'three.parquet')
    await concatParquet(files.slice(0, 2), two)
    expect((await concatParquet([two, files[2]!], three)).rows).toBe(5600)
    expect(await table(connection, `from '${three}'`)).toEqual(await table(connection, rows(0, 5600)))
  })

  test.each([
    ['another name', 'select 1::bigint as b'],
    ['another type', 'select 1::integer as a'],
    ['another scale', 'select 1::decimal(18, 2) as a'],
    ['a column more', 'select 1::bigint as a, 2 as b'],
  ])('%s is another schema', async (_, sql) => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const [one, two] = [join(folder, 'one.parquet'), join(folder, 'two.parquet')]
    await connection.run(`copy (select 1::bigint as a) to '${one}' (format parquet)`)
    await connection.run(`copy (${sql}) to '${two}' (format parquet)`)
    await expect(concatParquet([one, two], join(folder, 'all.parquet'))).rejects.toThrow('schema')
  })

  test('no files, a file that is none and a target that exists are errors', async () => {
    const folder = await temporaryFolder()
    await expect(concatParquet([], join(folder, 'a'))).rejects.toThrow('no Parquet files')
    for (const [name, content] of [
      ['empty', ''],
      ['short', 'PAR1'],
      ['csv', 'a,b,c\n1,2,3\n'],
      ['cut', '\xff\xff\xff\x7fPAR1PAR1'],
    ] as const) {
      await writeFile(join(folder, name), content, 'latin1')
      await expect(concatParquet([join(folder, name)], join(folder, `${name}-all`))).rejects.toThrow(
        'not a Parquet file',
      )
    }
    await writeFile(join(folder, 'taken'), '')
    await expect(concatParquet([join(folder, 'csv')], join(folder, 'taken'))).rejects.toThrow('EEXIST')
  })
})

describe('readStruct and writeStruct', () => {
  test('give back the footers of DuckDB byte for byte', async () => {
    const folder = await temporaryFolder()
    const connection = await connect()
    const files = await write(
      connection,
      folder,
      [0, 1, 40_000, 5000].map((n, at) => ({ rows: n, options: OPTIONS[at]! })),
    )
    const odd = join(folder, 'odd.parquet')
    await connection.run(
      `copy (select [1, 2] as list, {a: 1, b: 'x'} as struct, map {'k': 1} as map, 1.5::float as f, now() as t)
         to '${odd}' (format parquet, kv_metadata {source: 'test', 'å': 'ö'})`,
    )
    for (const file of [...files, odd]) {
      const footer = await footerOf(file)
      expect(Buffer.from(writeStruct(readStruct(footer))).equals(footer)).toBe(true)
    }
  })

  test('give back every kind of value', () => {
    const ints = [0n, 1n, -1n, 63n, -64n, 64n, 2n ** 31n, -(2n ** 31n), 2n ** 63n - 1n, -(2n ** 63n)]
    const struct: ThriftStruct = new Map([
      [1, { type: 1, value: true }],
      [2, { type: 1, value: false }],
      [3, { type: 3, value: 200 }],
      [20, { type: 7, value: new Uint8Array(8).fill(7) }],
      [35, { type: 8, value: new Uint8Array(300).fill(65) }],
      [36, { type: 9, value: { type: 6, values: ints } }],
      [37, { type: 9, value: { type: 5, values: Array(15).fill(-5n) } }],
      [38, { type: 9, value: { type: 1, values: [true, false] } }],
      [39, { type: 9, value: { type: 12, values: [] } }],
      [40, { type: 10, value: { type: 8, values: Array(200).fill(new Uint8Array()) } }],
      [30_000, { type: 12, value: new Map([[5, { type: 4, value: -300n }]]) }],
    ])
    const bytes = writeStruct(struct)
    const again = readStruct(bytes)
    expect([...again.keys()]).toEqual([...struct.keys()])
    expect([...again.values()].map(({ value }) => value)).toEqual(
      [...struct.values()].map(({ value }) => value),
    )
    expect(writeStruct(again)).toEqual(bytes)
  })

  test('bytes that end too early are an error', () => {
    const bytes = writeStruct(new Map([[1, { type: 8, value: new Uint8Array(20) }]]))
    for (let end = 0; end < bytes.length; end++) {
      expect(() => readStruct(bytes.subarray(0, end))).toThrow('thrift')
    }
  })
})
