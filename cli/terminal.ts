import { once } from 'node:events'
import { styleText } from 'node:util'
import Table from 'cli-table3'

type Style = Parameters<typeof styleText>[0]

/** Where the program speaks: results on stdout, everything else on stderr. */
export class Terminal {
  /** Whether stdout is for a program: one JSON value and nothing else. */
  readonly json: boolean
  #onLine = false

  constructor(json: boolean) {
    this.json = json
  }

  /** A line of result for people; left out where a program reads. */
  say(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`)
  }

  /** The result for a program. */
  answer(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** Raw result. */
  write(content: string | Uint8Array): void {
    process.stdout.write(content)
  }

  /** Raw result in pieces, no faster than it is read. */
  async writeAll(pieces: AsyncIterable<string>): Promise<void> {
    for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
  }

  /** A remark beside the result. */
  note(text: string): void {
    this.#endProgress()
    process.stderr.write(`${text}\n`)
  }

  /** What goes on, on one line that is written over; only where a person looks. */
  progress(text: string): void {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r\u001b[2K${text}`)
    this.#onLine = true
  }

  /** Ends the line of progress. */
  done(): void {
    this.#endProgress()
  }

  #endProgress(): void {
    if (this.#onLine) process.stderr.write('\r\u001b[2K')
    this.#onLine = false
  }
}

/** Text with a style, where the terminal has colour and NO_COLOR is not set. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/** How a table's column is set. */
export type Align = 'left' | 'right'

/** A table of text without lines between the rows. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly Align[] = [],
): string {
  const table = new Table({
    head: head.map((name) => styled('bold', name)),
    colAligns: [...aligns],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(
      [
        'top',
        'top-mid',
        'top-left',
        'top-right',
        'bottom',
        'bottom-mid',
        'bottom-left',
        'bottom-right',
        'left',
        'left-mid',
        'mid',
        'mid-mid',
        'right',
        'right-mid',
        'middle',
      ].map((name) => [name, '']),
    ),
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString().replaceAll(/ +$/gm, '')
}

const inGroups = (value: number, decimals: number) =>
  value
    .toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replaceAll(',', ' ')

/** A whole number in groups, such as 42 000. */
export const whole = (value: number) => inGroups(value, 0)
/** Tonnes of a mass in kg: one decimal below 100 t, none for nothing. */
export const tonnes = (kg: number) => `${inGroups(kg / 1000, kg === 0 || kg >= 99_950 ? 0 : 1)} t`
/** Kronor in thousands or millions. */
export const kronor = (sek: number) =>
  sek < 999_500 ? `${inGroups(sek / 1000, 0)} kSEK` : `${inGroups(sek / 1e6, 1)} MSEK`
