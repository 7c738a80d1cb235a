import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs a program until its own input ends, as it does when whoever started it dies, however. */
const WATCHED = `
  folder=$1; shift
  "$@" & server=$!
  exec 3<&0
  (cat <&3 >/dev/null; kill -9 $server; rm -rf "$folder") 2>/dev/null &
  wait $server`

/** A server of others that runs in a folder of its own and ends with this process at the latest. */
export interface Watched {
  readonly folder: string
  /** Of the shell whose child it is. */
  readonly pid: number
  /** What it has said lately. */
  said(): string
  stop(): Promise<void>
}

/** How a server is started. */
export interface Start {
  readonly name: string
  /** Makes what the server needs in its folder; gives the program and its arguments. */
  readonly prepare: (folder: string) => Promise<readonly string[]>
  /** Whether it serves. */
  readonly isReady: () => Promise<boolean>
  readonly deadline_ms: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a server and waits until it serves; it is stopped again if it does not. */
export async function startWatched({ name, prepare, isReady, deadline_ms, env }: Start): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), `skafferi-${name}-`))
  const forget = () => rmSync(folder, { recursive: true, force: true })
  // until there is a watch that does it
  process.once('exit', forget)
  const program = await prepare(folder).catch((error) => {
    forget()
    throw error
  })
  const server = spawn('sh', ['-c', WATCHED, 'sh', folder, ...program], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  })
  process.off('exit', forget)
  let said = ''
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-20_000)
    })
  const stop = async () => {
    server.stdin.end()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  const until = Date.now() + deadline_ms
  while (server.exitCode === null && Date.now() < until) {
    if (await isReady().catch(() => false)) return { folder, pid: server.pid!, said: () => said, stop }
    await new Promise((done) => setTimeout(done, 100))
  }
  const how =
    server.exitCode === null ? `does not serve after ${deadline_ms / 1000} s` : 'has ended by itself'
  await stop()
  throw new Error(`${name} ${how}: ${said.trim() || 'it said nothing'}`)
}
