import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TrinoVersion } from './versions.ts'

const SUPPORT = join(import.meta.dirname, '..')
/** The longest is a build of minutes. */
const DEADLINE_MS = 20 * 60_000

/** Installs what a Trino over a bucket needs and is not there yet; what is there is soon looked at. */
export async function installServers(version: TrinoVersion): Promise<void> {
  await runInstaller('cloud/install.sh', 'versitygw')
  await runInstaller('trino/install.sh', version)
}

/** Installs the readers of Parquet that some tests have. */
export const installReaders = () => runInstaller('cloud/install.sh', 'python')

/** What an installer says goes to stderr; the last line says what is missing. */
async function runInstaller(path: string, argument: string): Promise<void> {
  const installer = spawn('bash', [join(SUPPORT, path), argument], {
    stdio: ['ignore', 2, 2],
    detached: true,
  })
  const end = () => installer.pid && process.kill(-installer.pid, 'SIGKILL')
  process.once('exit', end)
  const late = setTimeout(end, DEADLINE_MS)
  const [code, signal] = (await once(installer, 'exit')) as [number | null, string | null]
  clearTimeout(late)
  process.off('exit', end)
  if (code === 0) return
  const how = signal === null ? `failed (${code})` : `was not done after ${DEADLINE_MS / 60_000} minutes`
  throw new Error(`test/support/${path} ${how}; it says above why`)
}
