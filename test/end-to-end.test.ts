import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyse } from '../core/analyse.ts'
import { landFolder } from '../core/land-folder.ts'
import { martCsv } from '../core/mart-text.ts'
import { plainRows, query } from '../core/query.ts'
import { FileStorage } from '../core/storage/file.ts'
import { compareMarts } from './reference/compare.ts'
import { computeMarts, formatMart, martNames } from './reference/marts.ts'
import { generateRegion } from './reference/region.ts'
import { writeRegion } from './reference/write-region.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { SIZED, tries } from './support/thorough.ts'

const QUARTER = '2026-Q2'
const SEEDS = Array.from({ length: tries(1, 3, 20) }, (_, index) => 1001 + index)

test.each(SEEDS)(
  'region %i: what is landed, analysed and queried equals the reference in every cell',
  SIZED,
  async (seed) => {
    const folder = await temporaryFolder()
    const region = generateRegion(seed, { quarter: QUARTER })
    await writeRegion(region, join(folder, 'region'))
    const storage = new FileStorage(join(folder, 'lake'))
    const landed = await landFolder(storage, join(folder, 'region'))
    expect(landed.filter(({ status }) => status !== 'accepted').flatMap(({ problems }) => problems)).toEqual(
      [],
    )
    await analyse(storage, { quarter: QUARTER })
    const expected = computeMarts(region, QUARTER)
    for (const mart of martNames) {
      const { table, arrow } = await query(storage, { mart })
      expect(compareMarts(formatMart(mart, expected[mart]), martCsv(table, plainRows(arrow)), mart)).toEqual(
        [],
      )
    }
  },
)
