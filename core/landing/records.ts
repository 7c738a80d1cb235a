import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createWriteStream, type WriteStream } from 'node:fs'
import { open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A run of records in a file of its own, with a known number of cells each and nothing else in it. */
export interface Part {
  readonly file: string
  readonly records: number
  /**
   * `line` of the first record where the others follow line by line; null where the file's first column,
   * which we put there, holds each record's line.
   */
  readonly first_line: number | null
  readonly newline: '\n' | '\r\n'
}

/** Why a file cannot be read as CSV at all. */
export interface Unreadable {
  readonly rule: 'not_utf8' | 'not_csv'
  readonly line: number
  readonly reason: string
}

/** What a pass over the bytes of a file found. */
export interface Scan {
  /** Hash of the bytes; empty where no copy was made. */
  readonly sha256: string
  readonly bytes: number
  /** Records after the header, those with a wrong number of cells included; blank lines are none. */
  readonly records: number
  /** Of these, how many have more or fewer cells than the header. */
  readonly misshapen: number
  readonly unreadable: Unreadable | null
}

/** The parts of a file as they become ready, and at the end what the pass found. */
export interface RecordReader {
  readonly header: readonly string[] | null
  parts(): AsyncGenerator<Part, Scan>
  /** File to which records with a wrong number of cells go, one JSON object `{line, cells, record}` a line. */
  readonly misshapen_file: string
}

/** How much of a file is looked at together. */
export interface Sizes {
  /** About the size of a part; more than `record_bytes`. */
  readonly part_bytes: number
  /** A longer record is taken for a quote that nobody closed. */
  readonly record_bytes: number
}

/** Each processor works on a part, while the next one is held in memory; one makes about a row group. */
const SIZES: Sizes = { part_bytes: 8 << 20, record_bytes: 1 << 20 }
const NUL = 0
const LF = 10
const CR = 13
const QUOTE = 34
const COMMA = 44

/** What the scan of one buffer found; positions are offsets into the buffer. */
interface Batch {
  count: number
  starts: Uint32Array
  ends: Uint32Array
  lines: Float64Array
  /** Records with a wrong number of cells. */
  misshapen: { line: number; cells: number; start: number; end: number }[]
  crlf: number
  /** Whether bytes other than whole well-formed records lie between the first and the last. */
  gaps: boolean
  consumed: number
  next_line: number
  unreadable: Unreadable | null
}

/**
 * Finds the records in `buffer[0, end)` by RFC 4180: cells parted by commas, records by LF or CRLF, quoted
 * cells with doubled quotes. Stops before a record that is not whole, unless `last`.
 */
function scanBatch(
  buffer: Buffer,
  last: boolean,
  first_line: number,
  width: number,
  record_bytes: number,
): Batch {
  const end = buffer.length
  const room = Math.ceil(end / Math.max(width, 2)) + 1
  const batch: Batch = {
    count: 0,
    starts: new Uint32Array(room),
    ends: new Uint32Array(room),
    lines: new Float64Array(room),
    misshapen: [],
    crlf: 0,
    gaps: false,
    consumed: 0,
    next_line: first_line,
    unreadable: null,
  }
  let at = 0
  while (at < end && batch.unreadable === null) {
    const record = scanRecord(buffer, at, end, last, batch.next_line)
    if (record === null) break
    if (typeof record !== 'number') {
      batch.unreadable = record
      break
    }
    if (record - at > record_bytes) {
      batch.unreadable = tooLong(batch.next_line, record_bytes)
      break
    }
    at = addRecord(batch, buffer, at, record, end, width)
  }
  if (at < end && batch.unreadable === null && (last || end - at > record_bytes)) {
    batch.unreadable = last
      ? { rule: 'not_csv', line: batch.next_line, reason: 'a quoted cell is never closed' }
      : tooLong(batch.next_line, record_bytes)
  }
  batch.consumed = at
  return batch
}

function tooLong(line: number, record_bytes: number): Unreadable {
  return { rule: 'not_csv', line, reason: `a record is longer than ${record_bytes} bytes` }
}

// what scanRecord found beside the record's end; module state, since an object per record would cost as much
let record_cells = 0
let record_newlines = 0

/** Offset of the record's line end (or `end` of a last record); null when it is not whole. */
function scanRecord(
  buffer: Buffer,
  start: number,
  end: number,
  last: boolean,
  line: number,
): number | Unreadable | null {
  let cells = 1
  let newlines = 0
  let cell = start
  let at = start
  while (at < end) {
    const byte = buffer[at]!
    if (byte > COMMA) {
      at++
    } else if (byte === COMMA) {
      cells++
      cell = ++at
    } else if (byte === LF) {
      break
    } else if (byte === QUOTE) {
      if (at !== cell)
        return { rule: 'not_csv', line: line + newlines, reason: 'a quote inside an unquoted cell' }
      let close = buffer.indexOf(QUOTE, at + 1)
      while (close >= 0 && close + 1 < end && buffer[close + 1] === QUOTE)
        close = buffer.indexOf(QUOTE, close + 2)
      if (close < 0 || close >= end) return null
      for (let lf = buffer.indexOf(LF, at); lf >= 0 && lf < close; lf = buffer.indexOf(LF, lf + 1)) newlines++
      at = close + 1
      if (at === end && !last) return null
      const next = buffer[at]
      if (at < end && next !== COMMA && next !== LF && next !== CR) {
        return { rule: 'not_csv', line: line + newlines, reason: 'text after a closing quote' }
      }
    } else if (byte === CR) {
      if (at + 1 === end && !last) return null
      if (buffer[at + 1] !== LF || at + 1 >= end) {
        return { rule: 'not_csv', line: line + newlines, reason: 'a carriage return without line feed' }
      }
      at++
    } else if (byte === NUL) {
      return { rule: 'not_csv', line: line + newlines, reason: 'a NUL byte' }
    } else {
      at++
    }
  }
  if (at === end && !last) return null
  record_cells = cells
  record_newlines = newlines
  return at
}

/** Notes the record `[start, stop)` and tells where the next one begins. */
function addRecord(
  batch: Batch,
  buffer: Buffer,
  start: number,
  stop: number,
  end: number,
  width: number,
): number {
  const crlf = stop > start && stop < end && buffer[stop - 1] === CR
  const content = crlf ? stop - 1 : stop
  const line = batch.next_line
  batch.next_line += 1 + record_newlines
  if (content === start) {
    batch.gaps = true
  } else if (record_cells !== width) {
    batch.gaps = true
    batch.misshapen.push({ line, cells: record_cells, start, end: content })
  } else {
    const { count } = batch
    batch.starts[count] = start
    batch.ends[count] = content
    batch.lines[count] = line
    batch.crlf += crlf ? 1 : 0
    batch.count = count + 1
  }
  return Math.min(stop + 1, end)
}

/** What no cell may hold, quoted or not. */
function faultOfBytes(bytes: Buffer, first_line: number): Unreadable | null {
  const nul = bytes.indexOf(NUL)
  if (nul >= 0) {
    let line = first_line
    for (let lf = bytes.indexOf(LF); lf >= 0 && lf < nul; lf = bytes.indexOf(LF, lf + 1)) line++
    return { rule: 'not_csv', line, reason: 'a NUL byte' }
  }
  if (isUtf8(bytes)) return null
  return { rule: 'not_utf8', line: lineOfBadUtf8(bytes, first_line), reason: 'bytes that are not UTF-8' }
}

/** The first line whose bytes are not UTF-8. */
function lineOfBadUtf8(buffer: Buffer, first_line: number): number {
  let start = 0
  for (let line = first_line; start < buffer.length; line++) {
    const lf = buffer.indexOf(LF, start)
    const stop = lf < 0 ? buffer.length : lf + 1
    if (!isUtf8(buffer.subarray(start, stop))) return line
    start = stop
  }
  return first_line
}

/** Cells of one record, quotes taken off. */
export function cellsOf(record: string): string[] {
  const cells = record.match(/"(?:[^"]|"")*"|[^,]+|(?<=,|^)(?=,|$)/g) ?? []
  return cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
}

/**
 * Reads a CSV file once, in bounded memory: copies its bytes to `copy_to` (null: no copy) and hashes them, and
 * cuts the records into parts of about 8 MB in `folder`, which are complete as soon as they are handed out.
 */
export async function readRecords(
  file: string,
  folder: string,
  copy_to: string | null,
  onProgress: (bytes: number, total: number) => void = () => {},
  sizes: Sizes = SIZES,
): Promise<RecordReader> {
  const total = (await stat(file)).size
  const reader = new PartReader(file, folder, copy_to, total, onProgress, sizes)
  try {
    await reader.open()
    return reader
  } catch (error) {
    await reader.close()
    throw error
  }
}

class PartReader implements RecordReader {
  header: string[] | null = null
  readonly misshapen_file: string
  readonly #file: string
  readonly #folder: string
  readonly #total: number
  readonly #onProgress: (bytes: number, total: number) => void
  readonly #sizes: Sizes
  readonly #hash = createHash('sha256')
  readonly #copy: WriteStream | null
  readonly #misshapenStream: WriteStream
  #handle: Awaited<ReturnType<typeof open>> | undefined
  #buffer = Buffer.allocUnsafe(0)
  /** Bytes of the buffer that are filled, and whether the file has no more. */
  #filled = 0
  #atEnd = false
  #bytes = 0
  #line = 1
  #records = 0
  #misshapen = 0
  #unreadable: Unreadable | null = null

  constructor(
    file: string,
    folder: string,
    copy_to: string | null,
    total: number,
    onProgress: (bytes: number, total: number) => void,
    sizes: Sizes,
  ) {
    this.#file = file
    this.#folder = folder
    this.#total = total
    this.#onProgress = onProgress
    this.#sizes = sizes
    this.misshapen_file = join(folder, 'misshapen.ndjson')
    this.#copy = copy_to === null ? null : createWriteStream(copy_to, { highWaterMark: sizes.part_bytes })
    this.#misshapenStream = createWriteStream(this.misshapen_file)
    // a failure reaches whoever waits for a write; without a listener it would end the process
    for (const stream of [this.#copy, this.#misshapenStream]) stream?.on('error', () => {})
  }

  /** Reads the first stretch of the file and its header. */
  async open(): Promise<void> {
    this.#handle = await open(this.#file)
    this.#buffer = Buffer.allocUnsafe(Math.min(this.#sizes.part_bytes, this.#total + 1))
    await this.#fill(0)
    const bom =
      this.#buffer[0] === 0xef && this.#buffer[1] === 0xbb && this.#buffer[2] === 0xbf && this.#filled >= 3
        ? 3
        : 0
    let at = bom
    for (let blank = this.#blankLine(at); blank > 0; blank = this.#blankLine(at)) {
      this.#line++
      at += blank
    }
    const stop = scanRecord(this.#buffer.subarray(0, this.#filled), at, this.#filled, this.#atEnd, this.#line)
    if (stop === null && this.#filled > at) {
      this.#unreadable = { rule: 'not_csv', line: this.#line, reason: 'the header never ends' }
    } else if (stop !== null && typeof stop !== 'number') {
      this.#unreadable = stop
    } else if (typeof stop === 'number' && stop > at) {
      const record = this.#buffer.subarray(at, stop)
      this.#unreadable = faultOfBytes(record, this.#line)
      this.header = cellsOf(record.toString().replace(/\r$/, ''))
      this.#line += 1 + record_newlines
      at = Math.min(stop + 1, this.#filled)
    }
    this.#shift(at)
  }

  async *parts(): AsyncGenerator<Part, Scan> {
    try {
      yield* this.#readParts()
      await Promise.all([this.#copy && finish(this.#copy), finish(this.#misshapenStream)])
    } finally {
      await this.close()
    }
    return {
      sha256: this.#copy === null ? '' : this.#hash.digest('hex'),
      bytes: this.#bytes,
      records: this.#records,
      misshapen: this.#misshapen,
      unreadable: this.#unreadable,
    }
  }

  async close(): Promise<void> {
    this.#copy?.destroy()
    this.#misshapenStream.destroy()
    await this.#handle?.close()
    this.#buffer = Buffer.alloc(0)
    this.#filled = 0
  }

  async *#readParts(): AsyncGenerator<Part> {
    const width = this.header?.length ?? 0
    for (let number = 0; this.#filled > 0 || !this.#atEnd; number++) {
      if (this.#unreadable !== null || this.header === null) {
        await this.#skip()
        break
      }
      await this.#fill(this.#filled)
      const part = await this.#nextPart(number, width)
      if (part !== null) yield part
    }
  }

  async #nextPart(number: number, width: number): Promise<Part | null> {
    const batch = scanBatch(
      this.#buffer.subarray(0, this.#filled),
      this.#atEnd,
      this.#line,
      width,
      this.#sizes.record_bytes,
    )
    const used = this.#buffer.subarray(0, batch.consumed)
    const fault = faultOfBytes(used, this.#line)
    this.#unreadable = fault ?? batch.unreadable
    if (fault !== null) return null
    this.#line = batch.next_line
    this.#records += batch.count + batch.misshapen.length
    this.#misshapen += batch.misshapen.length
    const misshapen = batch.misshapen.map(({ line, cells, start, end }) => {
      const record = this.#buffer.toString('utf8', start, end)
      return `${JSON.stringify({ line, cells, record })}\n`
    })
    await write(this.#misshapenStream, misshapen.join(''))
    const part =
      batch.count > 0 ? await this.#writePart(join(this.#folder, `part-${number}.csv`), batch) : null
    this.#shift(batch.consumed)
    return part
  }

  async #writePart(file: string, batch: Batch): Promise<Part> {
    const { count, starts, ends, lines, crlf, gaps } = batch
    const closed = ends[count - 1]! < batch.consumed ? count : count - 1
    const regular = !gaps && (crlf === 0 || crlf === closed) && lines[count - 1]! - lines[0]! === count - 1
    if (regular) {
      await writeFile(file, this.#buffer.subarray(0, batch.consumed))
      return { file, records: count, first_line: lines[0]!, newline: crlf > 0 ? '\r\n' : '\n' }
    }
    const pieces: Uint8Array[] = []
    for (let index = 0; index < count; index++) {
      pieces.push(
        Buffer.from(`${lines[index]},`),
        this.#buffer.subarray(starts[index], ends[index]),
        Buffer.of(LF),
      )
    }
    await writeFile(file, Buffer.concat(pieces))
    return { file, records: count, first_line: null, newline: '\n' }
  }

  /** Fills the buffer from `at` on. */
  async #fill(at: number): Promise<void> {
    this.#filled = at
    while (!this.#atEnd && this.#filled < this.#buffer.length) {
      const { bytesRead } = await this.#handle!.read(
        this.#buffer,
        this.#filled,
        this.#buffer.length - this.#filled,
      )
      if (bytesRead === 0) this.#atEnd = true
      await this.#take(this.#buffer.subarray(this.#filled, this.#filled + bytesRead))
      this.#filled += bytesRead
    }
  }

  /** Reads what is left for its hash and copy alone. */
  async #skip(): Promise<void> {
    for (this.#filled = 0; !this.#atEnd; ) await this.#fill(0)
    this.#filled = 0
  }

  async #take(bytes: Buffer): Promise<void> {
    this.#bytes += bytes.length
    if (this.#copy !== null) {
      this.#hash.update(bytes)
      // the stream keeps what it is given and the buffer is used again, hence waiting for the write itself
      await write(this.#copy, bytes)
    }
    this.#onProgress(this.#bytes, this.#total)
  }

  /** Bytes of the line end at an offset; 0 if there is none. */
  #blankLine(at: number): number {
    const [byte, next] = this.#buffer.subarray(at, Math.min(at + 2, this.#filled))
    if (byte === LF) return 1
    return byte === CR && next === LF ? 2 : 0
  }

  /** Drops the first bytes of the buffer. */
  #shift(bytes: number): void {
    this.#buffer.copy(this.#buffer, 0, bytes, this.#filled)
    this.#filled -= bytes
  }
}

async function write(stream: WriteStream, content: string | Uint8Array): Promise<void> {
  await new Promise<void>((done, fail) =>
    stream.write(content, (error) => (error ? fail(stream.errored ?? error) : done())),
  )
}

async function finish(stream: WriteStream): Promise<void> {
  await new Promise<void>((done, fail) => stream.once('error', fail).end(() => done()))
}
