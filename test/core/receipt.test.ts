import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import type { LandResult } from '../../core/land.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { receipt, receiptSummary } from '../../core/receipt.ts'
import { mendedFile } from '../../core/receipts/mended-file.ts'
import { type Declared, dueOn, isExpected, nextQuarter } from '../../core/receipts/next-due.ts'
import { refusedCsv } from '../../core/receipts/refused-rows.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { withdraw } from '../../core/withdraw.ts'
import { FailingStorage } from '../support/failing-storage.ts'
import {
  columnsOf,
  copyOf,
  csvOf,
  landRegion,
  OFFICE,
  purchase,
  QUARTER,
  type Row,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const region = smallRegion()
let lake: MemoryStorage
let landed: LandResult[]

beforeAll(async () => {
  lake = new MemoryStorage()
  landed = await landRegion(lake, folder.path, region)
})

const deliveryOf = (dataset: string) => landed.find((one) => one.dataset === dataset)!.delivery
const portions = (storage: Storage, n: number | string) =>
  send(storage, folder.path, 'portions', [served({ portions: String(n) })])

/** 200 purchase lines of which some are bad: one is half a per cent, three are more than one. */
function lines(...bad: Row[]): Row[] {
  const good = Array.from({ length: 200 - bad.length }, (_, at) => purchase({ kg: String(at + 1) }))
  return [...good.slice(0, 10), ...bad, ...good.slice(10)]
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const rowsOf = (csv: string) => parse(csv, { columns: true }) as Row[]

/** Mends a delivery as a sender does: the csv of refused rows through `change`, put back, landed. */
async function mend(storage: Storage, delivery: string, change: (rows: Row[]) => Row[]) {
  const rows = rowsOf(await textOf(refusedCsv(storage, delivery)))
  const file = join(folder.path, `${delivery}-mended.csv`)
  await writeFile(file, stringify(change(rows), { header: true }))
  const mended = await mendedFile(storage, delivery, file)
  return { ...mended, whole: await textOf(mended.parts()) }
}

describe('a receipt', () => {
  test('of an accepted delivery says what was sent and that it counts, but is not analysed', async () => {
    const copy = await copyOf(lake)
    const content = csvOf('portions', [served()])
    const now = new Date('2026-10-05T08:00:00.000Z')
    const sending = { name: 'kvartal 3.csv' }
    const answer = await send(copy, folder.path, 'portions', content, sending, { now: () => now })
    const told = await receipt(copy, answer.delivery)
    expect(told).toMatchObject(answer)
    expect(told).toMatchObject({
      file: 'kvartal 3.csv',
      bytes: Buffer.byteLength(content),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      received_at: now.toISOString(),
      receipt: `receipts/${answer.delivery}.json`,
      receipts: 1,
      rules: [],
      standing: { state: 'effective', since: now.toISOString(), superseded_by: null, reason: null },
      used: [],
      not_used: 'not_analysed',
      next_steps: [{ command: `skafferi analyse --quarter ${QUARTER}` }],
    })
  })

  test('of a partly refused delivery counts the broken rules and says how to mend it', async () => {
    const copy = await copyOf(lake)
    const bad = purchase({ form: 'riced', kg: '1,5', product_group: 'milk' })
    const { delivery } = await send(copy, folder.path, 'purchases', lines(bad))
    const told = await receiptSummary(copy, delivery)
    expect(told).toMatchObject({ status: 'accepted', rows: 199, refused_rows: 1, problems_total: 2 })
    expect(told.rules.map(({ rule, problems }) => [rule, problems])).toEqual([
      ['number', 1],
      ['unknown_code', 1],
    ])
    expect(told.problems.map(({ line, column }) => [line, column])).toEqual([
      [12, 'form'],
      [12, 'kg'],
    ])
    expect(told.next_steps.map(({ command }) => command)).toEqual([
      `skafferi receipt ${delivery} --format csv > refused.csv`,
      `skafferi receipt ${delivery} --mended refused.csv > whole.csv`,
      `skafferi land whole.csv --dataset purchases --source sender --quarter ${QUARTER}`,
    ])
  })

  test('of a delivery refused as a whole says so, whose bytes they were, and what counts there', async () => {
    const copy = await copyOf(lake)
    const good = await portions(copy, 1)
    const { delivery } = await send(copy, folder.path, 'portions', 'place,portion\n24,1\n')
    const told = await receipt(copy, delivery)
    expect(told).toMatchObject({
      status: 'refused',
      refused_rows: 0,
      bytes: 'place,portion\n24,1\n'.length,
      standing: { state: 'refused', since: null, effective: good.delivery },
      not_used: 'refused',
      next_steps: [{ command: `skafferi land FILE --dataset portions --source sender --quarter ${QUARTER}` }],
    })
    expect(told.rules[0]).toMatchObject({ rule: 'missing_column', problems: 4 })
    // refused before a good one came: that one is what matters now
    await portions(copy, 2)
    const newer = await portions(copy, 3)
    expect((await receipt(copy, delivery)).next_steps).toMatchObject([
      { command: `skafferi receipt ${newer.delivery}` },
    ])
  })

  test('of a duplicate is the one of the first landing', async () => {
    const copy = await copyOf(lake)
    const first = await portions(copy, 1)
    expect(await portions(copy, 1)).toMatchObject({ status: 'duplicate', delivery: first.delivery })
    expect(await receiptSummary(copy, first.delivery)).toMatchObject({ status: 'accepted', receipts: 1 })
  })

  test('of a superseded delivery names the one that took its place, withdrawn ones left out', async () => {
    const copy = await copyOf(lake)
    const [a, b, c] = [await portions(copy, 1), await portions(copy, 2), await portions(copy, 3)]
    const standing = async () => (await receipt(copy, a.delivery)).standing
    expect(await standing()).toMatchObject({
      state: 'superseded',
      superseded_by: b.delivery,
      effective: c.delivery,
    })
    await withdraw(copy, b.delivery, 'wrong')
    expect(await standing()).toMatchObject({ state: 'superseded', superseded_by: c.delivery })
    await withdraw(copy, c.delivery, 'wrong too')
    expect(await standing()).toMatchObject({ state: 'effective', effective: a.delivery })
  })

  test('of a withdrawn delivery tells why and when, and that its quarter is still due', async () => {
    const copy = await copyOf(lake)
    const delivery = deliveryOf('purchases')
    const now = new Date('2030-01-01T00:00:00.000Z')
    await withdraw(copy, delivery, 'fel fil: "april"', () => now)
    expect(await receipt(copy, delivery)).toMatchObject({
      status: 'accepted',
      standing: {
        state: 'withdrawn',
        since: now.toISOString(),
        reason: 'fel fil: "april"',
        effective: null,
      },
      not_used: 'withdrawn',
      still_due: { quarter: QUARTER, due_on: '2026-10-30', received: null },
      next_due: { quarter: '2026-Q4', due_on: '2027-01-30', received: null },
    })
  })

  test('of a landing that broke off before its commit says that nothing counts', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(await copyOf(lake), 1)
    // bytes, rows, receipt, commit
    await expect(portions(new FailingStorage(copy, { at: 4, when: 'before' }), 1)).rejects.toThrow()
    expect(await receipt(copy, delivery)).toMatchObject({
      status: 'accepted',
      standing: { state: 'unfinished', effective: null },
      not_used: 'unfinished',
    })
  })

  test('is the newest of many, of which the tenth comes after the ninth', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(copy, 'x')
    const first = Buffer.from(await copy.read(`receipts/${delivery}.json`)).toString()
    for (let n = 2; n <= 11; n++) {
      const text = first.replace(/"received_at":"[^"]*"/, `"received_at":"2026-10-${n + 10}T08:00:00.000Z"`)
      await copy.put(`receipts/${delivery}.${n}.json`, Buffer.from(text))
    }
    expect(await receiptSummary(copy, delivery)).toMatchObject({
      receipt: `receipts/${delivery}.11.json`,
      receipts: 11,
      received_at: '2026-10-21T08:00:00.000Z',
    })
  })

  test('holds a thousand problems and the number of all', async () => {
    const rows = Array.from({ length: 1200 }, () => purchase({ kg: 'x', sek: 'y' }))
    const copy = await copyOf(lake)
    const refused = await send(copy, folder.path, 'purchases', rows)
    const told = await receiptSummary(copy, refused.delivery)
    expect(told.problems).toEqual(refused.problems)
    // two a row, and one of the whole file
    expect(told.problems_total).toBe(1200 * 2 + 1)
    expect(told.rules.map(({ rule, problems }) => [rule, problems])).toEqual([
      ['number', 1200 * 2],
      ['too_many_refused', 1],
    ])
  })

  test.each(['d0123', 'd0123.2', '../commits', ''])(
    'of %j, which nobody knows, is wrong usage',
    async (name) => {
      await expect(receipt(lake, name)).rejects.toMatchObject({ kind: 'usage' })
    },
  )

  test('of a delivery that nobody knows suggests one, a refused one too', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(copy, 'x')
    await expect(receipt(copy, `${delivery.slice(0, -1)}z`)).rejects.toThrow(`did you mean ${delivery}?`)
  })
})

describe('a delivery that a run rests on', () => {
  let analysed: MemoryStorage
  let run: string
  beforeAll(async () => {
    analysed = await copyOf(lake)
    run = (await analyse(analysed, { quarter: QUARTER })).run
  })

  // portions lie in 2482 and the county 24, production in 2480; both municipalities lie in the county
  test.each([
    ['portions', 'gaps balances bottlenecks shares servings opportunities coverage', '2482'],
    ['purchases', 'gaps balances bottlenecks shares opportunities coverage', '2482'],
    ['production', 'gaps balances bottlenecks opportunities coverage', '2480'],
  ])('of %s has reached %s, and the municipality %s with its county', async (dataset, marts, place) => {
    const told = await receipt(analysed, deliveryOf(dataset))
    expect(told.not_used).toBeNull()
    expect(told.used).toEqual([
      {
        quarter: QUARTER,
        run,
        as: 'quarter',
        marts: marts.split(' '),
        zones: [
          { zoning: 'municipality', zone: place },
          { zoning: 'county', zone: '24' },
        ],
      },
    ])
    expect(told.next_steps).toEqual([])
  })

  test('of reference data without places concerns all zones', async () => {
    const { used, next_due_reason } = await receipt(analysed, deliveryOf('prices'))
    expect(used).toMatchObject([
      { as: 'reference', marts: ['gaps', 'shares', 'opportunities'], zones: 'all' },
    ])
    expect(next_due_reason).toContain('until a newer one')
  })

  test('of an earlier quarter is told from one of the run', async () => {
    const copy = await copyOf(lake)
    const sending = { quarter: '2026-Q2' }
    const { delivery } = await send(copy, folder.path, 'portions', [served({ place: '2480' })], sending)
    await analyse(copy, { quarter: QUARTER })
    const { used, next_steps } = await receipt(copy, delivery)
    expect(used).toMatchObject([{ quarter: QUARTER, as: 'earlier_quarter' }])
    expect(used[0]!.marts).not.toContain('coverage')
    // its own quarter has not been analysed
    expect(next_steps).toMatchObject([{ command: 'skafferi analyse --quarter 2026-Q2' }])
  })

  test('and that was taken back since is still used, until the quarter is analysed again', async () => {
    const copy = await copyOf(analysed)
    await withdraw(copy, deliveryOf('production'), 'wrong')
    const told = await receipt(copy, deliveryOf('production'))
    expect(told).toMatchObject({ standing: { state: 'withdrawn' }, used: [{ run }], not_used: null })
    expect(told.next_steps.map(({ command }) => command)).toContain(`skafferi analyse --quarter ${QUARTER}`)
  })

  test('is named with the releases of that run, and none that cannot be read', async () => {
    const copy = await copyOf(analysed)
    const put = (key: string, value: unknown) => copy.put(key, Buffer.from(JSON.stringify(value)))
    await put(`releases/${QUARTER}/1/release.json`, { quarter: QUARTER, release: 1, run })
    await put(`releases/${QUARTER}/2/release.json`, { quarter: QUARTER, release: 2, run, more: true })
    await put(`releases/${QUARTER}/3/release.json`, { quarter: QUARTER, release: 3, run: 'elsewhere' })
    await put(`releases/${QUARTER}/4/release.json`, { quarter: QUARTER })
    await copy.put(`releases/${QUARTER}/5/release.json`, Buffer.from('{'))
    await copy.swapPointer(`releases/${QUARTER}/current.json`, JSON.stringify({ release: 2 }), null)
    expect((await receipt(copy, deliveryOf('portions'))).releases).toEqual([
      { quarter: QUARTER, release: 1, run, current: false },
      { quarter: QUARTER, release: 2, run, current: true },
    ])
  })
})

describe('the next delivery', () => {
  const declared = (cadence: Declared['cadence'], first_quarter = '2025-Q3') => ({
    cadence,
    first_quarter,
    grace_days: 30,
  })
  const next = (of: Declared, after: string) => nextQuarter(of, parseQuarter(after))?.name ?? null

  test.each([
    ['quarterly', '2026-Q4', '2027-Q1'],
    ['quarterly', '2024-Q1', '2025-Q3'],
    ['yearly', '2025-Q3', '2026-Q3'],
    ['yearly', '2026-Q2', '2026-Q3'],
    ['yearly', '2026-Q4', '2027-Q3'],
    ['once', '2025-Q2', '2025-Q3'],
    ['once', '2025-Q3', null],
  ] as const)('%s from 2025-Q3 on is, after %s, that of %s', (cadence, after, expected) => {
    expect(next(declared(cadence), after)).toBe(expected)
  })

  test.each([
    ['quarterly', '2026-Q1', true],
    ['quarterly', '2025-Q2', false],
    ['yearly', '2027-Q3', true],
    ['yearly', '2027-Q2', false],
    ['once', '2025-Q3', true],
    ['once', '2026-Q3', false],
  ] as const)('%s from 2025-Q3 on: for %s one is expected: %s', (cadence, quarter, expected) => {
    expect(isExpected(declared(cadence), parseQuarter(quarter))).toBe(expected)
  })

  test('is due on the last day plus the days of grace, as far as the calendar goes', () => {
    expect(dueOn(parseQuarter('2026-Q4'), 30)).toBe('2027-01-30') // 31 December + 30
    expect(dueOn(parseQuarter('2027-Q4'), 60)).toBe('2028-02-29') // a leap year
    expect(dueOn(parseQuarter('2026-Q4'), 0.9)).toBe('2026-12-31')
    expect(dueOn(parseQuarter('2026-Q4'), 1e12)).toBeNull()
  })

  test('is named if it is here already, and so is why there is none', async () => {
    const copy = await copyOf(lake)
    const source = region[`sources/${OFFICE}/all`]![0]!
    await send(copy, folder.path, 'sources', [
      source,
      { ...source, source: 'sender', dataset: 'portions', cadence: 'yearly', first_quarter: '2025-Q3' },
      { ...source, source: 'farmers', dataset: 'production', cadence: 'once', first_quarter: QUARTER },
    ])
    const [now, later] = [
      await portions(copy, 1),
      await send(copy, folder.path, 'portions', [served()], { quarter: '2027-Q3' }),
    ]
    expect(await receiptSummary(copy, now.delivery)).toMatchObject({
      next_due: { quarter: '2027-Q3', due_on: '2027-10-30', received: later.delivery },
      still_due: null,
    })
    expect(await receiptSummary(copy, deliveryOf('production'))).toMatchObject({
      next_due: null,
      next_due_reason: expect.stringContaining('expected once'),
    })
    expect(await receiptSummary(copy, deliveryOf('processing'))).toMatchObject({
      next_due: null,
      next_due_reason: 'sources does not declare processing of plants',
    })
  })
})

describe('refused rows as CSV', () => {
  test('have the columns of the dataset, then line and reasons, with cells as received', async () => {
    const copy = await copyOf(lake)
    const bad = purchase({ kitchen: '=1+1, "kök"\nnorr', kg: ' 5', is_organic: '' })
    // columns in an order of the sender's own
    const order = columnsOf('purchases').toReversed()
    const { delivery } = await send(copy, folder.path, 'purchases', csvOf('purchases', lines(bad), order))
    const csv = await textOf(refusedCsv(copy, delivery))
    expect(csv.split('\n')[0]).toBe([...columnsOf('purchases'), 'line', 'reasons'].join(','))
    expect(rowsOf(csv)).toEqual([
      { ...bad, line: '12', reasons: expect.stringMatching(/^kg not a number.*: " 5" \(valid: 1250\.5\)$/) },
    ])
  })

  test('tell every fault of a row, and the text of a record with a wrong number of cells', async () => {
    const copy = await copyOf(lake)
    const rows = [served({ place: 'x', portions: 'y' }), served({ segment: 'preschool' })]
    const content = `${csvOf('portions', rows)}2482,"scho\nol",1\n`
    const { delivery, problems } = await send(copy, folder.path, 'portions', content)
    const messages = (line: number) =>
      problems
        .filter((one) => one.line === line)
        .map(({ message }) => message)
        .join('; ')
    const told = rowsOf(await textOf(refusedCsv(copy, delivery)))
    expect(Object.keys(told[0]!)).toEqual([...columnsOf('portions'), 'record', 'line', 'reasons'])
    expect(told).toMatchObject([
      { place: 'x', portions: 'y', record: '', line: '2', reasons: messages(2) },
      { place: '', record: '2482,"scho\nol",1', line: '4', reasons: messages(4) },
    ])
    expect(messages(2).split('; ').length).toBeGreaterThanOrEqual(2)
  })

  test('of a delivery without any are a header', async () => {
    expect(await textOf(refusedCsv(lake, deliveryOf('portions')))).toBe(
      `${[...columnsOf('portions'), 'line', 'reasons'].join(',')}\n`,
    )
  })

  test('are those of the newest receipt, though other reference data once refused others', async () => {
    const copy = await copyOf(lake)
    const rows = [served({ place: '2401' }), served({ place: '9999' }), served()]
    const places = region[`places/${OFFICE}/all`]!
    const withPlace = [...places, { ...places[3]!, place: '9999', name: 'Nya' }]
    const without = places.filter(({ place }) => place !== '2401')
    const refusedLines = async () => {
      const { delivery } = await send(copy, folder.path, 'portions', rows)
      return rowsOf(await textOf(refusedCsv(copy, delivery))).map(({ line }) => line)
    }
    expect(await refusedLines()).toEqual(['3'])
    await send(copy, folder.path, 'places', [...without, withPlace.at(-1)!])
    expect(await refusedLines()).toEqual(['2'])
    // refused as at first: its rows stand in the older of the two files
    await send(copy, folder.path, 'places', places)
    expect(await refusedLines()).toEqual(['3'])
  })
})

describe('a mended file', () => {
  test.each([
    ['below the limit', 'accepted', [purchase({ kg: '1,5' })]],
    ['above it', 'refused', [purchase({ kg: '1,5' }), purchase({ kg: '2,5' }), purchase({ form: 'riced' })]],
  ])('of faults %s (%s) is the file as sent but for these rows, and is accepted', async (_, status, bad) => {
    const copy = await copyOf(lake)
    const content = `\uFEFF${csvOf('purchases', lines(...bad)).replaceAll('\n', '\r\n')}`
    const sent = await send(copy, folder.path, 'purchases', content)
    expect(sent).toMatchObject({ status, refused_rows: bad.length })
    const { whole, mended, left_out } = await mend(copy, sent.delivery, (rows) =>
      rows.map((row) => ({
        ...row,
        kg: row.kg!.replace(',', '.'),
        form: row.form!.replace('riced', 'diced'),
      })),
    )
    expect([mended, left_out]).toEqual([bad.length, 0])
    expect(whole).toBe(
      content
        .replace('1,5', '1.5')
        .replace('2,5', '2.5')
        .replace('riced', 'diced')
        .replaceAll(/"([12]\.5)"/g, '$1'),
    )
    const again = await send(copy, folder.path, 'purchases', whole)
    expect(again).toMatchObject({ status: 'accepted', rows: 200, refused_rows: 0 })
    expect(again.supersedes).toBe(status === 'accepted' ? sent.delivery : null)
  })

  test('leaves out a row that was taken out, and a misshapen record that was not mended as it is', async () => {
    const copy = await copyOf(lake)
    const content = `${csvOf('portions', [served({ portions: 'x' }), served({ segment: 'preschool' })])}24,hospital,1\n`
    const { delivery } = await send(copy, folder.path, 'portions', content)
    const { whole, left_out } = await mend(copy, delivery, (rows) => rows.slice(1))
    expect(left_out).toBe(1)
    expect(whole.split('\n').slice(1)).toEqual([content.split('\n')[2], '24,hospital,1', ''])
    const { whole: filled } = await mend(copy, delivery, (rows) =>
      rows.map((row) => ({
        ...served({ segment: row.line === '4' ? 'hospital' : 'school' }),
        line: row.line!,
      })),
    )
    expect(await send(copy, folder.path, 'portions', filled)).toMatchObject({ status: 'accepted', rows: 3 })
  })

  test('keeps records that go over several lines, in the columns of the sender', async () => {
    const copy = await copyOf(lake)
    const order = columnsOf('purchases').toReversed()
    const rows = lines(purchase({ kitchen: 'a\n"b"', kg: 'x' }), purchase({ kitchen: 'c\nd' })).slice(5, 20)
    const content = `\n${csvOf('purchases', rows, order)}`
    const { delivery } = await send(copy, folder.path, 'purchases', content)
    const { whole } = await mend(copy, delivery, (refused) => refused.map((row) => ({ ...row, kg: '7' })))
    expect(whole).toBe(content.replace(',x,', ',7,'))
  })

  test.each([
    ['LF', 'a\nb'],
    ['CR', 'a\rb'],
    ['CR at the end', 'b\r'],
  ])('quotes a lone %s in a cell of a file with CRLF', async (_, kitchen) => {
    const copy = await copyOf(lake)
    const content = csvOf('purchases', lines(purchase({ kg: 'x' }))).replaceAll('\n', '\r\n')
    const { delivery } = await send(copy, folder.path, 'purchases', content)
    const { whole } = await mend(copy, delivery, (rows) => rows.map((row) => ({ ...row, kitchen, kg: '7' })))
    const again = await send(copy, folder.path, 'purchases', whole)
    expect(again).toMatchObject({ status: 'accepted', rows: 200, refused_rows: 0 })
    expect(whole).toContain(`,"${kitchen}",`)
  })

  test('is made of refused rows whose lone CR came quoted', async () => {
    const copy = await copyOf(lake)
    const sent = lines(purchase({ kg: 'x' })).map((row) =>
      row.kg === 'x' ? { ...row, kitchen: 'KITCHEN' } : row,
    )
    const content = csvOf('purchases', sent).replace('KITCHEN', '"a\rb"')
    const { delivery } = await send(copy, folder.path, 'purchases', content)
    expect(await textOf(refusedCsv(copy, delivery))).toContain(',"a\rb",')
  })

  test('takes a record of a wrong number of cells as it was mended in `record`, and counts what differs', async () => {
    const copy = await copyOf(lake)
    const rows = csvOf('portions', [served(), served({ segment: 'preschool' })])
    // the last record has no line end
    const content = `${rows}24,hospital,1\n24,school,2`.replaceAll('\n', '\r\n')
    const { delivery } = await send(copy, folder.path, 'portions', content)
    const fixed = Object.values(served({ segment: 'hospital' })).join(',')
    const result = await mend(copy, delivery, (refused) =>
      refused.map((row) => (row.line === '4' ? { ...row, record: fixed } : row)),
    )
    expect(result).toMatchObject({ mended: 1, as_sent: 1, left_out: 0 })
    expect(result.whole).toBe(content.replace('24,hospital,1', fixed))
    const last = await mend(copy, delivery, ([, row]) => [{ ...row!, record: fixed }])
    expect(last).toMatchObject({ mended: 1, as_sent: 0, left_out: 1 })
    expect(last.whole).toBe(`${rows.replaceAll('\n', '\r\n')}${fixed}\r\n`)
  })

  test('skips rows of nothing but commas', async () => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(copy, 'x')
    const { mended, whole } = await mend(copy, delivery, ([row]) => {
      const nothing = Object.fromEntries(Object.keys(row!).map((name) => [name, '']))
      return [{ ...row!, portions: '7' }, nothing, nothing]
    })
    expect(mended).toBe(1)
    expect(whole).toBe(csvOf('portions', [served({ portions: '7' })]))
  })

  test.each([
    ['line', (rows: Row[]) => rows.map(({ line, ...row }) => row), 'lacks line'],
    ['line', (rows: Row[]) => rows.map((row) => ({ ...row, line: '3' })), '"3" is no line of a refused row'],
    ['row', (rows: Row[]) => [...rows, ...rows], 'a second row for line 2'],
    ['column', (rows: Row[]) => rows.map((row) => ({ ...row, extra: '1' })), 'columns too many: extra'],
  ] as const)('with a wrong %s is wrong usage', async (_, change, message) => {
    const copy = await copyOf(lake)
    const { delivery } = await portions(copy, 'x')
    const mending = mend(copy, delivery, change)
    await expect(mending).rejects.toMatchObject({ kind: 'usage' })
    await expect(mending).rejects.toThrow(message)
  })

  test('cannot be made where no row was refused by itself', async () => {
    const file = join(folder.path, 'nothing.csv')
    await writeFile(file, '')
    await expect(mendedFile(lake, deliveryOf('portions'), file)).rejects.toThrow('nothing to mend by rows')
    expect(await readFile(file, 'utf8')).toBe('')
  })
})
