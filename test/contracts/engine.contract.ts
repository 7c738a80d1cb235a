import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Table as ArrowTable, tableFromIPC, tableToIPC } from '@uwdata/flechette'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engine, type ModelFolder, modelPrefix } from '../../core/engines/engine.ts'
import { EngineError } from '../../core/errors.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { all } from './storage.contract.ts'

/** An engine under test, the lake it writes into, and how to get rid of both. */
export interface OpenEngine {
  readonly engine: Engine
  readonly storage: Storage
  close(): Promise<void>
}

/** The rows of a result, exact: integers and decimals as bigints, decimals in units of their last digit. */
export function exactRows(table: ArrowTable): Record<string, unknown>[] {
  const bytes = tableToIPC(table, {})!
  return tableFromIPC(bytes, { useBigInt: true, useDecimalInt: true, useDate: false }).toArray() as Record<
    string,
    unknown
  >[]
}

/** Column names and types as the Arrow specification calls them. */
export function typesOf(table: ArrowTable): Record<string, string> {
  const names: Record<number, string> = {
    2: 'Int',
    3: 'Float',
    5: 'Utf8',
    6: 'Bool',
    7: 'Decimal',
    8: 'Date',
  }
  return Object.fromEntries(
    table.schema.fields.map(({ name, type }) => {
      const { typeId, bitWidth, precision, scale } = type as unknown as Record<string, number>
      if (typeId === 7) return [name, `Decimal${bitWidth}(${precision}, ${scale})`]
      return [name, `${names[typeId!] ?? typeId}${typeId === 2 ? bitWidth : ''}`]
    }),
  )
}

/** What every engine promises; run by each engine's own test. */
export function engineContract(name: string, open: () => Promise<OpenEngine>): void {
  describe(`${name} keeps the engine contract`, () => {
    let engine: Engine
    let storage: Storage
    let close: () => Promise<void>
    let runs = 0

    beforeAll(async () => {
      const opened = await open()
      engine = opened.engine
      storage = opened.storage
      close = () => opened.close()
    })
    afterAll(() => close())

    const folderOf = (model: string): ModelFolder => ({ model, year: 2026, quarter: 3, run: `r${++runs}` })
    const rows = async (sql: string) => exactRows(await engine.query(sql))

    describe('query', () => {
      test('types come back as they are', async () => {
        const table = await engine.query(
          `select 'x' as text, true as flag, cast(1 as bigint) as big, cast(1 as double) as number,
                  date '2026-07-01' as day, cast(1 as decimal(18, 3)) as kg, cast(1 as decimal(18, 2)) as sek`,
        )
        expect(typesOf(table)).toEqual({
          text: 'Utf8',
          flag: 'Bool',
          big: 'Int64',
          number: 'Float',
          day: 'Date',
          kg: 'Decimal128(18, 3)',
          sek: 'Decimal128(18, 2)',
        })
      })

      test('values come back exact', async () => {
        expect(
          await rows(
            `select cast(-1.005 as decimal(18, 3)) as small,
                    cast(-999999999999999.999 as decimal(18, 3)) as lowest,
                    cast(999999999999999.999 as decimal(18, 3)) as highest,
                    cast(-0.01 as decimal(18, 2)) as minus,
                    cast(9007199254740993 as bigint) as odd,
                    cast(9223372036854775807 as bigint) as last,
                    cast(-9223372036854775807 as bigint) as first,
                    cast(0.1 as double) as tenth,
                    'å"''🥕' as text`,
          ),
        ).toEqual([
          {
            small: -1005n,
            lowest: -999999999999999999n,
            highest: 999999999999999999n,
            minus: -1n,
            odd: 2n ** 53n + 1n,
            last: 2n ** 63n - 1n,
            first: -(2n ** 63n) + 1n,
            tenth: 0.1,
            text: `å"'🥕`,
          },
        ])
      })

      test('days come back as days', async () => {
        const days = ['1969-12-31', '1970-01-01', '2024-02-29', '2026-09-30', '1582-01-01', '9999-12-31']
        const columns = days.map((day, index) => `date '${day}' as d${index}`)
        const [row] = await rows(`select ${columns.join(', ')}`)
        expect(Object.values(row!)).toEqual(days.map((day) => Date.parse(day)))
      })

      test('null is null in every type', async () => {
        const types = ['varchar', 'boolean', 'bigint', 'double', 'date', 'decimal(18, 3)']
        const columns = types.map((type, index) => `cast(null as ${type}) as c${index}`)
        const [row] = await rows(`select ${columns.join(', ')}`)
        expect(Object.values(row!)).toEqual(types.map(() => null))
        expect(
          await rows(`select flag from (values (1, true), (2, null), (3, false)) as t (n, flag) order by n`),
        ).toEqual([{ flag: true }, { flag: null }, { flag: false }])
      })

      test('an empty result keeps its columns', async () => {
        const table = await engine.query(
          `select 'x' as text, cast(1 as decimal(18, 3)) as kg, date '2026-07-01' as day where 1 = 0`,
        )
        expect(table.numRows).toBe(0)
        expect(typesOf(table)).toEqual({ text: 'Utf8', kg: 'Decimal128(18, 3)', day: 'Date' })
      })

      test('rows come in the order asked for, however many', async () => {
        const digits = '(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))'
        const found = await rows(
          `select cast(a.n + 10 * b.n + 100 * c.n + 1000 * d.n as bigint) as n
             from ${digits} as a (n) cross join ${digits} as b (n) cross join ${digits} as c (n)
                  cross join ${digits} as d (n) order by 1 desc`,
        )
        expect(found).toHaveLength(10_000)
        expect(found.map(({ n }) => Number(n))).toEqual(Array.from({ length: 10_000 }, (_, n) => 9999 - n))
      })

      test.each(['select', 'select missing', 'select * from nowhere', "select cast('x' as bigint)", ''])(
        'refuses %j with an EngineError',
        async (sql) => {
          await expect(engine.query(sql)).rejects.toBeInstanceOf(EngineError)
          await expect(engine.query(sql)).rejects.toThrow(engine.name)
          expect(await rows('select 1 as one')).toHaveLength(1)
        },
      )
    })

    const ofRun = ({ year, quarter, run }: ModelFolder) =>
      `run_year = ${year} and run_quarter = ${quarter} and run = '${run}'`

    describe('save', () => {
      const model = `select 'beef' as product_group, cast(-1.5 as decimal(18, 3)) as kg, date '2026-07-01' as day
                     union all select 'milk', null, null`

      test('a later statement reads the model, with the columns of its run', async () => {
        const folder = folderOf('model_read')
        await engine.save(model, folder)
        const shared = { run_year: 2026n, run_quarter: 3n, run: folder.run }
        const found = await rows(
          `select product_group, kg, day, cast(run_year as bigint) as run_year,
                  cast(run_quarter as bigint) as run_quarter, run
             from model_read where ${ofRun(folder)} order by product_group`,
        )
        expect(found).toEqual([
          { product_group: 'beef', kg: -1500n, day: Date.parse('2026-07-01'), ...shared },
          { product_group: 'milk', kg: null, day: null, ...shared },
        ])
        const next = folderOf('model_next')
        await engine.save(`select count(kg) as n from model_read where ${ofRun(folder)}`, next)
        expect(await rows(`select n from model_next where ${ofRun(next)}`)).toEqual([{ n: 1n }])
      })

      test('what it tells of its files is true', async () => {
        const folder = folderOf('model_files')
        const files = await engine.save(model, folder)
        const prefix = modelPrefix(folder)
        expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(2)
        expect(await all(storage.list(prefix))).toEqual(files.map(({ key, bytes }) => ({ key, bytes })))
        for (const { key, sha256 } of files) {
          const bytes = await readFile(await storage.localFile(key))
          expect(key.endsWith('.parquet')).toBe(true)
          expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
        }
      })

      test('an empty result is a table with columns and no rows', async () => {
        const folder = folderOf('model_empty')
        const files = await engine.save(`select * from (${model}) as model where product_group = 'x'`, folder)
        expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(0)
        const table = await engine.query(
          `select product_group, kg, day from model_empty where ${ofRun(folder)}`,
        )
        expect(table.numRows).toBe(0)
        expect(typesOf(table)).toEqual({ product_group: 'Utf8', kg: 'Decimal128(18, 3)', day: 'Date' })
      })

      test('a statement of literals may be longer than engines elsewhere take', async () => {
        const literals = Array.from({ length: 8000 }, (_, at) => `('group-${at}', '${at}.125', '2026-07-01')`)
        const folder = folderOf('model_read')
        await engine.save(
          `select product_group, cast(kg as decimal(18, 3)) as kg, cast(day as date) as day
             from (values ${literals.join(', ')}) as literals (product_group, kg, day)`,
          folder,
        )
        expect(
          await rows(
            `select count(distinct product_group) as n, cast(sum(kg) as decimal(18, 3)) as kg
               from model_read where ${ofRun(folder)} and day = date '2026-07-01'`,
          ),
        ).toEqual([{ n: 8000n, kg: ((7999n * 8000n) / 2n) * 1000n + 8000n * 125n }])
      })

      test('a folder is written once', async () => {
        const folder = folderOf('model_twice')
        const [file] = await engine.save('select 1 as n', folder)
        const bytes = async () => Buffer.from(await storage.read(file!.key))
        const before = await bytes()
        const again = engine.save('select 2 as n', folder)
        await expect(again).rejects.toBeInstanceOf(EngineError)
        await expect(again).rejects.toThrow('model_twice')
        expect(await bytes()).toEqual(before)
        expect(await rows(`select cast(n as bigint) as n from model_twice where ${ofRun(folder)}`)).toEqual([
          { n: 1n },
        ])
      })

      test('an error in the SQL names the model and leaves nothing', async () => {
        const folder = folderOf('model_wrong')
        for (const sql of ['select missing', 'select', `select cast('x' as bigint) as n`]) {
          const failing = engine.save(sql, folder)
          await expect(failing).rejects.toBeInstanceOf(EngineError)
          await expect(failing).rejects.toThrow('model model_wrong')
        }
        expect(await all(storage.list(modelPrefix(folder)))).toEqual([])
        await engine.save('select 1 as n -- a comment at the end', folder)
      })
    })
  })
}
