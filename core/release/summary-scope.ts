import { LEADING_ZONING } from '../../schemas/published.ts'
import type { Text } from '../../schemas/table.ts'
import type { Comparison } from '../lake/releases.ts'
import type { MartRow, MartValue } from '../mart-text.ts'
import { Figures, type Language } from './figures.ts'
import type { NamedZoning, Names } from './names.ts'
import { words } from './texts.ts'

/** What a summary may speak of: the tables as published, names, and what the release itself is. */
export interface SummaryInput {
  readonly quarter: string
  readonly release: number
  /** Day in Stockholm on which the run was computed. */
  readonly computed_on: string
  readonly corrects: {
    readonly release: number
    readonly reason: string
    readonly changes: Comparison
  } | null
  readonly changes: Comparison | null
  /** Sources whose rows are invented. */
  readonly invented: readonly string[]
  readonly marts: ReadonlyMap<string, readonly MartRow[]>
  readonly names: Names
}

/** One summary in the making: what it speaks of, in which language, and all that it has said. */
export class Scope {
  readonly input: SummaryInput
  readonly language: Language
  readonly figures: Figures
  /** The zoning it speaks of; null when no zone has demand. */
  readonly zoning: NamedZoning | null

  constructor(input: SummaryInput, language: Language) {
    this.input = input
    this.language = language
    this.figures = new Figures(language)
    this.zoning = leadingZoning(input)
  }

  /** Every row of a mart. */
  all(mart: string): readonly MartRow[] {
    return this.input.marts.get(mart) ?? []
  }

  /** Rows of a mart in the zoning that the summary speaks of. */
  rows(mart: string): readonly MartRow[] {
    return this.all(mart).filter(({ zoning }) => zoning === this.zoning?.zoning)
  }

  /** A text of ours. */
  say(text: Text): string {
    return text[this.language]
  }

  /** Headings of a table. */
  head(...columns: (keyof typeof words)[]): string[] {
    return columns.map((column) => this.say(words[column]))
  }

  /** A name of the region's. */
  name(text: Text): string {
    return this.figures.word(text[this.language])
  }

  zone(row: MartRow): string {
    return this.name(this.input.names.zone(row.zoning, row.zone))
  }

  product_group(row: MartRow): string {
    return this.name(this.input.names.product_group(row.product_group))
  }

  /** A form with its product group, such as `Potatis, tvättad`. */
  form(row: MartRow, form: unknown): string {
    const name = this.input.names.form(row.product_group, form)[this.language]
    return `${this.product_group(row)}, ${this.figures.word(lowerFirst(name))}`
  }

  step(row: MartRow, step: unknown): string {
    const name = this.input.names.step(row.product_group, step)[this.language]
    return this.figures.word(lowerFirst(name))
  }

  /** A source and what it sends. */
  source({ source, dataset }: { source: unknown; dataset: unknown }, datasetName: Text): string {
    return `${this.name(this.input.names.source(source, dataset))} (${this.say(datasetName)})`
  }

  /** kg, or the words for why there are none. */
  mass(kg: MartValue | undefined): string {
    return typeof kg === 'number' ? this.figures.mass(kg) : this.say(words.not_shown)
  }

  /** Kronor of a row, or the words for why there are none. */
  money(row: MartRow, column: string): string {
    const sek = row[column]
    if (typeof sek === 'number') return this.figures.money(sek)
    return this.say(row.withheld === null ? words.no_price : words.not_shown)
  }

  /** What is listed, in the language's way. */
  list(items: readonly string[], most = items.length): string {
    const shown = items.slice(0, most)
    if (items.length > most) return `${shown.join(', ')} ${this.say(words.and_more)}`
    if (shown.length < 2) return shown.join('')
    const and = this.language === 'sv' ? 'och' : 'and'
    return `${shown.slice(0, -1).join(', ')} ${and} ${shown.at(-1)}`
  }
}

/** `county` where there is one, else the narrowest zoning with more than one zone, else the narrowest. */
function leadingZoning({ marts, names }: SummaryInput): NamedZoning | null {
  const zones = Map.groupBy(marts.get('balances') ?? [], ({ zoning }) => String(zoning))
  const known = names.zonings
    .filter(({ zoning }) => zones.has(zoning))
    .sort((a, b) => a.position - b.position)
  const several = ({ zoning }: NamedZoning) => new Set(zones.get(zoning)!.map(({ zone }) => zone)).size > 1
  return known.find(({ zoning }) => zoning === LEADING_ZONING) ?? known.find(several) ?? known[0] ?? null
}

function lowerFirst(name: string): string {
  // an abbreviation or a name of its own keeps its capitals
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.slice(0, 1).toLowerCase() + name.slice(1) : name
}

/** Sum of a column; rows without a value add nothing. */
export const sumOf = (rows: readonly MartRow[], column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0)

/** The larger number first; rows that do not have it last. */
export const byDescending = (column: string) => (a: MartRow, b: MartRow) =>
  Number(b[column] ?? -1) - Number(a[column] ?? -1)

/** A table in Markdown; the columns named in `right` hold figures. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = line(head.map((_, at) => (right.includes(at) ? '---:' : '---')))
  return [line(head), rule, ...rows.map(line)]
}
