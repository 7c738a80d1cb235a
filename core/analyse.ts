import { createHash } from 'node:crypto'
import { datasets } from '../schemas/datasets/index.ts'
import { purchases } from '../schemas/datasets/purchases.ts'
import { marts } from '../schemas/marts/index.ts'
import { rolled_purchases } from '../schemas/rolled.ts'
import { rowColumns } from '../schemas/row-files.ts'
import type { Table } from '../schemas/table.ts'
import type { LakeTable } from './engines/duckdb.ts'
import { type Engine, modelPrefix } from './engines/engine.ts'
import { openEngine } from './engines/open.ts'
import { SkafferiError } from './errors.ts'
import { readScopes, type ScopeState, sentAt } from './lake/commits.ts'
import { keys } from './lake/layout.ts'
import { assertRunName, noticesOf, type Pin, type RunRecord, writeRun } from './lake/runs.ts'
import { loadModels } from './models.ts'
import { parseQuarter, type Quarter, stockholmDay } from './quarter.ts'
import { QUARTERS_BEFORE, type RunModelsEffects, runModels } from './run-models.ts'
import type { Storage } from './storage/storage.ts'
import { VERSION } from './version.ts'

export { parameterValues, QUARTERS_BEFORE, type RunParameters, runModels } from './run-models.ts'

/** What to compute. */
export interface AnalyseRequest {
  readonly quarter: string
  /** Deliveries as they counted at this instant; default now. */
  readonly as_of?: Date | undefined
  /** What to call the run; default a name that sorts by time. */
  readonly run?: string | undefined
}

/** What a run needs of its surroundings beside the lake. */
export interface AnalyseEffects extends RunModelsEffects {
  readonly now?: () => Date
  /** Opens the engine over the lake's tables; default DuckDB. */
  readonly openEngine?: (storage: Storage, tables: readonly LakeTable[]) => Promise<Engine>
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
 * @throws SkafferiError `usage` for a malformed quarter, a lake without deliveries, a run's name that is no name
 *   or has been given before
 */
export async function analyse(
  storage: Storage,
  request: AnalyseRequest,
  effects: AnalyseEffects = {},
): Promise<AnalyseResult> {
  const now = effects.now?.() ?? new Date()
  const quarter = parseQuarter(request.quarter)
  if (request.run !== undefined) await assertFree(storage, quarter, request.run)
  const inputs = await pinDeliveries(storage, quarter, request.as_of)
  if (inputs.length === 0) {
    throw new SkafferiError(
      'usage',
      `no deliveries count in ${storage.url} for ${quarter.name}: land some first (skafferi land DIR)`,
    )
  }
  const run = request.run ?? runName(now)
  const engine = await (effects.openEngine ?? openEmbedded)(storage, lakeTables(inputs))
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
      ...(engine.queries ? { queries: [...engine.queries] } : {}),
    }
    await writeRun(storage, record)
    return resultOf(record)
  } finally {
    await engine.close()
  }
}

const openEmbedded = (storage: Storage, tables: readonly LakeTable[]) => openEngine('duckdb', storage, tables)

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
export function runName(now: Date): string {
  return `${now.toISOString().replaceAll(/[-:.]/g, '')}-${crypto.randomUUID().slice(0, 8)}`
}

/** A name that was given to a run, even to one that failed, is not given again: its files may lie there. */
async function assertFree(storage: Storage, { name, year, quarter }: Quarter, run: string): Promise<void> {
  assertRunName(run)
  for (const prefix of [keys.run(name, run), modelPrefix({ model: 'inputs', year, quarter, run })]) {
    for await (const { key } of storage.list(prefix)) {
      throw new SkafferiError('usage', `${name} has had a run ${run} already (${key}): give it another name`)
    }
  }
}

/** The deliveries that a run of the quarter rests on: all reference data, and eleven quarters of the rest. */
export async function pinDeliveries(storage: Storage, quarter: Quarter, as_of?: Date): Promise<Pin[]> {
  return pinsOf(await readScopes(storage, as_of), quarter)
}

/** The deliveries among these scopes' that a run of the quarter rests on. */
export function pinsOf(scopes: readonly ScopeState[], quarter: Quarter): Pin[] {
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
    first_received_on: stockholmDay(new Date(sentAt(first!))),
    rows,
    refused_rows,
    keys: [(rolled ?? curated).key],
  }
}

/** The tables that models read, over exactly the files of the pinned deliveries. */
export function lakeTables(pins: readonly Pick<Pin, 'dataset' | 'keys'>[]): LakeTable[] {
  const keysOf = (dataset: string) => pins.filter((pin) => pin.dataset === dataset).flatMap((pin) => pin.keys)
  const tableOf = (dataset: Table): LakeTable => ({
    name: dataset.name,
    columns: rowColumns(dataset),
    keys: keysOf(dataset.name),
    partitioned: dataset.layer === 'quarterly',
  })
  const rolled = {
    name: rolled_purchases.name,
    columns: rolled_purchases.columns,
    keys: keysOf('purchases'),
    partitioned: true,
  }
  return [...datasets.filter(({ name }) => name !== 'purchases').map(tableOf), rolled]
}

/** The curated purchase lines as a table, for those who ask for single lines; models read the roll-up. */
export function purchaseLines(keys: readonly string[]): LakeTable {
  return { name: purchases.name, columns: rowColumns(purchases), keys, partitioned: true }
}
