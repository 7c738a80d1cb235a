import { createReadStream } from 'node:fs'
import { TextDecoder } from 'node:util'
import { SkafferiError } from '../errors.ts'

/** A record of a CSV file as it stands there, its line end included. */
export interface CsvRecord {
  /** Line of the file on which it begins, the first being 1. */
  readonly line: number
  readonly text: string
}

/** The lines of a UTF-8 file with their line ends, many at a time; a byte order mark stays with the first. */
export async function* linesOf(file: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const lines = (rest + decode(decoder, file, chunk)).split('\n')
    rest = lines.pop()!
    yield lines.map((line) => `${line}\n`)
  }
  rest += decode(decoder, file)
  if (rest !== '') yield [rest]
}

/**
 * The records of a file that can be read as CSV, many at a time. A record goes on in the next line as long as a
 * quote is open; quotes inside quoted cells are doubled, so counting them tells.
 */
export async function* recordsOf(file: string): AsyncGenerator<CsvRecord[]> {
  let [line, first, open, text] = [1, 1, false, '']
  for await (const lines of linesOf(file)) {
    const records: CsvRecord[] = []
    for (const part of lines) {
      text += part
      line++
      if (hasOddQuotes(part)) open = !open
      if (open) continue
      records.push({ line: first, text })
      text = ''
      first = line
    }
    yield records
  }
  if (text !== '') yield [{ line: first, text }]
}

function decode(decoder: TextDecoder, file: string, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch (error) {
    throw new SkafferiError('usage', `not UTF-8: ${file} (valid: CSV in UTF-8)`, { cause: error })
  }
}

function hasOddQuotes(line: string): boolean {
  let odd = false
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) odd = !odd
  return odd
}
