import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** What goes wrong with the next request of this kind. */
export interface Fault {
  /** `PUT`, `GET`, `HEAD`, or `POST complete`: a method, and a word that the query has. */
  readonly on: string
  readonly status?: number
  readonly code?: string
  readonly message?: string
  readonly headers?: Record<string, string>
  /** Done all the same: only the answer is wrong. */
  readonly after?: boolean
  /** The connection ends: before an answer, or after so many bytes of the body. */
  readonly cut?: number
  /** The body as sent, in place of the object's. */
  readonly body?: Buffer
}

interface Stored {
  readonly bytes: Buffer
  readonly headers: Record<string, string>
}

/**
 * The little of S3 that a lake asks, in memory, with answers that no server we can run gives: expired tokens,
 * lost answers, throttling, connections that break off.
 */
export class ScriptedS3 {
  readonly objects = new Map<string, Stored>()
  /** Every request: method, path as sent and query. */
  readonly asked: string[] = []
  readonly uploads = new Map<
    string,
    { path: string; headers: Record<string, string>; parts: Map<number, Buffer> }
  >()
  readonly #faults: Fault[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<ScriptedS3> {
    const s3 = new ScriptedS3()
    s3.#server.listen(0, '127.0.0.1')
    await once(s3.#server, 'listening')
    return s3
  }

  /** Faults are used up in this order, each by the first request of its kind. */
  fail(...faults: Fault[]): void {
    this.#faults.push(...faults)
  }

  client(config: S3ClientConfig = {}): S3Client {
    const { port } = this.#server.address() as AddressInfo
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
    return new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-north-1',
      credentials,
      retryStrategy: withoutDelay(),
      ...config,
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [path = '', query = ''] = request.url!.split('?')
    this.asked.push(`${request.method} ${path}${query && ` ${query}`}`)
    const fault = this.#next(request.method!, query)
    if (fault?.cut !== undefined && request.method !== 'GET') {
      if (fault.after) this.#serve(request, path, query, Buffer.concat(chunks))
      return void request.socket.destroy()
    }
    if (fault?.code && !fault.after) return this.#refuse(response, fault)
    const answer = this.#serve(request, path, query, Buffer.concat(chunks))
    if (fault?.code) return this.#refuse(response, fault)
    const { status, headers = {}, body = Buffer.alloc(0) } = answer
    response.writeHead(status, { ...headers, 'content-length': body.length })
    if (fault?.cut === undefined)
      return void response.end(request.method === 'HEAD' ? undefined : (fault?.body ?? body))
    response.write(body.subarray(0, fault.cut), () => setTimeout(() => request.socket.destroy(), 20))
  }

  #next(method: string, query: string): Fault | undefined {
    const at = this.#faults.findIndex(({ on }) => {
      const [wanted, word] = on.split(' ')
      const kind = query.includes('uploadId') && method === 'POST' ? 'complete' : query
      return wanted === method && (word === undefined || kind.includes(word))
    })
    return at < 0 ? undefined : this.#faults.splice(at, 1)[0]
  }

  #refuse(response: ServerResponse, { status = 500, code, message = '', headers = {} }: Fault): void {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers })
    response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`)
  }

  #serve(request: IncomingMessage, path: string, query: string, body: Buffer): Answer {
    const key = decodeURIComponent(path)
    const parameters = new URLSearchParams(query)
    if (request.method === 'POST') return this.#post(key, parameters, kept(request), request)
    if (request.method === 'DELETE')
      return { status: this.uploads.delete(parameters.get('uploadId')!) ? 204 : 404 }
    if (parameters.has('partNumber')) {
      this.uploads.get(parameters.get('uploadId')!)!.parts.set(Number(parameters.get('partNumber')), body)
      return { status: 200, headers: { etag: `"${md5(body)}"` } }
    }
    if (request.method === 'PUT') return this.#put(key, body, kept(request), request)
    if (parameters.has('list-type')) return this.#list(key, parameters)
    const object = this.objects.get(key)
    if (!object) return refusal(404, 'NoSuchKey')
    const { bytes, headers } = object
    return { status: 200, headers: { ...headers, etag: `"${md5(bytes)}"` }, body: bytes }
  }

  #put(key: string, bytes: Buffer, headers: Record<string, string>, request: IncomingMessage): Answer {
    const taken = this.objects.get(key)
    const match = request.headers['if-match']
    if (request.headers['if-none-match'] && taken) return refusal(412, 'PreconditionFailed')
    if (match !== undefined && !taken) return refusal(404, 'NoSuchKey')
    if (match !== undefined && match !== `"${md5(taken!.bytes)}"`) return refusal(412, 'PreconditionFailed')
    this.objects.set(key, { bytes, headers })
    return { status: 200, headers: { etag: `"${md5(bytes)}"` } }
  }

  #post(
    key: string,
    parameters: URLSearchParams,
    headers: Record<string, string>,
    request: IncomingMessage,
  ): Answer {
    if (parameters.has('uploads')) {
      const id = `upload-${this.asked.length}`
      this.uploads.set(id, { path: key, headers, parts: new Map() })
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
    }
    const upload = this.uploads.get(parameters.get('uploadId')!)
    if (!upload) return refusal(404, 'NoSuchUpload')
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const answer = this.#put(key, Buffer.concat(parts), upload.headers, request)
    if (answer.status !== 200) return answer
    this.uploads.delete(parameters.get('uploadId')!)
    return xml('<CompleteMultipartUploadResult><ETag>"parts"</ETag></CompleteMultipartUploadResult>')
  }

  #list(bucket: string, parameters: URLSearchParams): Answer {
    const before = `${bucket.replace(/\/$/, '')}/`
    const keys = [...this.objects.keys()].map((key) => key.slice(before.length)).sort()
    const found = keys.filter((key) => key.startsWith(parameters.get('prefix') ?? ''))
    const contents = found.map(
      (key) => `<Contents><Key>${encodeURIComponent(key)}</Key><Size>1</Size></Contents>`,
    )
    return xml(`<ListBucketResult><EncodingType>url</EncodingType>${contents.join('')}</ListBucketResult>`)
  }
}

/** The SDK's standard strategy but for the waiting. */
function withoutDelay(): NonNullable<S3ClientConfig['retryStrategy']> {
  const token = (count: number) => ({
    getRetryCount: () => count,
    getRetryDelay: () => 0,
    getRetryCost: () => 0,
  })
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (last, { errorType }) => {
      const again = errorType === 'THROTTLING' || errorType === 'TRANSIENT'
      if (!again || last.getRetryCount() >= 4) throw new Error('not again')
      return token(last.getRetryCount() + 1)
    },
    recordSuccess: () => undefined,
  }
}

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: Buffer
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')
const xml = (text: string): Answer => ({ status: 200, body: Buffer.from(text) })
const refusal = (status: number, code: string): Answer => ({
  status,
  body: Buffer.from(`<Error><Code>${code}</Code></Error>`),
})

/** Headers of a write that come back with the object. */
function kept({ headers }: IncomingMessage): Record<string, string> {
  const wanted = Object.entries(headers).filter(([name]) =>
    /^x-amz-(meta|checksum-sha256)|^content-type$|^cache-control$/.test(name),
  )
  return Object.fromEntries(wanted.map(([name, value]) => [name, String(value)]))
}
