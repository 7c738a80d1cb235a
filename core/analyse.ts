import { createHash } from 'node:crypto'
import { datasets } from '../schemas/datasets/index.ts'
import { marts } from '../schemas/marts/index.ts'
import { rolled_purchases } from '../schemas/rolled.ts'
import type { Table } from '../schemas/table.ts'
import { DuckDBEngine, type LakeTable } from './engines/duckdb.ts'
import type { Engine, SavedFile } from './engines/engine.ts'
import { SkafferiError } from './errors.ts'
import { readScopes, type ScopeState } from './lake/commits.ts'
import { noticesOf, type Pin, type RunRecord, writeRun } from './lake/runs.ts'
import { loadModels, type Model, renderModel } from './models.ts'
import { parseQuarter, type Quarter, quarterAt, stockholmDay } from './quarter.ts'
import type { ParameterValue } from './sql-text.ts'
import type { Storage } from './storage/storage.ts'
import { VERSION } from './version.ts'

/** Quarters before the asked one that a run reads: four quarters of opportunities, each with eight of stock. */
export const QUARTERS_BEFORE = 10

/** What to compute. */
export interface AnalyseRequest {
  readonly quarter: string
  /** Deliveries as they counted at this instant; default now. */
  readonly as_of?: Date | undefined
}

/** What a run needs of its surroundings beside the lake. */
export interface AnalyseEffects {
  readonly now?: () => Date
  /** Opens the engine over the lake's tables; default DuckDB. */
  readonly openEngine?: (storage: Storage, tables: readonly LakeTable[]) => Promise<Engine>
  readonly onModel?: (model: string, number: number, of: number) => void
}

/** What the caller is told. */
export interface AnalyseResult {
  readonly run: string
  readonly quarter: string
  /** Rows of each mart. */
  readonly marts: Readonly<Record<string, number>>
  readonly inputs: readonly Pick<
    Pin,
    'delivery' | 'dataset' | 'source' | 'quarter' | 'rows' | 'refused_rows'
  >[]
  /** What must be said before the figures, if anything. */
  readonly notices?: readonly string[]
}

/**
 * Computes every model of one quarter from the deliveries that count, and records the run last. A failed run
 * leaves files that nobody sees; trying again is a new run.
 *
 * @throws SkafferiError `usage` for a malformed quarter or a lake without deliveries
 */
export async function analyse(
  storage: Storage,
  request: AnalyseRequest,
  effects: AnalyseEffects = {},
): Promise<AnalyseResult> {
  const now = effects.now?.() ?? new Date()
  const quarter = parseQuarter(request.quarter)
  const inputs = await pinDeliveries(storage, quarter, request.as_of)
  if (inputs.length === 0) {
    throw new SkafferiError(
      'usage',
      `no deliveries count in ${storage.url} for ${quarter.name}: land some first (skafferi land DIR)`,
    )
  }
  const run = runName(now)
  const engine = await (effects.openEngine ?? openDuckDBEngine)(storage, lakeTables(inputs))
  try {
    const models = await loadModels()
    const saved = await runModels(
      engine,
      models,
      inputs,
      { quarter, run, today: stockholmDay(request.as_of ?? now) },
      effects,
    )
    const record: RunRecord = {
      run,
      quarter: quarter.name,
      as_of: request.as_of?.toISOString() ?? null,
      computed_at: now.toISOString(),
      engine: engine.name,
      versions: {
        skafferi: VERSION,
        models: Object.fromEntries(models.map(({ name, sql }) => [name, sha256(sql)])),
      },
      inputs,
      models: saved,
      marts: Object.fromEntries(
        marts.map(({ name }) => [name, (saved[name] ?? []).reduce((sum, file) => sum + file.rows, 0)]),
      ),
    }
    await writeRun(storage, record)
    return resultOf(record)
  } finally {
    await engine.close()
  }
}

function resultOf(record: RunRecord): AnalyseResult {
  const { run, quarter } = record
  const inputs = record.inputs.map(({ delivery, dataset, source, quarter, rows, refused_rows }) => ({
    delivery,
    dataset,
    source,
    quarter,
    rows,
    refused_rows,
  }))
  const notices = noticesOf(record)
  return { run, quarter, marts: record.marts, inputs, ...(notices.length > 0 ? { notices } : {}) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Names sort by time; the rest keeps two runs of one millisecond apart. */
function runName(now: Date): string {
  return `${now.toISOString().replaceAll(/[-:.]/g, '')}-${crypto.randomUUID().slice(0, 8)}`
}

const openDuckDBEngine = (storage: Storage, tables: readonly LakeTable[]) =>
  DuckDBEngine.open(storage, { tables })

/** The deliveries that a run of the quarter rests on: all reference data, and eleven quarters of the rest. */
export async function pinDeliveries(storage: Storage, quarter: Quarter, as_of?: Date): Promise<Pin[]> {
  const scopes = await readScopes(storage, as_of)
  return scopes.flatMap((state) => {
    const index = state.scope.quarter?.index
    const wanted = index === undefined || (index >= quarter.index - QUARTERS_BEFORE && index <= quarter.index)
    return wanted && state.effective ? [pinOf(state)] : []
  })
}

function pinOf({ effective, first }: ScopeState): Pin {
  const { delivery, row_name, dataset, source, quarter, received_at, rows, refused_rows, rolled, curated } =
    effective!
  return {
    delivery,
    row_name,
    dataset,
    source,
    quarter,
    received_at,
    first_received_on: stockholmDay(new Date(first!.received_at)),
    rows,
    refused_rows,
    keys: [(rolled ?? curated).key],
  }
}

const ENVELOPE = [
  { name: 'delivery', type: 'code' },
  { name: 'source', type: 'code' },
  { name: 'line', type: 'count' },
] as const

/** Columns of a dataset's row files; a dataset with a column `source` of its own keeps that one. */
function withEnvelope(columns: Table['columns']): LakeTable['columns'] {
  return [...columns, ...ENVELOPE.filter((one) => !columns.some(({ name }) => name === one.name))]
}

/** The tables that models read, over exactly the files of the pinned deliveries. */
export function lakeTables(pins: readonly Pick<Pin, 'dataset' | 'keys'>[]): LakeTable[] {
  const keysOf = (dataset: string) => pins.filter((pin) => pin.dataset === dataset).flatMap((pin) => pin.keys)
  const table = ({ name, columns, layer }: Table): LakeTable => ({
    name,
    columns: withEnvelope(columns),
    keys: keysOf(name),
    partitioned: layer === 'quarterly',
  })
  const rolled = {
    name: rolled_purchases.name,
    columns: rolled_purchases.columns,
    keys: keysOf('purchases'),
    partitioned: true,
  }
  return [...datasets.filter(({ name }) => name !== 'purchases').map(table), rolled]
}

/** The curated purchase lines as a table, for those who ask for single lines; models read the roll-up. */
export function purchaseLines(keys: readonly string[]): LakeTable {
  const { name, columns } = datasets.find((dataset) => dataset.name === 'purchases')!
  return { name, columns: withEnvelope(columns), keys, partitioned: true }
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

/** Saves the pins and then each model, in the order given. */
export async function runModels(
  engine: Engine,
  models: readonly Model[],
  inputs: readonly Pin[],
  { quarter, run, today }: RunParameters,
  effects: Pick<AnalyseEffects, 'onModel'> = {},
): Promise<Record<string, SavedFile[]>> {
  const values = parameterValues({ quarter, today })
  const folder = { year: quarter.year, quarter: quarter.quarter, run }
  const saved: Record<string, SavedFile[]> = {
    inputs: await engine.save(pinsSql(inputs), { ...folder, model: 'inputs' }),
  }
  for (const [at, model] of models.entries()) {
    effects.onModel?.(model.name, at + 1, models.length)
    saved[model.name] = await engine.save(renderModel(model, values, folder), {
      ...folder,
      model: model.name,
    })
  }
  return saved
}

/** The pins as a statement of literals, so that any engine can store them. */
function pinsSql(inputs: readonly Pin[]): string {
  const text = (value: string | null) =>
    value === null ? 'cast(null as varchar)' : `'${value.replaceAll("'", "''")}'`
  const rows = inputs.map((pin) => {
    const index =
      pin.quarter === null ? 'cast(null as bigint)' : `cast(${parseQuarter(pin.quarter).index} as bigint)`
    const cells = [
      text(pin.delivery),
      text(pin.row_name),
      text(pin.dataset),
      text(pin.source),
      text(pin.quarter),
      index,
      text(pin.received_at),
    ]
    cells.push(
      `date '${pin.first_received_on}'`,
      `cast(${pin.rows} as bigint)`,
      `cast(${pin.refused_rows} as bigint)`,
    )
    return `(${cells.join(', ')})`
  })
  const columns =
    'delivery, row_name, dataset, source, quarter, quarter_index, received_at, first_received_on, rows, refused_rows'
  return `select ${columns} from (values\n${rows.join(',\n')}\n) as pins (${columns})`
}
