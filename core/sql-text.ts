/** SQL as text: its tokens, the tables it reads, and how values and table locations are put into it. */

export type TokenKind =
  | 'word'
  | 'number'
  | 'string'
  | 'quoted_identifier'
  | 'symbol'
  | 'parameter'
  | 'comment'
  | 'whitespace'

/** A piece of the text. The texts of all tokens, joined, are the SQL byte for byte. */
export type Token = {
  kind: TokenKind
  text: string
  /** Offset of the first character. */
  start: number
  /** Line of the first character, from 1. */
  line: number
}

/** What takes the place of a `:name`; becomes a literal of exactly this type on every engine. */
export type ParameterValue =
  | { type: 'date'; value: string }
  | { type: 'integer'; value: number }
  | { type: 'decimal'; value: string; precision: number; scale: number }
  | { type: 'text'; value: string }

/** One place where a query names something after FROM or JOIN. */
export type Read = {
  /** In lower case; parts are joined by dots. */
  name: string
  kind: 'table' | 'cte'
  /** The innermost CTE that reads it; undefined in the final select. */
  within: string | undefined
  /** Offsets of the name in the text, and its line. */
  start: number
  end: number
  line: number
  /** The name that stands for it where there is no alias; undefined where there is one. */
  impliedAlias: string | undefined
}

/** The text is not SQL that we can read, or the values do not fit it. */
export class SqlTextError extends Error {
  override name = 'SqlTextError'
}

const patterns: [TokenKind, RegExp][] = [
  ['whitespace', /\s+/uy],
  ['comment', /--[^\n]*|\/\*[\s\S]*?\*\//uy],
  ['string', /'[^']*(?:''[^']*)*'(?!')/uy],
  ['quoted_identifier', /"[^"]*(?:""[^"]*)*"(?!")/uy],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['parameter', /:[A-Za-z_][A-Za-z0-9_]*/uy],
  ['symbol', /::|<>|!=|<=|>=|\|\||->>|->|=>|\/\/|==|[\s\S]/uy],
]

const unterminated: [string, string][] = [
  ["'", 'string'],
  ['"', 'quoted identifier'],
  ['/*', 'comment'],
]

/** Splits SQL into tokens. Fails on a string, quoted identifier or comment that does not end. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let start = 0; start < sql.length; ) {
    const { kind, text } = tokenAt(sql, start)
    const open = kind === 'symbol' && unterminated.find(([opening]) => sql.startsWith(opening, start))
    if (open) throw new SqlTextError(`line ${line}: ${open[1]} does not end`)
    tokens.push({ kind, text, start, line })
    line += text.split('\n').length - 1
    start += text.length
  }
  return tokens
}

function tokenAt(sql: string, start: number): { kind: TokenKind; text: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start
    const text = pattern.exec(sql)?.[0]
    if (text) return { kind, text }
  }
  throw new SqlTextError(`no token at offset ${start}`)
}

/** The tokens that carry meaning: all but comments and whitespace. */
export function significant(tokens: Token[]): Token[] {
  return tokens.filter(({ kind }) => kind !== 'comment' && kind !== 'whitespace')
}

/** The text without comments; a comment becomes one space, so that it still separates. */
export function stripComments(sql: string): string {
  return tokenize(sql)
    .map(({ kind, text }) => (kind === 'comment' ? ' ' : text))
    .join('')
}

/** Names of the parameters, without colon, in order of first appearance. */
export function parameters(sql: string): string[] {
  const names = tokenize(sql).filter(({ kind }) => kind === 'parameter')
  return [...new Set(names.map(({ text }) => text.slice(1)))]
}

/**
 * Names of the tables that a query reads, in order of first appearance. CTEs are not tables, but a CTE may carry
 * the name of the table that it imports: `with places as (select … from places)` reads `places`.
 */
export function references(sql: string): string[] {
  const tables = reads(sql).filter(({ kind }) => kind === 'table')
  return [...new Set(tables.map(({ name }) => name))]
}

/** Every read of a table or CTE, in order of appearance. */
export function reads(sql: string): Read[] {
  return new ReadFinder(significant(tokenize(sql))).find()
}

/**
 * Puts `rewrite(table)` in the place of each table read, with ` as <table>` where the read has no alias of its
 * own. Tables for which it returns undefined, and everything else, stay byte for byte.
 */
export function qualify(sql: string, rewrite: (table: string) => string | undefined): string {
  let text = ''
  let copied = 0
  for (const { name, kind, start, end, impliedAlias } of reads(sql)) {
    const replacement = kind === 'table' ? rewrite(name) : undefined
    if (replacement === undefined) continue
    text += sql.slice(copied, start) + replacement + (impliedAlias ? ` as ${impliedAlias}` : '')
    copied = end
  }
  return text + sql.slice(copied)
}

/** Puts typed literals in the place of the `:name` parameters. Every parameter needs a value and every value a parameter. */
export function render(sql: string, values: Record<string, ParameterValue>): string {
  const wanted = parameters(sql)
  const known = Object.keys(values)
  const unknown = wanted.find((name) => !Object.hasOwn(values, name))
  if (unknown) throw new SqlTextError(`unknown parameter: ${unknown} (known: ${known.join(', ') || 'none'})`)
  const unused = known.find((name) => !wanted.includes(name))
  if (unused) {
    throw new SqlTextError(`unused parameter: ${unused} (the text has: ${wanted.join(', ') || 'none'})`)
  }
  const tokens = tokenize(sql)
  return tokens
    .map(({ kind, text }, index) => {
      if (kind !== 'parameter') return text
      const name = text.slice(1)
      return apart(literal(name, values[name]!), tokens[index - 1], tokens[index + 1])
    })
    .join('')
}

/** A literal must not grow together with a neighbour, as in `between:first_year`. */
function apart(text: string, before: Token | undefined, after: Token | undefined): string {
  const sticks = (token: Token | undefined) => token && token.kind !== 'whitespace' && token.kind !== 'symbol'
  return `${sticks(before) ? ' ' : ''}${text}${sticks(after) ? ' ' : ''}`
}

function literal(name: string, parameter: ParameterValue): string {
  const refuse = (expected: string) =>
    new SqlTextError(`parameter ${name}: ${JSON.stringify(parameter.value)} is not ${expected}`)
  switch (parameter.type) {
    case 'date':
      if (!isDate(parameter.value)) throw refuse('a date (YYYY-MM-DD)')
      return `date '${parameter.value}'`
    case 'integer':
      if (!Number.isSafeInteger(parameter.value)) throw refuse('a safe integer')
      // in parentheses, since `x -:y` would else begin a comment
      return parameter.value < 0 ? `(${parameter.value})` : `${parameter.value}`
    case 'decimal': {
      const { value, precision, scale } = parameter
      if (!fitsDecimal(value, precision, scale)) throw refuse(`a decimal(${precision}, ${scale})`)
      // not `decimal '…'`: DuckDB reads that as decimal(18, 3) and drops digits
      return `cast('${value}' as decimal(${precision}, ${scale}))`
    }
    case 'text':
      if (!/^[A-Za-z0-9 _.:+-]*$/.test(parameter.value)) {
        throw refuse('made of letters a-z, digits, spaces and _ . : + - only')
      }
      return `'${parameter.value}'`
  }
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const instant = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(value)
}

function fitsDecimal(value: string, precision: number, scale: number): boolean {
  const sizes = Number.isInteger(precision) && Number.isInteger(scale)
  if (!sizes || precision < 1 || precision > 38 || scale < 0 || scale > precision) return false
  const digits = /^-?0*(\d*)(?:\.(\d+))?$/.exec(value)
  if (!digits || !/^-?\d/.test(value)) return false
  return digits[1]!.length <= precision - scale && (digits[2] ?? '').length <= scale
}

const fromEnds = new Set(
  'where group having window qualify order limit offset fetch union intersect except select'.split(' '),
)
const joins = new Set('inner left right full cross natural join semi anti asof positional'.split(' '))
const notAliases = new Set([...fromEnds, ...joins, ...'on using tablesample match_recognize for'.split(' ')])
const queryStarts = new Set(['select', 'with', 'values'])

/** What is visible and where we are while reading a query. */
type Scope = { ctes: Set<string>; within: string | undefined }

/**
 * Walks a query without building a tree: only WITH, FROM, JOIN, commas between relations and parentheses matter.
 * A FROM inside parentheses that hold no query (`extract(year from x)`) reads nothing.
 */
class ReadFinder {
  readonly #tokens: Token[]
  readonly #found: Read[] = []
  #position = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  find(): Read[] {
    while (this.#position < this.#tokens.length) {
      this.#query({ ctes: new Set(), within: undefined })
      // what follows a closing parenthesis too many is no query of ours, but must not end the walk
      this.#position += 1
    }
    return this.#found
  }

  /** A query up to its closing parenthesis or the end. */
  #query(outer: Scope): void {
    const scope = this.#word() === 'with' ? this.#ctes(outer) : outer
    this.#body(scope, false)
  }

  /** `with [recursive] name [(columns)] as [[not] materialized] ( query ), …`; returns what the body sees. */
  #ctes(outer: Scope): Scope {
    const visible = new Set(outer.ctes)
    this.#position += 1
    const recursive = this.#word() === 'recursive' && this.#word(1) !== 'as'
    if (recursive) this.#position += 1
    for (;;) {
      const name = nameOf(this.#tokens[this.#position])
      if (name === undefined) break
      this.#position += 1
      if (recursive) visible.add(name)
      this.#group(outer)
      while (this.#position < this.#tokens.length && !this.#is('(')) this.#position += 1
      this.#position += 1
      this.#query({ ctes: new Set(visible), within: name })
      this.#position += 1
      visible.add(name)
      if (!this.#is(',')) break
      this.#position += 1
    }
    return { ctes: visible, within: outer.within }
  }

  /** Reads on at one depth of parentheses; `relations` says that a relation comes first. */
  #body(scope: Scope, relations: boolean): void {
    let inFrom = relations
    let expectsRelation = relations
    while (this.#position < this.#tokens.length && !this.#is(')')) {
      const word = this.#afterDot() ? undefined : this.#word()
      if (expectsRelation && word !== 'lateral') {
        this.#relation(scope)
        expectsRelation = false
      } else if (this.#is('(')) {
        this.#group(scope)
      } else {
        if (word === 'from' && !this.#afterIsDistinct()) inFrom = expectsRelation = true
        else if (inFrom && (word === 'join' || this.#is(','))) expectsRelation = true
        else if (word && fromEnds.has(word)) inFrom = false
        this.#position += 1
      }
    }
  }

  /** What may stand after FROM, JOIN or a comma: a name, a function, a query or relations in parentheses. */
  #relation(scope: Scope): void {
    if (this.#is('(')) {
      this.#position += 1
      if (queryStarts.has(this.#word() ?? '')) this.#query(scope)
      else this.#body(scope, true)
      this.#position += 1
      return
    }
    const first = this.#tokens[this.#position]!
    const parts = [nameOf(first)]
    if (parts[0] === undefined) {
      this.#position += 1
      return
    }
    let last = first
    this.#position += 1
    while (this.#is('.') && nameOf(this.#tokens[this.#position + 1]) !== undefined) {
      last = this.#tokens[this.#position + 1]!
      parts.push(nameOf(last))
      this.#position += 2
    }
    // a function: its arguments are read by the caller
    if (this.#is('(')) return
    const name = parts.join('.')
    this.#found.push({
      name,
      kind: scope.ctes.has(name) ? 'cte' : 'table',
      within: scope.within,
      start: first.start,
      end: last.start + last.text.length,
      line: first.line,
      impliedAlias: this.#atAlias() ? undefined : last.text,
    })
  }

  /** Parentheses in an expression: a query, or anything with queries inside. Does nothing elsewhere. */
  #group(scope: Scope): void {
    if (!this.#is('(')) return
    this.#position += 1
    if (queryStarts.has(this.#word() ?? '')) {
      this.#query(scope)
    } else {
      while (this.#position < this.#tokens.length && !this.#is(')')) {
        if (this.#is('(')) this.#group(scope)
        else this.#position += 1
      }
    }
    this.#position += 1
  }

  #atAlias(): boolean {
    const name = nameOf(this.#tokens[this.#position])
    return name !== undefined && (this.#tokens[this.#position]!.kind !== 'word' || !notAliases.has(name))
  }

  #afterDot(): boolean {
    return this.#tokens[this.#position - 1]?.text === '.'
  }

  #afterIsDistinct(): boolean {
    return this.#word(-1) === 'distinct' && ['is', 'not'].includes(this.#word(-2) ?? '')
  }

  #is(symbol: string): boolean {
    const token = this.#tokens[this.#position]
    return token?.kind === 'symbol' && token.text === symbol
  }

  #word(ahead = 0): string | undefined {
    const token = this.#tokens[this.#position + ahead]
    return token?.kind === 'word' ? token.text.toLowerCase() : undefined
  }
}

/** An identifier in lower case, without quotes: engines match names without regard to case. */
function nameOf(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text.toLowerCase()
  if (token?.kind === 'quoted_identifier') return token.text.slice(1, -1).replaceAll('""', '"').toLowerCase()
  return undefined
}
