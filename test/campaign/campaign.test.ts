import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tries } from '../support/thorough.ts'
import { campaignProperty } from './campaign.ts'
import { Alone } from './commands/alone.ts'
import { settle } from './commands/settle.ts'
import type { Wish } from './commands/wish.ts'
import { emptyModel } from './model.ts'
import { sendings } from './region.ts'
import { adopt, stateOf } from './state.ts'
import { Workshop } from './world.ts'

/** Sequences that are the same every time; `npm run campaign` has new ones. */
const SEED = 20
const QUARTER = '2026-Q3'
const weights = { quarters: [QUARTER], real: 0 }
let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.remove())

test.each(['landing', 'publishing'] as const)(
  'short sequences about %s lose nothing and show nothing by halves',
  async (focus) => {
    const property = campaignProperty(workshop, { commands: tries(6, 12), focus, weights })
    await fc.assert(property, { seed: SEED, numRuns: tries(2, 10), endOnFailure: true })
  },
)

/** A lake with a delivery, which somebody then tampers with; tells what a campaign says to it. */
async function tampered(tamper: (root: string, delivery: string) => void): Promise<string> {
  const world = await workshop.world()
  const model = emptyModel()
  world.lake.look()
  adopt(model, stateOf(world.lake))
  const wish: Wish = { do: 'land', sending: sendings.findIndex(({ name }) => name === 'a'), file: 'a.csv' }
  await new Alone(wish).run(model, world)
  const [delivery] = readdirSync(join(world.root, 'landing/purchases/wholesaler'))
  tamper(world.root, delivery!)
  return await settle(model, world, [], true).then(
    () => 'nothing',
    (error: Error) => error.message,
  )
}

const ROWS = 'curated/purchases/year=2026/quarter=3'

test('nothing is said of a lake in which nothing is wrong', async () => {
  expect(await tampered(() => undefined)).toBe('nothing')
})

test('other bytes in the place of rows are found', async () => {
  const message = await tampered((root, delivery) =>
    writeFileSync(join(root, ROWS, `${delivery}.parquet`), 'x'),
  )
  expect(message).toMatch(/^curated\/purchases\/.*\.parquet has been changed$/)
})

test('a commit that is gone is found, by itself and by the model', async () => {
  const key = `commits/purchases/wholesaler/${QUARTER}/000001.json`
  const message = await tampered((root) => rmSync(join(root, key)))
  expect(message).toContain(`${key} has been deleted`)
  expect(message).toContain(`lost from purchases/wholesaler/${QUARTER}`)
})

test('a file where nothing should lie is found', async () => {
  const message = await tampered((root) => writeFileSync(join(root, 'notes.txt'), 'x'))
  expect(message).toBe('notes.txt lies where nothing should')
})

test('bytes that nobody sent are found', async () => {
  const message = await tampered((root, delivery) =>
    writeFileSync(join(root, `landing/purchases/wholesaler/${delivery}/more.csv`), 'x'),
  )
  expect(message).toMatch(/more\.csv is not what was sent$/)
})
