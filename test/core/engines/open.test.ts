import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENGINES, openEngine } from '../../../core/engines/open.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { type OpenAthena, openAthena, PLACE } from '../../support/athena.ts'

let opened: OpenAthena
beforeAll(async () => {
  opened = await openAthena()
})
afterAll(() => opened.close())

test.each(ENGINES)('%s is opened by its name', async (name) => {
  const engine = await openEngine(name, opened.storage, [], { athena: { ...PLACE, client: opened.client } })
  expect(engine.name).toBe(name)
  await engine.close()
})

test('an unknown engine is an error that lists those there are', async () => {
  await expect(openEngine('athen', new MemoryStorage(), [])).rejects.toThrow(
    'unknown engine: "athen" (known: duckdb, athena); did you mean athena?',
  )
})

test.each([
  [{ database: 'd' }, 'set SKAFFERI_ATHENA_WORKGROUP'],
  [{ workgroup: 'w', database: '' }, 'set SKAFFERI_GLUE_DATABASE'],
])('athena with %j says what is missing', async (athena, message) => {
  const opening = openEngine('athena', opened.storage, [], { athena })
  await expect(opening).rejects.toThrow(message)
  await expect(opening).rejects.toMatchObject({ kind: 'usage' })
})
