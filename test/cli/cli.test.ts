import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const REGION = join(ROOT, 'data/vasterbotten')

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the program as a user would, without a terminal. */
function skafferi(...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    const environment = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: lake }
    execFile(
      process.execPath,
      [join(ROOT, 'cli/skafferi.js'), ...args],
      { env: environment, maxBuffer: 1 << 26 },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

const json = async (...args: string[]) => JSON.parse((await skafferi(...args, '--json')).out)
const place = (dataset: string, source = 'skafferi', quarter = 'all') =>
  join(REGION, dataset, source, `${quarter}.csv`)

let folder = ''
let lake = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skafferi-cli-'))
  lake = join(folder, 'lake')
  // the reference data and one quarter of the rest: enough for a run
  for (const dataset of await readdir(REGION)) {
    for (const source of await readdir(join(REGION, dataset))) {
      for (const file of (await readdir(join(REGION, dataset, source))).filter((name) =>
        /all|2026-Q3/.test(name),
      )) {
        const target = join(folder, 'region', dataset, source)
        await mkdir(target, { recursive: true })
        await writeFile(join(target, file), await readFile(join(REGION, dataset, source, file)))
      }
    }
  }
  return () => rm(folder, { recursive: true, force: true })
})

describe('skafferi', () => {
  test('without a command shows the commands and is wrong usage', async () => {
    const { code, out } = await skafferi()
    expect(code).toBe(2)
    for (const name of ['demo', 'land', 'withdraw', 'status', 'plan', 'analyse', 'query', 'sql'])
      expect(out).toContain(`  ${name} `)
  })

  test.each(['demo', 'land', 'withdraw', 'status', 'plan', 'analyse', 'query', 'sql'])(
    '%s --help says what it takes',
    async (name) => {
      const { code, out } = await skafferi(name, '--help')
      expect(code).toBe(0)
      expect(out).toContain(`skafferi ${name}`)
      expect(out).toContain('--lake URL')
    },
  )

  test.each([
    [['analize'], 'did you mean analyse?'],
    [['query', 'gap'], 'did you mean gaps?'],
    [['query', 'gaps', '--wher', 'a=b'], 'did you mean --where?'],
    [['analyse'], '--quarter is missing'],
    [['analyse', '--quarter', '2026Q3'], 'not a quarter: "2026Q3"'],
    [['analyse', '--quarter', '2026-Q3', '--as-of', 'yesterday'], 'not an instant'],
    [['analyse', '--quarter', '2026-Q3', '--engine', 'duckbd'], 'did you mean duckdb?'],
    [['query', 'gaps', '--engine', 'trino'], 'query does not run on trino: it reads files of the lake'],
    [['query', 'gaps', '--engine', 'athena'], 'query does not run on athena: it reads files of the lake'],
    [['check', '--quarter', '2026-Q3', '--engine', 'athena'], 'valid: --engine duckdb'],
    [['land', 'no-such-file.csv', '--dataset', 'places', '--source', 'a'], 'cannot read no-such-file.csv'],
    [['land', place('places'), '--dataset', 'place', '--source', 'a'], 'did you mean places?'],
    [['land', place('places'), '--dataset', 'places'], '--source is missing'],
    [
      ['land', place('places'), '--dataset', 'places', '--source', 'a', '--quarter', '2026-Q3'],
      'has no quarter',
    ],
    [
      ['land', place('portions', 'skafferi-model', '2026-Q3'), '--dataset', 'portions', '--source', 'a'],
      '--quarter is missing',
    ],
    [['land', 'a', 'b'], 'takes (FILE'],
    [['withdraw', 'd0', '--reason', 'x'], 'unknown delivery'],
    [['status', '--lake', 'ftp://x'], 'no storage for'],
    [['status', '--lake', place('places')], 'is a file (valid: a folder such as ./lake'],
  ])('%j is wrong usage, exit 2, and says what would be right', async (args, message) => {
    const { code, out, err } = await skafferi(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  })

  test('an empty lake has no runs to query and nothing to analyse', async () => {
    expect(await skafferi('query', 'gaps')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no runs in'),
    })
    expect(await skafferi('analyse', '--quarter', '2026-Q3')).toMatchObject({
      code: 2,
      err: expect.stringContaining('land some first'),
    })
    expect(await skafferi('status')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing has been landed'),
    })
  })

  test('land FILE --json answers with exactly the contract, and a refusal is exit 3', async () => {
    const bad = join(folder, 'bad.csv')
    await writeFile(bad, 'place,name,kind,parent,latitude,longitude,population\n24,Västerbotten,region,,,,\n')
    const refused = await skafferi('land', bad, '--dataset', 'places', '--source', 'test', '--json')
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.out)).toEqual({
      delivery: expect.stringMatching(/^d[0-9a-f]{24}$/),
      dataset: 'places',
      source: 'test',
      quarter: null,
      status: 'refused',
      rows: 0,
      refused_rows: 1,
      supersedes: null,
      problems: [
        { line: null, column: null, value: '1 of 1', rule: 'too_many_refused', message: expect.any(String) },
        {
          line: 2,
          column: 'kind',
          value: 'region',
          rule: 'not_allowed',
          message: expect.stringContaining('municipality, county, country'),
        },
      ],
      problems_total: 2,
    })
    const shown = await skafferi('land', bad, '--dataset', 'places', '--source', 'test')
    expect(shown.code).toBe(3)
    expect(shown.out).toContain('line 2')
  })

  test('land DIR, analyse, plan, query, sql and withdraw work one after the other', async () => {
    const landed = await json('land', join(folder, 'region'))
    expect(new Set(landed.map(({ status }: { status: string }) => status))).toEqual(new Set(['accepted']))
    expect(landed.map(({ dataset }: { dataset: string }) => dataset)[0]).toBe('places')

    const plan = await json('plan', '--quarter', '2026-Q3')
    expect(plan).toMatchObject({ quarter: '2026-Q3', last_run: null, changes: null, stale: [] })
    expect(plan.inputs.length).toBe(landed.length)

    const run = await json('analyse', '--quarter', '2026-Q3')
    expect(run).toMatchObject({
      quarter: '2026-Q3',
      marts: { servings: expect.any(Number), coverage: 4 },
    })
    expect(Object.keys(run.marts)).toEqual([
      'gaps',
      'balances',
      'bottlenecks',
      'shares',
      'servings',
      'opportunities',
      'coverage',
    ])

    expect(await json('check', '--quarter', '2026-Q3')).toMatchObject({ run: run.run, errors: 0 })

    const csv = await skafferi(
      'query',
      'servings',
      '--where',
      'zoning=county',
      '--where',
      'zone=24',
      '--where',
      'segment=all',
      '--format',
      'csv',
    )
    expect(csv.out).toBe(
      'quarter,zoning,zone,segment,portions,portions_per_day\n2026-Q3,county,24,all,2939196.000,62990.000\n',
    )
    expect(await json('query', 'servings', '--run', run.run, '--where', 'segment=hospital')).toContainEqual(
      expect.objectContaining({ zone: '24', portions: 184000 }),
    )
    expect(
      (await skafferi('query', 'gaps', '--where', 'zone=nowhere', '--format', 'csv')).out.split('\n').length,
    ).toBe(2)
    expect(await json('sql', "select count(*) as n from portions where place = '2482'")).toEqual([{ n: 3 }])
    expect((await skafferi('sql', 'drop table portions')).code).toBe(2)

    const portions = landed.find(({ dataset }: { dataset: string }) => dataset === 'portions')
    expect(await json('withdraw', portions.delivery, '--reason', 'a test')).toMatchObject({
      status: 'withdrawn',
      effective: null,
    })
    const stale = await json('plan', '--quarter', '2026-Q3')
    expect(stale.stale).toMatchObject([
      { quarter: '2026-Q3', run: run.run, added: [], removed: [{ delivery: portions.delivery }] },
    ])
    const withdrawn = await skafferi('withdraw', landed[0].delivery, '--reason', 'a test')
    expect(withdrawn.code).toBe(3)
    expect(withdrawn.out).toContain('used by')
  })

  test('a failure with --json still gives one JSON value', async () => {
    const { code, out } = await skafferi('query', 'gapz', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      error: { kind: 'usage', message: expect.stringContaining('unknown mart') },
    })
  })

  test('a stack is shown only with --debug', async () => {
    expect((await skafferi('query', 'gapz', '--debug')).err).toContain('    at ')
  })
})
