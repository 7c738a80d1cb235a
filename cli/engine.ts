import type { AnalyseEffects } from '../core/analyse.ts'
import { openEngine } from '../core/engines/open.ts'
import { type CommandContext, text } from './command.ts'

/** How to open the engine of `--engine`; where Athena or Trino is stands in the environment. */
export function chosenEngine(context: CommandContext): NonNullable<AnalyseEffects['openEngine']> {
  const name = text(context, 'engine') ?? 'duckdb'
  const {
    SKAFFERI_ATHENA_WORKGROUP: workgroup,
    SKAFFERI_GLUE_DATABASE: database,
    SKAFFERI_TRINO_URL: url,
  } = process.env
  return async (storage, tables) =>
    await openEngine(name, storage, tables, {
      athena: { workgroup, database },
      trino: { url },
      ...(name === 'duckdb' ? {} : { signal: interrupted() }),
    })
}

/** Aborted by Ctrl-C, or whoever else ends the program, so that no query runs on, and costs, after its caller has gone. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => controller.abort())
  return controller.signal
}
