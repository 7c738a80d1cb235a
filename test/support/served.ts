import { LocalAnalyses } from '../../cli/serve/analyses.ts'
import { startServer } from '../../cli/serve/server.ts'
import { LocalUploads } from '../../cli/serve/uploads.ts'
import { FileStorage } from '../../core/storage/file.ts'

/** A server over a lake in a folder, and all that failed in it. */
export interface Served {
  readonly origin: string
  readonly storage: FileStorage
  readonly faults: unknown[]
  close(): Promise<void>
}

/** Serves a lake as `skafferi serve` does, on a port that is free. */
export async function serveLake(lake: string): Promise<Served> {
  const storage = new FileStorage(lake)
  const faults: unknown[] = []
  const onFault = (error: unknown) => void faults.push(error)
  let origin = ''
  const uploads = new LocalUploads(storage, () => origin, onFault)
  const analyses = new LocalAnalyses(lake, onFault)
  const server = await startServer({ context: { storage, uploads, analyses, onFault }, port: 0 })
  origin = server.origin
  return {
    ...{ origin, storage, faults },
    async close() {
      await Promise.all([server.close(), analyses.stop()])
      await uploads.idle()
    },
  }
}
