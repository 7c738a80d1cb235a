import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ParameterValue,
  parameters,
  qualify,
  reads,
  references,
  render,
  stripComments,
  tokenize,
} from '../../core/sql-text.ts'

describe('tokenize(sql)', () => {
  const kinds = (sql: string) =>
    tokenize(sql)
      .filter(({ kind }) => kind !== 'whitespace')
      .map(({ kind, text }) => `${kind} ${text}`)

  test.each([
    ['a_1 Från', ['word a_1', 'word Från']],
    ['1 1.5 .5 1e0 2.5E-3', ['number 1', 'number 1.5', 'number .5', 'number 1e0', 'number 2.5E-3']],
    ["'it''s' ''", ["string 'it''s'", "string ''"]],
    ["'a''' 'b'", ["string 'a'''", "string 'b'"]],
    ['"a ""b"""', ['quoted_identifier "a ""b"""']],
    [':as_of::date', ['parameter :as_of', 'symbol ::', 'word date']],
    ["':a' -- :b\n/* :c\n*/ :d", ["string ':a'", 'comment -- :b', 'comment /* :c\n*/', 'parameter :d']],
    ["'--' '/*'", ["string '--'", "string '/*'"]],
    ["-- it's\n1", ["comment -- it's", 'number 1']],
    [
      'a<>b||c>=-1',
      ['word a', 'symbol <>', 'word b', 'symbol ||', 'word c', 'symbol >=', 'symbol -', 'number 1'],
    ],
    ['p.year', ['word p', 'symbol .', 'word year']],
  ])('splits %j', (sql, expected) => {
    expect(kinds(sql)).toEqual(expected)
  })

  test('knows offset and line', () => {
    const last = tokenize("select 'a\nb', -- c\n  d").at(-1)
    expect(last).toEqual({ kind: 'word', text: 'd', start: 21, line: 3 })
  })

  test.each([
    ["select\n 'abc", 'line 2: string does not end'],
    ["select 'abc''", 'line 1: string does not end'],
    ['select "abc', 'line 1: quoted identifier does not end'],
    ['\n\n/* abc', 'line 3: comment does not end'],
  ])('refuses %j', (sql, message) => {
    expect(() => tokenize(sql)).toThrow(message)
  })
})

describe('any text in strings and comments', () => {
  const string = fc.string({ unit: 'binary' }).map((text) => `'${text.replaceAll("'", "''")}'`)
  const lineComment = fc.string({ unit: 'binary' }).map((text) => `--${text.replaceAll('\n', ' ')}\n`)
  const comment = fc.string({ unit: 'binary' }).map((text) => `/*${text.replaceAll('*', ' ')}*/`)
  const word = fc.constantFrom('select', 'from', 'a', ',', '(', ')', 'join', 'with', '.', '::', ' ')
  const piece = fc.oneof(string, lineComment, comment, word)
  const sql = fc.array(piece).map((pieces) => pieces.join(' '))

  test('survives tokenize: the tokens are the text', () => {
    fc.assert(
      fc.property(sql, (text) => {
        const tokens = tokenize(text)
        expect(tokens.map((token) => token.text).join('')).toBe(text)
        expect(tokens.every((token) => text.startsWith(token.text, token.start))).toBe(true)
      }),
    )
  })

  test('survives tokenize as one token each', () => {
    fc.assert(
      fc.property(fc.oneof(string, comment), fc.oneof(string, lineComment), (first, second) => {
        const [one, , two] = tokenize(`${first} ${second}`)
        expect([one?.text, two?.text]).toEqual([
          first,
          second.trimEnd().length ? second.replace(/\n$/, '') : second,
        ])
      }),
    )
  })

  test('survives render and qualify, and hides neither parameters nor tables', () => {
    fc.assert(
      fc.property(string, comment, lineComment, (text, inside, line) => {
        const query = (date: string, table: string) =>
          `select ${text}, ${date} ${line} from ${inside}${table} -- end`
        const rendered = render(query(':day', 'places'), { day: { type: 'date', value: '2026-09-30' } })
        expect(rendered).toBe(query("date '2026-09-30'", 'places'))
        expect(qualify(rendered, () => '(x)')).toBe(query("date '2026-09-30'", '(x) as places'))
      }),
    )
  })

  test('never makes the walk fail or hang', () => {
    fc.assert(
      fc.property(sql, (text) => {
        expect(qualify(text, () => undefined)).toBe(text)
      }),
    )
  })
})

describe('references(sql)', () => {
  test.each([
    ['select 1', []],
    ['select * from places', ['places']],
    ['select * from Places p', ['places']],
    ['select * from "Places"', ['places']],
    ['select * from lake.gaps as g', ['lake.gaps']],
    ['select a.b from a, b, a join c on a.x = c.x, d', ['a', 'b', 'c', 'd']],
    ['select a, b from t where c in (1, 2)', ['t']],
    ['select a from t join u using (a, b) cross join v', ['t', 'u', 'v']],
    ['select a from t group by a, b order by a, b', ['t']],
    ['select extract(year from d) from t', ['t']],
    ["select trim(both from name), trim('x' from n), substring(a from 1) from t", ['t']],
    ['select a is distinct from b, c is not distinct from d from t', ['t']],
    ['select 1 from t join u on t.a is not distinct from u.a, v', ['t', 'u', 'v']],
    ['select (select max(a) from u) from t', ['u', 't']],
    ['select coalesce((select max(a) from u), 0) from t', ['u', 't']],
    ['select extract(year from (select max(d) from u)) from t', ['u', 't']],
    [
      'select 1 from t where exists (select 1 from u where u.a = t.a) and a in (select a from v)',
      ['t', 'u', 'v'],
    ],
    ['select 1 from (select 1 from t) as s, u', ['t', 'u']],
    ['select 1 from ((select 1 from t) union all (select 1 from u)) as s join v on true', ['t', 'u', 'v']],
    ['select 1 from (t left join u on t.a = u.a) join (v cross join w) on true', ['t', 'u', 'v', 'w']],
    ['select 1 from t union all select 1 from u except (select 1 from v)', ['t', 'u', 'v']],
    ['select x from unnest(array[1]) as s(x), lateral (select 1 from t) as l', ['t']],
    ['select 1 from table_function(a, b), t', ['t']],
    ['select 1 from (values (1), (2)) as v(x), t', ['t']],
    ['select sum(a) over (partition by b, c order by d) from t', ['t']],
    ['select 1 from t -- from u\n, v /* from w */', ['t', 'v']],
    ["select ' from u ' from t", ['t']],
    ['with a as (select 1 from t) select * from a', ['t']],
    ['with a as (select 1 from t), b as (select 1 from a join u on true) select * from b', ['t', 'u']],
    ['with a (x, y) as (select 1, 2 from t) select * from a', ['t']],
    ['with places as (select * from places) select * from places', ['places']],
    ['with b as (select 1 from a), a as (select 1 from b) select * from a', ['a']],
    ['with recursive a as (select 1 from t union all select 1 from a) select * from a', ['t']],
    ['with a as (with b as (select 1 from t) select 1 from b) select 1 from a, b', ['t', 'b']],
    [
      'with a as (select 1 from t) select 1 from (with c as (select 1 from a, u) select 1 from c)',
      ['t', 'u'],
    ],
    ['with A as (select 1 from t) select * from a', ['t']],
    ['with a as (select 1 from t) select * from lake.a', ['t', 'lake.a']],
    ['with a as materialized (select 1 from t) select * from a', ['t']],
  ])('%s', (sql, expected) => {
    expect(references(sql)).toEqual(expected)
  })
})

test('reads(sql) tells in which CTE something is read', () => {
  const sql = 'with a as (select 1 from t), b as (\nselect 1 from a as x, a) select * from b'
  expect(reads(sql).map(({ name, kind, within, line }) => [name, kind, within, line])).toEqual([
    ['t', 'table', 'a', 1],
    ['a', 'cte', 'b', 2],
    ['a', 'cte', 'b', 2],
    ['b', 'cte', undefined, 2],
  ])
})

describe('qualify(sql, rewrite)', () => {
  const rewrite = (table: string) => (table === 'gaps' || table === 'lake.gaps' ? '(select 1)' : undefined)

  test.each([
    ['select * from gaps', 'select * from (select 1) as gaps'],
    ['select * from Gaps', 'select * from (select 1) as Gaps'],
    ['select * from gaps as g', 'select * from (select 1) as g'],
    ['select * from gaps g', 'select * from (select 1) g'],
    ['select * from gaps "g"', 'select * from (select 1) "g"'],
    ['select * from gaps where a', 'select * from (select 1) as gaps where a'],
    ['select * from gaps left join b on c', 'select * from (select 1) as gaps left join b on c'],
    ['select * from b join gaps on c', 'select * from b join (select 1) as gaps on c'],
    ['select * from b join gaps using (c)', 'select * from b join (select 1) as gaps using (c)'],
    ['select * from b, gaps, c', 'select * from b, (select 1) as gaps, c'],
    ['select * from (gaps)', 'select * from ((select 1) as gaps)'],
    ['select * from gaps limit 3', 'select * from (select 1) as gaps limit 3'],
    ['select * from lake.gaps', 'select * from (select 1) as gaps'],
    ['select gaps.a from gaps -- gaps', 'select gaps.a from (select 1) as gaps -- gaps'],
    [
      'with gaps as (select * from gaps) select * from gaps',
      'with gaps as (select * from (select 1) as gaps) select * from gaps',
    ],
    ["select 'from gaps'  from\n\tplaces", "select 'from gaps'  from\n\tplaces"],
  ])('%s', (sql, expected) => {
    expect(qualify(sql, rewrite)).toBe(expected)
  })
})

describe('render(sql, values)', () => {
  const good: [ParameterValue, string][] = [
    [{ type: 'date', value: '2024-02-29' }, "date '2024-02-29'"],
    [{ type: 'integer', value: 2026 }, '2026'],
    [{ type: 'integer', value: -1 }, '(-1)'],
    [{ type: 'decimal', value: '1.5', precision: 9, scale: 3 }, "cast('1.5' as decimal(9, 3))"],
    [{ type: 'decimal', value: '-0.999', precision: 3, scale: 3 }, "cast('-0.999' as decimal(3, 3))"],
    [{ type: 'decimal', value: '0', precision: 1, scale: 1 }, "cast('0' as decimal(1, 1))"],
    [{ type: 'text', value: '2026-Q3 a:b_c.d+e' }, "'2026-Q3 a:b_c.d+e'"],
    [{ type: 'text', value: '' }, "''"],
  ]
  test.each(good)('writes %j as %s', (value, expected) => {
    expect(render('select :x as y', { x: value })).toBe(`select ${expected} as y`)
  })

  const bad: [ParameterValue, string][] = [
    [{ type: 'date', value: '2026-02-29' }, 'parameter x: "2026-02-29" is not a date (YYYY-MM-DD)'],
    [{ type: 'date', value: '2026-13-01' }, 'is not a date'],
    [{ type: 'date', value: '2026-1-1' }, 'is not a date'],
    [{ type: 'date', value: "2026-01-01'" }, 'is not a date'],
    [{ type: 'integer', value: 1.5 }, 'parameter x: 1.5 is not a safe integer'],
    [{ type: 'integer', value: Number.NaN }, 'is not a safe integer'],
    [{ type: 'integer', value: 2 ** 53 }, 'is not a safe integer'],
    [
      { type: 'decimal', value: '12.5', precision: 3, scale: 2 },
      'parameter x: "12.5" is not a decimal(3, 2)',
    ],
    [{ type: 'decimal', value: '1.555', precision: 9, scale: 2 }, 'is not a decimal(9, 2)'],
    [{ type: 'decimal', value: '1e3', precision: 9, scale: 2 }, 'is not a decimal'],
    [{ type: 'decimal', value: '', precision: 9, scale: 2 }, 'is not a decimal'],
    [{ type: 'decimal', value: '1', precision: 39, scale: 2 }, 'is not a decimal'],
    [{ type: 'decimal', value: '0', precision: 2, scale: 3 }, 'is not a decimal'],
    [{ type: 'text', value: "it's" }, 'parameter x: "it\'s" is not made of letters'],
    [{ type: 'text', value: 'a\nb' }, 'is not made of letters'],
    [{ type: 'text', value: 'kött' }, 'is not made of letters'],
  ]
  test.each(bad)('refuses %j', (value, message) => {
    expect(() => render('select :x', { x: value })).toThrow(message)
  })

  test('replaces each occurrence and no look-alike', () => {
    const sql = "select :a, a::a, ':a' /* :a */ from t where y between :a and :ab -- :a"
    const values = { a: { type: 'integer', value: 1 }, ab: { type: 'integer', value: 2 } } as const
    expect(render(sql, values)).toBe("select 1, a::a, ':a' /* :a */ from t where y between 1 and 2 -- :a")
  })

  test('keeps literals apart from their neighbours', () => {
    const values = { a: { type: 'integer', value: -1 }, b: { type: 'text', value: 'x' } } as const
    expect(render("x -:a between:b'c'", values)).toBe("x -(-1) between 'x' 'c'")
  })

  test('refuses unknown and unused parameters by name', () => {
    const values = { a: { type: 'integer', value: 1 }, b: { type: 'integer', value: 1 } } as const
    expect(() => render('select :c', values)).toThrow('unknown parameter: c (known: a, b)')
    expect(() => render('select :constructor', {})).toThrow('unknown parameter: constructor (known: none)')
    expect(() => render('select :b', values)).toThrow('unused parameter: a (the text has: b)')
    expect(() => render('select 1', values)).toThrow('unused parameter: a (the text has: none)')
  })
})

test('parameters(sql) lists each once', () => {
  expect(parameters("select :b, :a, ':c', :b")).toEqual(['b', 'a'])
})

test('stripComments(sql) leaves a space and all strings', () => {
  expect(stripComments("a/* b */c -- d\n'-- e'")).toBe("a c  \n'-- e'")
})
