import type { Storage } from '../storage/storage.ts'
import type { ApiRequest } from './http.ts'
import type { Analyses, Uploads } from './ports.ts'

/** What the API works with. */
export interface ApiContext {
  readonly storage: Storage
  readonly uploads: Uploads
  readonly analyses: Analyses
  /** Where the public reads releases, without a slash at the end; null or left out where it cannot. */
  readonly releases_url?: string | null | undefined
  /** Largest file that may be declared; default 200 MB. */
  readonly most_upload_bytes?: number | undefined
  readonly now?: () => Date
  /** Told of failures that nobody expected, whose cause the caller is not told. */
  readonly onFault?: (error: unknown, request: Pick<ApiRequest, 'method' | 'path'>) => void
}

/** A request to one route, with the parameters of its path. */
export interface RouteRequest extends ApiRequest {
  readonly parameters: Readonly<Record<string, string>>
}
