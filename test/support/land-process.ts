import { land } from '../../core/land.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { withdraw } from '../../core/withdraw.ts'
import type { Errand, Outcome } from './land-processes.ts'

/** A process of its own that works on one lake as its parent tells it: `node land-process.ts <lake>`. */
const storage = new FileStorage(process.argv[2]!)

async function run(errand: Errand): Promise<Outcome> {
  try {
    return errand.do === 'land'
      ? { landed: await land(storage, errand.request) }
      : { withdrawn: await withdraw(storage, errand.delivery, 'raced') }
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) }
  }
}

process.on('message', async (errand: Errand) => process.send!(await run(errand)))
process.send!('ready')
