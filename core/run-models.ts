import type { Engine, SavedFile } from './engines/engine.ts'
import type { Pin } from './lake/runs.ts'
import { type Model, renderModel } from './models.ts'
import { parseQuarter, type Quarter, quarterAt } from './quarter.ts'
import type { ParameterValue } from './sql-text.ts'

/** Quarters before the asked one that a run reads: four quarters of opportunities, each with eight of stock. */
export const QUARTERS_BEFORE = 10

/** Who is told of a run's progress. */
export interface RunModelsEffects {
  /** A model has been started. */
  readonly onModel?: (model: string, number: number, of: number) => void
}

/** What the models' parameters say. */
export interface RunParameters {
  readonly quarter: Quarter
  readonly run: string
  /** Day in Stockholm by which deliveries are due, late or missing. */
  readonly today: string
}

/** Values of the parameters that models and checks may name. */
export function parameterValues({
  quarter,
  today,
}: Omit<RunParameters, 'run'>): Record<string, ParameterValue> {
  const first = quarterAt(quarter.index - QUARTERS_BEFORE)
  return {
    quarter: { type: 'text', value: quarter.name },
    quarter_index: { type: 'integer', value: quarter.index },
    first_index: { type: 'integer', value: first.index },
    last_day: { type: 'date', value: quarter.last_day },
    today: { type: 'date', value: today },
    first_year: { type: 'integer', value: first.year },
    last_year: { type: 'integer', value: quarter.year },
  }
}

/**
 * Saves the pins and then every model, each as soon as all that it reads is saved, as many at once as suits the
 * engine. The first failure starts no further model, aborts those that are running and is thrown when they have
 * ended. The result is in the order of `models`.
 */
export async function runModels(
  engine: Engine,
  models: readonly Model[],
  inputs: readonly Pin[],
  { quarter, run, today }: RunParameters,
  effects: RunModelsEffects = {},
): Promise<Record<string, SavedFile[]>> {
  const values = parameterValues({ quarter, today })
  const folder = { year: quarter.year, quarter: quarter.quarter, run }
  const saved = new Map<string, SavedFile[]>()
  saved.set('inputs', await engine.save(pinsSql(inputs), { ...folder, model: 'inputs' }))
  let started = 0
  await eachWhenReady(models, engine.models_at_once, async (model, signal) => {
    effects.onModel?.(model.name, ++started, models.length)
    const sql = renderModel(model, values, folder)
    saved.set(model.name, await engine.save(sql, { ...folder, model: model.name }, signal))
  })
  return Object.fromEntries(
    ['inputs', ...models.map(({ name }) => name)].map((name) => [name, saved.get(name)!]),
  )
}

/** Does something with each model once it is done with all that the model reads, at most `limit` at a time. */
async function eachWhenReady(
  models: readonly Model[],
  limit: number,
  act: (model: Model, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const undone = new Set(models.map(({ name }) => name))
  const running = new Map<string, Promise<void>>()
  const failure = new AbortController()
  const isReady = ({ name, reads }: Model) =>
    undone.has(name) && !running.has(name) && !reads.some((table) => undone.has(table))
  const start = async (model: Model) => {
    await act(model, failure.signal)
    running.delete(model.name)
    undone.delete(model.name)
  }
  try {
    while (undone.size > 0) {
      for (const model of models.filter(isReady).slice(0, limit - running.size))
        running.set(model.name, start(model))
      await Promise.race(running.values())
    }
  } catch (error) {
    failure.abort()
    await Promise.allSettled(running.values())
    throw error
  }
}

/** Columns of the pins as every run stores them, with their types. */
const PIN_COLUMNS = {
  delivery: 'varchar',
  row_name: 'varchar',
  dataset: 'varchar',
  source: 'varchar',
  quarter: 'varchar',
  quarter_index: 'bigint',
  received_at: 'varchar',
  first_received_on: 'date',
  rows: 'bigint',
  refused_rows: 'bigint',
} as const

/** The pins as a statement of literals, so that any engine can store them; short, since some limit its length. */
export function pinsSql(inputs: readonly Pin[]): string {
  const text = (value: string | null) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)
  const rows = inputs.map((pin) => {
    const { delivery, row_name, dataset, source, quarter, received_at, first_received_on } = pin
    const index = quarter === null ? 'null' : parseQuarter(quarter).index
    const names = [delivery, row_name, dataset, source, quarter].map(text)
    const received = [text(received_at), `date '${first_received_on}'`]
    return `(${[...names, index, ...received, pin.rows, pin.refused_rows].join(',')})`
  })
  const cells = Object.entries(PIN_COLUMNS).map(([name, type]) => `cast(${name} as ${type}) as ${name}`)
  const names = Object.keys(PIN_COLUMNS).join(', ')
  return `select ${cells.join(', ')} from (values\n${rows.join(',\n')}\n) as pins (${names})`
}
