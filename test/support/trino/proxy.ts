import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request on its way to Trino. */
export interface Passing {
  readonly method: string
  readonly path: string
  readonly body: string
  /** Of the request among all of its method, from 1. */
  readonly number: number
}

/** What becomes of a request: a status in the place of an answer, no answer at all, or the answer is lost on its way. */
export type Treatment = number | 'drop' | 'lose' | undefined

/** How a proxy behaves; all of it may be changed at any time. */
export interface Behaviour {
  treat?: (passing: Passing) => Treatment | Promise<Treatment>
  /** What Trino gets in the place of a statement, the first being number 1. */
  rewrite?: (sql: string, number: number) => string
  /** Sent to Trino beside those of the client. */
  headers: Record<string, string>
  /** Without these it asks for them, as a place with passwords does; Trino is not told of them. */
  authorization?: string
}

/** Something between a client and Trino. */
export interface TrinoProxy extends Behaviour {
  readonly origin: string
  readonly seen: readonly Passing[]
  close(): Promise<void>
}

/** Starts a proxy before a Trino on a port that is free; with `secure` it speaks TLS. Trino sends clients on to it. */
export async function startTrinoProxy(target: string, secure?: ServerOptions): Promise<TrinoProxy> {
  const behaviour: Behaviour = { headers: {} }
  const seen: Passing[] = []

  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = asked
    const body = await buffer(asked)
    const number = 1 + seen.filter((one) => one.method === method).length
    const passing = { method, path, body: String(body), number }
    seen.push(passing)
    if (behaviour.authorization !== undefined && headers.authorization !== behaviour.authorization)
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="Trino"' }).end('Invalid credentials')
    const treatment = await behaviour.treat?.(passing)
    if (treatment === 'drop') return asked.socket.destroy()
    if (typeof treatment === 'number') return response.writeHead(treatment).end('the server is busy')
    const sent = method === 'POST' ? (behaviour.rewrite?.(String(body), number) ?? body) : body
    const { authorization: _, 'content-length': __, ...others } = headers
    const onward = request(new URL(path, target), { method, headers: { ...others, ...behaviour.headers } })
    return await pass(onward, sent, (came, content) => {
      if (treatment === 'lose') asked.socket.destroy()
      else response.writeHead(came.statusCode!, ofContent(came)).end(content)
    }).catch(() => asked.socket.destroy())
  }

  const listener = (asked: IncomingMessage, response: ServerResponse) => void answer(asked, response)
  const server = secure ? createSecureServer(secure, listener) : createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((done) => server.close(() => done()))
  }
  return Object.assign(behaviour, { origin, seen, close })
}

const ofContent = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^content-(type|encoding)$/.test(name)))

async function pass(
  onward: ClientRequest,
  body: Buffer | string,
  answered: (came: IncomingMessage, content: Buffer) => void,
): Promise<void> {
  const came = await new Promise<IncomingMessage>((done, failed) => {
    onward.once('response', done).once('error', failed).end(body)
  })
  answered(came, await buffer(came))
}
