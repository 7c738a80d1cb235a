import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'
import { SkafferiError } from '../../core/errors.ts'
import { ProblemDetails } from '../../schemas/api-answers.ts'

const TRIES = 5
const FIRST_PAUSE_MS = 300
const PATIENCE_MS = 60_000
/** Answers after which the same request may well succeed. */
const PASSING = new Set([429, 500, 502, 503, 504])

/** As RFC 6750 has it. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/** An answer of the API. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Speaks to the API, as whoever the token says. */
export class ApiClient {
  readonly #base: string
  readonly #token: string | undefined

  /** @throws SkafferiError `usage` for what is no URL, no token, or a URL on which it could be read by others */
  constructor(url: string, given: string | undefined) {
    const token = given || undefined
    const parsed = URL.canParse(url) ? new URL(url) : null
    const bad = (reason: string) =>
      new SkafferiError('usage', `not the API: ${JSON.stringify(url)} (${reason})`)
    if (!parsed || !/^https?:$/.test(parsed.protocol)) throw bad('valid: https://…')
    if (parsed.username || parsed.password)
      throw bad('no names or passwords in it; the token is SKAFFERI_TOKEN')
    // a header that cannot be sent would be shown, token and all, by the error that says so
    if (token !== undefined && !TOKEN.test(token))
      throw new SkafferiError(
        'usage',
        'SKAFFERI_TOKEN is no token: it has a character that none has, such as a space or a line break',
      )
    const own = ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname)
    if (token !== undefined && parsed.protocol === 'http:' && !own)
      throw bad('a token is only sent over https')
    this.#base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`
    this.#token = token
  }

  /** Where a path of the API is. */
  urlOf(path: string): string {
    return `${this.#base}${path}`
  }

  /** A request, tried again where it may help; throws what the API says is wrong. */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const subject = `${method} ${this.urlOf(path)}`
    const { status, text } = await withRetries(subject, () => this.#send(method, path, body))
    if (status >= 400) throw failureOf(subject, status, text)
    return { status, body: JSON.parse(text) }
  }

  async #send(method: string, path: string, body: object | undefined) {
    const response = await fetch(this.urlOf(path), {
      method,
      // a token must not follow to another place
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, text: await response.text() }
  }
}

/** Tries until there is an answer that will stay, longer apart each time. */
export async function withRetries<T extends { readonly status: number }>(
  subject: string,
  send: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      const answer = await send()
      if (!PASSING.has(answer.status) || tried === TRIES) return answer
    } catch (error) {
      if (tried === TRIES) throw unreachable(subject, error)
    }
    await pause(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + Math.random()))
  }
}

function unreachable(subject: string, error: unknown): SkafferiError {
  const { message, cause } = error as Error
  const reason = cause instanceof Error && cause.message ? cause.message : message
  return new SkafferiError('fault', `${subject}: no answer after ${TRIES} tries (${reason})`, {
    cause: error,
  })
}

/** What an answer says is wrong. */
export function failureOf(subject: string, status: number, text: string): SkafferiError {
  const kind = status >= 500 || status === 429 ? 'fault' : 'usage'
  const { detail, valid } = problemIn(text)
  const more = valid && valid.length > 0 ? ` (valid: ${valid.join(', ')})` : ''
  const token = status === 401 || status === 403 ? '; the token is SKAFFERI_TOKEN' : ''
  return new SkafferiError(
    kind,
    `${subject} answered ${status}: ${detail ?? 'no reason given; is it the API?'}${more}${token}`,
  )
}

/** API Gateway has words of its own. */
function problemIn(text: string): { detail?: string; valid?: string[] | undefined } {
  try {
    const said: unknown = JSON.parse(text)
    const problem = ProblemDetails.safeParse(said)
    if (problem.success) return { detail: problem.data.detail, valid: problem.data.valid }
    const { message } = said as { message?: unknown }
    return typeof message === 'string' ? { detail: message } : {}
  } catch {
    return {}
  }
}

/** An answer's body in the shape it must have. */
export function shaped<T>(schema: z.ZodType<T>, { status, body }: Answer): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new SkafferiError('fault', `an answer with status ${status} that the API does not give: is it one?`)
}
