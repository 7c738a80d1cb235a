import type { Scope } from '../lake/layout.ts'

/** A delivery that has been declared, whose file is to come. */
export interface DeclaredUpload {
  readonly scope: Scope
  readonly delivery: string
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** How the sender calls the file: one part of a key. */
  readonly file: string
}

/** Where to PUT a file. */
export interface UploadPlace {
  readonly method: 'PUT'
  readonly url: string
  /** To be sent with it, just so. */
  readonly headers: Readonly<Record<string, string>>
  readonly expires_at: string
}

/** How files come in. What is put into a place is landed without further ado. */
export interface Uploads {
  /** A place for just these bytes; others must not be taken. */
  placeFor(declared: DeclaredUpload): Promise<UploadPlace>
  /** Lands bytes once more that lie below `landing/` already, now or soon. */
  landAgain(key: string): Promise<void>
}

/** What to compute, and whether to publish it if nothing stands in the way. */
export interface AnalysisRequest {
  readonly run: string
  readonly quarter: string
  /** An instant; null = now. */
  readonly as_of: string | null
  readonly publish: boolean
  /** Why a quarter that has a release is published once more. */
  readonly reason: string | null
}

/** How a run stands that was asked for. */
export interface AnalysisProgress {
  readonly run: string
  readonly quarter: string
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed'
  readonly result?: AnalysisOutcome
  /** Why it failed, for the one who asked. */
  readonly error?: string
}

/** What came of it. */
export interface AnalysisOutcome {
  /** The run that was recorded: that which was asked for, or a later try. */
  readonly run: string
  /** Rows of each mart. */
  readonly marts: Readonly<Record<string, number>>
  /** Violations of checks, where they were looked for. */
  readonly errors?: number
  readonly warnings?: number
  /** Number of the release made of it; null when none was. */
  readonly release: number | null
}

/** Runs that are computed beside the answer. */
export interface Analyses {
  /** Begins it, or lets it wait for its turn. */
  start(request: AnalysisRequest): Promise<void>
  /** Null for a run that nobody asked for here. */
  follow(run: string): Promise<AnalysisProgress | null>
}
