import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { DuckDBEngine } from '../../core/engines/duckdb.ts'
import type { Engine } from '../../core/engines/engine.ts'
import { unscaled } from '../../core/engines/exact-texts.ts'
import { inParallel } from '../../core/parallel.ts'
import { exactRows, typesOf } from '../contracts/engine.contract.ts'
import {
  conformance,
  dialectTraps,
  sameValue,
  statementOf,
  type Trap,
  typeName,
  type Vector,
} from '../portability/vectors.ts'
import { askTrino } from '../support/trino/client.ts'
import { type DescribedLake, describedLake } from '../support/trino/lake.ts'
import { rememberingFetch } from '../support/trino/remembering.ts'
import { type TrinoVersion, trinoVersion } from '../support/trino/versions.ts'

/** Forms in one statement, as its columns; their subqueries share the stages that Trino allows a statement. */
const TOGETHER = 16
/** Statements that Trino has at once: more only wait for the processors. */
const AT_ONCE = 4
const ARROW: Readonly<Record<string, string>> = {
  boolean: 'Bool',
  integer: 'Int32',
  bigint: 'Int64',
  double: 'Float',
  date: 'Date',
  varchar: 'Utf8',
}

let lake: DescribedLake
beforeAll(async () => {
  lake = await describedLake(inject('servers'))
})
afterAll(() => lake?.close())

describe('every portable form has the value and the type of its vector', () => {
  // what Athena has computed by the Trino behind it, Trino has computed already
  const fetch = rememberingFetch()

  test('on DuckDB', async () => {
    const engine = await DuckDBEngine.open(lake.storage)
    expect(await differing(engine).finally(() => engine.close())).toEqual([])
  })

  test('on Trino', async () => {
    const engine = await lake.openTrino({ fetch })
    expect(await differing(engine).finally(() => engine.close())).toEqual([])
  })

  test('on Athena over Trino', async () => {
    const opened = await lake.openAthena({}, fetch)
    expect(await differing(opened.engine).finally(() => opened.close())).toEqual([])
  })
})

/** Traps that the older Trino refuses, of which they are written, and another does not. */
const ANSWERED: Readonly<Record<TrinoVersion, readonly string[]>> = {
  '435': [],
  '476': [
    'row 20, int of spaces and digits: answers [[17]]',
    'row 35, array without its name: answers [[1]]',
  ],
}

test('Trino answers to every trap what is written of it', async () => {
  const refused = dialectTraps.filter(({ trino }) => 'error' in trino)
  const answered = dialectTraps.filter(({ trino }) => !('error' in trino))
  const answers = await inBatches(batches(answered), otherAnswers)
  const refusals = await inBatches(batches(refused, 1), otherRefusals)
  expect([...answers, ...refusals]).toEqual(ANSWERED[trinoVersion()])
})

/** Which vectors an engine answers otherwise, and how. */
async function differing(engine: Engine): Promise<string[]> {
  return await inBatches(batches(conformance), async (vectors) => {
    const table = await engine.query(together(vectors))
    const types = Object.values(typesOf(table))
    const cells = Object.values(exactRows(table)[0] ?? {})
    return vectors.flatMap((vector, at) => {
      const { row, what, sql, type, value } = vector
      const same = types[at] === arrowType(type) && sameValue({ type, value: exactCell(vector) }, cells[at])
      return same ? [] : [`row ${row}, ${what}: ${sql} is ${cells[at]}, ${types[at]}, not ${value}, ${type}`]
    })
  })
}

/** Which traps of one statement Trino answers otherwise, and how. */
async function otherAnswers(traps: readonly Trap[]): Promise<string[]> {
  const { columns, rows } = await askTrino(inject('servers').trino, together(traps), lake.database)
  return traps.flatMap(({ row, what, trino }, at) => {
    if ('error' in trino) return [`row ${row}, ${what}: is answered`]
    const { type, value } = trino
    const [found, cell] = [typeName(columns[at]!.type), rows[0]?.[at]]
    const same = found === type && (value === undefined || sameValue({ type, value }, cell))
    return same ? [] : [`row ${row}, ${what}: is ${cell}, ${found}, not ${value}, ${type}`]
  })
}

/** Whether Trino refuses a trap with another error, or not at all. */
async function otherRefusals([trap]: readonly Trap[]): Promise<string[]> {
  const { row, what, trino } = trap!
  const said = await askTrino(inject('servers').trino, statementOf(trap!), lake.database).then(
    ({ rows }) => `answers ${JSON.stringify(rows)}`,
    (failure: Error) => failure.message,
  )
  return 'error' in trino && said.startsWith(`${trino.error}:`) ? [] : [`row ${row}, ${what}: ${said}`]
}

/** What `ask` finds of every batch. A batch that fails is taken apart, so that the form that fails is named. */
async function inBatches<T extends Vector | Trap>(
  all: readonly (readonly T[])[],
  ask: (batch: readonly T[]) => Promise<string[]>,
): Promise<string[]> {
  const found = await inParallel(
    all,
    async (batch): Promise<string[]> => {
      try {
        return await ask(batch)
      } catch (error) {
        const [{ row, what }] = batch as readonly [T]
        if (batch.length === 1) return [`row ${row}, ${what}: ${(error as Error).message}`]
        return await inBatches(
          batch.map((one) => [one]),
          ask,
        )
      }
    },
    AT_ONCE,
  )
  return found.flat()
}

function batches<T>(all: readonly T[], size = TOGETHER): T[][] {
  const count = Math.ceil(all.length / size)
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size))
}

/** One statement with every form as a column. */
function together(forms: readonly Pick<Trap, 'sql' | 'statement'>[]): string {
  return `select ${forms.map(({ sql, statement }, at) => `${sql ?? `(${statement})`} as v${at}`).join(',\n  ')}`
}

const arrowType = (type: string) =>
  ARROW[type] ?? type.replace(/^decimal\((\d+),(\d+)\)$/, 'Decimal128($1, $2)')

/** The value as an exact Arrow cell: decimals in units of their last digit, days as milliseconds. */
function exactCell({ type, value }: Vector): Vector['value'] {
  if (value === null) return null
  if (type === 'date') return Date.parse(String(value))
  const [, scale] = /^decimal\(\d+,(\d+)\)$/.exec(type) ?? []
  return scale === undefined ? value : String(unscaled(String(value), Number(scale)))
}
