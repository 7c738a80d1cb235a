import { basename } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readScope } from '../../../core/lake/commits.ts'
import { parseQuarter } from '../../../core/quarter.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { parquetRows, parquetTypes } from '../../support/parquet-rows.ts'
import {
  columnsOf,
  copyOf,
  keysOf,
  landRegion,
  only,
  purchase,
  QUARTER,
  type Row,
  send,
  smallRegion,
  suiteFolder,
} from '../../support/small-region.ts'
import { SIZED, tries } from '../../support/thorough.ts'

const LINES = 300
const folder = suiteFolder()
let lake: MemoryStorage

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(
    lake,
    folder.path,
    only(smallRegion(), 'places', 'product_groups', 'processing_steps', 'product_forms'),
  )
})

const plain = (changes: Row = {}): Row => purchase({ kitchen: 'Kök Norr', article: 'Potatis', ...changes })
const cells = (row: Row) => columnsOf('purchases').map((name) => row[name] ?? '')
const header = () => columnsOf('purchases').join(',')
const line = (changes: Row = {}) => cells(plain(changes)).join(',')
const good = (at: number) =>
  line({
    purchased_on: at % 5 === 0 ? '' : `2026-0${7 + (at % 3)}-${String(1 + (at % 30)).padStart(2, '0')}`,
    kitchen: at % 7 === 0 ? '' : `Kök ${at % 9}`,
    kg: at % 11 === 0 ? '-1.5' : `${at}.${at % 1000}`,
    sek: at % 4 === 0 ? '' : at % 11 === 0 ? '-20' : `${at}.${at % 100}`,
    grown_place: ['2480', 'SE', ''][at % 3]!,
    is_organic: ['true', 'false', ''][at % 3]!,
  })

const lines = (changed: string | null = null, at = 0) =>
  Array.from({ length: LINES }, (_, number) =>
    changed !== null && number === at ? changed : good(number + 1),
  )
const text = (body: readonly string[], newline = '\n') =>
  [header(), ...body].map((row) => row + newline).join('')

/** What is left of a landing when it took the one way or the other. */
async function landed(content: string | Uint8Array, fast_path: boolean) {
  const copy = await copyOf(lake)
  let path = 'refused'
  const onPath = (taken: string) => {
    path = taken
  }
  const result = await send(copy, folder.path, 'purchases', content, {}, { fast_path, onPath })
  const scope = { dataset: 'purchases', source: 'sender', quarter: parseQuarter(QUARTER) }
  const { effective } = await readScope(copy, scope)
  const files = []
  for (const file of effective ? [effective.curated, effective.rolled!] : []) {
    const rows = await parquetRows(copy, file.key)
    files.push({ key: file.key, rows, types: await parquetTypes(copy, file.key), counted: file.rows })
  }
  const keys = (await keysOf(copy)).map((key) => (key.startsWith('commits') ? basename(key) : key))
  return { path, rest: { result, files, keys } }
}

async function expectSame(content: string | Uint8Array, expected: 'fast' | 'careful' | 'refused') {
  const careful = await landed(content, false)
  const fast = await landed(content, true)
  expect(fast.path).toBe(expected)
  expect(careful.path).toBe(expected === 'fast' ? 'careful' : expected)
  expect(fast.rest).toEqual(careful.rest)
}

describe('a clean file takes the fast path', () => {
  test.each<[string, () => string | Uint8Array]>([
    ['as it is', () => text(lines())],
    ['without a last line end', () => text(lines()).trimEnd()],
    ['with a byte order mark', () => `\uFEFF${text(lines())}`],
    ['of one line', () => text([line()])],
    ['with more decimals than are kept', () => text(lines(line({ kg: '1.0005', sek: '2.005' })))],
    ['with a rounding below zero', () => text(lines(line({ kg: '-1.0005', sek: '-2.005' })))],
    ['with leading zeros', () => text(lines(line({ kg: '007.50', sek: '-0' })))],
    ['with long numbers', () => text(lines(line({ kg: '999999999999.1234567', sek: '999999999999.99' })))],
    ['with columns in another order', () => reordered()],
    ['of several chunks', () => text(Array.from({ length: 60_000 }, (_, at) => good(at + 1)))],
  ])('%s', async (_, content) => expectSame(content(), 'fast'))
})

const reordered = () =>
  text(lines())
    .split('\n')
    .map((row) => row.split(',').reverse().join(','))
    .join('\n')

describe('a file with good records only, but not of a line each, takes the careful path', () => {
  test.each<[string, () => string | Uint8Array]>([
    ['CRLF', () => text(lines(), '\r\n')],
    ['a quoted cell', () => text(lines(line({ kitchen: '"Kök, Norr"' })))],
    ['a quoted line end', () => text(lines(line({ kitchen: '"Kök\nNorr"' })))],
    ['a blank line', () => text(lines('', 150))],
    ['a blank line before the header', () => `\n${text(lines())}`],
    ['a blank line at the end', () => `${text(lines())}\n`],
  ])('%s', async (_, content) => expectSame(content(), 'careful'))
})

const FAULTS: [string, string][] = [
  ...[
    '1e3',
    ' 12',
    '12 ',
    '+5',
    '.5',
    '5.',
    '1_000',
    '1,5',
    'ten',
    '0x1',
    '',
    '1000000000000',
    '-',
    'NaN',
  ].map((kg): [string, string] => [`kg ${JSON.stringify(kg)}`, line({ kg })]),
  ...['1e3', ' 12', '+5', '.5', '5.', '1_000', '-7'].map((sek): [string, string] => [
    `sek ${JSON.stringify(sek)}`,
    line({ sek }),
  ]),
  ...['2026-7-1', '2026/07/01', ' 2026-07-01', '2026-07-01 ', '2026-06-30', '2026-09-31', '2026-10-01'].map(
    (purchased_on): [string, string] => [`date ${JSON.stringify(purchased_on)}`, line({ purchased_on })],
  ),
  ...['True', 't', '1', 'yes', ' true'].map((is_organic): [string, string] => [
    `boolean ${JSON.stringify(is_organic)}`,
    line({ is_organic }),
  ]),
  ['a credit with sek above 0', line({ kg: '-5', sek: '10' })],
  ['an unknown place', line({ place: '9999' })],
  ['a place of the wrong kind', line({ place: 'SE' })],
  ['no place', line({ place: '' })],
  ['an unknown product group', line({ product_group: 'potatoe' })],
  ['a form of another product group', line({ form: 'drinking' })],
  ['an unknown origin', line({ grown_place: '9999' })],
  ['an unknown place of processing', line({ processed_place: '9999' })],
  ['no supplier', line({ supplier: '' })],
  ['a personal number as supplier', line({ supplier: '811218-9876' })],
  ['a personal number as kitchen', line({ kitchen: '811218-9876' })],
  ['too few cells', 'a,b,c'],
  ['too many cells', `${line()},more`],
]

describe('a fault is refused alike', SIZED, () => {
  // each fault takes half a second: a third of them, and all in the thorough tests
  const faults = FAULTS.filter((_, at) => tries(at % 3, 0) === 0)
  test.each(faults.map(([name, fault], at) => [name, [0, LINES >> 1, LINES - 1][at % 3]!, fault] as const))(
    '%s, at line %i',
    async (_, at, fault) => expectSame(text(lines(fault, at)), 'careful'),
  )
  const anywhere = FAULTS.filter(([name]) => /^(kg "ten"|an unknown place|too few cells)$/.test(name))
  test.each(anywhere)('%s, at the beginning, in the middle and at the end', async (_, fault) => {
    for (const at of [0, LINES >> 1, LINES - 1]) await expectSame(text(lines(fault, at)), 'careful')
  })
})

describe('files that cannot be read are refused alike', () => {
  const bytes = (insert: Uint8Array) => Buffer.concat([Buffer.from(text(lines())), insert])
  test.each<[string, () => string | Uint8Array]>([
    ['a header only', () => text([])],
    ['nothing', () => ''],
    ['a NUL byte', () => text(lines(line({ kitchen: 'a\0b' })))],
    ['a lone carriage return', () => text(lines(line({ kitchen: 'a\rb' })))],
    ['a quote inside a cell', () => text(lines(line({ kitchen: 'a"b' })))],
    ['bytes that are not UTF-8', () => bytes(Buffer.of(0xc3, 10))],
    ['a character that is not whole', () => bytes(Buffer.concat([Buffer.from(line()), Buffer.of(0xc3)]))],
    ['a record that is too long', () => text(lines(line({ kitchen: 'k'.repeat(1_100_000) })))],
    ['every line bad', () => text(Array.from({ length: LINES }, () => line({ kg: 'ten' })))],
  ])('%s', async (_, content) => expectSame(content(), 'refused'))
})

test('lines of a file that many threads read are those of the careful path', async () => {
  const content = text(
    Array.from({ length: 260_000 }, (_, at) => line({ kg: `${at}`, article: 'a'.repeat(400) })),
  )
  const paths: string[] = []
  for (const fast_path of [false, true]) {
    const copy = await copyOf(lake)
    const onPath = (path: string) => paths.push(path)
    await send(copy, folder.path, 'purchases', content, {}, { fast_path, onPath })
    const [key] = await keysOf(copy, 'curated/purchases/')
    const [row] = await parquetRows(
      copy,
      key!,
      `select count(*) as lines, count(*) filter ("line" = kg + 2) as right, min("line") as first from file`,
    )
    expect(row).toEqual({ lines: '260000', right: '260000', first: '2' })
  }
  expect(paths).toEqual(['careful', 'fast'])
})

test('landing rows that stand there in other bytes goes by those', async () => {
  const copy = await copyOf(lake)
  const content = text(lines())
  const first = await send(copy, folder.path, 'purchases', content, {}, { fast_path: false })
  await send(copy, folder.path, 'purchases', text([line()]))
  const again = await send(copy, folder.path, 'purchases', content)
  expect(again.delivery).toBe(first.delivery)
  expect((await keysOf(copy, 'curated/purchases/')).length).toBe(2)
})
