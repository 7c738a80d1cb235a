import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Texts of a landed file. */
export interface LandedRecords {
  /** The record of the column names, without byte order mark. */
  readonly header: string
  /** Line on which a record begins → its text as it stands in the file, without the line end. */
  readonly texts: ReadonlyMap<number, string>
  readonly sha256: string
}

const LF = 10
const QUOTE = 34
const CHUNK_BYTES = 1 << 20
/** A byte order mark with CRLF. */
const LONGEST_BLANK = 5

/**
 * Reads a landed file once, in bounded memory, for the records that begin on the given lines. The file is one
 * that was accepted, so an odd number of quotes always means that the record goes on.
 */
export async function landedRecords(path: string, lines: Iterable<number>): Promise<LandedRecords> {
  const hash = createHash('sha256')
  const records = new Records(new Set(lines))
  let rest: Buffer[] = []
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const piece = chunk.subarray(start, end + 1)
      records.take(rest.length === 0 ? piece : Buffer.concat([...rest, piece]))
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (rest.length > 0) records.take(Buffer.concat(rest))
  return { header: records.header ?? '', texts: records.texts, sha256: hash.digest('hex') }
}

/** Puts lines together to the records that are wanted. */
class Records {
  header: string | null = null
  readonly texts = new Map<number, string>()
  readonly #wanted: ReadonlySet<number>
  #number = 0
  #open: { readonly line: number; readonly parts: Buffer[]; quotes: number } | null = null

  constructor(wanted: ReadonlySet<number>) {
    this.#wanted = wanted
  }

  /** Takes the next line, its line end included. */
  take(line: Buffer): void {
    this.#number++
    if (this.#open === null) {
      const wanted = this.header === null ? !isBlank(line) : this.#wanted.has(this.#number)
      if (!wanted) return
      this.#open = { line: this.#number, parts: [], quotes: 0 }
    }
    this.#open.parts.push(line)
    this.#open.quotes += count(line, QUOTE)
    if (this.#open.quotes % 2 === 0) this.#close(this.#open.line, Buffer.concat(this.#open.parts))
  }

  #close(line: number, bytes: Buffer): void {
    const text = bytes.toString().replace(/\r?\n$/, '')
    if (this.header === null) this.header = text.replace(/^\ufeff/, '')
    else this.texts.set(line, text)
    this.#open = null
  }
}

/** Whether a line, a byte order mark aside, holds nothing. */
function isBlank(line: Buffer): boolean {
  return line.length <= LONGEST_BLANK && /^\ufeff?\r?\n?$/.test(line.toString())
}

function count(bytes: Buffer, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found++
  return found
}
