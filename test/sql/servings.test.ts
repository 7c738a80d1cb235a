import { test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

test('portions of a zone by segment and in all; none a day where no days are given', async () => {
  const rows = await runModel('servings', {
    stg_portions: `quarter_index place segment portions serving_days
      ${T} 2482 school 10000 50
      ${T} 2480 school 3000 30
      ${T} 2480 hospital 900 0
      ${T - 1} 2480 hospital 900 90`,
    int_place_zones:
      'zoning zone place has_gaps\ncounty 24 2482 true\ncounty 24 2480 true\ncountry SE 2482 false',
    int_quarters: `quarter_index age\n${T} 0\n${T - 1} 1`,
  })
  expectRows(rows, [
    { zone: '24', segment: 'school', portions: 13000, portions_per_day: 10000 / 50 + 3000 / 30 },
    { zone: '24', segment: 'hospital', portions: 900, portions_per_day: 0 },
    { zone: '24', segment: 'all', portions: 13900, portions_per_day: 300 },
  ])
})
