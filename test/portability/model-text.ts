import { type Read, reads, significant, type Token, tokenize } from '../../core/sql-text.ts'
import { notCalls } from './words.ts'

/** Half-open range of token indices. */
export type Span = { from: number; to: number }

/** A call: where its name and its parentheses stand, and its arguments. */
export type Call = { name: string; at: number; open: number; close: number; args: Span[] }

export type Cte = { name: string; at: number; body: Span }

/** One SELECT with what follows it at its own depth. */
export type Select = { projection: Span[]; clauses: Span }

/** A model as tokens without comments and whitespace, with what rules ask of them. */
export class ModelText {
  readonly name: string
  readonly sql: string
  readonly tokens: Token[]
  readonly code: Token[]
  readonly reads: Read[]
  /** Index of the other parenthesis of a pair. */
  readonly #partner = new Map<number, number>()
  /** Index of the parenthesis around a token; -1 outside all. */
  readonly #around: number[] = []

  constructor(name: string, sql: string) {
    this.name = name
    this.sql = sql
    this.tokens = tokenize(sql)
    this.code = significant(this.tokens)
    this.reads = reads(sql)
    const open: number[] = []
    for (const index of this.code.keys()) {
      if (this.is(index, ')')) {
        const start = open.pop()
        if (start !== undefined) this.#partner.set(start, index).set(index, start)
      }
      this.#around.push(open.at(-1) ?? -1)
      if (this.is(index, '(')) open.push(index)
    }
    for (const index of open) this.#partner.set(index, this.code.length)
  }

  /** Lower-case text of a token; empty before the first and after the last. */
  at(index: number): string {
    return this.code[index]?.text.toLowerCase() ?? ''
  }

  kind(index: number): Token['kind'] | undefined {
    return this.code[index]?.kind
  }

  line(index: number): number {
    return (this.code[index] ?? this.code.at(-1))?.line ?? 1
  }

  /** Whether the token is this keyword or symbol; a name after a dot is no keyword. */
  is(index: number, text: string): boolean {
    const kind = this.kind(index)
    return (kind === 'word' || kind === 'symbol') && this.at(index) === text && this.at(index - 1) !== '.'
  }

  /** Whether these tokens follow one another from the index on. */
  follow(index: number, ...texts: string[]): boolean {
    return texts.every((text, offset) => this.is(index + offset, text))
  }

  indices(...texts: string[]): number[] {
    return [...this.code.keys()].filter((index) => texts.some((text) => this.is(index, text)))
  }

  around(index: number): number {
    return this.#around[index] ?? -1
  }

  partner(index: number): number {
    return this.#partner.get(index) ?? this.code.length
  }

  text({ from, to }: Span): string {
    return this.code
      .slice(from, to)
      .map(({ text }) => text)
      .join(' ')
  }

  /** The call whose parenthesis opens here, if it is one: not `in (…)`, `decimal(…)`, `with name (…) as (` or `as name (…)`. */
  call(open: number): Call | undefined {
    const at = open - 1
    if (!this.is(open, '(') || this.kind(at) !== 'word' || notCalls.has(this.at(at))) return undefined
    const close = this.partner(open)
    const names = this.is(at - 1, 'as') || (this.is(close + 1, 'as') && this.is(close + 2, '('))
    if (names) return undefined
    return { name: this.at(at), at, open, close, args: this.split({ from: open + 1, to: close }, ',') }
  }

  get calls(): Call[] {
    return this.indices('(').flatMap((open) => this.call(open) ?? [])
  }

  /** The call directly around a token. */
  callAround(index: number): Call | undefined {
    return this.call(this.around(index))
  }

  /** For `cast(value as type)`: both parts. */
  cast(call: Call | undefined): { value: Span; type: string } | undefined {
    if (call?.name !== 'cast') return undefined
    const inner = this.#inside({ from: call.open + 1, to: call.close })
    const as = inner.find((index) => this.is(index, 'as')) ?? call.close
    const type = this.text({ from: as + 1, to: call.close })
      .replaceAll(' ', '')
      .replace(',', ', ')
      .toLowerCase()
    return { value: { from: call.open + 1, to: as }, type }
  }

  /** Pieces of a span between separators at its own depth; none for an empty span. */
  split(span: Span, separator: string): Span[] {
    if (span.from >= span.to) return []
    const cuts = this.#inside(span).filter((index) => this.is(index, separator))
    return [...cuts, span.to].map((to, index) => ({
      from: index === 0 ? span.from : cuts[index - 1]! + 1,
      to,
    }))
  }

  /** The CTEs of the leading WITH. */
  get ctes(): Cte[] {
    const found: Cte[] = []
    let at = this.is(1, 'recursive') ? 2 : 1
    while (this.is(0, 'with') && this.kind(at) === 'word') {
      let open = at + 1
      if (this.is(open, '(')) open = this.partner(open) + 1
      while (open < this.code.length && !this.is(open, '(')) open += 1
      const close = this.partner(open)
      found.push({ name: this.at(at), at, body: { from: open + 1, to: close } })
      if (!this.is(close + 1, ',')) break
      at = close + 2
    }
    return found
  }

  get selects(): Select[] {
    return this.indices('select').map((select) => {
      const depth = this.around(select)
      const limit = depth === -1 ? this.code.length : this.partner(depth)
      const level = this.#inside({ from: select + 1, to: limit })
      const end =
        level.find((index) => ['union', 'except', 'intersect'].some((word) => this.is(index, word))) ?? limit
      const from = level.find((index) => this.is(index, 'from') && !this.is(index - 1, 'distinct')) ?? end
      const start = this.is(select + 1, 'distinct') ? select + 2 : select + 1
      const to = Math.min(from, end)
      return { projection: this.split({ from: start, to }, ','), clauses: { from: to, to: end } }
    })
  }

  /** The operand that ends before an index: a literal, a name, a call with its OVER, a CASE, parentheses. */
  operandBefore(index: number): Span {
    let from = index - 1
    if (this.is(from, ')')) {
      from = this.partner(from)
      if (this.is(from - 1, 'over') || this.is(from - 1, 'filter')) from = this.operandBefore(from - 1).from
      else if (this.call(from)) from -= 1
    } else if (this.is(from, 'end')) {
      from = this.#caseBefore(from)
    } else if (this.kind(from) === 'string' && this.is(from - 1, 'date')) {
      from -= 1
    }
    while (this.at(from - 1) === '.') from -= 2
    return { from: Math.max(from, 0), to: index }
  }

  /** The operand that begins at an index; a sign belongs to it. */
  operandAt(index: number): Span {
    let to = index
    while (this.is(to, '-') || this.is(to, '+')) to += 1
    if (this.is(to, 'case')) return { from: index, to: this.#caseEnd(to) + 1 }
    if (this.kind(to) === 'word' && this.kind(to + 1) === 'string') {
      return { from: index, to: this.is(to, 'interval') ? to + 3 : to + 2 }
    }
    while (this.at(to + 1) === '.') to += 2
    if (this.kind(to) === 'word' && this.is(to + 1, '(')) to += 1
    if (this.is(to, '(')) to = this.partner(to)
    while ((this.is(to + 1, 'over') || this.is(to + 1, 'filter')) && this.is(to + 2, '('))
      to = this.partner(to + 2)
    return { from: index, to: to + 1 }
  }

  /** Results of a CASE: what stands after its THENs and ELSE. */
  branches({ from, to }: Span): Span[] {
    const words = ['when', 'then', 'else', 'end']
    const cuts = this.#caseLevel({ from: from + 1, to }).filter((index) =>
      words.some((word) => this.is(index, word)),
    )
    return cuts.flatMap((cut, index) => {
      const branch = this.is(cut, 'then') || this.is(cut, 'else')
      return branch ? [{ from: cut + 1, to: cuts[index + 1] ?? to }] : []
    })
  }

  /** Indices of a span that are not in parentheses within it. */
  #inside({ from, to }: Span): number[] {
    const indices: number[] = []
    for (let index = from; index < to; index += 1) {
      indices.push(index)
      if (this.is(index, '(')) index = this.partner(index) - 1
    }
    return indices
  }

  /** As `#inside`, and not in a nested CASE either. */
  #caseLevel(span: Span): number[] {
    let depth = 0
    return this.#inside(span).filter((index) => {
      const opens = this.is(index, 'case')
      const closes = depth > 0 && this.is(index, 'end')
      if (opens) depth += 1
      if (closes) depth -= 1
      return depth === 0 && !closes
    })
  }

  #caseEnd(start: number): number {
    let depth = 0
    for (let index = start; index < this.code.length; index += 1) {
      if (this.is(index, 'case')) depth += 1
      if (this.is(index, 'end')) depth -= 1
      if (depth === 0) return index
    }
    return this.code.length - 1
  }

  #caseBefore(end: number): number {
    let depth = 0
    for (let index = end; index >= 0; index -= 1) {
      if (this.is(index, 'end')) depth += 1
      if (this.is(index, 'case')) depth -= 1
      if (depth === 0) return index
    }
    return 0
  }
}
