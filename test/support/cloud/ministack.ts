import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { pythonTool } from './tools.ts'

const ROOT = join(import.meta.dirname, '../../..')
const REGION = 'eu-north-1'
/** The emulator's root; a role of the stack may do only what its policies say. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

/** An AWS of our own, nothing of which outlives it. */
export interface Ministack {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly region: string
  readonly credentials: typeof CREDENTIALS
  /** What programs find it by. HOME is one of its own, since the CDK caches account ids there. */
  readonly environment: Readonly<Record<string, string>>
  /** What it has said lately. */
  said(): string
  stop(): Promise<void>
}

/** Starts ministack on a free port, with policies enforced and functions run on this project's Node. */
export async function startMinistack(): Promise<Ministack> {
  const home = await mkdtemp(join(tmpdir(), 'skafferi-ministack-'))
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const PATH = `${join(ROOT, 'node_modules/node/bin')}:${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`
  let said = ''
  const server = spawn(pythonTool('hypercorn'), ['ministack.app:app', '--bind', `127.0.0.1:${port}`], {
    // a group of its own, so that the functions it runs end with it
    detached: true,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH, HOME: home, TMPDIR: home, AUTH: 'true', MINISTACK_REGION: REGION },
      ...{ GATEWAY_PORT: String(port), IOT_MTLS_PORT: '0' },
    },
  })
  for (const stream of [server.stdout!, server.stderr!])
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-200_000)
    })
  const kill = () => killGroup(server)
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    kill()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await ready(server, `${endpoint}/_ministack/health`, () => said)
  } catch (error) {
    await stop()
    throw error
  }
  const environment = {
    ...{ PATH, HOME: home, AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION },
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  }
  return { endpoint, region: REGION, credentials: CREDENTIALS, environment, said: () => said, stop }
}

function killGroup(server: ChildProcess): void {
  try {
    process.kill(-server.pid!, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

async function ready(server: ChildProcess, url: string, said: () => string): Promise<void> {
  for (let waited = 0; waited < 60_000 && server.exitCode === null; waited += 100) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`ministack does not answer at ${url}: ${said().trim().slice(-2000) || 'it said nothing'}`)
}
