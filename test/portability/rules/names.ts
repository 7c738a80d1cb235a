import type { ModelText, Span } from '../model-text.ts'
import { keywords, notCalls, reserved } from '../words.ts'
import type { Rule } from './rule.ts'

const lowerCase: Rule = {
  code: 'lower-case',
  because: 'identifiers keep their case in DuckDB and lose it in Trino; keywords follow',
  find: (model) =>
    [...model.code.keys()]
      .filter((at) => model.kind(at) === 'word' && model.code[at]!.text !== model.at(at))
      .map((at) => ({ at, message: `${model.code[at]!.text}: write ${model.at(at)}` })),
}

const identifiers: Rule = {
  code: 'identifier',
  because: 'quoted identifiers differ in case, and Athena refuses a leading underscore',
  find: (model) =>
    [...model.code.keys()]
      .filter((at) => {
        const odd = model.kind(at) === 'word' && !/^[a-z][a-z0-9_]*$/.test(model.at(at))
        return odd || model.kind(at) === 'quoted_identifier'
      })
      .map((at) => ({ at, message: `${model.code[at]!.text}: names are [a-z][a-z0-9_]*, without quotes` })),
}

const reservedNames: Rule = {
  code: 'reserved-name',
  because: '`end`, `values`, `group` and their like are refused as names without quotes',
  find: (model) => {
    const isType = (at: number) => model.cast(model.callAround(at)) !== undefined
    const named = (at: number) => {
      if (model.at(at - 1) === '.') return true
      if (model.is(at - 1, 'as')) return !isType(at) && !model.is(at, 'materialized') && !model.is(at, 'not')
      const list = model.around(at)
      const alone = [',', '('].includes(model.at(at - 1)) && [',', ')'].includes(model.at(at + 1))
      const columns =
        model.is(list - 2, 'as') || (model.is(model.partner(list) + 1, 'as') && !model.call(list))
      return (
        list >= 0 && alone && columns && model.kind(list - 1) === 'word' && !notCalls.has(model.at(list - 1))
      )
    }
    const ctes = new Set(model.ctes.map(({ at }) => at))
    return [...model.code.keys()]
      .filter((at) => model.kind(at) === 'word' && reserved.has(model.at(at)) && (ctes.has(at) || named(at)))
      .map((at) => ({ at, message: `${model.at(at)} is reserved: choose another name` }))
  },
}

const aliases: Rule = {
  code: 'alias-as',
  because: 'an alias without `as` hides slips such as `1_000` and `e0`, and DuckDB takes more words for one',
  find: (model) => {
    const isName = (at: number) => model.kind(at) === 'word' && !keywords.has(model.at(at))
    const endsOperand = (at: number) =>
      ['number', 'string', 'quoted_identifier', 'parameter'].includes(model.kind(at) ?? '') ||
      model.is(at, ')') ||
      model.is(at, 'end') ||
      isName(at) ||
      model.at(at - 1) === '.'
    return [...model.code.keys()]
      .filter((at) => isName(at) && endsOperand(at - 1) && !model.is(at - 2, 'interval'))
      .filter((at) => !['asof', 'semi', 'anti', 'positional', 'natural', 'join'].includes(model.at(at)))
      .map((at) => ({ at, message: `${model.at(at - 1)} ${model.at(at)}: write as before an alias` }))
  },
}

const computedAliases: Rule = {
  code: 'alias-use',
  because: 'Trino knows no alias of the same select in WHERE, GROUP BY, HAVING or another column',
  find: (model) =>
    model.selects.flatMap(({ projection, clauses }) => {
      const computed = projection.filter(({ from, to }) => model.is(to - 2, 'as') && to - from > 5)
      return computed.flatMap((column) => {
        const name = model.at(column.to - 1)
        const expression = { from: column.from, to: column.to - 2 }
        if (mentions(model, expression, name)) return []
        const order = beforeOrderBy(model, clauses)
        const spans = [...projection.filter((other) => other !== column), order].map((span) =>
          model.is(span.to - 2, 'as') ? { from: span.from, to: span.to - 2 } : span,
        )
        return spans
          .flatMap((span) => bareUses(model, span, name))
          .map((at) => ({ at, message: `${name}: repeat the expression, or name it in an earlier CTE` }))
      })
    }),
}

/** Whether an expression reads a column of that name, so that it exists in the input too. */
function mentions(model: ModelText, { from, to }: Span, name: string): boolean {
  const indices = Array.from({ length: to - from }, (_, offset) => from + offset)
  return indices.some(
    (at) => model.at(at) === name && !model.is(at + 1, '(') && model.callAround(at)?.name !== 'extract',
  )
}

/** Where a name stands alone as a column in a span, not counting nested selects. */
function bareUses(model: ModelText, span: Span, name: string): number[] {
  const found: number[] = []
  for (let at = span.from; at < span.to; at += 1) {
    if (model.is(at, '(') && ['select', 'with'].some((word) => model.is(at + 1, word))) at = model.partner(at)
    const call = model.is(at + 1, '(') || (name === model.at(at) && model.callAround(at)?.name === 'extract')
    const relation = ['from', 'join', 'as'].some((word) => model.is(at - 1, word))
    const qualified = model.at(at + 1) === '.' || model.kind(at + 1) === 'string'
    const joined = model.is(model.around(at) - 1, 'using')
    if (model.is(at, name) && !call && !relation && !qualified && !joined) found.push(at)
  }
  return found
}

function beforeOrderBy(model: ModelText, { from, to }: Span): Span {
  const depth = model.around(from)
  const order = model.indices('order').find((at) => at > from && at < to && model.around(at) === depth)
  return { from, to: order ?? to }
}

/** Names and aliases that mean the same everywhere. */
export const nameRules: Rule[] = [lowerCase, identifiers, reservedNames, aliases, computedAliases]
