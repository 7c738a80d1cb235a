import type { ModelText, Span } from '../model-text.ts'
import { framed, ordered } from '../words.ts'
import type { Rule } from './rule.ts'

const windows: Rule = {
  code: 'window-frame',
  because:
    'the frame that is not written is RANGE to the current row, and rows without order come as they like',
  find: (model) =>
    model.indices('over').flatMap((at) => {
      if (!model.is(at + 1, '(')) return [{ at, message: 'write the window out: over (…)' }]
      const own = { from: at + 2, to: model.partner(at + 1) }
      const within = (word: string) =>
        model
          .indices(word)
          .some((index) => index >= own.from && index < own.to && model.around(index) === at + 1)
      const name = model.at(model.operandBefore(at).from)
      const order = within('order')
      const rows = within('rows') && within('between')
      if (within('range') || within('groups'))
        return [{ at, message: `${name}: frames are rows between … and …` }]
      if (ordered.has(name)) return order ? [] : [{ at, message: `${name}: the window needs an order by` }]
      if (order && framed.has(name) && !rows) return [{ at, message: `${name}: write rows between … and …` }]
      const first = name === 'first_value' || name === 'last_value'
      return first && !order ? [{ at, message: `${name}: the window needs an order by` }] : []
    }),
}

const orderNulls: Rule = {
  code: 'order-nulls',
  because: 'where NULLs sort is a default that engines change',
  find: (model) =>
    model
      .indices('order')
      .filter((at) => model.is(at + 1, 'by') && !model.is(model.around(at) - 1, 'over'))
      .flatMap((at) => model.split(byItems(model, at), ','))
      .filter(({ to }) => !model.is(to - 2, 'nulls'))
      .map(({ from }) => ({ at: from, message: `order by ${model.at(from)}: write nulls last` })),
}

/** What stands after GROUP BY or ORDER BY. */
function byItems(model: ModelText, at: number): Span {
  const depth = model.around(at)
  const ends = 'having window order limit offset fetch union except intersect rows range groups'.split(' ')
  const limit = depth === -1 ? model.code.length : model.partner(depth)
  const end = model.indices(...ends).find((index) => index > at + 1 && model.around(index) === depth)
  return { from: at + 2, to: Math.min(end ?? limit, limit) }
}

const byNames: Rule = {
  code: 'by-name',
  because: 'GROUP BY ALL and ORDER BY ALL are not in Trino; numbers hide what is meant',
  find: (model) =>
    model
      .indices('group', 'order')
      .filter((at) => model.is(at + 1, 'by'))
      .flatMap((at) => model.split(byItems(model, at), ','))
      .filter(({ from }) => model.is(from, 'all') || model.kind(from) === 'number')
      .map(({ from }) => ({ at: from, message: `by ${model.at(from)}: name the columns` })),
}

const groupingSets: Rule = {
  code: 'grouping-sets',
  because: 'GROUPING SETS take plain columns in Trino',
  find: (model) =>
    model
      .indices('sets')
      .filter((at) => model.is(at - 1, 'grouping'))
      .filter((at) => model.calls.some(({ open }) => open > at && open < model.partner(at + 1)))
      .map((at) => ({ at, message: 'compute the expressions in an earlier CTE' })),
}

const valuesRows: Rule = {
  code: 'values-row',
  because: 'DuckDB wants each row of VALUES in parentheses',
  find: (model) =>
    model.indices('values').flatMap((at) => {
      const depth = model.around(at)
      const rows = model.split(
        { from: at + 1, to: depth === -1 ? model.code.length : model.partner(depth) },
        ',',
      )
      return rows
        .filter(({ from }) => !model.is(from, '('))
        .map(({ from }) => ({ at: from, message: 'write values (1), (2)' }))
    }),
}

const limits: Rule = {
  code: 'limit',
  because: 'Trino wants OFFSET before LIMIT, and without an order both keep any rows',
  find: (model) =>
    model
      .indices('limit', 'fetch')
      .filter((at) => model.kind(at + 1) !== undefined && !model.is(at - 1, '.'))
      .flatMap((at) => {
        const beside = (word: string) =>
          model.indices(word).filter((index) => model.around(index) === model.around(at))
        if (beside('offset').some((index) => index > at)) return [{ at, message: 'write offset n limit m' }]
        return beside('order').some((index) => index < at)
          ? []
          : [{ at, message: 'write an order by before limit' }]
      }),
}

/** Windows, groups, orders and limits that would give other rows. */
export const rowRules: Rule[] = [windows, orderNulls, byNames, groupingSets, valuesRows, limits]
