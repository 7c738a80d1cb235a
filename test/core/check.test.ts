import { beforeAll, describe, expect, test } from 'vitest'
import { analyse, parameterValues } from '../../core/analyse.ts'
import { check, isClean, unanswered, type Violation } from '../../core/check.ts'
import { type RunRecord, readRun } from '../../core/lake/runs.ts'
import { loadChecks, loadModels, modelColumns, renderModel } from '../../core/models.ts'
import { parseQuarter, quarterAt } from '../../core/quarter.ts'
import { openRun, runFolder } from '../../core/run-results.ts'
import { MemoryStorage } from '../../core/storage/memory.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { checkRules, violations as columns } from '../../schemas/check-rules.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { rolled_purchases } from '../../schemas/rolled.ts'
import {
  copyOf,
  grown,
  keysOf,
  landRegion,
  OFFICE,
  processed,
  purchase,
  QUARTER,
  type Region,
  type Row,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const before = quarterAt(parseQuarter(QUARTER).index - 1).name
const request = { quarter: QUARTER }

/** A region of which nothing need be said: all that was bought is on offer, and as much as the model says. */
function goodRegion(): Region {
  const region = smallRegion()
  const municipalities = ['2401', '2480', '2482']
  const zone = (zoning: string, zone: string, place: string) => ({
    zoning,
    zone,
    place,
    name_sv: place === '2482' ? 'Skellefteå' : zone,
    name_en: place === '2482' ? 'Skellefteå' : zone,
  })
  region[`zones/${OFFICE}/all`] = [
    ...municipalities.map((place) => zone('municipality', place, place)),
    zone('county', '24', '24'),
  ]
  // 120 000 portions of 150 g are 18 000 kg of washed potatoes, of 200 g are 24 000 kg of milk
  region[`portions/kitchens/${QUARTER}`] = [served()]
  region[`purchases/wholesaler/${QUARTER}`] = [
    purchase({ kg: '18000', sek: '180000', grown_place: '24' }),
    purchase({ kg: '24000', sek: '240000', grown_place: 'NO', product_group: 'milk', form: 'drinking' }),
  ]
  region[`production/farmers/${QUARTER}`] = [grown({ available_kg: '30000', produced_kg: '30000' })]
  return region
}

/** The same lake with some objects replaced, or gone where the content is null. */
async function withObjects(
  lake: MemoryStorage,
  objects: Readonly<Record<string, Uint8Array | null>>,
): Promise<MemoryStorage> {
  const copy = new MemoryStorage()
  for await (const { key } of lake.list('')) {
    const content = Object.hasOwn(objects, key) ? objects[key]! : await lake.read(key)
    if (content !== null) await copy.put(key, content)
  }
  return copy
}

const recordOf = async (lake: Storage, run: string): Promise<RunRecord> => await readRun(lake, QUARTER, run)
const rules = (violations: readonly Violation[]) => [...new Set(violations.map(({ rule }) => rule))]
const of = (violations: readonly Violation[], rule: string) => violations.filter((one) => one.rule === rule)

let good: MemoryStorage
let run: string
let record: RunRecord
beforeAll(async () => {
  good = new MemoryStorage()
  await landRegion(good, folder.path, goodRegion())
  run = (await analyse(good, request)).run
  record = await recordOf(good, run)
}, 60_000)

describe('the checks', () => {
  test('have words in schemas, one for each file, and severities that agree', async () => {
    const checks = await loadChecks()
    expect(checks.map(({ name }) => name)).toEqual(Object.keys(checkRules).sort())
    for (const { name, sql } of checks)
      expect(sql, name).toContain(`'${checkRules[name as keyof typeof checkRules].severity}' as severity`)
  })

  test('are no models, and read only what a run has', async () => {
    const models = (await loadModels()).map(({ name }) => name)
    const lake = [...datasets, rolled_purchases].map(({ name }) => name)
    const known = new Set([...models, ...lake, 'inputs'])
    for (const { name, reads } of await loadChecks()) {
      expect(models).not.toContain(name)
      expect(reads.filter((table) => !known.has(table) || table === 'purchases')).toEqual([])
    }
  })

  test('all answer with the same columns', async () => {
    const engine = await openRun(good, record)
    const expected = columns.columns.map(({ name, type }) => ({ name, type: logicalTypes[type].duckdb }))
    const values = parameterValues({ quarter: parseQuarter(QUARTER), today: '2026-11-23' })
    try {
      for (const one of await loadChecks()) {
        const sql = renderModel(one, values, runFolder(record))
        expect(await modelColumns(engine, `(${sql})`), one.name).toEqual(expected)
      }
    } finally {
      await engine.close()
    }
  })
})

describe('check', () => {
  test('finds nothing where nothing is wrong, and leaves nothing behind', async () => {
    const keys = await keysOf(good)
    expect(await check(good, request)).toEqual({
      run,
      quarter: QUARTER,
      errors: 0,
      warnings: 0,
      violations: [],
      not_checked: [],
      lacks: {},
      notices: [],
    })
    expect(await keysOf(good)).toEqual(keys)
  })

  test('of a quarter without a run says how to get one', async () => {
    await expect(check(good, { quarter: before })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(`skafferi analyse --quarter ${before}`),
    })
    await expect(check(good, { quarter: '2026' })).rejects.toMatchObject({ kind: 'usage' })
    await expect(check(good, { quarter: QUARTER, run: 'none' })).rejects.toMatchObject({ kind: 'usage' })
  })

  describe('of a region in which everything is wrong', () => {
    let wrong: Awaited<ReturnType<typeof check>>
    let lake: MemoryStorage
    beforeAll(async () => {
      lake = await copyOf(good)
      const here = async (dataset: string, source: string, rows: readonly Row[]) =>
        expect(await send(lake, folder.path, dataset, rows, { source })).toMatchObject({ refused_rows: 0 })
      // the municipality sends what the wholesaler sent, two of its prices and a credit are odd
      await here('purchases', 'municipality', [
        purchase({ kg: '1000', sek: '10000', grown_place: '24' }),
        purchase({ kg: '10', sek: '1000', supplier: 'Dyrt', grown_place: '' }),
        purchase({ kg: '10', sek: '10', supplier: 'Billigt', grown_place: '' }),
        purchase({ kg: '-40', sek: '-10', supplier: 'Krediter', grown_place: '' }),
        purchase({ kg: '50000', sek: '500000', supplier: 'Mer', grown_place: '24' }),
      ])
      await here('portions', 'municipality', [served({ portions: '1' }), served({ place: '24' })])
      await here('production', 'cooperative', [grown({ available_kg: '1', produced_kg: '1' })])
      await here('processing', 'cooperative', [processed()])
      await send(lake, folder.path, 'processing', [processed({ capacity_kg: '300' })], {
        source: 'plants',
        quarter: before,
      })
      const forms = goodRegion()[`product_forms/${OFFICE}/all`]!
      await send(
        lake,
        folder.path,
        'product_forms',
        forms.map((row) => (row.form === 'diced' ? { ...row, yield: '0.62' } : row)),
      )
      await analyse(lake, request)
      wrong = await check(lake, request)
    }, 60_000)

    test('each rule over deliveries speaks, errors first', () => {
      expect(rules(wrong.violations)).toEqual([
        'key_from_one_source',
        'supplier_from_one_source',
        'form_yield_within_step',
        'local_purchases_on_offer',
        'model_near_complete_purchases',
        'place_in_zone',
        'price_near_median',
        'quantity_steady',
        'supplier_quarter_not_negative',
      ])
      const count = (severity: string) => wrong.violations.filter((one) => one.severity === severity).length
      expect(wrong).toMatchObject({ errors: count('error'), warnings: count('warning'), not_checked: [] })
    })

    test('says by name what is wrong, how much and where to look', () => {
      const [supplier] = of(wrong.violations, 'supplier_from_one_source')
      expect(supplier).toMatchObject({
        severity: 'error',
        place: '2482',
        actor: 'Potatisgården',
        found: 2,
        bound: 1,
        unit: 'sources',
        message:
          'The purchases from Potatisgården in Skellefteå (2482) come from 2 sources (municipality, wholesaler) ' +
          'and count each time. Let one source answer for the supplier and take the lines out of the others.',
        deliveries: [
          { source: 'municipality', dataset: 'purchases', quarter: QUARTER },
          { source: 'wholesaler', dataset: 'purchases', quarter: QUARTER },
        ],
      })
      expect(of(wrong.violations, 'quantity_steady')).toMatchObject([
        {
          actor: 'plant-1',
          item: 'wash',
          // what one source says and the other repeats
          found: 30_000 + 30_000,
          bound: 300,
          message_sv: expect.stringContaining(
            'kan förädla 60 000 kg Potatis (potato) (wash), kvartalet före 300 kg: 200 gånger så mycket',
          ),
          deliveries: [{ quarter: before }, { source: 'cooperative' }, { source: 'plants' }],
        },
      ])
    })

    test('leaves numbers unrounded beside readable messages', () => {
      const dear = of(wrong.violations, 'price_near_median').find(({ kind }) => kind === 'above')!
      expect(dear).toMatchObject({ actor: 'Dyrt', found: 100, bound: 10, unit: 'SEK/form kg' })
      const [local] = of(wrong.violations, 'local_purchases_on_offer')
      // 18 000 + 1000 + 50 000 kg from near by, but no more than all that counts, + 10 + 10 − 40, at a yield of 0.8
      expect(local).toMatchObject({ zoning: 'county', zone: '24', found: 68_980 / 0.8, bound: 30_001 })
      expect(local!.message).toContain('kitchens bought 86 225 raw kg from near by, but only 30 001 kg')
    })

    test('says the same each time', async () => {
      expect(JSON.stringify(await check(lake, request))).toBe(JSON.stringify(wrong))
    })

    test('looks at the run it is told to', async () => {
      const { violations } = await check(lake, { ...request, run })
      expect(violations).toEqual([])
    })
  })
})

describe('a file that is not what was recorded', () => {
  const keyOf = (dataset: string) => record.inputs.find((pin) => pin.dataset === dataset)!.keys[0]!
  const garbage = Buffer.from('not what was written')

  test('that holds rows and has changed is an error, and what does not need it is checked', async () => {
    const pin = record.inputs.find(({ dataset }) => dataset === 'portions')!
    const lake = await withObjects(good, { [keyOf('portions')]: garbage })
    const result = await check(lake, request)
    expect(result).toMatchObject({
      errors: 1,
      violations: [
        {
          severity: 'error',
          rule: 'rows_as_committed',
          kind: 'row_file_changed',
          item: keyOf('portions'),
          actor: 'kitchens',
          found: garbage.length,
          unit: 'bytes',
          deliveries: [{ delivery: pin.delivery, source: 'kitchens', dataset: 'portions', quarter: QUARTER }],
        },
      ],
    })
    expect(result.not_checked).toContain('key_from_one_source')
    expect(result.not_checked).not.toContain('supplier_from_one_source')
  })

  test('that holds rows and is another good file, or gone, is an error, no crash', async () => {
    const lake = await withObjects(good, {
      [keyOf('portions')]: await good.read(keyOf('production')),
      [keyOf('places')]: null,
      [keyOf('purchases')]: null,
    })
    const { errors, violations } = await check(lake, request)
    expect(errors).toBe(3)
    expect(violations.map(({ rule, kind, item }) => [rule, kind, item])).toEqual([
      ['rows_as_committed', 'row_file_missing', keyOf('places')],
      ['rows_as_committed', 'row_file_changed', keyOf('portions')],
      ['rows_as_committed', 'row_file_missing', keyOf('purchases')],
    ])
  })

  test('for which no commit answers is an error', async () => {
    const [commit] = (await keysOf(good, 'commits/uncertainty/')) as [string]
    const { violations } = await check(await withObjects(good, { [commit]: null }), request)
    expect(violations).toMatchObject([{ kind: 'row_file_uncommitted', item: keyOf('uncertainty') }])
  })

  test('and is a result is an error, and nothing is said of what reads it', async () => {
    const [changed, missing] = [record.models.gaps![0]!.key, record.models.balances![0]!.key]
    const lake = await withObjects(good, { [changed]: garbage, [missing]: null })
    const { errors, violations, not_checked } = await check(lake, request)
    expect(errors).toBe(2)
    expect(violations).toMatchObject([
      { kind: 'result_missing', item: missing, actor: null, deliveries: [] },
      { kind: 'result_changed', item: changed, actor: null, deliveries: [] },
    ])
    expect(not_checked).toEqual([
      'gap_components_add_up',
      'gap_components_not_negative',
      'local_purchases_on_offer',
    ])
  })

  test('and is the list of what the run rests on leaves hardly a check', async () => {
    const { key } = record.models.inputs![0]!
    const { violations, not_checked } = await check(await withObjects(good, { [key]: null }), request)
    expect(rules(violations)).toEqual(['rows_as_committed'])
    expect(not_checked).toHaveLength(Object.keys(checkRules).length - 1)
  })
})

test('a run that says other numbers of rows than its commits is an error', async () => {
  const inputs = record.inputs.map((pin) => (pin.dataset === 'portions' ? { ...pin, rows: 7 } : pin))
  const changed = Buffer.from(JSON.stringify({ ...record, inputs }))
  const { violations } = await check(
    await withObjects(good, { [`runs/${QUARTER}/${run}.json`]: changed }),
    request,
  )
  expect(violations).toMatchObject([
    { rule: 'rows_as_committed', kind: 'rows', found: 7, bound: 1, unit: 'rows' },
  ])
})

test('a run from before a model was there is checked by what it has', async () => {
  const { int_demand_known, ...models } = record.models
  expect(int_demand_known).toBeDefined()
  const older = Buffer.from(JSON.stringify({ ...record, models }))
  const result = await check(await withObjects(good, { [`runs/${QUARTER}/${run}.json`]: older }), request)
  expect(result).toMatchObject({
    errors: 0,
    violations: [],
    not_checked: ['model_near_complete_purchases'],
    lacks: { model_near_complete_purchases: ['int_demand_known'] },
  })
  // that rule only warns
  expect(unanswered(result)).toEqual([])
  expect(isClean(result)).toBe(true)
})

test('a run of which a rule that stops a release cannot be asked is not clean, though nothing is found', async () => {
  const { gaps, ...models } = record.models
  expect(gaps).toBeDefined()
  const older = Buffer.from(JSON.stringify({ ...record, models }))
  const result = await check(await withObjects(good, { [`runs/${QUARTER}/${run}.json`]: older }), request)
  expect(result).toMatchObject({
    errors: 0,
    violations: [],
    lacks: { gap_components_add_up: ['gaps'], gap_components_not_negative: ['gaps'] },
  })
  expect(unanswered(result)).toEqual(['gap_components_add_up', 'gap_components_not_negative'])
  expect(isClean(result)).toBe(false)
})
