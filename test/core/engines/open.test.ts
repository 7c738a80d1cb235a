import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENGINES, openEngine } from '../../../core/engines/open.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { type OpenAthena, openAthena, PLACE } from '../../support/athena.ts'
import { startTrino, type TrinoServer, tablesAt } from '../../support/trino-protocol.ts'

let opened: OpenAthena
let trino: TrinoServer
beforeAll(async () => {
  opened = await openAthena()
  trino = await startTrino((sql) => tablesAt(opened.storage.url)(sql)!)
})
afterAll(async () => {
  await opened.close()
  await trino.close()
})

test.each(ENGINES)('%s is opened by its name', async (name) => {
  const engine = await openEngine(name, opened.storage, [], {
    athena: { ...PLACE, client: opened.client },
    trino: { url: `http://anna@${trino.host}/hive/lake` },
  })
  expect(engine.name).toBe(name)
  await engine.close()
})

test('an unknown engine is an error that lists those there are', async () => {
  await expect(openEngine('athen', new MemoryStorage(), [])).rejects.toThrow(
    'unknown engine: "athen" (known: duckdb, athena, trino); did you mean athena?',
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

test('trino without a place says what is missing', async () => {
  const opening = openEngine('trino', opened.storage, [], { trino: { url: '' } })
  await expect(opening).rejects.toThrow('trino needs the place of a server: set SKAFFERI_TRINO_URL')
  await expect(opening).rejects.toMatchObject({ kind: 'usage' })
})
