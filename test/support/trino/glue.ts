import { join } from 'node:path'
import { type CatalogueTable, catalogue, glueTableInput } from '../../../schemas/catalogue.ts'
import { freePort } from '../cloud/free-port.ts'
import { askJson, type Signer } from '../cloud/signed.ts'
import { motoPython } from '../cloud/tools.ts'
import { startWatched } from './watched.ts'

const SERVER = join(import.meta.dirname, 'glue_server.py')

/** A Glue of our own, played by moto, which keeps tables as they were sent. */
export interface Glue extends Signer {
  /** Describes a lake by the very tables that the stack makes, if no others are named. */
  describe(database: string, lake_url: string, tables?: readonly CatalogueTable[]): Promise<void>
  stop(): Promise<void>
}

/** Starts moto on a free port. It ends with this process at the latest. */
export async function startGlue(): Promise<Glue> {
  const port = await freePort()
  const signer: Signer = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-north-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const { stop } = await startWatched({
    name: 'moto',
    prepare: async () => [motoPython(), SERVER, '-H', '127.0.0.1', '-p', String(port)],
    isReady: async () => (await fetch(`${signer.endpoint}/moto-api/data.json`)).ok,
    deadline_ms: 30_000,
  })
  return { ...glueAt(signer), stop }
}

/** One that runs already. */
export function glueAt(signer: Signer): Omit<Glue, 'stop'> {
  const glue = (action: string, input: object) => askJson(signer, 'glue', `AWSGlue.${action}`, input)
  return {
    ...signer,
    async describe(database, lake_url, tables = catalogue) {
      await glue('CreateDatabase', { DatabaseInput: { Name: database } })
      for (const table of tables)
        await glue('CreateTable', { DatabaseName: database, TableInput: glueTableInput(table, lake_url) })
    },
  }
}
