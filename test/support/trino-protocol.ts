import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { catalogue } from '../../schemas/catalogue.ts'
import { trinoType } from '../../schemas/catalogue-trino.ts'

/** What becomes of a request before it is answered: a status, or the connection is dropped. */
type Fault = number | 'drop'

/** What the server has to say to one statement. */
export interface TrinoScript {
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  /** Rows of each page, as JSON: numbers in it may be longer than JavaScript's. */
  readonly pages?: readonly string[]
  /** Comes on a page after the others. */
  readonly error?: { readonly message: string; readonly errorName: string; readonly errorType: string }
  /** Its first page comes with the first answer and is the last; such a query has no name of its own. */
  readonly at_once?: boolean
  /** Goes on without end after its pages. */
  readonly endless?: boolean
  /** Of the statement itself, then of each page by its number, one after the other. */
  readonly faults?: { readonly start?: readonly Fault[]; readonly [page: number]: readonly Fault[] }
}

/** A request that came in. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that speaks Trino's protocol. https://trino.io/docs/current/develop/client-protocol.html */
export interface TrinoServer {
  readonly origin: string
  readonly host: string
  readonly requests: SeenRequest[]
  /** Names of queries that were cancelled. */
  readonly cancelled: string[]
  close(): Promise<void>
}

/** Starts a server that answers each statement by its script, on a port that is free. */
export async function startTrino(
  scriptOf: (sql: string) => TrinoScript | Promise<TrinoScript>,
  { authorization, nextOrigin }: { authorization?: string; nextOrigin?: string } = {},
): Promise<TrinoServer> {
  const requests: SeenRequest[] = []
  const cancelled: string[] = []
  const scripts: TrinoScript[] = []
  const met = new Map<string, number>()
  let origin = ''

  /** The next fault of a place, each once. */
  const faultAt = (place: string, faults: readonly Fault[] = []) => {
    const number = met.get(place) ?? 0
    met.set(place, number + 1)
    return faults[number]
  }
  const pageOf = (id: string, number: number) => {
    const { columns, pages = [], error, endless = false } = scripts[Number(id.slice(1)) - 1]!
    const isLast = number > pages.length && !endless
    return [
      `"id":"${id}","infoUri":"${origin}/ui/query.html?${id}","stats":{"state":"RUNNING","queued":false}`,
      ...(isLast ? [] : [`"nextUri":"${nextOrigin ?? origin}/v1/statement/executing/${id}/${number + 1}"`]),
      ...(columns !== undefined && number > 0 ? [`"columns":${JSON.stringify(columns)}`] : []),
      ...(pages[number - 1] === undefined ? [] : [`"data":${pages[number - 1]}`]),
      ...(isLast && error !== undefined ? [`"error":${JSON.stringify(error)}`] : []),
    ].join(',')
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request
    const body = await text(request)
    requests.push({ method, path, headers, body })
    const end = (status: number, content = '') => response.writeHead(status).end(content)
    if (authorization !== undefined && headers.authorization !== authorization)
      return end(401, 'Invalid credentials')
    const [, id = '', number = '0'] = /\/(q\d+)\/(\d+)$/.exec(path) ?? []
    if (method === 'DELETE') {
      cancelled.push(id)
      return end(204)
    }
    const isStart = method === 'POST'
    const script = isStart ? await scriptOf(body) : scripts[Number(id.slice(1)) - 1]!
    const fault = isStart
      ? faultAt(body, script.faults?.start)
      : faultAt(path, script.faults?.[Number(number)])
    if (fault === 'drop') return request.socket.destroy()
    if (fault !== undefined) return end(fault, 'the server is busy')
    if (script.at_once)
      return end(200, `{"id":"q0","columns":${JSON.stringify(script.columns)},"data":${script.pages![0]}}`)
    // several statements may be on their way: a name is given when nothing more is waited for
    const name = isStart ? `q${scripts.push(script)}` : id
    return end(200, `{${pageOf(name, Number(number))}}`)
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  origin = `http://${host}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((done) => server.close(() => done()))
  }
  return { origin, host, requests, cancelled, close }
}

/** What Trino says to an engine that looks at the tables of a lake at a URL; undefined for what is no such look. */
export function tablesAt(lake_url: string): (sql: string) => TrinoScript | undefined {
  const columns = catalogue.flatMap(({ name: table, columns, partitions }) =>
    [...columns, ...partitions].map(({ name, type }) => [table, name, trinoType(type)]),
  )
  const partitioned = ['portions', 'inputs'].flatMap((name) => {
    const { template } = catalogue.find((table) => table.name === name)!
    return [`${lake_url}/${template}`, 1]
  })
  return (sql) => {
    if (sql.includes('information_schema.columns')) return atOnce(columns)
    if (sql.includes('$partitions"')) return atOnce([partitioned])
    return undefined
  }
}

/** A result of texts and numbers that comes with the first answer. */
export function atOnce(rows: readonly (readonly (string | number)[])[]): TrinoScript {
  const columns = rows[0]!.map((cell, at) => ({
    name: `c${at}`,
    type: typeof cell === 'number' ? 'bigint' : 'varchar',
  }))
  return { columns, pages: [JSON.stringify(rows)], at_once: true }
}
