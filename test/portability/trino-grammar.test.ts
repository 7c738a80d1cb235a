import { describe, expect, test } from 'vitest'
import { syntaxErrors } from './trino-grammar.ts'

describe('the grammar', () => {
  test.each([
    'select count(*) filter (where a > 1) as n from t',
    'select a from t group by grouping sets ((a), ())',
    'select x from unnest(array[1, 2]) with ordinality as u (x, n)',
    'with recursive t (n) as (values (1) union all select n + 1 from t where n < 5) select n from t',
    'select lead(x) ignore nulls over (order by a) from t',
    'select a from t where b = ?',
    "select cast(d + interval '3' month as date) from t",
    'select sum(a) over (partition by b order by c rows between unbounded preceding and current row) from t',
    "with params (as_of, n) as (values (date '2026-09-30', 3)) select n from params",
    'select a from t offset 2 limit 3',
    'select a from t order by a desc nulls last',
    "select a from t where a like 'x!%' escape '!'",
    'select year, quarter, position, share, rule, zone, step from t',
    'select 1 from t full join u using (a)',
    'merge into t using u on t.a = u.a when matched then update set b = 1',
  ])('accepts %s', (sql) => {
    expect(syntaxErrors(sql)).toEqual([])
  })

  test.each([
    'select a from t qualify row_number() over (order by a) = 1',
    'select a, count(*) from t group by all',
    'select a::integer from t',
    'select * exclude (a) from t',
    'select * replace (a as b) from t',
    'select a from t limit 3 offset 2',
    'select 7 // 2',
    "select a from t where a ilike 'x'",
    'select distinct on (a) a from t',
    'from t select a',
    'select $x',
    'select [1, 2]',
    "select {'a': 1}",
    "select date '2026-01-01' + interval 1 day",
    'select a == b',
    'select a from t using sample 3',
    "select a from 'x.csv'",
    'select a from t union by name select b from u',
    'select end from t',
    'select a as values from t',
    'select a as group from t',
  ])('refuses %s', (sql) => {
    expect(syntaxErrors(sql)).not.toEqual([])
  })

  // these are what the linter is for
  test.each([
    'select a from t order by all',
    'select a from t semi join u using (a)',
    "select string_agg(a, ',') from t",
    'select 1_000',
    'select a from t;',
  ])('lets pass %s', (sql) => {
    expect(syntaxErrors(sql)).toEqual([])
  })
})
