import { beforeAll, describe, expect, test } from 'vitest'
import { shown } from '../../core/disclosure/disclose.ts'
import { protectedColumns } from '../../schemas/published.ts'
import { generateRegion } from '../reference/region.ts'
import { SIZED, tries } from '../support/thorough.ts'
import { blamed } from './blamed.ts'
import { attack, publishedOf, type Releases, releasesOf } from './releases-of.ts'

const SEEDS = Array.from({ length: tries(1, 3, 20) }, (_, index) => 4001 + index)
const YEAR = ['2025-Q3', '2025-Q4', '2026-Q1', '2026-Q2']

describe.each(SEEDS)('releases of region %i', { ...SIZED, timeout: 300_000 }, (seed) => {
  let releases: Releases
  beforeAll(async () => {
    const region = generateRegion(seed, {
      quarter: '2026-Q2',
      quarters: 6,
      municipalities: [3, 6],
      productGroups: [1, 2],
    })
    releases = await releasesOf(region, YEAR)
  }, 300_000)

  test('no withheld figure is told by the figures that are shown', async () => {
    expect(await blamed(releases, false)).toEqual([])
  })

  test('nor together with orders of magnitude; and the attacker is never wrong', async () => {
    const findings = await attack(releases, { figures: true, magnitudes: true })
    expect(findings.length).toBeGreaterThan(0)
    const wrong = findings.filter(({ value, from, to }) => {
      const margin = 0.5 + 1e-4 * Math.abs(value)
      return from > value + margin || to < value - margin
    })
    expect(wrong).toEqual([])
    expect(await blamed(releases, true, findings)).toEqual([])
  })

  if (seed === SEEDS[0])
    test('the attacker finds what a release tells that withholds only by the rule', async () => {
      const naive = releases.examined.map((one) => shown({ ...one, depends: () => false }))
      expect(await blamed({ ...releases, published: publishedOf(naive, YEAR) }, false)).not.toEqual([])
    })

  test('what is shown is what the run says, and every empty figure has a reason', () => {
    for (const [at, { marts }] of releases.published.entries()) {
      for (const [mart, rows] of Object.entries(marts)) {
        for (const [number, row] of rows.entries()) {
          const full = releases.full[at]!.marts[mart]![number]!
          for (const [column, value] of Object.entries(full)) {
            const hidden = (protectedColumns[mart] ?? ['delivery']).includes(column) && row[column] === null
            if (column !== 'rank' && !hidden) expect(row[column], `${mart}.${column}`).toEqual(value)
            if (hidden && value !== null && mart !== 'coverage' && !column.startsWith('largest_'))
              expect(row.withheld, `${mart}.${column}`).not.toBeNull()
          }
        }
      }
    }
  })
})
