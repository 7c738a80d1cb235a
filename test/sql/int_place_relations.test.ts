import { test } from 'vitest'
import { expectRows, runModel } from './run-model.ts'

test('a place is inside its zone; an unlisted place above a listed one is unknown; all else is outside', async () => {
  // county 24 in SE holds 2482 and 2480; only the municipalities are listed
  const rows = await runModel('int_place_relations', {
    stg_zones: `zoning zone place
      near north 2482
      near south 2480`,
    int_place_ancestors: `place ancestor distance
      2482 2482 0
      2482 24 1
      2482 SE 2
      2480 2480 0
      2480 24 1
      2480 SE 2
      24 24 0
      24 SE 1
      SE SE 0
      NO NO 0`,
    int_place_zones: `zoning zone place has_gaps
      near north 2482 true
      near south 2480 true`,
  })
  expectRows(rows, [
    { zoning: 'near', zone: 'north', place: '2482', relation: 'inside' },
    { zoning: 'near', zone: 'north', place: '24', relation: 'unknown' },
    { zoning: 'near', zone: 'north', place: 'SE', relation: 'unknown' },
    { zoning: 'near', zone: 'south', place: '2480', relation: 'inside' },
    { zoning: 'near', zone: 'south', place: '24', relation: 'unknown' },
    { zoning: 'near', zone: 'south', place: 'SE', relation: 'unknown' },
  ])
})

test('a place that is listed in another zone is not unknown, though it lies above', async () => {
  const rows = await runModel('int_place_relations', {
    stg_zones: `zoning zone place
      near enclave 2482
      near county 24`,
    int_place_ancestors: `place ancestor distance
      2482 2482 0
      2482 24 1
      24 24 0`,
    int_place_zones: `zoning zone place has_gaps
      near enclave 2482 true
      near county 24 true`,
  })
  expectRows(rows, [
    { zone: 'enclave', place: '2482', relation: 'inside' },
    { zone: 'county', place: '24', relation: 'inside' },
  ])
})
