import { SkafferiError } from '../errors.ts'
import { unknownName } from '../names.ts'
import type { Storage } from '../storage/storage.ts'
import type { AthenaOptions } from './athena.ts'
import type { LakeTable } from './duckdb.ts'
import type { DuckDBLimits } from './duckdb-session.ts'
import type { Engine } from './engine.ts'
import type { TrinoOptions } from './trino.ts'

/** Names of the engines that there are. */
export const ENGINES = ['duckdb', 'athena', 'trino'] as const
export type EngineName = (typeof ENGINES)[number]

/** What engines need to know beside the lake; each only its own. */
export interface EngineSettings {
  readonly duckdb?: DuckDBLimits | undefined
  readonly athena?: { readonly [K in keyof AthenaOptions]?: AthenaOptions[K] | undefined } | undefined
  readonly trino?: { readonly [K in keyof TrinoOptions]?: TrinoOptions[K] | undefined } | undefined
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

/** Opens an engine by its name over a lake's tables; those of athena and trino are in a catalogue. */
export async function openEngine(
  name: string,
  storage: Storage,
  tables: readonly LakeTable[],
  settings: EngineSettings = {},
): Promise<Engine> {
  const { signal, deadline_ms } = settings
  // each is loaded when it is asked for: they take long
  switch (engineName(name)) {
    case 'duckdb': {
      const { DuckDBEngine } = await import('./duckdb.ts')
      return await DuckDBEngine.open(storage, { ...settings.duckdb, tables })
    }
    case 'athena': {
      const { AthenaEngine } = await import('./athena.ts')
      return await AthenaEngine.open(storage, { signal, deadline_ms, ...athenaOptions(settings) })
    }
    case 'trino': {
      const { TrinoEngine } = await import('./trino.ts')
      const url = needed(settings.trino?.url, 'the place of a server', 'SKAFFERI_TRINO_URL', 'trino')
      return await TrinoEngine.open(storage, { signal, deadline_ms, ...settings.trino, url })
    }
  }
}
function athenaOptions({ athena = {} }: EngineSettings): AthenaOptions {
  const { workgroup, database, ...options } = athena
  return {
    ...options,
    workgroup: needed(workgroup, 'the name of a workgroup', 'SKAFFERI_ATHENA_WORKGROUP', 'athena'),
    database: needed(database, 'the name of a Glue database', 'SKAFFERI_GLUE_DATABASE', 'athena'),
  }
}

function needed(value: string | undefined, what: string, variable: string, engine: EngineName): string {
  if (value) return value
  throw new SkafferiError('usage', `${engine} needs ${what}: set ${variable}`)
}
