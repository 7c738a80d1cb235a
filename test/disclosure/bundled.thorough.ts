import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { landFolder } from '../../core/land-folder.ts'
import { findRun } from '../../core/query.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import { SIZED, tries } from '../support/thorough.ts'
import { blamed } from './blamed.ts'
import { type Releases, releasesOfRuns } from './releases-of.ts'

// a program over four releases takes ten minutes, over two one
const YEAR = ['2025-Q4', '2026-Q1', '2026-Q2', '2026-Q3'].slice(-tries(1, 2, 4))
const MINUTES = 60_000

const storage = new MemoryStorage()
let releases: Releases
beforeAll(async () => {
  await landFolder(storage, fileURLToPath(new URL('../../data/vasterbotten', import.meta.url)))
  for (const quarter of YEAR) await analyse(storage, { quarter })
  releases = await releasesOfRuns(
    storage,
    await Promise.all(YEAR.map((quarter) => findRun(storage, { quarter }))),
  )
}, 5 * MINUTES)
afterAll(() => storage.close())

test("nothing withheld of the bundled region's year is told by what is shown", {
  ...SIZED,
  timeout: 15 * MINUTES,
}, async () => {
  expect(await blamed(releases, false)).toEqual([])
})

test('most of it is shown', SIZED, () => {
  for (const { withheld } of releases.disclosed) {
    const gaps = withheld.find(({ mart }) => mart === 'gaps')!
    expect(gaps.withheld_cells / gaps.cells).toBeLessThan(0.4)
    expect(gaps.withheld_share_of_demand).toBeLessThan(0.55)
  }
  const county = releases.published
    .at(-1)!
    .marts.gaps!.filter(({ zoning, zone }) => zoning === 'county' && zone === '24')
  expect(county.filter(({ withheld }) => withheld === null).length / county.length).toBeGreaterThan(0.7)
})
