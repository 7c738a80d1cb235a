/** The languages of a release's summaries. */
export type Language = 'sv' | 'en'

/** Everything with a figure or a name in it that a text says, as it was said. */
export interface Said {
  readonly text: string
  /** The figure behind it, unrounded; null for a name. */
  readonly value: number | null
}

const FORMATS = {
  sv: {
    group: '\u00a0',
    decimal: ',',
    million: 'miljoner kr',
    thousand: 'tusen kr',
    sek: 'kr',
    tonne: 'ton',
  },
  en: { group: ',', decimal: '.', million: 'million SEK', thousand: 'thousand SEK', sek: 'SEK', tonne: 't' },
} as const
const SPACE = '\u00a0'

/**
 * Writes figures for people and remembers each, so that a test can hold a text against the tables it speaks
 * of. Rounds, but never something to nothing.
 */
export class Figures {
  readonly said: Said[] = []
  readonly #format: (typeof FORMATS)[Language]

  constructor(language: Language) {
    this.#format = FORMATS[language]
  }

  /** A number of things. */
  whole(value: number): string {
    return this.#say(this.#number(value, 0), value)
  }

  /** A mass in kg, as tonnes, or as kg below one. */
  mass(kg: number): string {
    const { tonne } = this.#format
    if (kg === 0) return this.#say(`0${SPACE}${tonne}`, 0)
    if (kg < 0.5) return this.#say(`< 1${SPACE}kg`, kg)
    if (kg < 999.5) return this.#say(`${this.#number(kg, 0)}${SPACE}kg`, kg)
    return this.#say(`${this.#number(kg / 1000, kg < 99_950 ? 1 : 0)}${SPACE}${tonne}`, kg)
  }

  /** An amount of money, in millions or thousands where that is enough. */
  money(sek: number): string {
    const { million, thousand, sek: unit } = this.#format
    if (sek > 0 && sek < 0.5) return this.#say(`< 1${SPACE}${unit}`, sek)
    if (sek < 999.5) return this.#say(`${this.#number(sek, 0)}${SPACE}${unit}`, sek)
    if (sek < 999_500) return this.#say(`${this.#number(sek / 1000, 0)}${SPACE}${thousand}`, sek)
    return this.#say(`${this.#number(sek / 1e6, 1)}${SPACE}${million}`, sek)
  }

  /** A share of one, in per cent; a share that is not all or nothing never looks so. */
  percent(share: number): string {
    const rounded = Math.round(100 * share)
    if (share > 0 && rounded === 0) return this.#say(`< 1${SPACE}%`, share)
    if (share < 1 && rounded === 100) return this.#say(`> 99${SPACE}%`, share)
    return this.#say(`${this.#number(rounded, 0)}${SPACE}%`, share)
  }

  /** A name, date, code or quoted text, safe to stand in Markdown. */
  word(text: string): string {
    const plain = text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&')
    return this.#say(plain, null)
  }

  /** An order of magnitude, in the words of the published tables. */
  order(word: string): string {
    return this.#say(word, null)
  }

  #number(value: number, decimals: number): string {
    const [whole, rest] = value.toFixed(decimals).split('.')
    const grouped = whole!.replaceAll(/\B(?=(\d{3})+$)/g, this.#format.group)
    return rest === undefined ? grouped : `${grouped}${this.#format.decimal}${rest}`
  }

  #say(text: string, value: number | null): string {
    this.said.push({ text, value })
    return text
  }
}
