import { SkafferiError } from '../errors.ts'
import { unknownName } from '../names.ts'
import type { Storage } from '../storage/storage.ts'
import type { AthenaOptions } from './athena.ts'
import type { LakeTable } from './duckdb.ts'
import type { DuckDBLimits } from './duckdb-session.ts'
import type { Engine } from './engine.ts'

/** Names of the engines that there are. */
export const ENGINES = ['duckdb', 'athena'] as const
export type EngineName = (typeof ENGINES)[number]

/** What engines need to know beside the lake; each only its own. */
export interface EngineSettings {
  readonly duckdb?: DuckDBLimits | undefined
  readonly athena?: { readonly [K in keyof AthenaOptions]?: AthenaOptions[K] | undefined } | undefined
  /** Stops whatever runs, on an engine that can. */
  readonly signal?: AbortSignal | undefined
  /** Longest time for one statement, on an engine that can be stopped. */
  readonly deadline_ms?: number | undefined
}

/** The name of an engine, or an error that lists the names there are. */
export function engineName(name: string): EngineName {
  const known = ENGINES.find((one) => one === name)
  if (known === undefined) throw unknownName('engine', name, ENGINES)
  return known
}

/** Opens an engine by its name over a lake's tables; athena's own lie in the Glue database. */
export async function openEngine(
  name: string,
  storage: Storage,
  tables: readonly LakeTable[],
  settings: EngineSettings = {},
): Promise<Engine> {
  // each is loaded when it is asked for: both take long
  if (engineName(name) === 'duckdb') {
    const { DuckDBEngine } = await import('./duckdb.ts')
    return await DuckDBEngine.open(storage, { ...settings.duckdb, tables })
  }
  const { AthenaEngine } = await import('./athena.ts')
  const { workgroup, database, ...options } = settings.athena ?? {}
  const { signal, deadline_ms } = settings
  return await AthenaEngine.open(storage, {
    signal,
    deadline_ms,
    ...options,
    workgroup: needed(workgroup, 'workgroup', 'SKAFFERI_ATHENA_WORKGROUP'),
    database: needed(database, 'Glue database', 'SKAFFERI_GLUE_DATABASE'),
  })
}

function needed(value: string | undefined, what: string, variable: string): string {
  if (value) return value
  throw new SkafferiError('usage', `athena needs the name of a ${what}: set ${variable}`)
}
