import type { Call, ModelText, Span } from './model-text.ts'
import { isDateOperand, isDouble, isNumberOperand, isWholeOperand, nullableIn, outerNames } from './types.ts'

/** What a call must look like; returns what to write instead, or undefined. */
type Restriction = (model: ModelText, call: Call) => string | undefined

const free: Restriction = () => undefined
const exactly =
  (count: number): Restriction =>
  (_, { name, args }) =>
    args.length === count
      ? undefined
      : `${name} takes ${count} argument${count === 1 ? '' : 's'} on both engines`

/** The functions that a model may call, and how: those that were seen to agree, in the forms in which they do. */
export const allowed: Record<string, Restriction> = {
  abs: free,
  any_value: free,
  avg: (model, { args }) => (isDouble(model, args[0]!) ? undefined : 'write avg(cast(x as double))'),
  bool_and: free,
  bool_or: free,
  cast: free,
  ceil: wholeNumber,
  coalesce: (_, { args }) => (args.length > 1 ? undefined : 'coalesce takes two arguments or more'),
  concat_ws: (model, { args }) =>
    args.some((argument) => isNumberOperand(model, argument) || isDateOperand(model, argument))
      ? 'write cast(x as varchar) for what is no text'
      : undefined,
  count: exactly(1),
  count_if: (model, call) =>
    castOf(model, call) === 'bigint' ? undefined : 'write cast(count_if(x) as bigint)',
  date_diff: (model, { args }) =>
    args.length === 3 && model.text(args[0]!) === "'day'"
      ? undefined
      : "only date_diff('day', a, b) agrees; for months take the difference of year * 12 + month",
  date_trunc: (model, call) => {
    if (!/^'(day|month|quarter|year)'$/.test(model.text(call.args[0]!)))
      return 'units are day, month, quarter and year'
    return castOf(model, call) === 'date' ? undefined : "write cast(date_trunc('quarter', d) as date)"
  },
  dense_rank: free,
  extract: (model, call) =>
    ['year', 'quarter', 'month', 'day'].includes(model.at(call.open + 1))
      ? undefined
      : 'only year, quarter, month and day agree; for other parts join a calendar',
  first_value: free,
  floor: wholeNumber,
  greatest: notNull,
  lag: fixedOffset,
  last_value: free,
  lead: fixedOffset,
  least: notNull,
  length: free,
  lower: free,
  max: exactly(1),
  max_by: valueNotNull,
  min: exactly(1),
  min_by: valueNotNull,
  month: free,
  nullif: free,
  power: wholeExponent,
  quarter: free,
  rank: free,
  replace: (model, call) =>
    exactly(3)(model, call) ??
    (model.text(call.args[1]!) === "''"
      ? "'' is found nowhere in DuckDB and everywhere in Trino"
      : undefined),
  row_number: free,
  split_part: (model, call) => {
    if (!isCount(model, call.args[2])) return 'the part must be a written number from 1 up'
    const around = model.callAround(call.at)
    return around?.name === 'nullif' && model.text(around.args[1]!) === "''"
      ? undefined
      : "write nullif(split_part(text, separator, n), '')"
  },
  substr: (model, { args }) =>
    isCount(model, args[1]) ? undefined : 'the start must be a written number from 1 up',
  sum: (model, call) => {
    const exact = ['bigint', 'double'].includes(castOf(model, call) ?? '')
    return exact || !addsWholeNumbers(model, call)
      ? undefined
      : 'write cast(sum(x) as bigint) for whole numbers'
  },
  year: free,
}

/** Advice for functions that people reach for. */
export const advice: Record<string, string> = {
  approx_distinct: 'use count(distinct x)',
  array_agg: 'return ordered rows and collect them in TypeScript',
  ceiling: 'write ceil',
  concat: 'write || with coalesce, or concat_ws',
  date_add: "write cast(d + interval '1' day as date)",
  day_of_week: 'join a calendar',
  dayofweek: 'join a calendar',
  generate_series: 'join a calendar',
  ifnull: 'write coalesce',
  last_day_of_month: 'join a calendar',
  listagg: 'return ordered rows and join them in TypeScript',
  median: 'take the middle by row_number',
  mod: 'write a % nullif(b, 0)',
  now: 'pass a date as a parameter',
  percentile_cont: 'take the middle by row_number',
  random: 'results must be repeatable',
  regexp_extract: 'use replace or like, or do it in TypeScript',
  regexp_like: 'use like, or do it in TypeScript',
  regexp_matches: 'use like, or do it in TypeScript',
  regexp_replace: 'use replace, or do it in TypeScript',
  round: 'round once, in TypeScript',
  sequence: 'join a calendar',
  sign: 'write a case',
  string_agg: 'return ordered rows and join them in TypeScript',
  trim: 'clean text when it lands',
  try_cast: 'parse in TypeScript when it lands',
  unnest: 'avoid arrays: return rows',
  upper: 'compare codes, or lower(x)',
}

/** The type to which the call is cast directly, if it is. */
function castOf(model: ModelText, call: Call): string | undefined {
  const cast = model.cast(model.callAround(call.at))
  const end = model.operandAt(call.at).to
  return cast && cast.value.from === call.at && cast.value.to === end ? cast.type : undefined
}

function wholeNumber(model: ModelText, call: Call): string | undefined {
  return castOf(model, call) === 'bigint' ? undefined : `write cast(${call.name}(x) as bigint)`
}

function notNull(model: ModelText, call: Call): string | undefined {
  const outer = outerNames(model, call.at)
  const culprit = call.args
    .map((argument) => nullableIn(model, argument, outer))
    .find((name) => name !== undefined)
  return culprit && `${culprit} can be NULL, which DuckDB ignores and Trino returns: put coalesce around it`
}

function valueNotNull(model: ModelText, call: Call): string | undefined {
  if (call.args.length !== 2) return exactly(2)(model, call)
  const culprit = nullableIn(model, call.args[0]!, outerNames(model, call.at))
  return culprit && `${culprit} can be NULL, whose row DuckDB skips: use row_number`
}

function isCount(model: ModelText, argument: Span | undefined): boolean {
  return argument !== undefined && /^[1-9]\d*$/.test(model.text(argument))
}

function fixedOffset(model: ModelText, { name, args }: Call): string | undefined {
  return args[1] === undefined || isCount(model, args[1])
    ? undefined
    : `${name} looks a written number of rows away, from 1 up; the other way is ${name === 'lag' ? 'lead' : 'lag'}`
}

function wholeExponent(model: ModelText, call: Call): string | undefined {
  const whole = call.args[1] && /^\d+(\.0*)?(e0)?$/.test(model.text(call.args[1]))
  return exactly(2)(model, call) ?? (whole ? undefined : 'only a written whole exponent can make no NaN')
}

/** Whether a sum can be seen to add whole numbers, as in `sum(case when … then 1 else 0 end)`. */
function addsWholeNumbers(model: ModelText, { args }: Call): boolean {
  const [value] = args
  if (!value) return false
  const branches = model.is(value.from, 'case') ? model.branches(value) : [value]
  const whole = (branch: Span) =>
    isWholeOperand(model, branch) && model.operandAt(branch.from).to === branch.to
  return branches.every((branch) => /^-? ?\d+$/.test(model.text(branch)) || whole(branch))
}
