/**
 * What a failure means to the caller. `usage`: the question was wrong; `refused`: the data was; `check`: a
 * rule over results does not hold; `fault`: the program or its surroundings.
 */
export type FailureKind = 'usage' | 'refused' | 'check' | 'fault'

/** A failure that is expected and explained; anything else that is thrown is a bug. */
export class SkafferiError extends Error {
  override readonly name: string = 'SkafferiError'
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** A name that nobody knows, among those that somebody does. */
export class UnknownNameError extends SkafferiError {
  override readonly name = 'UnknownNameError'
  /** What it was to be the name of. */
  readonly subject: string
  readonly value: string
  readonly known: readonly string[]

  constructor(subject: string, value: string, known: readonly string[], meant: string) {
    super(
      'usage',
      `unknown ${subject}: ${JSON.stringify(value)} (known: ${known.join(', ') || 'none'})${meant}`,
    )
    this.subject = subject
    this.value = value
    this.known = known
  }
}

/** Nothing has been analysed yet. */
export class NoRunsError extends SkafferiError {
  override readonly name = 'NoRunsError'

  constructor(url: string) {
    super('usage', `no runs in ${url}: skafferi analyse --quarter 2026-Q3`)
  }
}

/** A value that cannot be one of its kind, and what could. */
export class InvalidValueError extends SkafferiError {
  override readonly name = 'InvalidValueError'
  readonly value: string
  readonly valid: readonly string[]

  constructor(subject: string, value: string, valid: readonly string[]) {
    super('usage', `not ${subject}: ${JSON.stringify(value)} (valid: ${valid.join(', ')})`)
    this.value = value
    this.valid = valid
  }
}

/** The store could not do as asked; names the key. */
export class StorageError extends SkafferiError {
  override readonly name = 'StorageError'
  readonly key: string

  constructor(key: string, message: string, options?: ErrorOptions) {
    super('fault', `${message}: ${key}`, options)
    this.key = key
  }
}

/** There is no object of that key. */
export class NotFoundError extends SkafferiError {
  override readonly name = 'NotFoundError'

  constructor(key: string, url: string) {
    super('fault', `no object ${key} in ${url}`)
  }
}

/** An engine refused or failed a query; names the model where there is one. */
export class EngineError extends SkafferiError {
  override readonly name = 'EngineError'

  constructor(engine: string, subject: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super('fault', `${engine} could not run ${subject}: ${reason}`, { cause })
  }
}
