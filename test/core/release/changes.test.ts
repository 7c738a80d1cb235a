import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ChangeState,
  compareOpportunities,
  countChanges,
  type Footing,
  missingSources,
  type Side,
} from '../../../core/release/changes.ts'
import { ORDERS_OF_MAGNITUDE } from '../../../schemas/published.ts'

const ID = 'county/24/potato/contract/washed'

const orderOf = (kg: number) => ORDERS_OF_MAGNITUDE.find(({ from, below }) => kg >= from && kg < below)!.word

/** A release with one opportunity of so many kg, or none. */
function side(kg: number | null, withheld = false): Side {
  if (kg === null) return { shown: new Map(), kg_per_year: new Map() }
  return {
    shown: new Map([[ID, { kg_per_year: withheld ? null : kg, order_of_magnitude: orderOf(kg) }]]),
    kg_per_year: new Map([[ID, kg]]),
  }
}

const state = (before: Side, now: Side, missing = false): ChangeState =>
  compareOpportunities(before, now, missing)[0]!.state

describe('an opportunity that both releases show', () => {
  test.each([
    // 5 % of 20 000 kg is 1 000 kg, more than 500
    [20_000, 21_000, 'unchanged'],
    [20_000, 21_000.001, 'widened'],
    [20_000, 19_000, 'unchanged'],
    [20_000, 18_999.999, 'narrowed'],
    // 5 % of 2 000 kg is 100 kg, less than 500
    [2000, 2500, 'unchanged'],
    [2000, 2500.001, 'widened'],
    [2000, 1500, 'unchanged'],
    [2000, 1499.999, 'narrowed'],
    [300, 10, 'unchanged'],
    [7000, 7000, 'unchanged'],
  ] as const)('of %f and then %f kg a year is %s', (before, now, expected) => {
    expect(compareOpportunities(side(before), side(now), false)).toEqual([
      { id: ID, state: expected, kg_per_year: now, kg_per_year_before: before },
    ])
  })
})

describe('an opportunity that only one release has', () => {
  test('is new', () => {
    expect(compareOpportunities(side(null), side(900), false)).toEqual([
      { id: ID, state: 'new', kg_per_year: 900, kg_per_year_before: null },
    ])
  })

  test('is closed', () => {
    expect(compareOpportunities(side(900), side(null), false)).toEqual([
      { id: ID, state: 'closed', kg_per_year: null, kg_per_year_before: 900 },
    ])
  })

  test('is new or closed too where it is withheld, since its row is there to be seen', () => {
    expect(state(side(null), side(900, true))).toBe('new')
    expect(state(side(900, true), side(null))).toBe('closed')
  })
})

test('nothing is new, closed or otherwise compared where a source is missing', () => {
  for (const [before, now] of [
    [side(null), side(900)],
    [side(900), side(null)],
    [side(900), side(9000)],
    [side(900, true), side(900, true)],
  ] as const)
    expect(state(before, now, true)).toBe('incomparable')
})

describe('an opportunity that is withheld', () => {
  test.each([
    // 11.5 t shown; 10–100 t holds 10–10.9 (narrowed), 10.9–12.1 (unchanged) and more
    [side(11_500), side(11_000, true), 'incomparable'],
    [side(11_500), side(90_000, true), 'incomparable'],
    [side(11_000, true), side(11_500), 'incomparable'],
    // 10.2 t less 5 % is 9.7 t, which still lies in 1–10 t
    [side(10_200), side(2000, true), 'incomparable'],
    // 11.5 t less 5 % is 10.9 t, so that all of 1–10 t is narrowed
    [side(11_500), side(2000, true), 'narrowed'],
    [side(2000, true), side(11_500), 'widened'],
    // 1.5 t and below 1 t: 500 kg less and more are both possible
    [side(1499), side(300, true), 'incomparable'],
    [side(1600), side(300, true), 'narrowed'],
    // orders that touch: 9.8 t and 10.1 t would be unchanged
    [side(2000, true), side(50_000, true), 'incomparable'],
    [side(2000, true), side(500_000, true), 'widened'],
    [side(50_000, true), side(900, true), 'narrowed'],
    // one order: told as it is
    [side(20_000, true), side(50_000, true), 'widened'],
    [side(20_000, true), side(20_100, true), 'unchanged'],
    [side(50_000, true), side(20_000, true), 'narrowed'],
  ] as const)('case %#: %o, then %o', (before, now, expected) => {
    expect(state(before, now)).toBe(expected)
  })

  test('shows no figure in its change', () => {
    expect(compareOpportunities(side(20_000, true), side(50_000), false)).toEqual([
      { id: ID, state: 'incomparable', kg_per_year: 50_000, kg_per_year_before: null },
    ])
  })

  const kg = fc.double({ min: 0.001, max: 400_000, noNaN: true })

  test('says the same of every figure that what is shown leaves possible', () => {
    fc.assert(
      fc.property(kg, kg, kg, (shown, one, other) => {
        fc.pre(orderOf(one) === orderOf(other))
        expect(state(side(shown), side(one, true))).toBe(state(side(shown), side(other, true)))
        expect(state(side(one, true), side(shown))).toBe(state(side(other, true), side(shown)))
      }),
      { numRuns: 2000 },
    )
  })

  test('is never said to be what it is not', () => {
    fc.assert(
      fc.property(kg, kg, fc.boolean(), fc.boolean(), (before, now, hide_before, hide_now) => {
        const told = state(side(before, hide_before), side(now, hide_now))
        if (told !== 'incomparable') expect(told).toBe(state(side(before), side(now)))
      }),
      { numRuns: 2000 },
    )
  })
})

test('changes are in the order of their ids and counted by state', () => {
  const before: Side = {
    shown: new Map(['b', 'a'].map((id) => [id, { kg_per_year: 100, order_of_magnitude: '< 1 t' }] as const)),
    kg_per_year: new Map(),
  }
  const now: Side = {
    shown: new Map(
      ['c', 'b', 'B'].map((id) => [id, { kg_per_year: 200, order_of_magnitude: '< 1 t' }] as const),
    ),
    kg_per_year: new Map(),
  }
  const changes = compareOpportunities(before, now, false)
  expect(changes.map(({ id, state }) => [id, state])).toEqual([
    ['B', 'new'],
    ['a', 'closed'],
    ['b', 'unchanged'],
    ['c', 'new'],
  ])
  expect(countChanges(changes)).toEqual({
    new: 2,
    widened: 0,
    narrowed: 0,
    unchanged: 1,
    closed: 1,
    incomparable: 0,
  })
})

describe('a source', () => {
  const dairy = { dataset: 'purchases', source: 'dairy' }
  const mill = { dataset: 'processing', source: 'mill' }
  /** Every source has delivered for 2026-Q1, which both releases read; all but the unexpected are declared. */
  const footing = (...rows: (readonly [typeof dairy, string | null])[]): Footing => ({
    quarter: '2026-Q3',
    inputs: rows.map(([source]) => ({ ...source, quarter: '2026-Q1' })),
    declared: rows.flatMap(([source, status]) => (status === 'unexpected' ? [] : [source])),
    coverage: rows.flatMap(([source, status]) => (status === null ? [] : [{ ...source, status }])),
  })

  test('that both releases have is not missing', () => {
    expect(missingSources(footing([dairy, 'received']), footing([dairy, 'late']))).toEqual([])
  })

  test('that is not among the other release’s inputs is missing there', () => {
    expect(
      missingSources(footing([dairy, 'received'], [mill, 'received']), footing([dairy, 'received'])),
    ).toEqual([{ ...mill, missing: 'now' }])
    expect(
      missingSources(footing([dairy, 'received']), footing([dairy, 'received'], [mill, 'received'])),
    ).toEqual([{ ...mill, missing: 'before' }])
  })

  test.each(['missing', 'due'])('that is %s in the other release’s quarter is missing there', (status) => {
    expect(missingSources(footing([dairy, 'received']), footing([dairy, status]))).toEqual([
      { ...dairy, missing: 'now' },
    ])
  })

  test('that is yearly and was not expected in the other quarter does not count', () => {
    expect(missingSources(footing([dairy, 'received']), footing([dairy, null]))).toEqual([])
    expect(missingSources(footing([dairy, null]), footing([dairy, 'late']))).toEqual([])
  })

  test('that nobody declared is missing where it has not delivered for the quarter', () => {
    const silent = { ...footing([dairy, null]), declared: [] }
    expect(missingSources(footing([dairy, 'unexpected']), silent)).toEqual([{ ...dairy, missing: 'now' }])
    expect(missingSources(footing([dairy, 'unexpected']), footing([dairy, 'unexpected']))).toEqual([])
  })

  const delivered = (quarter: string, ...quarters: string[]): Footing => ({
    ...footing([dairy, 'received']),
    quarter,
    inputs: quarters.map((one) => ({ ...dairy, quarter: one })),
  })

  test('that delivered for a quarter that both read is missing in the one that has no such delivery', () => {
    const all = delivered('2026-Q2', '2026-Q1', '2026-Q2')
    const withdrawn = delivered('2026-Q2', '2026-Q2')
    expect(missingSources(all, withdrawn)).toEqual([{ ...dairy, missing: 'now' }])
    expect(missingSources(withdrawn, all)).toEqual([{ ...dairy, missing: 'before' }])
    expect(missingSources(all, all)).toEqual([])
  })

  test('is not missing for quarters that only one of the two reads', () => {
    // a run reads eleven quarters: that of 2026-Q2 begins with 2023-Q4, that of 2026-Q3 with 2024-Q1
    const before = delivered('2026-Q2', '2023-Q4', '2026-Q2')
    const now = delivered('2026-Q3', '2026-Q2', '2026-Q3')
    expect(missingSources(before, now)).toEqual([])
    const first = delivered('2026-Q2', '2024-Q1', '2026-Q2')
    expect(missingSources(first, now)).toEqual([{ ...dairy, missing: 'now' }])
  })

  test('that is no longer declared is missing where it has not delivered for the quarter', () => {
    const before = delivered('2026-Q2', '2026-Q1', '2026-Q2')
    const silent = { coverage: [], declared: [] }
    const gone = { ...delivered('2026-Q3', '2026-Q1', '2026-Q2'), ...silent }
    expect(missingSources(before, gone)).toEqual([{ ...dairy, missing: 'now' }])
    expect(missingSources(gone, before)).toEqual([{ ...dairy, missing: 'before' }])
    const unasked = { ...delivered('2026-Q3', '2026-Q1', '2026-Q2', '2026-Q3'), declared: [] }
    expect(missingSources(before, unasked)).toEqual([])
    const yearly = { ...gone, declared: [dairy] }
    expect(missingSources(before, yearly)).toEqual([])
  })

  test('is told once, whichever way it is missing, in the order of dataset and source', () => {
    const before = footing([mill, 'received'], [mill, 'received'], [dairy, 'missing'])
    const now = footing([dairy, 'received'])
    expect(missingSources(before, now)).toEqual([
      { ...mill, missing: 'now' },
      { ...dairy, missing: 'before' },
    ])
  })
})
