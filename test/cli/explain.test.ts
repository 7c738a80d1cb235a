import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { landFolder } from '../../core/land-folder.ts'
import { FileStorage } from '../../core/storage/file.ts'

const ROOT = join(import.meta.dirname, '../..')
let lake = ''

beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'skafferi-explain-'))
  const storage = new FileStorage(lake)
  await landFolder(storage, join(ROOT, 'test/golden/three-municipalities/input'))
  await analyse(storage, { quarter: '2026-Q4' })
  return () => rm(lake, { recursive: true, force: true })
}, 120_000)

/** Runs `explain` as a user would, without a terminal. */
function explain(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: lake }
    execFile(
      process.execPath,
      [join(ROOT, 'cli/skafferi.js'), 'explain', ...args],
      { env },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

test('explain says the number, its formula, the models on the way and the lines of the files', async () => {
  const { code, out } = await explain(
    ...'gaps county 91 potato washed --column procurable_kg --rows 2'.split(' '),
  )
  expect(code).toBe(0)
  // worked out in docs/method.md
  expect(out).toContain('1795.200 form kg\n  The smaller of what is available (A)')
  expect(out).toContain('shortfall_kg 924.800 form kg: ')
  expect(out).toMatch(/\nint_zone_stocks ← .*int_zone_quarters/)
  expect(out).toMatch(
    /\nproduction farms 2026-Q4 delivery d[0-9a-f]{24}, received .*\n {2}landing\/production\/farms\/d[0-9a-f]{24}\/2026-Q4\.csv\n/,
  )
  expect(out).toContain('  2  farm-a,9102,potato,1200,2350,,derived\n  3  farm-b,9103,potato,500,,,derived\n')
  expect(out).not.toContain('milk')
  // Norrby and Mellby bought five times
  expect(out).toContain('  … and 3 more\n')
})

test('explain gives a program everything at once', async () => {
  const { out } = await explain('servings', 'county', '91', 'school', '--json')
  expect(JSON.parse(out)).toMatchObject({
    mart: 'servings',
    key: { zoning: 'county', zone: '91', segment: 'school' },
    column: 'portions',
    // 20 000 + 10 000 + 10 000
    value: 40_000,
    formula: { en: "Sum of portions over the zone's places." },
  })
})

test.each([
  ['a row that is not there', 'gaps county 91 potato wash', 'nearest rows: county 91 potato washed'],
  ['no row at all', 'gaps', 'the key of gaps lacks zoning, zone, product_group, form'],
  ['a number of rows below one', 'gaps county 91 potato washed --rows 0', 'not a number of rows: "0"'],
])('%s is wrong usage', async (_, args, message) => {
  const { code, out, err } = await explain(...args.split(' '))
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})
