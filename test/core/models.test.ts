import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadModels, type Model, renderModel } from '../../core/models.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skafferi-models-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Loads models of a folder with these files, as `staging/stg_a` → SQL. */
async function load(files: Record<string, string>): Promise<Model[]> {
  for (const [file, sql] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true })
    await writeFile(join(folder, `${file}.sql`), sql)
  }
  return await loadModels(pathToFileURL(`${folder}/`))
}

const names = (models: readonly Model[]) => models.map(({ name }) => name)

describe('loadModels', () => {
  test('puts each model after all that it reads, else by layer and name', async () => {
    const models = await load({
      'marts/gaps': 'select a from int_b',
      'intermediate/int_a': 'select a from int_b',
      'intermediate/int_b': 'select a from stg_z',
      'intermediate/int_c': 'select a from stg_a',
      'staging/stg_z': 'select a from places',
      'staging/stg_a': 'select a from inputs',
    })
    expect(names(models)).toEqual(['stg_a', 'stg_z', 'int_b', 'int_a', 'int_c', 'gaps'])
    expect(models[2]).toMatchObject({ layer: 'intermediate', reads: ['stg_z'] })
  })

  test('names the models of a circle', async () => {
    const circle = load({
      'staging/stg_a': 'select a from int_c',
      'intermediate/int_b': 'select a from stg_a',
      'intermediate/int_c': 'select a from int_b',
    })
    await expect(circle).rejects.toThrow('models read each other in a circle: stg_a → int_c → int_b → stg_a')
  })

  test('names the tables that do not exist', async () => {
    const unknown = load({ 'marts/gaps': 'select a from places join plaices using (a)' })
    await expect(unknown).rejects.toThrow('model gaps reads unknown tables: plaices')
  })

  test('purchases are read through their roll-up, never line by line', async () => {
    const lines = load({ 'staging/stg_purchases': 'select a from purchases' })
    await expect(lines).rejects.toThrow('model stg_purchases reads unknown tables: purchases')
  })

  test.each([
    [
      'of two models',
      { 'staging/gaps': 'select a from places', 'marts/gaps': 'select a from places' },
      'gaps',
    ],
    ['of a dataset', { 'staging/places': 'select a from zones' }, 'places'],
    ['of the pins', { 'staging/inputs': 'select a from zones' }, 'inputs'],
  ])('refuses the name %s', async (_, files, name) => {
    await expect(load(files)).rejects.toThrow(`a name stands for two tables: ${name}`)
  })

  test('loads the project’s own models, staging first and marts last', async () => {
    const models = await loadModels()
    expect(models[0]!.layer).toBe('staging')
    expect(models.at(-1)!.layer).toBe('marts')
    for (const [at, { reads }] of models.entries()) {
      const later = new Set(names(models.slice(at)))
      expect(reads.filter((table) => later.has(table))).toEqual([])
    }
  })
})

describe('renderModel', () => {
  const sql =
    'with params (quarter) as (values (:quarter)), gaps as (select a from int_a join inputs as pins using (b) join portions using (c)) select * from gaps'
  const model: Model = { name: 'gaps', layer: 'marts', sql, reads: ['int_a', 'inputs', 'portions'] }
  const values = {
    quarter: { type: 'text', value: '2026-Q3' },
    last_day: { type: 'date', value: '2026-09-30' },
  } as const

  test('fills in the parameters it names and reads models and pins from the run', () => {
    const run = "run_year = 2026 and run_quarter = 3 and run = 'r1'"
    expect(renderModel(model, values, { year: 2026, quarter: 3, run: 'r1' })).toBe(
      "with params (quarter) as (values ('2026-Q3')), gaps as (" +
        `select a from (select * from int_a where ${run}) as int_a ` +
        `join (select * from inputs where ${run}) as pins using (b) ` +
        'join portions using (c)) select * from gaps',
    )
  })

  test('fails without a value that the model needs', () => {
    expect(() => renderModel(model, {}, { year: 2026, quarter: 3, run: 'r1' })).toThrow(
      'unknown parameter: quarter',
    )
  })
})
