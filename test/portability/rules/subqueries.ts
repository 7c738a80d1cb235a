import type { ModelText, Span } from '../model-text.ts'
import type { Finding, Rule } from './rule.ts'

/** With which Trino does not turn a correlated subquery into a join. */
const barred = ['having', 'limit', 'offset', 'fetch', 'over', 'union', 'except', 'intersect']
const clauses = [
  'select',
  'from',
  'join',
  'on',
  'using',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'union',
]

const correlated: Rule = {
  code: 'correlated',
  because:
    'Trino turns a subquery that reads the rows around it into a join, and refuses those that it cannot',
  find: (model) =>
    model
      .indices('(')
      .filter(
        (open) =>
          model.is(open + 1, 'select') && !['as', 'from', 'join'].some((word) => model.is(open - 1, word)),
      )
      .flatMap((open) => {
        const subquery = { from: open + 1, to: model.partner(open) }
        const outside = readsAround(model, subquery)
        return outside.length === 0 ? [] : faults(model, subquery, outside).slice(0, 1)
      }),
}

/** What Trino does not take of a subquery that reads outside of itself at these tokens. */
function faults(model: ModelText, { from, to }: Span, outside: readonly number[]): Finding[] {
  const within = (at: number) => at > from && at < to
  const start = model.indices('from').find((at) => within(at) && model.around(at) === from - 1) ?? to
  const clause = model
    .indices(...clauses)
    .findLast((at) => at < from && model.around(at) === model.around(from - 1))
  return [
    ...model
      .indices(...barred)
      .filter(within)
      .map((at) => ({ at, message: `${model.at(at)} in a correlated subquery: join, and number the rows` })),
    ...outside
      .filter((at) => at < start)
      .map((at) => ({
        at,
        message: `${model.at(at)} is of the rows around: read it after where alone, or join`,
      })),
    ...(clause !== undefined && model.is(clause, 'on')
      ? [{ at: from, message: 'a correlated subquery in a join: ask it in a CTE first' }]
      : []),
  ]
}

/** Where a subquery reads a column of a relation that it does not name itself. */
function readsAround(model: ModelText, { from, to }: Span): number[] {
  const inside = Array.from({ length: to - from }, (_, offset) => from + offset)
  const named = new Set(
    inside
      .filter((at) => ['from', 'join', 'as'].some((word) => model.is(at - 1, word)))
      .map((at) => model.at(at)),
  )
  return inside.filter(
    (at) => model.kind(at) === 'word' && model.at(at + 1) === '.' && !named.has(model.at(at)),
  )
}

/** Subqueries that only one engine can run. */
export const subqueryRules: Rule[] = [correlated]
