import { answer } from '../../core/api/api.ts'
import type { ApiContext } from '../../core/api/context.ts'
import type { ApiResponse, Caller } from '../../core/api/http.ts'
import type {
  Analyses,
  AnalysisProgress,
  AnalysisRequest,
  DeclaredUpload,
  Uploads,
} from '../../core/api/ports.ts'
import { keys } from '../../core/lake/layout.ts'
import { landUpload } from '../../core/land-upload.ts'
import type { Storage } from '../../core/storage/storage.ts'
import type { ApiScope } from '../../schemas/api-routes.ts'

/** Places whose files come when the test says so. */
export class QueuedUploads implements Uploads {
  readonly places: DeclaredUpload[] = []
  readonly queue: string[] = []
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  async placeFor(declared: DeclaredUpload) {
    this.places.push(declared)
    const url = `https://uploads.example/${declared.delivery}`
    return { method: 'PUT' as const, url, headers: {}, expires_at: '2026-11-27T00:15:00.000Z' }
  }

  async landAgain(key: string): Promise<void> {
    this.queue.push(key)
  }

  /** Puts a file to the newest place. */
  async put(bytes: Uint8Array): Promise<void> {
    const { scope, delivery, file } = this.places.at(-1)!
    const key = `${keys.landing(scope, delivery)}${file}`
    await this.#storage.put(key, bytes)
    this.queue.push(key)
  }

  /** Lands what has come in. */
  async work(): Promise<void> {
    for (let key = this.queue.shift(); key !== undefined; key = this.queue.shift())
      this.queue.push(...(await landUpload(this.#storage, key)).waiting)
  }
}

/** Runs that are asked for and not made. */
export class AskedAnalyses implements Analyses {
  readonly asked: AnalysisRequest[] = []

  async start(request: AnalysisRequest): Promise<void> {
    this.asked.push(request)
  }

  async follow(run: string): Promise<AnalysisProgress | null> {
    const found = this.asked.find((one) => one.run === run)
    return found ? { run, quarter: found.quarter, state: 'queued' } : null
  }
}

/** Somebody with these scopes, for these sources. */
export const somebody = (scopes: readonly ApiScope[], sources: Caller['sources'] = []): Caller => ({
  scopes,
  sources,
})
/** Somebody who may do all. */
export const anybody = somebody(['read', 'land', 'read:receipts', 'analyse'], 'all')

/** What a test asks. */
export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly caller?: Caller | null
  /** An object is sent as JSON. */
  readonly body?: object | string
}

/** Asks the API; `url` is path and query. */
export async function ask(context: ApiContext, url: string, asked: Asked = {}): Promise<ApiResponse> {
  const [path, query] = url.split('?') as [string, string?]
  const { body, method = body === undefined ? 'GET' : 'POST' } = asked
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  return await answer(context, {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...asked.headers },
    body: Buffer.from(text),
    caller: asked.caller === undefined ? anybody : asked.caller,
  })
}

/** An answer's JSON. */
export function jsonOf(response: ApiResponse) {
  return JSON.parse(Buffer.from(response.body).toString())
}
