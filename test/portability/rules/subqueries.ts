import type { ModelText, Span } from '../model-text.ts'
import type { Rule } from './rule.ts'

/** With which Trino does not turn a correlated subquery into a join. */
const barred = ['limit', 'offset', 'fetch', 'over', 'union', 'except', 'intersect']

const correlated: Rule = {
  code: 'correlated',
  because: 'Trino refuses a subquery that reads the rows around it and limits, numbers or unites its own',
  find: (model) =>
    model
      .indices('(')
      .filter(
        (open) =>
          model.is(open + 1, 'select') && !['as', 'from', 'join'].some((word) => model.is(open - 1, word)),
      )
      .map((open) => ({ from: open + 1, to: model.partner(open) }))
      .filter((subquery) => readsAround(model, subquery))
      .flatMap(({ from, to }) =>
        model
          .indices(...barred)
          .filter((at) => at > from && at < to)
          .slice(0, 1),
      )
      .map((at) => ({ at, message: `${model.at(at)} in a correlated subquery: join, and number the rows` })),
}

/** Whether a subquery reads a column of a relation that it does not name itself. */
function readsAround(model: ModelText, { from, to }: Span): boolean {
  const inside = Array.from({ length: to - from }, (_, offset) => from + offset)
  const named = new Set(
    inside
      .filter((at) => ['from', 'join', 'as'].some((word) => model.is(at - 1, word)))
      .map((at) => model.at(at)),
  )
  return inside.some(
    (at) => model.kind(at) === 'word' && model.at(at + 1) === '.' && !named.has(model.at(at)),
  )
}

/** Subqueries that only one engine can run. */
export const subqueryRules: Rule[] = [correlated]
