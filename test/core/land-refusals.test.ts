import { beforeAll, describe, expect, test } from 'vitest'
import { readScopes } from '../../core/lake/commits.ts'
import { PROBLEMS_SHOWN } from '../../core/landing/landing.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { type LandingRule, landingRules } from '../../schemas/landing-rules.ts'
import { parquetRows } from '../support/parquet-rows.ts'
import {
  columnsOf,
  copyOf,
  csvOf,
  grown,
  jsonOf,
  keysOf,
  landRegion,
  objectsOf,
  processed,
  purchase,
  type Row,
  type Sending,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

/** A problem: line, column, value, rule, and a piece of the message that tells what would be valid. */
type Said = readonly [
  line: number | null,
  column: string | null,
  value: string | null,
  rule: LandingRule,
  valid: string,
]

interface Refusal {
  readonly title: string
  readonly dataset: string
  readonly content: string | Uint8Array | readonly Row[]
  readonly problems: readonly Said[]
}

const folder = suiteFolder()
let lake: MemoryStorage

beforeAll(async () => {
  lake = new MemoryStorage()
  await landRegion(lake, folder.path, smallRegion())
  // old quarters that still use what a new reference delivery may lack
  await send(lake, folder.path, 'portions', [served({ place: '2401' })], { quarter: '2019-Q1' })
  await send(lake, folder.path, 'purchases', [purchase({ purchased_on: '', grown_place: '2401' })], {
    quarter: '2018-Q4',
  })
})

/** Lands a file that must be refused for just these problems, and looks at all that must and must not be. */
async function expectRefused({ dataset, content, problems }: Refusal, sending: Sending = {}): Promise<void> {
  const before = { objects: await objectsOf(lake), scopes: await readScopes(lake) }
  const result = await send(lake, folder.path, dataset, content, { ...sending, name: 'as sent.csv' })

  const found = result.problems.map(({ line, column, value, rule }) => [line, column, value, rule])
  expect(found).toEqual(problems.map((said) => said.slice(0, 4)))
  for (const [at, { message, column }] of result.problems.entries()) {
    expect(message).toContain(problems[at]![4])
    if (column !== null) expect(message).toContain(column)
  }
  const lines = new Set(
    result.problems.flatMap(({ line, column, rule }) => (line === null ? [] : [`${line} ${column} ${rule}`])),
  )
  expect(result).toMatchObject({
    status: 'refused',
    rows: 0,
    supersedes: null,
    problems_total: problems.length,
  })
  expect(lines.size).toBe(result.problems.filter(({ line }) => line !== null).length)

  // nothing that counts has changed
  expect(await readScopes(lake)).toEqual(before.scopes)
  const after = await objectsOf(lake)
  for (const [key, hash] of before.objects) expect(after.get(key), key).toBe(hash)
  const added = [...after.keys()].filter((key) => !before.objects.has(key))
  const { delivery, source } = result
  const receipt = `receipts/${delivery}.json`
  const bytes = `landing/${dataset}/${source}/${delivery}/as sent.csv`
  const quarantine = `quarantine/${dataset}/${delivery}.parquet`
  expect(added).toEqual([bytes, ...(result.refused_rows > 0 ? [quarantine] : []), receipt].sort())

  // the bytes, the receipt and the refused rows are kept
  const sent =
    typeof content === 'string' || content instanceof Uint8Array ? content : csvOf(dataset, content)
  expect(Buffer.from(await lake.read(bytes)).equals(Buffer.from(sent as Uint8Array))).toBe(true)
  expect(await jsonOf(lake, receipt)).toEqual({
    ...result,
    file: 'as sent.csv',
    received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  })
  if (result.refused_rows > 0) {
    const rows = await parquetRows(lake, quarantine)
    const refused = new Set(problems.flatMap(([line]) => (line === null ? [] : [String(line)])))
    // trees are wrong as a whole: their rows are not refused one by one
    if (result.refused_rows === refused.size) expect(rows.map(({ line }) => line)).toEqual([...refused])
    expect(rows).toHaveLength(result.refused_rows)
    for (const { line, reasons } of rows)
      for (const [at, column, , rule] of problems)
        if (String(at) === line) expect(reasons).toContain(column === null ? rule : `${column}: ${rule}`)
  }
}

const tooMany = (refused: number, of: number): Said => [
  null,
  null,
  `${refused} of ${of}`,
  'too_many_refused',
  'more than 1 %',
]

/** A file of rows with one fault each, and good rows around them. */
function rowByRow(
  title: string,
  dataset: string,
  base: (changes: Row) => Row,
  faults: readonly (readonly [changes: Row, column: string, rule: LandingRule, valid: string])[],
  good: readonly Row[] = [],
): Refusal {
  const content = [base({}), ...faults.map(([changes]) => base(changes)), ...good.map(base)]
  const problems = faults.map(
    ([, column, rule, valid], at): Said => [at + 3, column, content[at + 1]![column] || null, rule, valid],
  )
  return { title, dataset, content, problems: [tooMany(faults.length, content.length), ...problems] }
}

/** The same fault of one column for many values. */
const each = (column: string, values: readonly string[], rule: LandingRule, valid: string) =>
  values.map((value) => [{ [column]: value }, column, rule, valid] as const)

let number = 0
/** Rows of keyed datasets with a key of their own each. */
const anyFarm = (changes: Row) => grown({ producer: `farm-${++number}`, ...changes })
const anyPlant = (changes: Row) => processed({ processor: `plant-${++number}`, ...changes })
const region = smallRegion()
const rowsOf = (dataset: string) => region[`${dataset}/office/all`]!
const anyOf = (dataset: string, key: string) => (changes: Row) => ({
  ...rowsOf(dataset)[0]!,
  [key]: `${key}-${++number}`,
  ...changes,
})

/** Nine digits with the check digit that belongs to them. */
function withCheckDigit(nine: string): string {
  const sum = [...nine].reduce((total, digit, at) => {
    const product = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (product > 9 ? product - 9 : product)
  }, 0)
  return `${nine}${(10 - (sum % 10)) % 10}`
}
const hyphenated = (digits: string) => `${digits.slice(0, -4)}-${digits.slice(-4)}`
const personal = withCheckDigit('811218987')
const leapDay = withCheckDigit('000229123')
const personalNumbers = [
  personal,
  hyphenated(personal),
  `19${personal}`,
  hyphenated(`19${personal}`),
  leapDay,
  hyphenated(`20${leapDay}`),
]
const wrongCheckDigit = `811218-98${(Number(personal.slice(-2)) + 1) % 100}`.padEnd(11, '0')
/** A company, a wrong check digit, no such day in that year, other lengths. */
const noPersonalNumbers = [
  '556016-0680',
  '5560160680',
  wrongCheckDigit,
  hyphenated(`19${leapDay}`),
  withCheckDigit('010229123'),
  personal.slice(1),
  `1${personal}`,
  `${personal.slice(0, 5)}-${personal.slice(5)}`,
]

const rows: Refusal[] = [
  rowByRow(
    'numbers of any other writing',
    'purchases',
    purchase,
    each(
      'kg',
      [
        '1e3',
        '1 000',
        '1,5',
        '.5',
        '5.',
        '+5',
        '0x10',
        '1_000',
        '--5',
        '-',
        ' 5',
        '5 ',
        '5kg',
        'NaN',
        '٣',
        '5\n',
      ],
      'number',
      'valid: 1250.5',
    ),
    ['0', '-0', '007', '-5', '0.0000001', '999999999999.9999'].map((kg) => ({ kg, sek: '' })),
  ),
  rowByRow(
    'numbers of any other writing in kronor and counts',
    'portions',
    (changes) => served({ place: ['2401', '2480', '2482'][++number % 3]!, segment: 'other', ...changes }),
    [
      [{ portions: '1 200', segment: 'school', place: '2401' }, 'portions', 'number', 'valid: 1250.5'],
      [{ portions: '-1', segment: 'school', place: '2480' }, 'portions', 'out_of_range', 'at least 0'],
      [
        { portions: '1000000000000', segment: 'school', place: '2482' },
        'portions',
        'too_many_digits',
        'valid: 1250.5',
      ],
      [{ serving_days: '-0.5', segment: 'hospital' }, 'serving_days', 'out_of_range', 'at least 0'],
      [{ serving_days: '', segment: 'preschool' }, 'serving_days', 'required', 'must have a value'],
    ],
  ),
  rowByRow('barcodes', 'purchases', purchase, [
    ...each('kg', ['7310500144511', '1000000000000', '0000000000001'], 'barcode', 'barcode'),
    [{ kg: '-7310500144511.5', sek: '' }, 'kg', 'barcode', 'barcode'],
    ...each('sek', ['1000000000000', '1234567890123.5'], 'too_many_digits', 'valid: 1250.5'),
  ]),
  rowByRow(
    'dates that are no day of the calendar',
    'purchases',
    purchase,
    each(
      'purchased_on',
      [
        '2026-02-30',
        '2026-7-1',
        '20260701',
        '2026-07-01T00:00:00',
        '01/07/2026',
        '2026-07-32',
        '2026-07-00',
        ' ',
      ],
      'date',
      'valid: 2026-07-31',
    ),
  ),
  rowByRow(
    'dates that only a database knows',
    'purchases',
    purchase,
    each(
      'purchased_on',
      ['infinity', '-infinity', '2026-07-15 (BC)', '12026-07-15'],
      'date',
      'valid: 2026-07-31',
    ),
  ),
  rowByRow(
    'endless contracts',
    'contracts',
    anyOf('contracts', 'contract'),
    each('ends_on', ['infinity', '2030-01-01 (BC)', '99999-01-01'], 'date', 'valid: 2026-07-31'),
  ),
  rowByRow(
    'days outside the quarter',
    'purchases',
    purchase,
    each(
      'purchased_on',
      ['2026-06-30', '2026-10-01', '2025-07-15', '2027-07-15'],
      'outside_quarter',
      'valid: 2026-07-01 to 2026-09-30',
    ),
    [{ purchased_on: '2026-07-01' }, { purchased_on: '2026-09-30' }, { purchased_on: '' }],
  ),
  rowByRow(
    'booleans of any other writing',
    'purchases',
    purchase,
    each('is_organic', ['True', 'TRUE', 'yes', 'ja', '1', 't', ' true'], 'boolean', 'true'),
    [{ is_organic: 'true' }, { is_organic: '' }],
  ),
  rowByRow('empty cells that must not be', 'purchases', purchase, [
    ...each('kg', [''], 'required', 'must have a value'),
    ...each('supplier', [''], 'required', 'must have a value'),
    ...each('place', [''], 'required', 'must have a value'),
    ...each('form', [''], 'required', 'must have a value'),
    ...each('product_group', [''], 'required', 'must have a value'),
  ]),
  rowByRow(
    'malformed and reserved codes',
    'processing',
    anyPlant,
    [
      ...each(
        'processor',
        ['plant 1', ' plant', 'plant/1', '-plant', '_plant', 'Mejeriet i Åre'],
        'code',
        'farm-7',
      ),
      ...each('processor', ['all', 'organic'], 'reserved_code', '`all` and `organic`'),
    ],
    [{ processor: 'Plant_1.a-b' }, { processor: '7' }, { processor: 'All' }],
  ),
  rowByRow('values outside a list', 'portions', served, [
    [{ segment: 'adults' }, 'segment', 'not_allowed', 'preschool, school, elder_care, hospital, other'],
    [{ segment: 'other', evidence: 'Reported' }, 'evidence', 'not_allowed', 'reported, derived, assumed'],
  ]),
  rowByRow('unknown codes', 'purchases', purchase, [
    [{ place: '24822' }, 'place', 'unknown_code', 'did you mean 2482'],
    [{ place: ' 2482' }, 'place', 'unknown_code', 'did you mean 2482'],
    [{ product_group: 'Potato' }, 'product_group', 'unknown_code', 'did you mean potato'],
    [{ product_group: 'all' }, 'product_group', 'unknown_code', 'not in product_groups'],
    [{ form: 'wahsed' }, 'form', 'unknown_code', 'did you mean washed'],
    [{ grown_place: '2481' }, 'grown_place', 'unknown_code', 'not in places'],
    [{ processed_place: 'DK' }, 'processed_place', 'unknown_code', 'not in places'],
  ]),
  rowByRow('a step of another product group', 'processing', anyPlant, [
    [{ step: 'pasteurise' }, 'step', 'unknown_code', 'not in processing_steps'],
    [{ product_group: 'milk' }, 'step', 'unknown_code', 'not in processing_steps'],
  ]),
  rowByRow(
    'buyers that are no municipality or county',
    'purchases',
    purchase,
    each('place', ['SE', 'NO'], 'place_kind', 'a municipality, or a county for its own kitchens'),
    [{ place: '24' }, { grown_place: 'SE', processed_place: '24' }],
  ),
  rowByRow(
    'producers in a county or country that has municipalities',
    'production',
    anyFarm,
    each('place', ['24', 'SE'], 'place_kind', 'a county or country without municipalities in places'),
    [{ place: 'NO' }],
  ),
  rowByRow(
    'plants in a county that has municipalities',
    'processing',
    anyPlant,
    each('place', ['24'], 'place_kind', 'a municipality'),
    [{ place: 'NO' }],
  ),
  rowByRow(
    'less produced than on offer',
    'production',
    anyFarm,
    [
      [
        { available_kg: '100', produced_kg: '99.999' },
        'produced_kg',
        'below_available',
        'below available_kg',
      ],
      [{ available_kg: '-1', produced_kg: '5' }, 'available_kg', 'out_of_range', 'at least 0'],
    ],
    [
      { available_kg: '100', produced_kg: '100' },
      { produced_kg: '' },
      { available_kg: '0', produced_kg: '0' },
    ],
  ),
  rowByRow(
    'kronor of the wrong sign',
    'purchases',
    purchase,
    [
      [{ kg: '-5', sek: '60' }, 'sek', 'credit_line', 'negative kg and no, 0 or negative sek'],
      [{ kg: '5', sek: '-60' }, 'sek', 'credit_line', 'negative kg and no, 0 or negative sek'],
      [{ kg: '0', sek: '-60' }, 'sek', 'credit_line', 'negative kg and no, 0 or negative sek'],
    ],
    [
      { kg: '-5', sek: '-60' },
      { kg: '-5', sek: '0' },
      { kg: '-5', sek: '-0' },
      { kg: '-5', sek: '' },
      { kg: '5', sek: '0' },
      { kg: '0', sek: '60' },
    ],
  ),
  rowByRow('kronor credited for minus nothing', 'purchases', purchase, [
    [{ kg: '-0', sek: '-60' }, 'sek', 'credit_line', 'negative kg'],
  ]),
  rowByRow(
    'ends before their starts',
    'contracts',
    anyOf('contracts', 'contract'),
    [[{ starts_on: '2027-01-02', ends_on: '2027-01-01' }, 'ends_on', 'before_start', 'before the start']],
    [{ starts_on: '2027-01-01', ends_on: '2027-01-01' }],
  ),
  rowByRow(
    'quarters of any other writing, and ends before their starts',
    'complete_purchases',
    (changes) => ({
      ...rowsOf('complete_purchases')[0]!,
      valid_from: `20${10 + (++number % 89)}-Q1`,
      ...changes,
    }),
    [
      [{ valid_from: '2026-Q5' }, 'valid_from', 'quarter', 'valid: 2026-Q3'],
      [{ valid_from: '2026-3' }, 'valid_from', 'quarter', 'valid: 2026-Q3'],
      [{ valid_to: '2026-q3' }, 'valid_to', 'quarter', 'valid: 2026-Q3'],
      [{ valid_from: '2026-Q3', valid_to: '2026-Q2' }, 'valid_to', 'before_start', 'before the start'],
    ],
    [{ valid_from: '2027-Q1', valid_to: '2027-Q1' }],
  ),
  rowByRow('yields and shares out of range', 'product_groups', anyOf('product_groups', 'product_group'), [
    [{ quarterly_storage_loss: '1.0001' }, 'quarterly_storage_loss', 'out_of_range', 'at most 1'],
    [{ quarterly_storage_loss: '-0.1' }, 'quarterly_storage_loss', 'out_of_range', 'at least 0'],
  ]),
  rowByRow('yields of nothing', 'processing_steps', anyOf('processing_steps', 'step'), [
    [{ yield: '0' }, 'yield', 'out_of_range', 'above 0'],
    [{ yield: '0.000' }, 'yield', 'out_of_range', 'above 0'],
    [{ yield: '-1' }, 'yield', 'out_of_range', 'above 0'],
  ]),
  rowByRow(
    'places beyond the poles, and an unknown parent',
    'places',
    anyOf('places', 'place'),
    [
      [{ latitude: '90.1' }, 'latitude', 'out_of_range', 'at most 90'],
      [{ longitude: '-180.5' }, 'longitude', 'out_of_range', 'at least -180'],
      [{ population: '-1' }, 'population', 'out_of_range', 'at least 0'],
      [{ kind: 'region' }, 'kind', 'not_allowed', 'municipality, county, country'],
      [{ parent: '42' }, 'parent', 'unknown_code', 'not in places'],
      [{ place: 'organic' }, 'place', 'reserved_code', 'reserved'],
    ],
    [{ latitude: '-90', longitude: '180' }],
  ),
  rowByRow(
    'personal numbers of suppliers',
    'purchases',
    purchase,
    each('supplier', personalNumbers, 'personal_number', 'Send another name'),
    noPersonalNumbers.map((supplier) => ({ supplier })),
  ),
  rowByRow(
    'personal numbers of kitchens',
    'purchases',
    purchase,
    each('kitchen', personalNumbers, 'personal_number', 'Send another name'),
    noPersonalNumbers.map((kitchen) => ({ kitchen })),
  ),
  rowByRow(
    'personal numbers of producers',
    'production',
    anyFarm,
    each('producer', personalNumbers, 'personal_number', 'Send another name'),
    noPersonalNumbers.map((producer) => ({ producer })),
  ),
  rowByRow(
    'personal numbers of processors',
    'processing',
    anyPlant,
    each('processor', personalNumbers, 'personal_number', 'Send another name'),
    noPersonalNumbers.map((processor) => ({ processor })),
  ),
  {
    title: 'every row of a repeated key',
    dataset: 'portions',
    content: [
      served(),
      served({ segment: 'other' }),
      served({ portions: '7' }),
      served({ place: '2480' }),
      served({ segment: 'other', portions: '9' }),
      served({ portions: '8' }),
    ],
    problems: [
      tooMany(5, 6),
      ...[2, 3, 4, 6, 7].map((line): Said => [line, 'place', '2482', 'repeated_key', 'place, segment']),
    ],
  },
  {
    title: 'a repeated key whose first column has a fault of its own',
    dataset: 'production',
    content: [grown({ producer: 'farm 1' }), grown({ producer: 'farm 1' }), grown()],
    problems: [
      tooMany(2, 3),
      ...[2, 3].flatMap((line): Said[] => [
        [line, 'producer', 'farm 1', 'code', 'farm-7'],
        [line, 'producer', 'farm 1', 'repeated_key', 'producer, place, product_group'],
      ]),
    ],
  },
  {
    title: 'rows with too few or too many cells',
    dataset: 'portions',
    content: `${csvOf('portions', [served()])}2480,school,5\n2480,other,5,5,reported,\n,\n2480,school,5,5,reported\n`,
    problems: [
      tooMany(3, 5),
      [3, null, '3', 'too_few_cells', 'valid: 5 cells'],
      [4, null, '6', 'too_many_cells', 'valid: 5 cells'],
      [5, null, '2', 'too_few_cells', 'valid: 5 cells'],
    ],
  },
  {
    title: 'all faults of a row, in the order of the columns, and rows in the order of lines',
    dataset: 'purchases',
    content: csvOf(
      'purchases',
      [
        purchase({
          kg: 'x',
          sek: '1,5',
          place: '9999',
          purchased_on: '2026-10-01',
          is_organic: 'no',
          supplier: '',
        }),
        purchase(),
        purchase({ form: 'raw', grown_place: 'XX', kg: '1e3' }),
      ],
      columnsOf('purchases').toReversed(),
    ),
    problems: [
      tooMany(2, 3),
      [2, 'purchased_on', '2026-10-01', 'outside_quarter', '2026-09-30'],
      [2, 'place', '9999', 'unknown_code', 'not in places'],
      [2, 'supplier', null, 'required', 'must have a value'],
      [2, 'kg', 'x', 'number', 'valid: 1250.5'],
      [2, 'sek', '1,5', 'number', 'valid: 1250.5'],
      [2, 'is_organic', 'no', 'boolean', 'true, false or empty'],
      [4, 'form', 'raw', 'unknown_code', 'not in product_forms'],
      [4, 'kg', '1e3', 'number', 'valid: 1250.5'],
      [4, 'grown_place', 'XX', 'unknown_code', 'not in places'],
    ],
  },
  {
    title: 'rows below quoted line breaks and blank lines, by the lines of the file',
    dataset: 'purchases',
    content: csvOf('purchases', [
      purchase({ article: 'one\ntwo\n\nthree' }),
      purchase({ kg: 'x', article: 'a\n"b"' }),
      purchase(),
      purchase({ kg: 'y' }),
    ]).replace(/(?<=\n)(?=2026-07-15,[^\n]*,y,)/, '\n\n'),
    problems: [tooMany(2, 4), [6, 'kg', 'x', 'number', 'valid'], [11, 'kg', 'y', 'number', 'valid']],
  },
  {
    title: 'rows of a file with byte order mark, CRLF and no line end at the end',
    dataset: 'purchases',
    content: `\uFEFF${csvOf('purchases', [
      purchase({ article: 'one\ntwo' }),
      purchase({ kg: 'x' }),
      purchase({ is_organic: 'nej' }),
    ])}`
      .trimEnd()
      .replaceAll('\n', '\r\n'),
    problems: [
      tooMany(2, 3),
      [4, 'kg', 'x', 'number', 'valid'],
      [5, 'is_organic', 'nej', 'boolean', 'true, false or empty'],
    ],
  },
  {
    title: 'a single bad row of a large reference file',
    dataset: 'zonings',
    content: [
      ...rowsOf('zonings'),
      ...Array.from({ length: 300 }, (_, at) => ({ ...rowsOf('zonings')[0]!, zoning: `z${at}` })),
      { ...rowsOf('zonings')[0]!, zoning: 'bad', position: 'x' },
    ],
    problems: [tooMany(1, 303), [304, 'position', 'x', 'number', 'valid']],
  },
  {
    title: 'just above 1 % of the rows',
    dataset: 'purchases',
    content: [...Array.from({ length: 197 }, () => purchase()), purchase({ kg: 'x' }), purchase({ kg: 'y' })],
    problems: [tooMany(2, 199), [199, 'kg', 'x', 'number', 'valid'], [200, 'kg', 'y', 'number', 'valid']],
  },
]

const bytes = (text: string) => Buffer.from(text, 'latin1')
const head = `${columnsOf('portions').join(',')}\n`
const row = '2482,school,5,5,reported\n'
const missing = (column: string): Said => [1, column, null, 'missing_column', 'place, segment, portions']
const unknown = (column: string): Said => [1, column, column, 'unknown_column', 'place, segment, portions']
const file = (title: string, content: string | Uint8Array, ...problems: Said[]): Refusal => ({
  title,
  dataset: 'portions',
  content,
  problems,
})

const files: Refusal[] = [
  file('a file in Latin-1', bytes(`${head}${row}2482,kök,5,5,reported\n`), [
    3,
    null,
    null,
    'not_utf8',
    'UTF-8',
  ]),
  file('a header in Latin-1', bytes(`pläce,${head}${row}`), [1, null, null, 'not_utf8', 'UTF-8']),
  file('a file in UTF-16', Buffer.from(`\uFEFF${head}${row}`, 'utf16le'), [1, null, null, 'not_csv', 'NUL']),
  file('text cut inside a letter', Buffer.concat([bytes(`${head}${row}`), Buffer.of(0xc3)]), [
    3,
    null,
    null,
    'not_utf8',
    'UTF-8',
  ]),
  file('a quote nobody closes', `${head}${row}2480,"school,5,5,reported\n${row}${row}`, [
    3,
    null,
    null,
    'not_csv',
    'never closed',
  ]),
  file('a quote inside a cell', `${head}${row}${row}2480,sch"ool,5,5,reported\n`, [
    4,
    null,
    null,
    'not_csv',
    'quote',
  ]),
  file('text behind a closing quote', `${head}2480,"school"x,5,5,reported\n`, [
    2,
    null,
    null,
    'not_csv',
    'quote',
  ]),
  file('a NUL byte', `${head}${row}2480,sch\0ool,5,5,reported\n`, [3, null, null, 'not_csv', 'NUL']),
  file('an empty file', '', [null, null, null, 'empty', 'no rows below a header']),
  file('a byte order mark alone', '\uFEFF', [null, null, null, 'empty', 'no rows below a header']),
  file('blank lines alone', '\n\r\n\n', [null, null, null, 'empty', 'no rows below a header']),
  file('a header alone', head, [null, null, null, 'empty', 'no rows below a header']),
  file('a header alone without line end', head.trimEnd(), [
    null,
    null,
    null,
    'empty',
    'no rows below a header',
  ]),
  file('a header and blank lines', `${head}\n\r\n\n`, [null, null, null, 'empty', 'no rows below a header']),
  file(
    'a missing column',
    'place,segment,portions,evidence\n2482,school,5,reported\n',
    missing('serving_days'),
  ),
  file(
    'columns that do not belong',
    `${head.trimEnd()},note,total\n${row.trimEnd()},a,b\n`,
    unknown('note'),
    unknown('total'),
  ),
  file('a repeated column', `${head.trimEnd()},place\n${row.trimEnd()},2482\n`, [
    1,
    'place',
    'place',
    'repeated_column',
    'place, segment, portions',
  ]),
  file(
    'columns of other names, with blanks and capitals',
    'Place,segment ,portions,serving_days,evidence\n2482,school,5,5,reported\n',
    unknown('Place'),
    unknown('segment '),
    missing('place'),
    missing('segment'),
  ),
  file(
    'semicolons between cells',
    `${head}${row}`.replaceAll(',', ';'),
    unknown('place;segment;portions;serving_days;evidence'),
    ...columnsOf('portions').map(missing),
  ),
]

const changed = (dataset: string, change: (row: Row) => Row | null): Row[] =>
  rowsOf(dataset)
    .map((row) => change({ ...row }))
    .filter((row) => row !== null)
const orphaned = (column: string, value: string, user: string): Said => [
  null,
  column,
  value,
  'orphaned',
  `used by ${user}`,
]
const chain = (deepest: number) => [
  ...rowsOf('processing_steps'),
  ...Array.from({ length: deepest - 3 }, (_, at) => ({
    ...rowsOf('processing_steps')[0]!,
    step: `level-${at + 4}`,
    parent_step: at === 0 ? 'dice' : `level-${at + 3}`,
  })),
]

const references: Refusal[] = [
  {
    title: 'places that deliveries of old quarters use',
    dataset: 'places',
    content: changed('places', (one) => (one.place === '2401' ? null : one)),
    problems: [
      orphaned('place', '2401', 'portions.place'),
      orphaned('place', '2401', 'purchases.grown_place'),
    ],
  },
  {
    title: 'product groups that others use',
    dataset: 'product_groups',
    content: changed('product_groups', (one) => (one.product_group === 'milk' ? null : one)),
    problems: [
      'processing_steps',
      'product_forms',
      'portion_profiles',
      'prices',
      'purchases',
      'production',
    ].map((user) => orphaned('product_group', 'milk', `${user}.product_group`)),
  },
  {
    title: 'forms that purchases use',
    dataset: 'product_forms',
    content: changed('product_forms', (one) => (one.form === 'diced' ? null : one)),
    problems: [orphaned('form', 'potato diced', 'purchases.form')],
  },
  {
    title: 'steps that forms and plants use',
    dataset: 'processing_steps',
    content: changed('processing_steps', (one) => (one.step === 'dice' ? null : one)),
    problems: [
      orphaned('step', 'potato dice', 'product_forms.step'),
      orphaned('step', 'potato dice', 'processing.step'),
    ],
  },
  {
    title: 'zonings that zones and definitions use',
    dataset: 'zonings',
    content: changed('zonings', (one) => (one.zoning === 'county' ? null : one)),
    problems: [
      orphaned('zoning', 'county', 'zones.zoning'),
      orphaned('zoning', 'county', 'local_definitions.zoning'),
    ],
  },
  {
    title: 'a cycle of places, by each row of it',
    dataset: 'places',
    content: changed('places', (one) => (one.place === '24' ? { ...one, parent: '2482' } : one)),
    problems: [
      [4, 'parent', '2482', 'cycle', 'own ancestor'],
      [7, 'parent', '24', 'cycle', 'own ancestor'],
    ],
  },
  {
    title: 'a place that lies in itself',
    dataset: 'places',
    content: changed('places', (one) => (one.place === 'NO' ? { ...one, parent: 'NO' } : one)),
    problems: [[3, 'parent', 'NO', 'cycle', 'own ancestor']],
  },
  {
    title: 'a cycle of steps',
    dataset: 'processing_steps',
    content: changed('processing_steps', (one) =>
      one.step === 'wash' ? { ...one, parent_step: 'dice' } : one,
    ),
    problems: [
      [2, 'parent_step', 'dice', 'cycle', 'own ancestor'],
      [3, 'parent_step', 'wash', 'cycle', 'own ancestor'],
      [4, 'parent_step', 'peel', 'cycle', 'own ancestor'],
    ],
  },
  {
    title: 'a step whose parent belongs to another product group',
    dataset: 'processing_steps',
    content: changed('processing_steps', (one) =>
      one.step === 'pasteurise' ? { ...one, parent_step: 'wash' } : one,
    ),
    problems: [tooMany(1, 4), [5, 'parent_step', 'wash', 'unknown_code', 'not in processing_steps']],
  },
  {
    title: 'steps deeper than four levels',
    dataset: 'processing_steps',
    content: chain(6),
    problems: [
      [7, 'parent_step', 'level-4', 'too_deep', 'level 5'],
      [8, 'parent_step', 'level-5', 'too_deep', 'level 6'],
    ],
  },
  {
    title: 'places deeper than four levels',
    dataset: 'places',
    content: [
      ...rowsOf('places'),
      { place: 'a', name: 'a', kind: 'municipality', parent: '2482' },
      { place: 'b', name: 'b', kind: 'municipality', parent: 'a' },
    ],
    problems: [[9, 'parent', 'a', 'too_deep', 'level 5']],
  },
  {
    title: 'margins without one kind of evidence',
    dataset: 'uncertainty',
    content: rowsOf('uncertainty').slice(0, 2),
    problems: [[null, 'evidence', 'assumed', 'not_exactly', 'one row each of reported, derived, assumed']],
  },
  {
    title: 'margins with a fourth kind of evidence',
    dataset: 'uncertainty',
    content: [...rowsOf('uncertainty'), { evidence: 'guessed', margin: '0.9' }],
    problems: [tooMany(1, 4), [5, 'evidence', 'guessed', 'not_allowed', 'reported, derived, assumed']],
  },
  {
    title: 'a margin out of range, which is there nevertheless',
    dataset: 'uncertainty',
    content: changed('uncertainty', (one) => (one.evidence === 'derived' ? { ...one, margin: '2' } : one)),
    problems: [tooMany(1, 3), [3, 'margin', '2', 'out_of_range', 'at most 1']],
  },
]

test('the cases below break every rule there is', () => {
  const broken = [...rows, ...files, ...references].flatMap(({ problems }) => problems.map((said) => said[3]))
  expect([...new Set(broken)].sort()).toEqual(Object.keys(landingRules).sort())
})

describe('land refuses row by row', () => {
  test.each(rows)('$title', (refusal) => expectRefused(refusal))
})

describe('land refuses as a whole', () => {
  test.each(files)('$title', (refusal) => expectRefused(refusal))
})

describe('land refuses reference data', () => {
  test.each(references)('$title', (refusal) => expectRefused(refusal))
})

describe('what a sender is told', () => {
  test('no suggestion is the very code that was sent', async () => {
    const { problems } = await send(lake, folder.path, 'purchases', [purchase({ form: 'drinking' })])
    expect(problems.at(-1)).toMatchObject({ column: 'form', value: 'drinking', rule: 'unknown_code' })
    expect(problems.at(-1)!.message).not.toContain('did you mean drinking')
  })

  test('a cell that must not be empty is not offered to be', async () => {
    const [zoning] = rowsOf('zonings')
    const { problems } = await send(lake, folder.path, 'zonings', [{ ...zoning!, has_gaps: 'True' }])
    expect(problems.at(-1)).toMatchObject({ column: 'has_gaps', rule: 'boolean' })
    expect(problems.at(-1)!.message).not.toContain('empty')
  })

  test('a code of a dataset that nobody has landed says so', async () => {
    const { problems } = await send(new MemoryStorage(), folder.path, 'portions', [served()])
    expect(problems.at(-1)).toMatchObject({ line: 2, column: 'place', rule: 'unknown_code' })
    expect(problems.at(-1)!.message).toContain('no places have been landed')
  })

  test('an overlong value is cut in the message and whole in the problem', async () => {
    const supplier = 'x'.repeat(300)
    const { problems } = await send(lake, folder.path, 'purchases', [purchase({ form: supplier })])
    expect(problems.at(-1)!.value).toBe(supplier)
    expect(problems.at(-1)!.message).toContain(`${'x'.repeat(80)}…`)
    expect(problems.at(-1)!.message.length).toBeLessThan(250)
  })

  test('the first thousand problems are answered, the receipt has them all', async () => {
    const content = Array.from({ length: 1200 }, (_, at) => purchase({ kg: `bad ${at}`, place: 'nowhere' }))
    const result = await send(lake, folder.path, 'purchases', content)
    expect(result).toMatchObject({ status: 'refused', refused_rows: 1200, problems_total: 2401 })
    expect(result.problems).toHaveLength(PROBLEMS_SHOWN)
    const receipt = await jsonOf<typeof result>(lake, `receipts/${result.delivery}.json`)
    expect(receipt.problems_total).toBe(2401)
    expect(receipt.problems).toHaveLength(2401)
    expect(receipt.problems.slice(0, PROBLEMS_SHOWN)).toEqual(result.problems)
    expect(receipt.problems.at(-1)).toMatchObject({ line: 1201, column: 'kg', value: 'bad 1199' })
    expect(await parquetRows(lake, `quarantine/purchases/${result.delivery}.parquet`)).toHaveLength(1200)
  })

  test('the receipt names every code that would be orphaned', async () => {
    const many = await copyOf(lake)
    const places = Array.from({ length: 130 }, (_, at) => ({ ...rowsOf('places')[4]!, place: `m${at}` }))
    await send(many, folder.path, 'places', [...rowsOf('places'), ...places])
    await send(
      many,
      folder.path,
      'portions',
      places.map(({ place }) => served({ place: place! })),
      { source: 'many' },
    )
    const result = await send(many, folder.path, 'places', rowsOf('places'))
    expect(result.status).toBe('refused')
    expect(result.problems_total).toBe(130)
  })
})

describe('a few bad rows', () => {
  const hundred = (bad: number, of: number) =>
    Array.from({ length: of }, (_, at) => purchase(at < bad ? { kg: 'x' } : {}))

  test('of exactly 1 % are left out and the others count', async () => {
    const copy = await copyOf(lake)
    const result = await send(copy, folder.path, 'purchases', hundred(2, 200))
    expect(result).toMatchObject({ status: 'accepted', rows: 198, refused_rows: 2, problems_total: 2 })
    expect(result.problems.map(({ line, rule }) => [line, rule])).toEqual([
      [2, 'number'],
      [3, 'number'],
    ])
    const key = `purchases/year=2026/quarter=3/${result.delivery}.parquet`
    expect(
      await parquetRows(copy, `curated/${key}`, 'select min(line) as first, count(*) as n from file'),
    ).toEqual([{ first: '4', n: '198' }])
    expect(await parquetRows(copy, `rolled/${key}`, 'select sum(lines) as lines from file')).toEqual([
      { lines: '198' },
    ])
    const quarantined = await parquetRows(copy, `quarantine/purchases/${result.delivery}.parquet`)
    expect(quarantined.map(({ line, kg, supplier, reasons }) => [line, kg, supplier, reasons])).toEqual([
      ['2', 'x', 'Potatisgården', 'kg: number'],
      ['3', 'x', 'Potatisgården', 'kg: number'],
    ])
    expect(await jsonOf(copy, `receipts/${result.delivery}.json`)).toMatchObject({
      status: 'accepted',
      problems: result.problems,
    })
  })

  test('of more than 1 % refuse the file and leave nothing among the rows that count', async () => {
    const copy = await copyOf(lake)
    const before = await keysOf(copy, 'curated/')
    expect(await send(copy, folder.path, 'purchases', hundred(1, 99))).toMatchObject({
      status: 'refused',
      refused_rows: 1,
    })
    expect(await keysOf(copy, 'curated/')).toEqual(before)
  })
})
