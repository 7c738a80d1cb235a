import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

const inputs = 'delivery source dataset quarter_index received_at first_received_on rows refused_rows'
const sources = 'source dataset cadence first_index grace_days'

/** Asked on 2026-08-09, forty days after the quarter's last day. */
const coverage = (declared: string, delivered: string) =>
  runModel('coverage', { stg_sources: `${sources}\n${declared}`, inputs: `${inputs}\n${delivered}` })

describe('coverage of 2026-Q2', () => {
  test('a delivery is in time until the end of its last day of grace', async () => {
    const rows = await coverage(
      `a purchases quarterly ${T - 9} 40\nb purchases quarterly ${T - 9} 40`,
      `d-a a purchases ${T} at-a 2026-08-09 500 2\nd-b b purchases ${T} at-b 2026-08-10 10 0`,
    )
    expectRows(rows, [
      { source: 'a', status: 'received', delivery: 'd-a', rows: 500, refused_rows: 2, received_at: 'at-a' },
      { source: 'b', status: 'late', delivery: 'd-b', rows: 10, refused_rows: 0, received_at: 'at-b' },
    ])
  })

  test('what has not come is due until then and missing after', async () => {
    const rows = await coverage(`a portions quarterly ${T} 40\nb portions quarterly ${T} 39`, '')
    expectRows(rows, [
      { source: 'a', dataset: 'portions', status: 'due', delivery: null, rows: 0, received_at: null },
      { source: 'b', dataset: 'portions', status: 'missing', delivery: null, rows: 0, received_at: null },
    ])
  })

  test('yearly is due in the same quarter each year, once in the first only', async () => {
    const rows = await coverage(
      `a production yearly ${T - 8} 9
       b production yearly ${T - 7} 9
       c production once ${T} 9
       d production once ${T - 4} 9
       e production quarterly ${T + 1} 9
       f production yearly ${T + 4} 9`,
      '',
    )
    expectRows(rows, [
      { source: 'a', status: 'missing' },
      { source: 'c', status: 'missing' },
    ])
  })

  test('what nobody declared is unexpected, other quarters and reference datasets are not looked at', async () => {
    const rows = await coverage(
      `b processing once ${T - 4} 9\noffice places once ${T} 9`,
      `d-b b processing ${T} at-b 2026-07-01 3 0
       d-a a purchases ${T - 1} at-a 2026-07-01 3 0
       d-office office places - at-office 2026-07-01 3 0`,
    )
    expectRows(rows, [{ source: 'b', dataset: 'processing', status: 'unexpected', delivery: 'd-b', rows: 3 }])
  })
})
