/** A column of an answer, as Athena's `ColumnInfo` has it. */
export interface AnswerColumn {
  readonly name: string
  /** Athena's word: `varchar`, `bigint`, `decimal`, … */
  readonly type: string
  readonly precision: number
  readonly scale: number
}

/** What a SELECT finds, every value in Athena's text for it; null is null. */
export interface Answer {
  readonly columns: readonly AnswerColumn[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly bytes_scanned: number
}

/** An UNLOAD, taken apart. */
export interface Unload {
  readonly select: string
  /** `s3://…/`, where nothing may lie yet. */
  readonly location: string
}

/** What computes behind an endpoint that speaks Athena's protocol. A failure is a `QueryFailure`. */
export interface Backend {
  /** Throws for a text that Athena would refuse before it makes a query of it. */
  check(sql: string): Promise<void>
  select(sql: string, signal: AbortSignal): Promise<Answer>
  /** Writes Parquet files without extension, several for some, none for no rows. */
  unload(unload: Unload, signal: AbortSignal): Promise<{ readonly bytes_scanned: number }>
  close(): Promise<void>
}

/** Why a query failed, in Athena's terms. Category 1 is Athena's own fault, 2 the user's, 3 another's. */
export class QueryFailure extends Error {
  readonly category: 1 | 2 | 3
  readonly type: number
  readonly is_retryable: boolean

  constructor(reason: string, category: 1 | 2 | 3 = 2, type = 1301, is_retryable = false) {
    super(reason)
    this.category = category
    this.type = type
    this.is_retryable = is_retryable
  }
}
