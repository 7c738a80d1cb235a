import { describe, expect, test } from 'vitest'
import { lint, rules } from './linter.ts'
import { syntaxErrors } from './trino-grammar.ts'

const head = '-- one row: a\n-- answers: b\n-- leaves out: c\n'
const tail = '\n\nselect * from model\n'

/** A model around an expression, around the body of its last CTE, or the text itself where it has a header. */
function model(text: string): string {
  if (text.startsWith('--')) return text
  if (text.startsWith('with ')) return head + text + tail
  const body = text.startsWith('select ') ? text : `select ${text} as value from places as p`
  return `${head}with model as (\n  ${body}\n)${tail}`
}

const codes = (text: string) => [...new Set(lint('model', model(text)).map(({ code }) => code))]

/** For each rule what it refuses and what it accepts; the accepted must please every other rule, and Trino's grammar. */
const cases: Record<string, { wrong: string[]; right: string[] }> = {
  header: {
    wrong: [
      `-- one row: a\n-- answers: b\nwith model as (select a from t)${tail}`,
      `-- one row: a\n-- answers:\n-- leaves out: c\nwith model as (select a from t)${tail}`,
      `-- why\n${head}with model as (select a from t)${tail}`,
    ],
    right: [`${head}with model as (select a from t)${tail}`],
  },
  ending: {
    wrong: [
      `${head}select a from t`,
      `${head}with model as (select a from t) select * from model`,
      `${head}with other as (select a from t)\nselect * from other`,
      `${head}with model as (select a from t)\nselect a from model`,
      `${head}with model as (select a from t)\nselect * from model order by a nulls last`,
      `${head}with model as (with b as (select a from t) select a from b)${tail}`,
    ],
    right: [`${head}with b as (select a from t), model as (select a from b)\nselect * from model`],
  },
  'lower-case': {
    wrong: ['SELECT a from t', 'select p.A from p', 'Coalesce(a, 1)'],
    right: ["coalesce(a, 'X')"],
  },
  identifier: {
    wrong: ['"a"', 'p.Å', '_a'],
    right: ['a_1'],
  },
  'reserved-name': {
    wrong: [
      'select a as end from t',
      'select a as values from t',
      'select t.group from t',
      'with order as (select a from t), model as (select a from order)',
      'with params (end, a) as (values (1, 2)), model as (select a from params)',
      'select a from (values (1)) as v (group)',
      'select a as date from t',
      'select a as current_date from t',
    ],
    right: [
      'select a as year, b as quarter, c as position, d as share, e as rule, f as zone, g as step from t',
      'select a as place, b as measure, c as target, d as unknown, e as rank, f as rows, g as status from t',
      'select a as source, b as yield, c as first, d as last, e as low, f as high from t',
      'with params (first_day, a) as (values (1, 2)), model as (select a from params)',
      'cast(a as date)',
    ],
  },
  'alias-as': {
    wrong: [
      'select a b from t',
      'select a from t x',
      'select 1_000 as a from t',
      'select sum(a) total from t',
      '0x10',
    ],
    right: [
      'select a as b from t as x join u as y on x.a = y.a',
      'sum(a) over (partition by b order by c rows between unbounded preceding and 1 following)',
      "sum(a) filter (where b is not null and c between 1 and 2 or d like 'x!%' escape '!')",
      'row_number() over (partition by b order by c desc, d asc nulls last)',
    ],
  },
  'alias-use': {
    wrong: [
      'select year(d) as y, sum(a) as total from t group by y',
      'select a + b + c as total from t where total > 1',
      'select a + b + c as total, total * 2 as twice from t',
      "select case when a then 'x' else 'y' end as kind, count(*) as n from t group by kind",
    ],
    right: [
      'select year(d) as y, sum(a) as total from t group by year(d)',
      'select coalesce(t.a, 0e0) as a, a * 2 as twice from t where a > 1',
      'select a + b + c as total from t as t join total on t.x = total.x',
      'select a + b + c as total, u.total as other from t join u using (x)',
      'with b as (select a + 1 + 2 as total from t), model as (select total from b where total > 1)',
      'select a + b + c as total from t order by total nulls last',
    ],
  },
  symbol: {
    wrong: [
      'a::integer',
      'a // b',
      'a[1]',
      '[1, 2]',
      `${head}with model as (select a from t)${tail};`,
      'a == b',
      '$a',
    ],
    right: ['(a + b) - c * d', 'a <> b and c >= d'],
  },
  'block-comment': {
    wrong: ['a /* why */'],
    right: ['a -- why\n'],
  },
  qualify: {
    wrong: ['select a from t qualify row_number() over (order by a) = 1'],
    right: ['select a from t where rn = 1'],
  },
  ilike: {
    wrong: ["a ilike 'x%'", "a similar to 'x'", "a glob 'x*'"],
    right: ["lower(a) like 'x!%' escape '!'"],
  },
  unnest: {
    wrong: ['select x from unnest(a) as u (x)', 'array[1]', 'select unnest(a) as x from t'],
    right: ['select x from t join u using (a)'],
  },
  lateral: {
    wrong: ['select x from t, lateral (select a from u) as l'],
    right: ['select x from t where exists (select a from u where u.a = t.a)'],
  },
  recursive: {
    wrong: ['with recursive a as (select 1 as x from t), model as (select x from a)'],
    right: ['with a as (select 1 as x from t), model as (select x from a)'],
  },
  now: {
    wrong: ['current_date', 'current_timestamp'],
    right: ["date '2026-09-30'"],
  },
  'window-clause': {
    wrong: ['select sum(a) over w as x from t window w as (partition by b)'],
    right: ['sum(a) over (partition by b)'],
  },
  'nulls-option': {
    wrong: ['lead(a) ignore nulls over (order by b)', 'lag(a respect nulls) over (order by b)'],
    right: ['lead(a) over (order by b)'],
  },
  'natural-join': {
    wrong: ['select a from t natural join u'],
    right: ['select a from t join u using (a)'],
  },
  sample: {
    wrong: ['select a from t tablesample bernoulli (10)', 'select a from t using sample 3'],
    right: ['select a from t'],
  },
  pivot: {
    wrong: ['select a from t pivot (sum(a) for b in (1, 2))'],
    right: ['sum(case when b = 1 then a end)'],
  },
  'null-test': {
    wrong: ['a isnull', 'a notnull'],
    right: ['a is null or b is not null'],
  },
  'join-kind': {
    wrong: [
      'select a from t semi join u using (a)',
      'select a from t anti join u using (a)',
      'select a from t asof join u using (a)',
      'select a from t positional join u',
    ],
    right: ['select a from t left join u using (a)', 'select a from t full outer join u on t.a = u.a'],
  },
  function: {
    wrong: [
      'round(a, 2)',
      'random()',
      'now()',
      "string_agg(a, ',')",
      "listagg(a, ',')",
      'avg(a)',
      'avg(cast(a as decimal(18, 3)))',
      'count_if(a)',
      'cast(count_if(a) + b as bigint)',
      'array_agg(a)',
      'upper(a)',
      'coalesce(a)',
      "concat_ws(',', a, 1)",
      "concat_ws(',', a, p.ends_on)",
      'max(a, 1)',
      'max_by(a, b, 1)',
      'count(distinct a, b)',
      'power(a, 0.5e0)',
      'power(a, b)',
      'lag(a, -1) over (order by b)',
      'lead(a, b) over (order by b)',
      "date_diff('month', a, b)",
      "date_trunc('quarter', a)",
      "cast(date_trunc('week', a) as date)",
      'extract(dow from a)',
      'floor(a)',
      'substr(a, 0, 2)',
      'substr(a, b)',
      "split_part(a, '-', 3)",
      "nullif(split_part(a, '-', -1), '')",
      "nullif(split_part(a, '-', b), '')",
      'sum(case when a then 1 else 0 end)',
      'sum(1)',
      'sum(cast(a as integer))',
      'sum(case when a then length(b) else 0 end)',
      "replace(a, 'x')",
      "replace(a, '', 'x')",
      'greatest(0e0, nullif(a, b))',
      'least(a, lag(b) over (order by c))',
      'greatest(a, null)',
      'greatest(0e0, sum(a) filter (where b))',
      'select greatest(0e0, u.a) as x from t left join u using (b)',
      'select greatest(t.a, 0e0) as x from t full join u using (b)',
      'select least(p.a, far.a) as x from t as p left outer join u as far on p.b = far.b',
      'select max_by(u.a, t.b) as x from t left join u using (b)',
      "trim(both ' ' from a)",
      'trim(a)',
      "concat(a, 'x')",
      'made_up(a)',
      'constructor(a)',
      'select x from made_up(1) as f (x)',
      'sum()',
    ],
    right: [
      'count(*)',
      'count(distinct a)',
      'avg(cast(a as double))',
      'avg(coalesce(cast(a as double), 0e0))',
      'cast(count_if(a) as bigint)',
      'cast(sum(case when a then 1 else 0 end) as bigint)',
      'sum(case when a then b else 0e0 end)',
      'sum(year(a) * 1e0)',
      'cast(sum(cast(a as bigint)) over () as bigint)',
      "date_diff('day', a, b)",
      "cast(date_trunc('quarter', a) as date)",
      'extract(year from a) * 12 + extract(month from a)',
      'year(a) * 4 + quarter(a) - 1',
      'cast(floor(a) as bigint)',
      'substr(a, 2)',
      'substr(a, 1, b)',
      "nullif(split_part(a, '-', 3), '')",
      "replace(a, 'x', '')",
      "concat_ws(' ', a, b)",
      'greatest(0e0, a - b)',
      'greatest(0e0, coalesce(nullif(a, b), 0e0))',
      'least(a, lag(b, 1, 0e0) over (order by c))',
      'select greatest(0e0, t.a - coalesce(u.a, 0e0)) as x from t left join u using (b)',
      'select greatest(0e0, u.a) as x from t join u using (b)',
      'max_by(a, b)',
      'power(a, 2e0)',
      'lag(a, 2, 0e0) over (order by b)',
      'lower(a) = b',
      'sum(a) over (partition by b)',
      'select a from t where b in (1, 2) and not (c or d) and exists (select e from u)',
    ],
  },
  division: {
    wrong: [
      'a / b',
      'cast(a as double) / b',
      'a / nullif(b, 0)',
      'a / nullif(b, 0e0)',
      'cast(a as double) / nullif(b, 1)',
      'cast(a as double) / 0e0',
      '(cast(a as double) + 1) / coalesce(b, 1)',
      'a / 4',
      'a + 1e0 / 3 * b / 3 / nullif(c, 0) * d / e',
      'a % b',
      'case when b > 0e0 then cast(a as double) / b end',
    ],
    right: [
      'cast(a as double) / nullif(cast(b as double), 0e0)',
      'cast(a as double) / nullif(b, 0)',
      'a / nullif(cast(b as double), 0e0)',
      'a / 4e0',
      '1e0 * a / nullif(b, 0)',
      'sum(cast(a as double)) over (partition by c) / nullif(b, 0)',
      'coalesce(a, 0e0) / nullif(b, 0)',
      'case when a then 0e0 else b end / nullif(b, 0)',
      '(b + cast(a as double)) / 1000',
      'a % nullif(b, 0)',
      'a % 4',
    ],
  },
  'decimal-arithmetic': {
    wrong: [
      'cast(a as decimal(18, 3)) * cast(b as decimal(18, 3))',
      'cast(a as decimal(18, 3)) + cast(b as decimal(18, 3))',
      'cast(a as decimal(18, 3)) - 1',
      'cast(a as decimal(9, 3)) * cast(b as integer)',
      '2.5 * cast(a as decimal(18, 3))',
    ],
    right: [
      'cast(a as decimal(38, 3)) * cast(b as decimal(18, 3))',
      'cast(a as decimal(38, 3)) + cast(b as decimal(18, 3))',
      'cast(a as decimal(9, 3)) * cast(b as decimal(9, 3))',
      'cast(a as decimal(17, 3)) + cast(b as decimal(17, 3))',
      'cast(a as decimal(18, 3)) * 1e0',
      'cast(a as decimal(18, 3)) * cast(b as bigint)',
      '2.5 * 1.25',
      'cast(a as bigint) + cast(b as integer)',
    ],
  },
  'decimal-remainder': {
    wrong: ['7.5 % 2', 'cast(a as decimal(9, 1)) % 3', 'a % nullif(cast(b as decimal(9, 1)), 0)'],
    right: ['a % 3', '7.5e0 % 2'],
  },
  'whole-literal': {
    wrong: ['-2147483648', '9223372036854775808'],
    right: ['2147483648', '-2147483647', '9223372036854775807'],
  },
  type: {
    wrong: [
      'cast(a as varchar(3))',
      'cast(a as char)',
      'cast(a as timestamp)',
      'cast(a as decimal)',
      'cast(a as hugeint)',
    ],
    right: ['cast(a as varchar)', 'cast(a as decimal(38, 3))', 'cast(a as boolean)', 'cast(a as integer)'],
  },
  'lossy-cast': {
    wrong: [
      'cast(1.5e0 as decimal(9, 2))',
      'cast(cast(a as double) * b as bigint)',
      'cast(power(a, 2) as varchar)',
      "cast('17' as bigint)",
      "cast('yes' as boolean)",
      "cast('nan' as double)",
      "cast('1_000' as decimal(9, 2))",
      "cast(' 1.5 ' as decimal(9, 2))",
      'cast(cast(a as decimal(3, 3)) as varchar)',
      'cast(.5 as varchar)',
      'cast(floor(1e0 * a) + 1 as bigint)',
    ],
    right: [
      'cast(a as decimal(9, 2))',
      'cast(floor(1e0 * a) as bigint)',
      "cast('1.5' as decimal(9, 2))",
      "cast('-7' as decimal(9, 2))",
      'cast(cast(a as decimal(9, 3)) as varchar)',
      'cast(a * b as double)',
      'cast(1e0 * a > 3 as varchar)',
    ],
  },
  'null-type': {
    wrong: [
      'null',
      'select a, null as b from t',
      'coalesce(null, a)',
      'select v.a from (values (null)) as v (a)',
    ],
    right: ['cast(null as double)', 'case when a is null then null when b is not null then c else null end'],
  },
  'typed-literal': {
    wrong: ["decimal '1.5'", "timestamp '2026-01-01'", "e'x'", "x'ff'"],
    right: ["date '2026-01-01'", "case when a = 'x' then 'y' else 'z' end", "a in ('x') and b like 'y'"],
  },
  'date-text': {
    wrong: [
      "a = '2026-01-01'",
      "a between date '2026-01-01' and '2026-03-31'",
      "date '2026-01-01 00:00'",
      "date '10000-01-01'",
    ],
    right: ["a = date '2026-01-01'", "a = '2026-Q1'"],
  },
  'mixed-types': {
    wrong: [
      "year(a) = '2026'",
      "1 <> '1'",
      "cast(a as integer) in (1, '2')",
      "length(a) not in ('1')",
      "cast(a as bigint) between '1' and '9'",
      "coalesce(cast(a as decimal(18, 3)), '0')",
      "case when a then 1 else '1' end",
      "nullif(1e0, '')",
    ],
    right: [
      "cast(year(a) as varchar) = '2026'",
      "a in ('1', '2') and length(a) in (1, 2)",
      "a not between 'a' and 'b' and year(b) between 1 and 9",
      "coalesce(a, '') || 'x'",
      "case when length(a) = 1 then 'x' when b = 'y' then 'z' end",
    ],
  },
  interval: {
    wrong: [
      "a + interval '1' month",
      "cast(coalesce(a + interval '1' month, b) as date)",
      "cast(a + interval '1 month' as date)",
      "cast(a + interval '1' quarter as date)",
      'cast(a + interval 1 day as date)',
    ],
    right: ["cast(a + interval '1' month as date)", "cast(a - interval '1' day as date)"],
  },
  'date-arithmetic': {
    wrong: [
      "a - date '2026-01-01'",
      "date '2026-01-01' - a",
      'cast(a as date) - b',
      'p.ends_on - p.starts_on',
      'p.ends_on + 1',
      'select a - params.as_of as x from t cross join params',
    ],
    right: ["date_diff('day', a, p.ends_on)", 'a - b', 'select -a as b from t join u on -t.a = u.a'],
  },
  'text-concat': {
    wrong: [
      "'a' || 1",
      "cast(a as integer) || 'b'",
      "year(a) || '-'",
      'a || cast(b as bigint)',
      "p.ends_on || ''",
    ],
    right: ["'a' || cast(year(b) as varchar)", "a || '/' || b", "coalesce(a, '') || b"],
  },
  'window-frame': {
    wrong: [
      'sum(a) over (order by b)',
      'max(a) over (partition by c order by b)',
      'sum(a) over (order by b rows unbounded preceding)',
      'sum(a) over (order by b range between unbounded preceding and current row)',
      'row_number() over (partition by b)',
      'lag(a) over (partition by b)',
      'last_value(a) over (partition by b)',
      'sum(a) filter (where c) over (order by b)',
    ],
    right: [
      'sum(a) over (partition by c order by b rows between unbounded preceding and current row)',
      'sum(a) over (partition by c)',
      'sum(a) over ()',
      'row_number() over (order by b)',
    ],
  },
  'order-nulls': {
    wrong: ['select a from t order by a limit 1', 'select a from t order by a nulls last, b desc limit 1'],
    right: [
      'select a from t order by a nulls last, coalesce(b, c) desc nulls first limit 1',
      'row_number() over (partition by a order by b, c)',
    ],
  },
  'by-name': {
    wrong: [
      'select a, count(*) as n from t group by all',
      'select a from t order by all',
      'select a, count(*) as n from t group by 1',
      'select a, b, count(*) as n from t group by a, 2',
    ],
    right: ['select a, count(*) as n from t group by a having count(*) > 1'],
  },
  'grouping-sets': {
    wrong: ['select count(*) as n from t group by grouping sets ((year(a)), ())'],
    right: ['select a, count(*) as n from t group by grouping sets ((a), ())'],
  },
  'values-row': {
    wrong: ['select a from (values 1, 2) as v (a)', 'select a from (values (1), 2) as v (a)'],
    right: ['select a from (values (1), (2)) as v (a)'],
  },
  limit: {
    wrong: ['select a from t order by a nulls last limit 3 offset 2', 'select a from t limit 3'],
    right: ['select a from t order by a nulls last offset 2 limit 3'],
  },
  correlated: {
    wrong: [
      'select (select u.b from u where u.a = t.a order by u.b nulls last limit 1) as b from t',
      'select a from t where exists (select u.a from u where u.a = t.a order by u.a nulls last limit 1)',
      'select (select max(r.n) from (select row_number() over (order by u.b) as n from u where u.a = t.a) as r) as n from t',
      'select (select max(r.b) from (select u.b from u where u.a = t.a union all select v.b from v) as r) as b from t',
      'select (select count(*) from u where u.a = t.a having count(*) > 1) as n from t',
      'select (select sum(u.b * t.b) from u where u.a = t.a) as b from t',
      'select t.a from t left join u on exists (select v.a from v where v.a = u.a)',
    ],
    right: [
      'select (select max(u.b) from u where u.a = t.a) as b from t',
      'select a from t where not exists (select u.a from u where u.a > t.a)',
      'select t.a from t join u on t.a = u.a where exists (select v.a from v where v.a = u.a)',
      'select t.a from t join u on t.a = u.a and t.b in (select v.b from v)',
      'select (select u.b from u order by u.b nulls last limit 1) as b from t',
      'select r.b from t join (select u.b, row_number() over (order by u.b) as n from u) as r on r.n = t.a',
    ],
  },
  'select-star': {
    wrong: [
      'select * from t',
      'select t.* from t',
      'select a, * from t',
      'select distinct * from t',
      'select a from (select * from t) as s',
      'with a as (select * from t), model as (select b from a)',
    ],
    right: ['count(*)', 'a * b', '(a) * 2'],
  },
  parameter: {
    wrong: [
      'select a from t where b = :as_of',
      'select a from t where year >= :first_year',
      'select a from t where b between :first_year and :last_year',
    ],
    right: [
      'select a from t where year between :first_year and :last_year',
      'select a from t where t.year between :first_year and :last_year and b',
      'with params (as_of) as (values (:as_of)), model as (select as_of from params)',
    ],
  },
  'cte-reads': {
    wrong: [
      'with a as (select x from t), model as (select x from a union all select x from a union all select x from a)',
      `with a as (select x from t), b as (select x from a union all select x from a),
        c as (select x from b union all select x from b), model as (select x from c union all select x from c)`,
      'with a as (select x from t), model as (select x from u)',
      `with ${Array.from({ length: 31 }, (_, i) => `a${i} as (select x from t${i})`).join(', ')}, model as (
        select x from ${Array.from({ length: 31 }, (_, i) => `a${i}`).join(' union all select x from ')})`,
    ],
    right: [
      `with a as (select x from t), b as (select x from a union all select x from a),
        model as (select x from b union all select x from b)`,
      `with params (y) as (values (1)),
        model as (select y from params union all select y from params union all select y from params)`,
      'with t as (select x from t), model as (select x from t)',
    ],
  },
}

test('every rule has its cases', () => {
  expect(Object.keys(cases).sort()).toEqual(rules.map(({ code }) => code).sort())
})

describe.each(Object.entries(cases))('%s', (code, { wrong, right }) => {
  test.each(wrong)('refuses %s', (text) => {
    expect(codes(text)).toContain(code)
  })

  test.each(right)('accepts %s', (text) => {
    expect(lint('model', model(text))).toEqual([])
    expect(syntaxErrors(model(text).replaceAll(/:\w+/g, '1'))).toEqual([])
  })
})

test('names the line and what to write instead', () => {
  expect(lint('model', model('a / b'))).toEqual([
    {
      code: 'division',
      line: 5,
      message: 'write cast(a as double) / nullif(cast(b as double), 0e0), or divide by a number such as 4e0',
    },
  ])
})

test('does not fail on text that is no query', () => {
  for (const text of [
    '',
    ')',
    '(',
    'with',
    'with a as (',
    'case',
    'select',
    'over',
    'order by',
    'cast(',
    'end end',
    '/',
  ]) {
    expect(lint('model', head + text).length).toBeGreaterThan(0)
  }
})
