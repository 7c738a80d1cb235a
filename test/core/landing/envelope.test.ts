import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { addEnvelope } from '../../../core/landing/envelope.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const ROWS = `select cast(i as varchar) as kitchen, cast(i % 7 as decimal(18, 3)) as kg,
  case when i % 3 = 0 then null else i % 2 = 0 end as is_organic from range(20000) t(i)`
const ENVELOPE = { delivery: 'd0123', source: 'grossist-å', first_line: 2 }

/** The same rows with the envelope that we add, and with one that DuckDB writes. */
async function bothWays(rows: string, row_group_size: number) {
  const folder = await temporaryFolder()
  const path = (name: string) => join(folder, `${name}.parquet`)
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const write = async (sql: string, name: string) => {
    await connection.run(
      `copy (${sql}) to '${path(name)}' (format parquet, row_group_size ${row_group_size})`,
    )
  }
  const columns = `'${ENVELOPE.delivery}' as delivery, '${ENVELOPE.source}' as source`
  await write(rows, 'ours')
  await write(`select '' as delivery, '' as source, 0::bigint as "line"`, 'like')
  await write(`select *, ${columns}, row_number() over () + 1 as "line" from (${rows})`, 'theirs')
  const select = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
  return { path, select, finished: await addEnvelope(path('ours'), path('like'), ENVELOPE) }
}

describe.each([
  ['one row', 'select 1 as kg', 2048],
  ['a block of lines and one more', `${ROWS} limit 129`, 2048],
  ['a block of lines and two more', `${ROWS} limit 130`, 2048],
  ['several row groups', ROWS, 2048],
  ['one large row group', ROWS, 122880],
])('%s', (_, rows, row_group_size) => {
  test('is what DuckDB writes with the columns', async () => {
    const { path, select } = await bothWays(rows, row_group_size)
    const [ours, theirs] = ['ours', 'theirs'].map((name) => `read_parquet('${path(name)}')`)
    expect(await select(`select * from ${ours}`)).toEqual(await select(`select * from ${theirs}`))
    expect(await select(`describe from ${ours}`)).toEqual(await select(`describe from ${theirs}`))
    const schema = (name: string) =>
      select(`select * exclude (file_name) from parquet_schema('${path(name)}')`)
    expect(await schema('ours')).toEqual(await schema('theirs'))
  })

  test('has the same statistics', async () => {
    const { path, select } = await bothWays(rows, row_group_size)
    const statistics = (name: string) =>
      select(`select path_in_schema, row_group_id, num_values, stats_min_value, stats_max_value, stats_null_count
        from parquet_metadata('${path(name)}') where path_in_schema in ('delivery', 'source', 'line')`)
    expect(await statistics('ours')).toEqual(await statistics('theirs'))
  })

  test('knows its rows, size and hash', async () => {
    const { path, finished, select } = await bothWays(rows, row_group_size)
    const bytes = await readFile(path('ours'))
    const [{ count }] = (await select(`select count(*)::integer as count from (${rows})`)) as [
      { count: number },
    ]
    expect(finished).toEqual({
      rows: count,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  })
})

test('a filter on line reads the row groups that can hold it', async () => {
  const { path, select } = await bothWays(ROWS, 2048)
  const sql = `select kitchen from read_parquet('${path('ours')}') where "line" between 5000 and 5001`
  expect(await select(sql)).toEqual([{ kitchen: '4998' }, { kitchen: '4999' }])
})

test('a file that is not Parquet is left as it is', async () => {
  const { path } = await bothWays('select 1 as kg', 2048)
  const text = join(await temporaryFolder(), 'text.parquet')
  await copyFile(import.meta.filename, text)
  await expect(addEnvelope(text, path('like'), ENVELOPE)).rejects.toThrow('not a Parquet file')
  expect(await readFile(text)).toEqual(await readFile(import.meta.filename))
})
