import type { Call, ModelText, Span } from './model-text.ts'

const alwaysDouble = new Set(['power', 'avg'])
const doubleOfAny = new Set(['coalesce', 'greatest', 'least'])
const doubleOfFirst = new Set(
  'abs any_value ceil first_value floor lag last_value lead max max_by min min_by nullif sum'.split(' '),
)
const wholeCalls = new Set(
  'count date_diff dense_rank extract length month quarter rank row_number year'.split(' '),
)
const arithmetic = new Set(['+', '-', '*', '/', '%'])

/** Whether an expression can be seen to be DOUBLE, without knowing any column's type. */
export function isDouble(model: ModelText, { from, to }: Span): boolean {
  let found = false
  for (let index = from; index < to; ) {
    const operand = model.operandAt(index)
    if (isDoubleOperand(model, operand)) found = true
    index = operand.to
    if (index < to && !arithmetic.has(model.at(index))) return false
    index += 1
  }
  return found
}

/** Whether one operand, as `operandAt` gives it, can be seen to be DOUBLE. */
export function isDoubleOperand(model: ModelText, span: Span): boolean {
  let { from } = span
  while (model.is(from, '-') || model.is(from, '+')) from += 1
  if (model.kind(from) === 'number') return model.at(from).includes('e')
  if (model.is(from, '(')) return isDouble(model, { from: from + 1, to: model.partner(from) })
  if (model.is(from, 'case')) {
    return model.branches({ from, to: span.to }).some((branch) => isDouble(model, branch))
  }
  const call = model.call(from + 1)
  if (!call) return false
  const doubles = () => call.args.map((argument) => isDouble(model, argument))
  if (doubleOfAny.has(call.name)) return doubles().includes(true)
  if (doubleOfFirst.has(call.name)) return doubles()[0] ?? false
  return alwaysDouble.has(call.name) || model.cast(call)?.type === 'double'
}

/** Whether an operand can be seen to be a DATE: a literal, a cast, or a column whose name ends in `_on` or is `as_of`. */
export function isDateOperand(model: ModelText, { from, to }: Span): boolean {
  if (model.is(from, 'date') && model.kind(from + 1) === 'string') return true
  if (model.cast(model.call(from + 1))?.type === 'date') return true
  return to - from <= 3 && model.kind(to - 1) === 'word' && /_on$|^as_of$/.test(model.at(to - 1))
}

/** Whether an operand can be seen to be a number. */
export function isNumberOperand(model: ModelText, span: Span): boolean {
  const { from } = span
  if (model.kind(from) === 'number' || isDoubleOperand(model, span) || isWholeOperand(model, span))
    return true
  const call = model.call(from + 1)
  return call?.name === 'sum' || model.cast(call)?.type.startsWith('decimal') === true
}

/** Whether an operand can be seen to be INTEGER or BIGINT. */
export function isWholeOperand(model: ModelText, { from }: Span): boolean {
  if (/^\d+$/.test(model.at(from))) return true
  const call = model.call(from + 1)
  return call !== undefined && (wholeCalls.has(call.name) || /^(bigint|integer)$/.test(castType(model, call)))
}

/** Whether an operand can be seen to be DECIMAL. */
export function isDecimalOperand(model: ModelText, span: Span): boolean {
  const call = model.call(span.from + 1)
  if (call && ['coalesce', 'nullif'].includes(call.name)) return isDecimalOperand(model, call.args[0]!)
  return decimalDigits(model, span) !== undefined && !isWholeOperand(model, span)
}

/** Digits of an operand that can be seen to be DECIMAL, or what Trino and DuckDB make of a whole number beside one. */
export function decimalDigits(
  model: ModelText,
  span: Span,
): { precision: number; scale: number; written: boolean } | undefined {
  const literal = model.at(span.from)
  if (/^\d*\.\d*$/.test(literal) && literal !== '.') {
    const [before = '', after = ''] = literal.split('.')
    return { precision: before.length + after.length, scale: after.length, written: true }
  }
  const type = castType(model, model.call(span.from + 1))
  const [, precision, scale] = /^decimal\((\d+), (\d+)\)$/.exec(type) ?? []
  if (precision && scale) return { precision: Number(precision), scale: Number(scale), written: false }
  if (!isWholeOperand(model, span)) return undefined
  const integer = model.kind(span.from) === 'number' || type === 'integer'
  return { precision: integer ? 10 : 19, scale: 0, written: true }
}

const castType = (model: ModelText, call: Call | undefined) => model.cast(call)?.type ?? ''

/**
 * What in an expression can be seen to be NULL at times: NULLIF, windows that look past the edge, aggregates over
 * no rows, columns of the outer side of a join. Inside COALESCE everything is taken to be answered.
 */
export function nullableIn(model: ModelText, { from, to }: Span, outer: Set<string>): string | undefined {
  for (let index = from; index < to; index += 1) {
    const call = model.call(index + 1)
    if (call?.name === 'coalesce') {
      index = call.close
    } else if (call && ['nullif', 'first_value', 'last_value', 'any_value'].includes(call.name)) {
      return call.name
    } else if (call && ['lag', 'lead'].includes(call.name) && call.args.length < 3) {
      return call.name
    } else if (call && model.is(call.close + 1, 'filter') && !call.name.startsWith('count')) {
      return `${call.name} … filter`
    } else if (model.is(index, 'null')) {
      return 'null'
    } else if (model.at(index + 1) === '.' && outer.has(model.at(index))) {
      return `${model.at(index)}.${model.at(index + 2)}`
    }
  }
  return undefined
}

/** Names by which the select around a token reads relations whose columns an outer join can leave NULL. */
export function outerNames(model: ModelText, index: number): Set<string> {
  let around = model.around(index)
  while (around !== -1 && !['select', 'with'].some((word) => model.is(around + 1, word)))
    around = model.around(around)
  const here = (word: string) => model.indices(word).filter((at) => model.around(at) === around)
  const relationAfter = (at: number) => {
    const end = model.operandAt(at + 1).to
    return model.at(model.is(end, 'as') ? end + 1 : end - 1)
  }
  const side = (join: number) => model.at(model.is(join - 1, 'outer') ? join - 2 : join - 1)
  const joins = here('join')
  const both = joins.some((join) => ['full', 'right'].includes(side(join)))
  const outer = both ? [...here('from'), ...joins] : joins.filter((join) => side(join) === 'left')
  return new Set(outer.map(relationAfter))
}
