import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { datasets } from '../schemas/datasets/index.ts'
import { rolled_purchases } from '../schemas/rolled.ts'
import type { Engine, ModelFolder } from './engines/engine.ts'
import { SkafferiError } from './errors.ts'
import { type ParameterValue, parameters, qualify, references, render } from './sql-text.ts'

const SQL = new URL('../sql/', import.meta.url)
const LAYERS = ['staging', 'intermediate', 'marts'] as const
/** The run's pins: a table that every run stores before its first model. */
const PINS = 'inputs'
/** What models may read of the lake: purchases only rolled up, so that a run costs the same however many lines. */
const datasetNames = new Set(
  [...datasets.filter(({ name }) => name !== 'purchases'), rolled_purchases].map(({ name }) => name),
)

/** A statement of the analysis; its result is stored under the run and read by the models after it. */
export interface Model {
  readonly name: string
  readonly layer: (typeof LAYERS)[number] | 'checks'
  readonly sql: string
  /** Datasets, models and the pins that it names. */
  readonly reads: readonly string[]
}

/**
 * Reads every model below a folder of layers (the project's `sql/` by default), each after all that it reads;
 * among those that could be next, by layer and name. Fails on a cycle, an unknown table, a name used twice.
 */
export async function loadModels(folder: URL = SQL): Promise<Model[]> {
  const models = (await Promise.all(LAYERS.map((layer) => readLayer(folder, layer)))).flat()
  const names = models.map(({ name }) => name)
  const given = new Set([...datasetNames, PINS])
  const known = new Set([...given, ...names])
  const twice = names.filter((name, at) => names.indexOf(name) !== at || given.has(name))
  if (twice.length > 0) throw fault(`a name stands for two tables: ${twice.join(', ')}`)
  for (const { name, reads } of models) {
    const unknown = reads.filter((table) => !known.has(table))
    if (unknown.length > 0) throw fault(`model ${name} reads unknown tables: ${unknown.join(', ')}`)
  }
  return inOrder(models)
}

/** Reads every check, by name. `analyse` does not run them: they look at what a run left behind. */
export async function loadChecks(folder: URL = SQL): Promise<Model[]> {
  return await readLayer(folder, 'checks')
}

/**
 * The statement that computes a model in one run: parameters filled in, models and pins read from the run's
 * own folders. Datasets keep their bare names. Of `values`, those that the model does not name are left out.
 */
export function renderModel(
  model: Model,
  values: Readonly<Record<string, ParameterValue>>,
  folder: Omit<ModelFolder, 'model'>,
): string {
  const run = `run_year = ${folder.year} and run_quarter = ${folder.quarter} and run = '${folder.run.replaceAll("'", "''")}'`
  const ofRun = (table: string) =>
    datasetNames.has(table) ? undefined : `(select * from ${table} where ${run})`
  const named = new Set(parameters(model.sql))
  const wanted = Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name)))
  return qualify(render(model.sql, wanted), ofRun)
}

/** Columns of a table that DuckDB knows, in order, in its words for types; without those that name the run. */
export async function modelColumns(engine: Engine, model: string): Promise<{ name: string; type: string }[]> {
  const [names, types] = (await engine.query(`select column_name, column_type from (describe ${model})`))
    .children
  const columns = [...(names ?? [])].map((name, at) => ({ name: String(name), type: String(types?.at(at)) }))
  return columns.filter(({ name }) => !['run_year', 'run_quarter', 'run'].includes(name))
}

async function readLayer(folder: URL, layer: Model['layer']): Promise<Model[]> {
  const files = await readdir(new URL(`${layer}/`, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return await Promise.all(
    files
      .filter((file) => file.endsWith('.sql'))
      .sort()
      .map(async (file) => {
        const sql = await readFile(new URL(`${layer}/${file}`, folder), 'utf8')
        return { name: basename(file, '.sql'), layer, sql, reads: references(sql) }
      }),
  )
}

/** Each model after all that it reads; `models` are by layer and name, and stay so where they can. */
function inOrder(models: readonly Model[]): Model[] {
  const ordered: Model[] = []
  const waiting = new Map(models.map((model) => [model.name, model]))
  while (waiting.size > 0) {
    const next = [...waiting.values()].find(({ reads }) => !reads.some((table) => waiting.has(table)))
    if (next === undefined) throw fault(`models read each other in a circle: ${circle(waiting).join(' → ')}`)
    waiting.delete(next.name)
    ordered.push(next)
  }
  return ordered
}

/** One circle among models that all wait for another, its first model named again at the end. */
function circle(waiting: ReadonlyMap<string, Model>): string[] {
  const path: string[] = []
  let name = [...waiting.keys()][0]!
  while (!path.includes(name)) {
    path.push(name)
    name = waiting.get(name)!.reads.find((table) => waiting.has(table))!
  }
  return [...path.slice(path.indexOf(name)), name]
}

const fault = (message: string) => new SkafferiError('fault', message)
