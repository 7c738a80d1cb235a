import type { Rule } from './rule.ts'

const never = (code: string, because: string, words: string, message: string): Rule => ({
  code,
  because,
  find: (model) =>
    model
      .indices(...words.split(' '))
      .filter((at) => !model.is(at - 1, 'as') && !model.is(at + 1, '.'))
      .map((at) => ({ at, message: `${model.at(at)}: ${message}` })),
})

const bannedWords: Rule[] = [
  never('qualify', 'QUALIFY is not in Trino', 'qualify', 'number the rows in a CTE and keep where rn = 1'),
  never('ilike', 'ILIKE is not in Trino', 'ilike similar glob', "write lower(x) like '…' escape '!'"),
  never(
    'unnest',
    'arrays differ',
    'unnest array list map struct',
    'avoid arrays: return rows, or join a table',
  ),
  never('lateral', 'LATERAL is limited in Trino', 'lateral', 'write a join, or exists with an equality'),
  never('recursive', 'WITH RECURSIVE is experimental in Trino', 'recursive', 'read a stored closure table'),
  never(
    'now',
    'the clock differs',
    'current_date current_time current_timestamp localtime localtimestamp',
    'pass :as_of',
  ),
  never('window-clause', 'the WINDOW clause', 'window', 'write each window out in its over (…)'),
  never(
    'nulls-option',
    'IGNORE NULLS stands elsewhere in DuckDB',
    'ignore respect',
    'filter the rows in a CTE first',
  ),
  never('natural-join', 'columns must be named', 'natural', 'write join … using (…)'),
  never('sample', 'results must be repeatable', 'tablesample sample', 'keep every row'),
  never('pivot', 'PIVOT is not in Trino', 'pivot unpivot', 'write one case per column'),
  never('null-test', 'ISNULL and NOTNULL are not in Trino', 'isnull notnull', 'write is null or is not null'),
]

const joinKinds: Rule = {
  code: 'join-kind',
  because: 'SEMI, ANTI, ASOF and POSITIONAL JOIN are not in Trino, and its grammar reads them as aliases',
  find: (model) =>
    model
      .indices('semi', 'anti', 'asof', 'positional')
      .filter((at) => ['join', 'left', 'right', 'full', 'inner'].some((word) => model.is(at + 1, word)))
      .map((at) => ({ at, message: `${model.at(at)} join: write where [not] exists (…)` })),
}

const symbols: Rule = {
  code: 'symbol',
  because: '`::`, `//`, arrays, structs, lambdas and a trailing `;` are not in Trino or not in its REST API',
  find: (model) => {
    const known = new Set('( ) , . + - * / % = <> != < > <= >= ||'.split(' '))
    const instead: Record<string, string> = {
      '::': 'write cast(x as type)',
      '//': 'write cast(floor(a / b) as bigint) over doubles',
      '[': 'avoid arrays: return rows',
      ';': 'one statement, without ;',
      '==': 'write =',
    }
    return [...model.code.keys()]
      .filter((at) => model.kind(at) === 'symbol' && !known.has(model.at(at)))
      .map((at) => ({
        at,
        message: `${model.at(at)}: ${instead[model.at(at)] ?? 'not in the common subset'}`,
      }))
  },
}

/** Words and symbols that only one engine knows. */
export const syntaxRules: Rule[] = [...bannedWords, joinKinds, symbols]
