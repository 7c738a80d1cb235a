import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { landRegion, QUARTER, send, served, smallRegion, suiteFolder } from '../support/small-region.ts'

const ROOT = join(import.meta.dirname, '../..')
const folder = suiteFolder()

/** Runs the program over a lake of the suite, without a terminal. */
function skafferi(lake: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: join(folder.path, lake) }
    execFile(process.execPath, [join(ROOT, 'cli/skafferi.js'), ...args], { env }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

beforeAll(async () => {
  const storage = new FileStorage(join(folder.path, 'lake'))
  await landRegion(storage, folder.path, smallRegion())
  await analyse(storage, { quarter: QUARTER })
}, 60_000)

describe('skafferi check', () => {
  test('is exit 0 where there are but warnings, and says what to look at', async () => {
    const { code, out } = await skafferi('lake', 'check', '--quarter', QUARTER)
    expect(code).toBe(0)
    expect(out).toContain('of 2026-Q3: 0 errors, ')
    expect(out).toMatch(/warning {3}place_in_zone +\d/)
    expect(out).toMatch(/look at portions\/kitchens\/2026-Q3 \(d[0-9a-f]{24}\)/)
    expect(out).not.toContain('cannot be published')
  })

  test('of a quarter without a run, or an unknown run, is wrong usage', async () => {
    const none = await skafferi('lake', 'check', '--quarter', '2026-Q2')
    expect(none).toMatchObject({ code: 2, out: '' })
    expect(none.err).toContain('skafferi analyse --quarter 2026-Q2')
    const unknown = await skafferi('lake', 'check', '--quarter', QUARTER, '--run', 'x', '--json')
    expect(unknown.code).toBe(2)
    expect(JSON.parse(unknown.out)).toMatchObject({ error: { kind: 'usage' } })
  })

  test('is exit 4 where there is an error; --json gives one value', async () => {
    const storage = new FileStorage(join(folder.path, 'lake'))
    const { delivery } = await send(storage, folder.path, 'portions', [served()], { source: 'municipality' })
    const stale = await skafferi('lake', 'plan', '--quarter', QUARTER)
    expect(stale.out).toContain(`came later: portions/municipality/2026-Q3 (${delivery})`)
    expect(stale.out).toMatch(/municipality +portions +unexpected/)
    await analyse(storage, { quarter: QUARTER })
    const { code, out } = await skafferi('lake', 'check', '--quarter', QUARTER, '--json')
    expect(code).toBe(4)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ quarter: QUARTER, errors: 1, not_checked: [] })
    expect(result.violations[0]).toMatchObject({
      severity: 'error',
      rule: 'key_from_one_source',
      place: '2482',
      item: 'school',
      kind: 'portions',
      found: 2,
      bound: 1,
      deliveries: [{ source: 'kitchens' }, { source: 'municipality', delivery }],
    })
    const shown = await skafferi('lake', 'check', '--quarter', QUARTER)
    expect(shown.code).toBe(4)
    expect(shown.out).toContain('The portions in Skellefteå (2482), school, come from 2 sources')
    expect(shown.out).toContain('cannot be published')
  })
  test('is exit 4 where a rule that stops a release cannot be asked, and says why', async () => {
    const storage = new FileStorage(join(folder.path, 'older'))
    await landRegion(storage, folder.path, smallRegion())
    const { run } = await analyse(storage, { quarter: QUARTER })
    const file = join(folder.path, 'older', `runs/${QUARTER}/${run}.json`)
    const { models, ...record } = JSON.parse(await readFile(file, 'utf8'))
    const { gaps, ...others } = models
    expect(gaps).toBeDefined()
    await writeFile(file, JSON.stringify({ ...record, models: others }))
    const shown = await skafferi('older', 'check', '--quarter', QUARTER)
    expect(shown.code).toBe(4)
    expect(shown.out).toContain('0 errors')
    expect(shown.out).toContain('gap_components_add_up (it reads gaps)')
    expect(shown.out).toContain('cannot be published')
    expect(await skafferi('older', 'publish', '--quarter', QUARTER)).toMatchObject({ code: 4 })
    const { code, out } = await skafferi('older', 'check', '--quarter', QUARTER, '--json')
    expect(code).toBe(4)
    expect(JSON.parse(out)).toMatchObject({ lacks: { gap_components_add_up: ['gaps'] } })
  })
})
