import { stringify } from 'csv-stringify/sync'
import { SkafferiError } from '../errors.ts'
import { cellsOf } from '../landing/records.ts'
import { parseQuarter } from '../quarter.ts'
import type { Storage } from '../storage/storage.ts'
import { receivedFile } from './received.ts'
import {
  findRefusedRows,
  type RefusedRow,
  type RefusedRows,
  refusedLines,
  refusedRows,
  rowsAsCsv,
} from './refused-rows.ts'
import { type CsvRecord, recordsOf } from './text-lines.ts'

/** Columns of a mended file that are no part of the dataset. */
const BESIDE = ['record', 'line', 'reasons']

/** The whole file of a delivery with its refused rows mended, ready to be landed. */
export interface MendedFile {
  /** Refused rows that have one in their place that differs from what was sent. */
  readonly mended: number
  /** Refused rows that stand as they were sent. */
  readonly as_sent: number
  /** Refused rows that the mended file no longer has. */
  readonly left_out: number
  /** The file's text in pieces. */
  parts(): AsyncGenerator<string>
}

/** A mended row: its cells by column. */
type MendedRow = Readonly<Record<string, string>>

/**
 * Puts mended rows into the file they were refused from. `file` is the CSV of refused rows, mended: `line` says
 * which row each one is, `reasons` may stay, and a row taken out of it is left out of the whole. A record with
 * a wrong number of cells is mended in its cells, or as a whole in `record` where those are left empty.
 *
 * @throws SkafferiError `usage` for an unknown delivery, one without refused rows, or a file that does not fit it
 */
export async function mendedFile(storage: Storage, delivery: string, file: string): Promise<MendedFile> {
  const refused = await findRefusedRows(storage, delivery)
  if (refused.key === null)
    throw new SkafferiError(
      'usage',
      `nothing to mend by rows in ${delivery}: none was refused by itself (skafferi receipt ${delivery})`,
    )
  const lines = new Set(await refusedLines(storage, refused))
  const names = refused.table.columns.map(({ name }) => name)
  const mended = await readMended(file, names, lines, delivery)
  const left_out = lines.size - mended.size
  const as_sent = await linesAsSent(storage, refused, names, mended)
  for (const line of as_sent) {
    lines.delete(line)
    mended.delete(line)
  }
  const { dataset, source, quarter } = refused.receipt.head
  const scope = { dataset, source, quarter: quarter === null ? null : parseQuarter(quarter) }
  const received = await receivedFile(storage, scope, delivery)
  return {
    mended: mended.size,
    as_sent: as_sent.length,
    left_out,
    parts: () => putInPlace(received, names, lines, mended),
  }
}

async function readMended(
  file: string,
  names: readonly string[],
  lines: ReadonlySet<number>,
  delivery: string,
): Promise<Map<number, MendedRow>> {
  const wrong = (message: string) => new SkafferiError('usage', `${file} ${message}`)
  const mended = new Map<number, MendedRow>()
  let header: string[] | null = null
  for await (const records of readRecords(file)) {
    for (const { line: at, text } of records) {
      const cells = recordCells(text)
      // spreadsheets leave rows of commas behind
      if (cells.every((cell) => cell === '')) continue
      if (header === null) {
        header = mendedHeader(cells, names, wrong)
        continue
      }
      if (cells.length !== header.length)
        throw wrong(`line ${at} has ${cells.length} cells (valid: ${header.length})`)
      const row = Object.fromEntries(header.map((name, index) => [name, cells[index]!]))
      const line = Number(row.line)
      if (!lines.has(line))
        throw wrong(`line ${at}: ${JSON.stringify(row.line)} is no line of a refused row of ${delivery}`)
      if (mended.has(line)) throw wrong(`line ${at}: a second row for line ${line}`)
      mended.set(line, row)
    }
  }
  if (header === null) throw wrong('is empty (valid: the CSV of refused rows, mended)')
  return mended
}

/** Lines of the refused rows that came back as they were sent. */
async function linesAsSent(
  storage: Storage,
  refused: RefusedRows,
  names: readonly string[],
  mended: ReadonlyMap<number, MendedRow>,
): Promise<number[]> {
  const found: number[] = []
  for await (const page of refusedRows(storage, refused))
    for (const row of page) {
      const back = mended.get(row.line)
      if (back !== undefined && isAsSent(back, names, row)) found.push(row.line)
    }
  return found
}

function isAsSent(back: MendedRow, names: readonly string[], { cells, record }: RefusedRow): boolean {
  if (names.some((name, at) => back[name] !== (cells[at] ?? ''))) return false
  // who takes the column away has not mended in it
  return record === null || back.record === undefined || back.record === record
}

async function* readRecords(file: string): AsyncGenerator<CsvRecord[]> {
  try {
    yield* recordsOf(file)
  } catch (error) {
    if (error instanceof SkafferiError) throw error
    throw new SkafferiError('usage', `cannot read ${file} (${(error as Error).message})`, { cause: error })
  }
}

function mendedHeader(
  header: string[],
  names: readonly string[],
  wrong: (message: string) => SkafferiError,
): string[] {
  const missing = [...names, 'line'].filter((name) => !header.includes(name))
  const unknown = header.filter(
    (name, at) => ![...names, ...BESIDE].includes(name) || header.indexOf(name) !== at,
  )
  if (missing.length === 0 && unknown.length === 0) return header
  const valid = `valid: ${names.join(', ')}, line, and reasons if you like; parted by commas`
  const said =
    missing.length > 0 ? `lacks ${missing.join(', ')}` : `has columns too many: ${unknown.join(', ')}`
  throw wrong(`${said} (${valid})`)
}

/** Every record as it stands, but for those of `lines`; the mended ones in the order of the file's own columns. */
async function* putInPlace(
  received: string,
  names: readonly string[],
  lines: ReadonlySet<number>,
  mended: ReadonlyMap<number, MendedRow>,
): AsyncGenerator<string> {
  let header: string[] | null = null
  let newline = '\n'
  for await (const records of recordsOf(received)) {
    let text = ''
    for (const record of records) {
      if (header === null && !isBlank(record.text)) {
        header = recordCells(record.text)
        newline = lineEnd(record.text) ?? newline
      }
      if (!lines.has(record.line)) text += record.text
      else text += inPlaceOf(mended.get(record.line), header!, names, lineEnd(record.text) ?? newline)
    }
    yield text
  }
}

function inPlaceOf(
  row: MendedRow | undefined,
  header: readonly string[],
  names: readonly string[],
  record_delimiter: string,
): string {
  if (row === undefined) return ''
  if (row.record && names.every((name) => row[name] === '')) return row.record + record_delimiter
  return stringify([header.map((name) => row[name])], { ...rowsAsCsv, record_delimiter })
}

const lineEnd = (text: string): string | undefined => /\r?\n$/.exec(text)?.[0]
const isBlank = (text: string) => /^\uFEFF?\r?\n?$/.test(text)
const recordCells = (text: string) => cellsOf(text.replace(/^\uFEFF/, '').replace(/\r?\n$/, ''))
