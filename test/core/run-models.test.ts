import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Engine, ModelFolder, SavedFile } from '../../core/engines/engine.ts'
import type { Model } from '../../core/models.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { runModels } from '../../core/run-models.ts'

const model = (name: string, ...reads: string[]): Model => ({
  name,
  layer: 'intermediate',
  sql: `select ${['1', ...reads.map((table) => `(select n from ${table})`)].join(', ')}`,
  reads: ['inputs', ...reads],
})
const SLOW: Readonly<Record<string, number>> = { slow: 60 }

/** An engine that only keeps times: when each model was started and saved. */
class Clock implements Engine {
  readonly name = 'athena'
  readonly models_at_once: number
  readonly events: string[] = []
  readonly aborted: string[] = []
  running = 0
  most = 0

  constructor(models_at_once: number) {
    this.models_at_once = models_at_once
  }

  query: Engine['query'] = () => Promise.reject(new Error('no questions here'))
  close: Engine['close'] = async () => undefined

  async save(_: string, { model }: ModelFolder, signal?: AbortSignal): Promise<SavedFile[]> {
    this.events.push(`+${model}`)
    this.most = Math.max(this.most, ++this.running)
    try {
      await sleep(SLOW[model] ?? 10, undefined, signal ? { signal } : {})
      if (model.startsWith('bad')) throw new Error(`${model} does not work`)
    } catch (error) {
      if (signal?.aborted) this.aborted.push(model)
      throw error
    } finally {
      this.running--
      this.events.push(`-${model}`)
    }
    return []
  }
}

const run = (engine: Engine, models: readonly Model[], started: string[] = []) =>
  runModels(
    engine,
    models,
    [PIN],
    { quarter: parseQuarter('2026-Q3'), run: 'r', today: '2026-11-01' },
    { onModel: (name, number, of) => started.push(`${number}/${of} ${name}`) },
  )
const PIN = {
  delivery: "d'1",
  row_name: 'd1',
  dataset: 'places',
  source: 's',
  quarter: null,
  received_at: '2026-07-01T00:00:00Z',
  first_received_on: '2026-07-01',
  rows: 1,
  refused_rows: 0,
  keys: [],
}

describe('runModels', () => {
  const models = [model('slow'), model('a'), model('b', 'a'), model('c', 'b'), model('d', 'slow', 'c')]

  test('starts each model when all that it reads is saved, without waiting for others', async () => {
    const engine = new Clock(8)
    const saved = await run(engine, models)
    expect(engine.events.slice(0, 2)).toEqual(['+inputs', '-inputs'])
    expect(engine.events.indexOf('+c')).toBeLessThan(engine.events.indexOf('-slow'))
    for (const { name, reads } of models) {
      for (const read of reads)
        expect(engine.events.indexOf(`-${read}`)).toBeLessThan(engine.events.indexOf(`+${name}`))
    }
    expect(Object.keys(saved)).toEqual(['inputs', 'slow', 'a', 'b', 'c', 'd'])
  })

  test('has no more at work than suits the engine, and one after another in the order given', async () => {
    const many = Array.from({ length: 7 }, (_, n) => model(`m${n}`))
    const three = new Clock(3)
    await run(three, many)
    expect(three.most).toBe(3)
    const one = new Clock(1)
    const started: string[] = []
    await run(one, models, started)
    expect(one.most).toBe(1)
    expect(started).toEqual(['1/5 slow', '2/5 a', '3/5 b', '4/5 c', '5/5 d'])
  })

  test('starts nothing after a failure, calls off what runs, and throws the failure', async () => {
    const engine = new Clock(8)
    const failing = run(engine, [model('slow'), model('bad'), model('after', 'slow'), model('late', 'bad')])
    await expect(failing).rejects.toThrow('bad does not work')
    expect(engine.aborted).toEqual(['slow'])
    expect(engine.running).toBe(0)
    expect(engine.events).not.toContain('+after')
    expect(engine.events).not.toContain('+late')
  })
})
