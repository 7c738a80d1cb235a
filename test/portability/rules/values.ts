import { advice, allowed } from '../functions.ts'
import type { ModelText, Span } from '../model-text.ts'
import {
  decimalDigits,
  isDateOperand,
  isDecimalOperand,
  isDouble,
  isDoubleOperand,
  isNumberOperand,
} from '../types.ts'
import { keywords } from '../words.ts'
import type { Rule } from './rule.ts'

const functions: Rule = {
  code: 'function',
  because:
    'functions missing on one engine or with another answer: the allowed ones are listed in functions.ts',
  find: (model) =>
    model.calls.flatMap((call) => {
      const restriction = Object.hasOwn(allowed, call.name) ? allowed[call.name] : undefined
      const hint = Object.hasOwn(advice, call.name)
        ? advice[call.name]
        : 'not among the functions known to agree'
      const empty = call.args.length === 0 && !['row_number', 'rank', 'dense_rank'].includes(call.name)
      const message = restriction ? (empty ? 'needs an argument' : restriction(model, call)) : hint
      return message ? [{ at: call.at, message: `${call.name}: ${message}` }] : []
    }),
}

const division: Rule = {
  code: 'division',
  because:
    'int / int and decimal / decimal truncate in Trino and are DOUBLE in DuckDB; dividing by 0 fails or is Infinity',
  find: (model) =>
    model.indices('/', '%').flatMap((at) => {
      const divisor = model.operandAt(at + 1)
      const call = model.call(divisor.from + 1)
      const zero = call?.name === 'nullif' && call.args[1] && /^0(\.?0*e0)?$/.test(model.text(call.args[1]))
      const number = model.kind(divisor.from) === 'number' && Number(model.at(divisor.from)) !== 0
      const guarded = zero || number
      const double = model.is(at, '%') || isDoubleOperand(model, divisor) || isDoubleProduct(model, at)
      const message =
        'write cast(a as double) / nullif(cast(b as double), 0e0), or divide by a number such as 4e0'
      return guarded && double
        ? []
        : [{ at, message: model.is(at, '%') ? 'write a % nullif(b, 0)' : message }]
    }),
}

/** Whether a factor to the left of a division is visibly DOUBLE. */
function isDoubleProduct(model: ModelText, at: number): boolean {
  const operand = model.operandBefore(at)
  if (isDoubleOperand(model, operand)) return true
  const before = operand.from - 1
  return (model.is(before, '*') || model.is(before, '/')) && isDoubleProduct(model, before)
}

const decimalArithmetic: Rule = {
  code: 'decimal-arithmetic',
  because:
    'DuckDB gives two decimals of up to 18 digits no more than 18 and overflows; Trino gives what they need',
  find: (model) =>
    model.indices('*', '+', '-').flatMap((at) => {
      const left = decimalDigits(model, model.operandBefore(at))
      const right = decimalDigits(model, model.operandAt(at + 1))
      if (!left || !right || (left.written && right.written)) return []
      const scale = Math.max(left.scale, right.scale)
      const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
      const needed = model.is(at, '*') ? left.precision + right.precision : whole + scale + 1
      if (needed <= 18 || Math.max(left.precision, right.precision) > 18) return []
      const message = `${needed} digits: write cast(a as decimal(38, s)) on the left, or 1e0 * a for a double`
      return [{ at, message }]
    }),
}

const decimalRemainder: Rule = {
  code: 'decimal-remainder',
  because: 'the remainder of decimals has other digits in DuckDB than in Trino',
  find: (model) =>
    model
      .indices('%')
      .filter((at) =>
        [model.operandBefore(at), model.operandAt(at + 1)].some((operand) =>
          isDecimalOperand(model, operand),
        ),
      )
      .map((at) => ({ at, message: 'take the remainder of whole numbers' })),
}

const wholeLiteral: Rule = {
  code: 'whole-literal',
  because: '-2147483648 is BIGINT in DuckDB and integer in Trino; beyond bigint Trino has no literal',
  find: (model) =>
    [...model.code.keys()]
      .filter((at) => model.kind(at) === 'number' && /^\d+$/.test(model.at(at)))
      .filter((at) => {
        const value = BigInt(model.at(at))
        return value >= 2n ** 63n || (value === 2n ** 31n && model.is(at - 1, '-'))
      })
      .map((at) => ({ at, message: `${model.at(at)}: the engines give it other types` })),
}

const types: Rule = {
  code: 'type',
  because: 'CHAR and VARCHAR(n) pad and cut differently; other types do not leave both engines alike',
  find: (model) =>
    model.calls.flatMap((call) => {
      const type = model.cast(call)?.type
      if (type === undefined) return []
      if (/^(varchar|bigint|integer|double|boolean|date|decimal\(\d+, \d+\))$/.test(type)) return []
      const known = 'varchar, bigint, integer, double, boolean, date, decimal(p, s)'
      return [{ at: call.at, message: `cast … as ${type}: the types are ${known}` }]
    }),
}

const lossyCast: Rule = {
  code: 'lossy-cast',
  because:
    'DOUBLE rounds differently to decimals and whole numbers and prints differently; text parses differently',
  find: (model) =>
    model.calls.flatMap((call) => {
      const cast = model.cast(call)
      if (!cast) return []
      const { value, type } = cast
      const text = value.to - value.from === 1 && model.kind(value.from) === 'string'
      const plain =
        type === 'varchar' || (type.startsWith('decimal') && /^'-?\d+(\.\d+)?'$/.test(model.at(value.from)))
      if (text && !plain) {
        const instead = type.startsWith('decimal')
          ? "write digits, as in '-12.50'"
          : 'write a literal of that type'
        return [{ at: call.at, message: `cast(${model.at(value.from)} as ${type}): ${instead}` }]
      }
      const digits = decimalDigits(model, value)
      if (type === 'varchar' && digits && digits.scale === digits.precision)
        return [
          { at: call.at, message: "cast of a decimal without a digit before its point: DuckDB writes '.5'" },
        ]
      const inner = model.call(value.from + 1)
      const whole =
        type === 'bigint' && inner && ['floor', 'ceil'].includes(inner.name) && inner.close + 1 === value.to
      if (type === 'double' || whole || !isDouble(model, value)) return []
      const instead = 'keep the double, or write cast(floor(x) as bigint)'
      return [{ at: call.at, message: `cast of a double as ${type}: ${instead}` }]
    }),
}

const nullLiteral: Rule = {
  code: 'null-type',
  because: 'a NULL without a type is INTEGER in DuckDB and unknown in Trino',
  find: (model) =>
    model
      .indices('null')
      .filter((at) => !['is', 'then', 'else'].some((word) => model.is(at - 1, word)))
      .filter((at) => !model.follow(at - 2, 'is', 'not') && !model.follow(at - 2, 'cast', '('))
      .map((at) => ({ at, message: 'write cast(null as type)' })),
}

const typedLiteral: Rule = {
  code: 'typed-literal',
  because: "decimal '12.3456' is DECIMAL(18,3) in DuckDB; escapes and other prefixes differ",
  find: (model) =>
    [...model.code.keys()]
      .filter((at) => model.kind(at) === 'word' && model.kind(at + 1) === 'string' && !model.is(at - 1, 'as'))
      .filter((at) => !keywords.has(model.at(at)) && model.at(at) !== 'date')
      .map((at) => ({
        at,
        message: `${model.at(at)} '…': write cast('…' as decimal(p, s)), or a plain literal`,
      })),
}

const dateText: Rule = {
  code: 'date-text',
  because: 'Trino compares no date with text',
  find: (model) =>
    [...model.code.keys()]
      .filter((at) => model.kind(at) === 'string')
      .filter((at) => model.is(at - 1, 'date') || /^'\d{4}-\d{2}-\d{2}/.test(model.at(at)))
      .filter((at) => !model.is(at - 1, 'date') || !/^'\d{4}-\d{2}-\d{2}'$/.test(model.at(at)))
      .map((at) => ({ at, message: `${model.at(at)}: write date 'YYYY-MM-DD'` })),
}

const mixedTypes: Rule = {
  code: 'mixed-types',
  because: 'DuckDB takes text for a number beside a number; Trino has one type on both sides',
  find: (model) => {
    const isText = ({ from, to }: Span) => to - from === 1 && model.kind(from) === 'string'
    return sameTyped(model)
      .filter(({ spans }) => spans.some(isText) && spans.some((span) => isNumberOperand(model, span)))
      .map(({ at }) => ({ at, message: 'text beside a number: write cast(x as varchar), or a number' }))
  },
}

/** Operands that must be of one type, and the token that demands it. */
function sameTyped(model: ModelText): { at: number; spans: Span[] }[] {
  const tested = (at: number) => model.operandBefore(model.is(at - 1, 'not') ? at - 1 : at)
  const compared = model
    .indices('=', '<>', '!=', '<', '>', '<=', '>=')
    .map((at) => ({ at, spans: [model.operandBefore(at), model.operandAt(at + 1)] }))
  const listed = model.indices('in').map((at) => ({
    at,
    spans: [tested(at), ...model.split({ from: at + 2, to: model.partner(at + 1) }, ',')],
  }))
  const between = model.indices('between').map((at) => {
    const low = model.operandAt(at + 1)
    return { at, spans: [tested(at), low, model.operandAt(low.to + 1)] }
  })
  const chosen = model.calls
    .filter(({ name }) => ['coalesce', 'nullif', 'greatest', 'least'].includes(name))
    .map(({ at, args }) => ({ at, spans: args }))
  const cases = model
    .indices('case')
    .map((at) => ({ at, spans: model.branches({ from: at, to: model.operandAt(at).to }) }))
  return [...compared, ...listed, ...between, ...chosen, ...cases]
}

const interval: Rule = {
  code: 'interval',
  because: 'a date ± an interval is TIMESTAMP in DuckDB and date in Trino; units differ',
  find: (model) =>
    model.indices('interval').flatMap((at) => {
      const written = /^'\d+'$/.test(model.at(at + 1)) && ['day', 'month', 'year'].includes(model.at(at + 2))
      if (!written) return [{ at, message: "write interval '3' month; units are day, month and year" }]
      const cast = model.cast(model.callAround(at))
      return cast?.type === 'date' ? [] : [{ at, message: "write cast(d + interval '3' month as date)" }]
    }),
}

const dateArithmetic: Rule = {
  code: 'date-arithmetic',
  because: 'date - date is BIGINT in DuckDB and an interval in Trino; date + 1 fails in Trino',
  find: (model) =>
    model.indices('-', '+').flatMap((at) => {
      const left = model.operandBefore(at)
      const right = model.operandAt(at + 1)
      const dated = isDateOperand(model, left) || isDateOperand(model, right)
      if (!dated || model.is(right.from, 'interval')) return []
      return [{ at, message: "write date_diff('day', a, b), or cast(d + interval '1' day as date)" }]
    }),
}

const concatenation: Rule = {
  code: 'text-concat',
  because: 'Trino joins only text',
  find: (model) =>
    model
      .indices('||')
      .filter((at) =>
        [model.operandBefore(at), model.operandAt(at + 1)].some(
          (operand) => isNumberOperand(model, operand) || isDateOperand(model, operand),
        ),
      )
      .map((at) => ({ at, message: 'write cast(x as varchar) before and after ||' })),
}

/** Expressions whose type or value would differ. */
export const valueRules: Rule[] = [
  functions,
  division,
  decimalArithmetic,
  decimalRemainder,
  wholeLiteral,
  types,
  lossyCast,
  nullLiteral,
  typedLiteral,
  dateText,
  mixedTypes,
  interval,
  dateArithmetic,
  concatenation,
]
