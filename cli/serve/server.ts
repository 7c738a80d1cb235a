import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from '../../core/api/api.ts'
import type { ApiContext } from '../../core/api/context.ts'
import type { ApiRequest, ApiResponse, Caller } from '../../core/api/http.ts'
import { ApiProblem, problemResponse } from '../../core/api/problem.ts'
import { SkafferiError } from '../../core/errors.ts'
import { MOST_BODY_BYTES } from '../../schemas/api-requests.ts'
import { type ApiScope, apiScopes } from '../../schemas/api-routes.ts'
import type { LocalUploads } from './uploads.ts'

/** Whoever sits at this machine may do all. */
const EVERYBODY: Caller = { scopes: Object.keys(apiScopes) as ApiScope[], sources: 'all' }
const HOST = '127.0.0.1'

/** What a server works with. */
export interface ServeOptions {
  readonly context: ApiContext & { readonly uploads: LocalUploads }
  /** 0 = any that is free. */
  readonly port: number
}

/** A server of this machine alone. */
export interface LocalServer {
  readonly origin: string
  /** Takes no more requests, and waits for those under way. */
  close(): Promise<void>
}

/** Begins to serve; throws `fault` where the port is taken. */
export async function startServer({ context, port }: ServeOptions): Promise<LocalServer> {
  const server = createServer((message, response) => {
    respond(context, message)
      .then((answered) => send(response, message, answered))
      .catch((error: unknown) => {
        // the reader has gone
        response.destroy(error as Error)
      })
  })
  await listening(server, port)
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`
  return { origin, close: () => closed(server) }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.message})`
      failed(
        new SkafferiError(
          'fault',
          `port ${port} of ${HOST} ${reason}; another one: --port ${port + 1}, any: --port 0`,
        ),
      )
    })
    server.listen(port, HOST, done)
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((done, failed) => {
    server.close((error) => (error ? failed(error) : done()))
    server.closeIdleConnections()
  })
}

async function respond(context: ServeOptions['context'], message: IncomingMessage): Promise<ApiResponse> {
  try {
    assertOwn(message)
    const [path, query = ''] = splitAt(message.url ?? '/', '?')
    const upload = /^\/v1\/uploads\/([0-9a-f]+)$/.exec(path)
    if (upload) return await receive(context.uploads, message, upload[1]!)
    return await answer(context, {
      method: message.method ?? 'GET',
      path,
      query: new URLSearchParams(query),
      headers: headersOf(message),
      body: await bodyOf(message),
      caller: EVERYBODY,
    } satisfies ApiRequest)
  } catch (error) {
    // whoever goes in the middle of a file hears nothing more, and it is no fault of the program
    if (message.errored) throw error
    const response = problemResponse(error)
    // the path of a place for a file is as good as a password
    if (response.status >= 500) context.onFault?.(error, { method: message.method!, path: 'an upload' })
    return response
  }
}

/**
 * A page of another site may make a browser ask this server: under the site's own name, if it points that at
 * this machine, or across sites. Both show in what the browser says of itself.
 */
function assertOwn({ headers, socket }: IncomingMessage): void {
  const own = [HOST, 'localhost'].map((name) => `${name}:${socket.localPort}`)
  const { host = '', origin } = headers
  if (!own.includes(host.toLowerCase()))
    throw new ApiProblem(403, 'this server is for this machine alone', { value: host, valid: own })
  const origins = own.map((name) => `http://${name}`)
  if (origin !== undefined && !origins.includes(origin.toLowerCase()))
    throw new ApiProblem(403, 'this server is not for pages of other sites', {
      value: origin,
      valid: origins,
    })
}

async function receive(uploads: LocalUploads, message: IncomingMessage, token: string): Promise<ApiResponse> {
  if (message.method !== 'PUT')
    throw new ApiProblem(405, `${message.method} is not for uploads`, {
      valid: ['PUT'],
      headers: { allow: 'PUT' },
    })
  await uploads.receive(token, message.iterator({ destroyOnReturn: false }))
  return { status: 200, headers: {}, body: '' }
}

/** The body, or as much of it as shows that it is too large. */
async function bodyOf(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  // else the way back to the sender would be cut before it was told
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > MOST_BODY_BYTES)
      throw new ApiProblem(413, `the body has more than ${MOST_BODY_BYTES} bytes`, {
        valid: [`at most ${MOST_BODY_BYTES} bytes`],
      })
  }
  return Buffer.concat(chunks)
}

function headersOf({ headers }: IncomingMessage): ApiRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

function send(
  response: ServerResponse,
  message: IncomingMessage,
  { status, headers, body }: ApiResponse,
): void {
  // what of the request has not been read would be taken for the next one
  const unread = message.complete ? {} : { connection: 'close' }
  const length = status === 304 || status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  response.writeHead(status, { ...length, 'x-content-type-options': 'nosniff', ...headers, ...unread })
  response.end(body)
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
