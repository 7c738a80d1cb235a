import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Storage } from '../../../../core/storage/storage.ts'
import { type CatalogueTable, catalogue as everyTable } from '../../../../schemas/catalogue.ts'
import { RefusedCall } from './answers.ts'
import type { Backend } from './backend.ts'
import { DuckDBBackend } from './duckdb-backend.ts'
import type { Faults, Refusal } from './faults.ts'
import { Operations } from './operations.ts'

/** What an endpoint serves. */
export interface EndpointOptions {
  /** The lake that the tables lie over; its URL is `s3://…`. */
  readonly lake: Storage
  readonly catalogue?: readonly CatalogueTable[]
  readonly backend?: Backend
  readonly port?: number
  /** Any name is taken when it is left out. */
  readonly database?: string
  readonly workgroup?: string
}

/** An endpoint of Amazon Athena that is none. */
export interface AthenaEndpoint {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL_ATHENA. */
  readonly url: string
  readonly faults: Faults
  readonly operations: Operations
  close(): Promise<void>
}

/** Starts an endpoint that speaks Athena's JSON protocol, on 127.0.0.1 alone. */
export async function startAthenaEndpoint(options: EndpointOptions): Promise<AthenaEndpoint> {
  const { lake, catalogue = everyTable, port = 0 } = options
  const backend = options.backend ?? (await DuckDBBackend.open(lake, catalogue))
  const faults: Faults = { start: [], look: [], results: [], stop: [], queries: [] }
  const { database, workgroup } = options
  const operations = new Operations({ backend, catalogue, faults, lake_url: lake.url, database, workgroup })
  const server = createServer((request, response) => void answer(operations, request, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: bound } = server.address() as AddressInfo
  const close = async () => {
    await operations.close()
    await ended(server)
    await backend.close()
  }
  return { url: `http://127.0.0.1:${bound}`, faults, operations, close }
}

async function ended(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

async function answer(
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const operation = String(request.headers['x-amz-target']).replace(/^AmazonAthena\./, '')
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>
    const given = await operations.call(operation, body)
    if (given === 'lost') request.socket.destroy()
    else send(response, 200, given)
  } catch (error) {
    const refusal: Refusal =
      error instanceof RefusedCall
        ? error.refusal
        : { name: 'InternalServerException', message: String(error), status: 500 }
    const { name, message, code } = refusal
    send(response, refusal.status ?? 400, { __type: name, message, Message: message, AthenaErrorCode: code })
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}
