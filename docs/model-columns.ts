import { lakeTables } from '../core/analyse.ts'
import { DuckDBEngine } from '../core/engines/duckdb.ts'
import type { Pin } from '../core/lake/runs.ts'
import { loadModels, modelColumns, renderModel } from '../core/models.ts'
import { parseQuarter } from '../core/quarter.ts'
import { parameterValues, pinsSql } from '../core/run-models.ts'
import { MemoryStorage } from '../core/storage/memory.ts'

/** A delivery without rows: the pins' own columns do not depend on what is pinned. */
const NO_DELIVERY: Pin = {
  delivery: 'none',
  row_name: 'none',
  dataset: 'places',
  source: 'none',
  quarter: null,
  received_at: '2026-07-01T08:00:00.000Z',
  first_received_on: '2026-07-01',
  rows: 0,
  refused_rows: 0,
  keys: [],
}

/** DuckDB's types of every column that a run over an empty lake has, by model, the pins first. */
export async function describeModels(): Promise<Map<string, { name: string; type: string }[]>> {
  const folder = { year: 2026, quarter: 3, run: 'described' }
  const values = parameterValues({ quarter: parseQuarter('2026-Q3'), today: '2026-11-01' })
  const engine = await DuckDBEngine.open(new MemoryStorage(), { tables: lakeTables([]) })
  try {
    const columns = new Map<string, { name: string; type: string }[]>()
    const describe = async (model: string, sql: string) => {
      await engine.hold(sql, { ...folder, model })
      columns.set(model, await modelColumns(engine, model))
    }
    await describe('inputs', pinsSql([NO_DELIVERY]))
    for (const model of await loadModels()) await describe(model.name, renderModel(model, values, folder))
    return columns
  } finally {
    await engine.close()
  }
}

/** `schemas/model-columns.ts`: columns of the pins, staging and intermediate models; marts have schemas of their own. */
export async function modelColumnsFile(): Promise<string> {
  const marts = new Set((await loadModels()).filter(({ layer }) => layer === 'marts').map(({ name }) => name))
  const tables = [...(await describeModels())].filter(([model]) => !marts.has(model))
  const column = ({ name, type }: { name: string; type: string }) => `    ${name}: '${glueType(type)}',\n`
  return [
    "import type { GlueType } from './catalogue.ts'\n",
    '\n/** Columns of what a run stores beside marts. Generated from `sql/` by `npm run generate`. */\n',
    'export const modelColumns: Readonly<Record<string, Readonly<Record<string, GlueType>>>> = {\n',
    ...tables.map(([model, columns]) => `  ${model}: {\n${columns.map(column).join('')}  },\n`),
    '}\n',
  ].join('')
}

/** A DuckDB type in Glue's words, which are the same but for two. */
function glueType(type: string): string {
  return { VARCHAR: 'string', INTEGER: 'int' }[type] ?? type.toLowerCase()
}
