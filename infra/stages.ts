/** A contributor of data who is told by mail what became of it. */
export interface Contributor {
  readonly address: string
  /** Mails about this source only. */
  readonly source: string
}

/** Who signs tokens: our own user pool, or any issuer of JSON Web Tokens (a region's own, say). */
export type Issuer =
  | {
      readonly kind: 'cognito'
      /** Whether people need a second factor. */
      readonly mfa: 'required' | 'optional'
      /** Where people come back to after signing in. */
      readonly callbacks: readonly string[]
    }
  | {
      readonly kind: 'other'
      readonly issuer: string
      readonly audience: readonly string[]
      /** What stands before `read`, `land`, … in the issuer's scopes. */
      readonly scope_prefix: string
    }

/** Everything in which one deployment differs from another. */
export interface Stage {
  /** Part of every name that others see. */
  readonly name: string
  readonly region: string
  /** Who may send data by the API; each gets a client of its own. */
  readonly sources: readonly string[]
  readonly mail: {
    readonly alarms: readonly string[]
    /** A quarter's findings, when it is published. */
    readonly findings: readonly string[]
    /** Refused and late deliveries. */
    readonly contributors: readonly Contributor[]
  }
  readonly issuer: Issuer
  /** Origins of web applications that may call the API; none = only programs may. */
  readonly web_origins: readonly string[]
  /** Requests per second to the API, and how many at once. */
  readonly throttling: { readonly rate: number; readonly burst: number }
  /** A domain of one's own for releases; null = CloudFront's. */
  readonly releases_domain: { readonly name: string; readonly certificate_arn: string } | null
  /** Mail when a month costs more; of the whole account. */
  readonly budget_usd_per_month: number
  /** What computes a quarter: Athena, or the engine embedded in the function, for small regions. */
  readonly engine: 'athena' | 'duckdb'
  /** A query that would read more is stopped. */
  readonly query_cutoff_bytes: number
  /** Days after a quarter's last day until it is published, 1 to 58. */
  readonly grace_days: number
  /** Age of the newest release, in days, at which something must be wrong. */
  readonly oldest_release_days: number
  readonly log_days: 30 | 90 | 180 | 365
  /** How long what was deleted or replaced in the lake by mistake can be brought back. */
  readonly restorable_days: number
  readonly tags: Readonly<Record<string, string>>
}

const GIB = 1024 ** 3

const main: Stage = {
  name: 'main',
  region: 'eu-north-1',
  sources: ['wholesaler-a', 'dairy-b', 'municipality-c'],
  mail: { alarms: [], findings: [], contributors: [] },
  issuer: { kind: 'cognito', mfa: 'required', callbacks: ['http://localhost:8080/signed-in'] },
  web_origins: [],
  throttling: { rate: 20, burst: 40 },
  releases_domain: null,
  budget_usd_per_month: 50,
  engine: 'athena',
  query_cutoff_bytes: 20 * GIB,
  grace_days: 35,
  oldest_release_days: 140,
  log_days: 365,
  restorable_days: 365,
  tags: { application: 'skafferi', stage: 'main' },
}

/** A smaller copy in which to try things; its figures are nobody's. */
const trial: Stage = {
  ...main,
  name: 'trial',
  sources: ['wholesaler-a'],
  issuer: { kind: 'cognito', mfa: 'optional', callbacks: ['http://localhost:8080/signed-in'] },
  web_origins: ['http://localhost:8080'],
  throttling: { rate: 5, burst: 10 },
  budget_usd_per_month: 10,
  query_cutoff_bytes: 2 * GIB,
  log_days: 30,
  restorable_days: 30,
  tags: { application: 'skafferi', stage: 'trial' },
}

/** The stages there are, the default one first. */
export const stages: readonly Stage[] = [main, trial]

/** The stage of that name, checked. */
export function stageNamed(name: string, among: readonly Stage[] = stages): Stage {
  const stage = among.find((candidate) => candidate.name === name)
  if (!stage)
    throw new Error(`no stage "${name}" (there are: ${among.map((known) => known.name).join(', ')})`)
  const faults = faultsOf(stage)
  if (faults.length > 0) throw new Error(`stage "${name}": ${faults.join('; ')}`)
  return stage
}

/** What is wrong with a stage, all at once. */
export function faultsOf(stage: Stage): string[] {
  const { grace_days, sources, mail } = stage
  const code = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
  return [
    ...(/^[a-z][a-z0-9-]{0,15}$/.test(stage.name) && !/aws|amazon|cognito/.test(stage.name)
      ? []
      : [`name is "${stage.name}" (valid: up to 16 of a-z, 0-9 and -, without aws, amazon or cognito)`]),
    ...(Number.isInteger(grace_days) && grace_days >= 1 && grace_days <= 58
      ? []
      : [`grace_days is ${grace_days} (valid: 1 to 58, so that it ends within the quarter after)`]),
    ...sources
      .filter((source) => !code.test(source))
      .map((source) => `source "${source}" is no code (valid: letters, digits, _, . and -)`),
    ...mail.contributors
      .filter(({ source }) => !sources.includes(source))
      .map(
        ({ address, source }) =>
          `${address} is to get mails about "${source}", which sources does not list (there are: ${sources.join(', ')})`,
      ),
  ]
}
