import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** What became of one invocation. */
export interface Invocation {
  /** What the handler returned; undefined if it threw. */
  readonly response?: unknown
  readonly error?: { readonly errorType: string; readonly errorMessage: string }
  readonly ms: number
  /** The most memory that the process has had until then. */
  readonly max_rss_mb: number
}

/** A function that runs as on Lambda: its own process, its own temporary folder, nothing of ours. */
export interface RunningFunction {
  /** From the start of the process until it asked for its first event. */
  readonly init_ms: number
  /** Everything that it has written. */
  readonly log: () => string
  invoke(event: unknown, timeout_ms?: number): Promise<Invocation>
  /** Names of what lies in its temporary folder. */
  left(): Promise<string[]>
  stop(): Promise<void>
}

/** What to start. */
export interface Asset {
  /** The folder of the bundle. */
  readonly folder: string
  /** `functions/land.handler` */
  readonly handler: string
  readonly memory_mb?: number
  readonly environment: Readonly<Record<string, string>>
}

const CLIENT = join(import.meta.dirname, 'runtime-client.ts')
// the pinned Node, whatever Node runs the tests
const NODE = join(import.meta.dirname, '../../../node_modules/node/bin/node')

/** Starts a function; throws what it said when it could not start. */
export async function startFunction(asset: Asset): Promise<RunningFunction> {
  const server = new RuntimeApi()
  const api = await server.listen()
  const temporary = await mkdtemp(join(tmpdir(), 'skafferi-function-'))
  const begun = performance.now()
  const child = spawn(NODE, [CLIENT], {
    cwd: asset.folder,
    env: { ...environmentOf(asset), AWS_LAMBDA_RUNTIME_API: api, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = logOf(child)
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    server.close()
    await rm(temporary, { recursive: true, force: true })
  }
  const died = once(child, 'exit').then(() => server.fail(new Error(`the function ended: ${log()}`)))
  try {
    await server.ready
  } catch (error) {
    await stop()
    throw error
  }
  died.catch(() => undefined)
  return {
    init_ms: performance.now() - begun,
    log,
    invoke: (event, timeout_ms = 60_000) => server.invoke(event, timeout_ms),
    left: () => readdir(temporary),
    stop,
  }
}

function environmentOf({ folder, handler, memory_mb = 1769, environment }: Asset): Record<string, string> {
  const name = handler.replace(/^functions\/|\.handler$/g, '')
  return {
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: handler,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory_mb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    POWERTOOLS_SERVICE_NAME: 'skafferi-test',
    POWERTOOLS_METRICS_NAMESPACE: 'Skafferi',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    ...environment,
  }
}

function logOf(child: ChildProcess): () => string {
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      said += chunk
    })
  return () => said
}

interface Pending {
  readonly id: string
  readonly event: unknown
  readonly timeout_ms: number
  readonly done: PromiseWithResolvers<Invocation>
  begun: number
}

/** The few routes by which Lambda and what runs on it speak. */
class RuntimeApi {
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #asking: PromiseWithResolvers<void> = Promise.withResolvers()
  #waiting: ServerResponse | undefined
  #pending: Pending | undefined

  /** Settled when the function asks for its first event, or could not start. */
  readonly ready = this.#asking.promise

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  invoke(event: unknown, timeout_ms: number): Promise<Invocation> {
    if (this.#pending) throw new Error('one event at a time')
    const done = Promise.withResolvers<Invocation>()
    this.#pending = { id: randomUUID(), event, timeout_ms, done, begun: 0 }
    this.#handOver()
    return done.promise
  }

  fail(error: Error): void {
    this.#asking.reject(error)
    this.#pending?.done.reject(error)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.replace('/2018-06-01/runtime/', '')
    if (path === 'invocation/next') {
      this.#asking.resolve()
      this.#waiting = response
      this.#handOver()
      return
    }
    const body = JSON.parse(await text(request)) as never
    response.writeHead(202).end()
    if (path === 'init/error') this.#asking.reject(Object.assign(new Error('could not start'), body))
    else this.#settle(path, body, Number(request.headers['x-max-rss-kb']) / 1024)
  }

  #handOver(): void {
    if (!this.#waiting || !this.#pending) return
    const pending = this.#pending
    pending.begun = performance.now()
    this.#waiting.writeHead(200, {
      'lambda-runtime-aws-request-id': pending.id,
      'lambda-runtime-deadline-ms': String(Date.now() + pending.timeout_ms),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-north-1:000000000000:function:test',
    })
    this.#waiting.end(JSON.stringify(pending.event))
    this.#waiting = undefined
  }

  #settle(path: string, body: never, max_rss_mb: number): void {
    const [, id, outcome] = path.split('/')
    const pending = this.#pending
    if (pending === undefined || pending.id !== id) return
    this.#pending = undefined
    const ms = performance.now() - pending.begun
    const said = outcome === 'error' ? { error: body } : { response: body }
    pending.done.resolve({ ...said, ms, max_rss_mb })
  }
}
