import { publish } from '../../core/publish.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { noViolations, showAll } from './disclosures.ts'

/** A process of its own that publishes from one lake as its parent tells it: `node publish-process.ts <lake>`. */
const storage = new FileStorage(process.argv[2]!)

process.on('message', async (request: { quarter: string; reason?: string }) => {
  try {
    process.send!(await publish(storage, request, { check: noViolations, disclose: showAll }))
  } catch (error) {
    process.send!({ error: (error as Error).stack ?? String(error) })
  }
})
process.send!('ready')
