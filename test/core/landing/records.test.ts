import { createHash } from 'node:crypto'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Part, readRecords, type Scan, type Sizes } from '../../../core/landing/records.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A record as a reader of the whole result sees it. */
interface Read {
  readonly line: number
  readonly cells: readonly string[]
}

interface Outcome {
  readonly header: readonly string[] | null
  readonly records: Read[]
  readonly misshapen: (Read & { readonly count: number })[]
  readonly parts: Part[]
  readonly scan: Scan
}

let files = 0

/** Runs `readRecords` over some bytes and reads what it left with a parser that shares no code with it. */
async function read(folder: string, bytes: Uint8Array, sizes?: Sizes): Promise<Outcome> {
  const work = join(folder, String(files++))
  await mkdir(work)
  await writeFile(join(work, 'in.csv'), bytes)
  const progress: number[] = []
  const reader = await readRecords(
    join(work, 'in.csv'),
    work,
    join(work, 'copy.csv'),
    (done, total) => {
      expect(total).toBe(bytes.length)
      progress.push(done)
    },
    sizes,
  )
  const records: Read[] = []
  const parts: Part[] = []
  const running = reader.parts()
  let step = await running.next()
  for (; !step.done; step = await running.next()) {
    parts.push(step.value)
    for (const record of await readPart(step.value)) records.push(record)
  }
  const scan = step.value
  expect(scan.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(scan.bytes).toBe(bytes.length)
  expect(progress.at(-1)).toBe(bytes.length)
  expect((await readFile(join(work, 'copy.csv'))).equals(bytes)).toBe(true)
  const misshapen = (await readFile(reader.misshapen_file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ line, cells, record }) => ({ line, cells: cellsOf(record, '\n')[0]!, count: cells }))
  expect(misshapen).toHaveLength(scan.misshapen)
  return { header: reader.header, records, misshapen, parts, scan }
}

async function readPart(part: Part): Promise<Read[]> {
  const rows = cellsOf(await readFile(part.file, 'utf8'), part.newline)
  expect(rows).toHaveLength(part.records)
  return rows.map((cells, index) =>
    part.first_line === null
      ? { line: Number(cells[0]), cells: cells.slice(1) }
      : { line: part.first_line + index, cells },
  )
}

const cellsOf = (content: string, record_delimiter: string): string[][] =>
  parse(content, { record_delimiter, relax_column_count: true })

const utf8 = (content: string) => Buffer.from(content)
const header = 'a,b,c'

/** One cell of a random table, and how it is written. */
const cell = fc
  .record({
    value: fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ab1 ,"\n;\tåØ', '\u{1f955}', '\r\n', '\ufeff'), maxLength: 6 }),
      fc.constantFrom('', '2482', '"', '""', '\n', '\r\n', ',', "it's", 'Skellefteå'),
    ),
    quoted: fc.boolean(),
  })
  .map(({ value, quoted }) => ({
    value,
    text: quoted || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
  }))

const newline = fc.constantFrom('\n', '\r\n')

/** A random file: rows of about three cells, blank lines, all kinds of line ends. */
const table = fc.record({
  bom: fc.boolean(),
  leading: fc.array(newline, { maxLength: 2 }),
  names: fc.array(cell, { minLength: 1, maxLength: 3 }),
  rows: fc.array(
    fc.record({
      cells: fc.oneof(
        { weight: 6, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.array(cell, { minLength: 1, maxLength: 5 }) },
      ),
      regular: fc.array(cell, { minLength: 3, maxLength: 3 }),
      blanks: fc.oneof(
        { weight: 8, arbitrary: fc.constant<('\n' | '\r\n')[]>([]) },
        fc.array(newline, { maxLength: 3 }),
      ),
      end: newline,
    }),
    { maxLength: 60 },
  ),
  ends: fc.constantFrom('lf', 'crlf', 'mixed'),
  final: fc.boolean(),
})

type Table = typeof table extends fc.Arbitrary<infer T> ? T : never

/** The file's text, with what is to be found in it. */
function write({ bom, leading, names, rows, ends, final }: Table) {
  const as = (end: string) => (ends === 'mixed' ? end : ends === 'lf' ? '\n' : '\r\n')
  const lines = (text: string) => text.split('\n').length - 1
  let text = leading.map(as).join('')
  const expected: Read[] = []
  const misshapen: (Read & { count: number })[] = []
  const put = (cells: readonly { text: string }[], end: string) => {
    const line = lines(text) + 1
    text += `${cells.map((one) => one.text).join(',')}${end}`
    return line
  }
  const isBlank = (cells: readonly { text: string }[]) => cells.length === 1 && cells[0]!.text === ''
  // a header of one empty cell or one that begins like a byte order mark would be something else
  const head = names.map((name, at) =>
    at === 0 ? { value: `n${name.value}`, text: `"n${name.value.replaceAll('"', '""')}"` } : name,
  )
  put(head, rows.length === 0 && !final ? '' : as('\r\n'))
  rows.forEach(({ cells: other, regular, blanks, end }, at) => {
    const cells = other ?? regular.slice(0, names.length)
    const isLast = at === rows.length - 1
    const line = put(cells, isLast && !final ? '' : as(end))
    if (!isBlank(cells)) {
      const found = { line, cells: cells.map(({ value }) => value) }
      if (cells.length === names.length) expected.push(found)
      else misshapen.push({ ...found, count: cells.length })
    }
    if (!isLast || final) text += blanks.map(as).join('')
  })
  return {
    bytes: utf8(`${bom ? '\ufeff' : ''}${text}`),
    names: head.map(({ value }) => value),
    expected,
    misshapen,
  }
}

describe('readRecords(file, folder, copy_to)', () => {
  test.each([
    ['in one piece', undefined],
    ['in parts', { part_bytes: 700, record_bytes: 600 }],
  ])('finds what an independent parser finds, %s', async (_, sizes) => {
    const folder = await temporaryFolder()
    await fc.assert(
      fc.asyncProperty(table, fc.nat(300), async (random, more) => {
        const { bytes, names, expected, misshapen } = write(random)
        const part_bytes = sizes && sizes.part_bytes + more
        const found = await read(folder, bytes, sizes && { ...sizes, part_bytes: part_bytes! })
        expect(found.scan.unreadable).toBeNull()
        expect(found.header).toEqual(names)
        expect(found.records).toEqual(expected)
        expect(found.misshapen).toEqual(misshapen)
        expect(found.scan.records).toBe(expected.length + misshapen.length)
        for (const part of found.parts) expect(part.records).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  test('a buffer may end at any byte of the file', async () => {
    const folder = await temporaryFolder()
    const row = 'å\u{1f955},"x ""y"", \r\nz",1'
    const bytes = utf8(`${header}\r\n${`${row}\r\n`.repeat(6)}\r\n1,2\r\n${row}`)
    const expected = [1, 2, 3, 4, 5, 6].map((n) => 2 * n).concat(16)
    for (let part_bytes = 41; part_bytes < bytes.length + 3; part_bytes++) {
      const found = await read(folder, bytes, { part_bytes, record_bytes: 40 })
      expect(found.scan.unreadable).toBeNull()
      expect(found.records).toEqual(
        expected.map((line) => ({ line, cells: ['å\u{1f955}', 'x "y", \r\nz', '1'] })),
      )
      expect(found.misshapen).toEqual([{ line: 15, cells: ['1', '2'], count: 2 }])
    }
  })

  test('a plain file is handed on as it is, in parts that say where they begin', async () => {
    const folder = await temporaryFolder()
    const rows = Array.from({ length: 200 }, (_, n) => `${n},x,y\r\n`)
    const { parts } = await read(folder, utf8(`${header}\r\n${rows.join('')}`), {
      part_bytes: 500,
      record_bytes: 100,
    })
    expect(parts.length).toBeGreaterThan(3)
    let line = 2
    for (const part of parts) {
      expect(part).toMatchObject({ first_line: line, newline: '\r\n' })
      line += part.records
    }
    expect(line).toBe(202)
  })

  test('a file that says it is CRLF but has one LF is not called regular', async () => {
    const folder = await temporaryFolder()
    const bytes = utf8(`${header}\r\n1,2,3\r\n4,5,6\n7,8,9\r\n`)
    const { parts, records } = await read(folder, bytes)
    expect(parts.map(({ first_line, newline }) => ({ first_line, newline }))).toEqual([
      { first_line: null, newline: '\n' },
    ])
    expect(records.map(({ line }) => line)).toEqual([2, 3, 4])
  })

  test('takes a file of several parts at its true size', async () => {
    const folder = await temporaryFolder()
    const line = '2026-07-01,2482,skola,grossist,artikel,potato,diced_frozen,12.500,3,SE,,true\n'
    const bytes = Buffer.concat([utf8(line), Buffer.alloc(70 << 20, line)])
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
    await writeFile(join(folder, 'in.csv'), whole)
    const reader = await readRecords(join(folder, 'in.csv'), folder, join(folder, 'copy.csv'))
    let records = 0
    const running = reader.parts()
    let step = await running.next()
    for (; !step.done; step = await running.next()) {
      expect(step.value.first_line).toBe(records + 2)
      records += step.value.records
    }
    expect(records).toBe(whole.length / line.length - 1)
    expect(step.value).toMatchObject({ records, misshapen: 0, unreadable: null, bytes: whole.length })
  })

  describe('headers', () => {
    test.each([
      ['nothing', '', null],
      ['a byte order mark alone', '\ufeff', null],
      ['blank lines alone', '\n\r\n\n', null],
      ['a header without line end', 'a,b', ['a', 'b']],
      ['a header', 'a,b\r\n', ['a', 'b']],
      ['a header behind a byte order mark', '\ufeffa,b\n', ['a', 'b']],
      ['a header in quotes behind a byte order mark', '\ufeff"a","b"\n', ['a', 'b']],
      ['a header with all that quotes allow', '"a,""b""","c\r\nd",e\n', ['a,"b"', 'c\r\nd', 'e']],
      ['empty names', ',a,,""\n', ['', 'a', '', '']],
    ])('of %s', async (_, content, expected) => {
      const { header, scan, parts } = await read(await temporaryFolder(), utf8(content))
      expect(header).toEqual(expected)
      expect(parts).toEqual([])
      expect(scan).toMatchObject({ records: 0, misshapen: 0, unreadable: null })
    })

    test('the lines after a header of several lines count on', async () => {
      const { records } = await read(await temporaryFolder(), utf8('\n"a\nb",c\n1,2\n'))
      expect(records).toEqual([{ line: 4, cells: ['1', '2'] }])
    })
  })

  describe('unreadable files', () => {
    const good = '1,2,3\n'
    const sizes = { part_bytes: 64, record_bytes: 60 }
    const cases: [string, string | Buffer, string, number, RegExp][] = [
      ['a stray quote', `${header}\n${good}1,x"y,3\n${good}`, 'not_csv', 3, /quote inside/],
      ['a stray quote after a space', `${header}\n1, "2",3\n`, 'not_csv', 2, /quote inside/],
      ['a stray quote in the header', `a,b"\n${good}`, 'not_csv', 1, /quote inside/],
      ['text after a closing quote', `${header}\n"1"x,2,3\n`, 'not_csv', 2, /after a closing quote/],
      [
        'a blank after a closing quote',
        `${header}\n${good}"1\n" ,2,3\n`,
        'not_csv',
        4,
        /after a closing quote/,
      ],
      ['a quote that nobody closes', `${header}\n${good}1,"2,3\n${good}`, 'not_csv', 3, /never closed/],
      ['a quote that the end opens', `${header}\n${good}1,2,"`, 'not_csv', 3, /never closed/],
      ['a quote that only a doubled one follows', `${header}\n"1""\n`, 'not_csv', 2, /never closed/],
      ['a header whose quote nobody closes', `a,"b\n${good}`, 'not_csv', 1, /never ends/],
      ['a lone carriage return', `${header}\n${good}1,2\r,3\n`, 'not_csv', 3, /carriage return/],
      ['a lone carriage return at the end', `${header}\n1,2,3\r`, 'not_csv', 2, /carriage return/],
      [
        'a lone carriage return after a quote',
        `${header}\n1,2,"3"\r4,5,6\n`,
        'not_csv',
        2,
        /carriage return/,
      ],
      ['a lone carriage return at the start', `\r${header}\n${good}`, 'not_csv', 1, /carriage return/],
      ['lone carriage returns as line ends', `${header}\r1,2,3\r`, 'not_csv', 1, /carriage return/],
      ['a NUL byte', `${header}\n${good}1,\0,3\n`, 'not_csv', 3, /NUL/],
      ['a NUL byte in quotes', `${header}\n"1\n\n",2,3\n1,"\0",3\n`, 'not_csv', 5, /NUL/],
      ['a NUL byte in a quoted header', `a,"b\0"\n${good}`, 'not_csv', 1, /NUL/],
      ['UTF-16', Buffer.from('a,b\n1,2\n', 'utf16le'), 'not_csv', 1, /NUL/],
      ['Latin-1', Buffer.from(`${header}\n${good}${good}1,Skellefteå,3\n`, 'latin1'), 'not_utf8', 4, /UTF-8/],
      ['Latin-1 in the header', Buffer.from(`a,å\n${good}`, 'latin1'), 'not_utf8', 1, /UTF-8/],
      ['Latin-1 in a misshapen record', Buffer.from(`${header}\nå\n`, 'latin1'), 'not_utf8', 2, /UTF-8/],
      [
        'a character that the end cuts',
        Buffer.concat([utf8(`${header}\n1,2,`), utf8('å').subarray(0, 1)]),
        'not_utf8',
        2,
        /UTF-8/,
      ],
      [
        'a character that a line end cuts',
        Buffer.concat([utf8(`${header}\n1,2,`), utf8('\u{1f955}').subarray(0, 3), utf8(`\n${good}`)]),
        'not_utf8',
        2,
        /UTF-8/,
      ],
      ['a surrogate', Buffer.from(`${header}\n1,\xed\xa0\x80,2\n`, 'latin1'), 'not_utf8', 2, /UTF-8/],
      ['an overlong slash', Buffer.from(`${header}\n1,\xc0\xaf,2\n`, 'latin1'), 'not_utf8', 2, /UTF-8/],
    ]

    test.each(cases)('%s', async (_, content, rule, line, reason) => {
      const bytes = typeof content === 'string' ? utf8(content) : content
      const folder = await temporaryFolder()
      for (const limits of [undefined, sizes]) {
        const { scan } = await read(folder, bytes, limits)
        expect(scan.unreadable).toEqual({ rule, line, reason: expect.stringMatching(reason) })
      }
    })

    test('a fault far into the file is found at its line wherever the buffers end', async () => {
      const folder = await temporaryFolder()
      const before = '1,å\u{1f955},"x\ny"\n'.repeat(20)
      for (const [fault, rule, line] of [
        [utf8('1,x"y,3\n'), 'not_csv', 42],
        [utf8('1,"x\n\0",3\n'), 'not_csv', 43],
        [Buffer.from('1,å,3\n', 'latin1'), 'not_utf8', 42],
        [utf8('1,"2,3\n'), 'not_csv', 42],
      ] as const) {
        const bytes = Buffer.concat([utf8(`${header}\n${before}`), fault, utf8('4,5,6\n'.repeat(3))])
        for (let part_bytes = 61; part_bytes < 100; part_bytes++) {
          const { scan } = await read(folder, bytes, { part_bytes, record_bytes: 60 })
          expect(scan.unreadable).toMatchObject({ rule, line })
        }
      }
    })

    test.each([undefined, { part_bytes: 3 << 20, record_bytes: 1 << 20 }])(
      'a record over the maximum is refused wherever it lies, one at the maximum is not (%j)',
      async (limits) => {
        const folder = await temporaryFolder()
        const row = (bytes: number) => `1,2,"${'x\n'.repeat((bytes - 6) / 2)}"`
        for (const before of ['', '1,2,3\n'.repeat(400_000)]) {
          const lines = before.split('\n').length
          const at = await read(folder, utf8(`${header}\n${before}${row(1 << 20)}\n${good}`), limits)
          expect(at.scan.unreadable).toBeNull()
          const over = await read(folder, utf8(`${header}\n${before}${row((1 << 20) + 2)}\n${good}`), limits)
          expect(over.scan.unreadable).toMatchObject({
            rule: 'not_csv',
            line: lines + 1,
            reason: expect.stringMatching(/longer/),
          })
        }
      },
    )

    test('records before the fault are counted, none after it', async () => {
      const { scan, records } = await read(await temporaryFolder(), utf8(`${header}\n${good}1\nx"\n${good}`))
      expect(records).toEqual([{ line: 2, cells: ['1', '2', '3'] }])
      expect(scan).toMatchObject({ records: 2, misshapen: 1 })
    })
  })

  describe('surroundings', () => {
    test('a missing file is an error', async () => {
      const folder = await temporaryFolder()
      await expect(readRecords(join(folder, 'none'), folder, join(folder, 'copy'))).rejects.toThrow('ENOENT')
    })

    test('a copy that cannot be written is an error of the call, not of the process', async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'in.csv'), `${header}\n1,2,3\n`)
      const failing = async () => {
        const reader = await readRecords(join(folder, 'in.csv'), folder, join(folder, 'none/copy'))
        for await (const _ of reader.parts());
      }
      await expect(failing()).rejects.toThrow('ENOENT')
    })

    test('misshapen records that cannot be written are an error of the call, not of the process', async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'in.csv'), `${header}\n1,2\n`)
      await mkdir(join(folder, 'misshapen.ndjson'))
      const failing = async () => {
        const reader = await readRecords(join(folder, 'in.csv'), folder, join(folder, 'copy'))
        for await (const _ of reader.parts());
      }
      await expect(failing()).rejects.toThrow('EISDIR')
    })

    test('a caller may stop in the middle', async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'in.csv'), `${header}\n${'1,2,3\n'.repeat(100)}`)
      const sizes = { part_bytes: 64, record_bytes: 60 }
      const reader = await readRecords(join(folder, 'in.csv'), folder, join(folder, 'copy'), undefined, sizes)
      for await (const part of reader.parts()) {
        await access(part.file)
        break
      }
    })
  })
})
