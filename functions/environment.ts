import { z } from 'zod'
import { SkafferiError } from '../core/errors.ts'

/** Every variable that a function may be given. Powertools reads its own (`POWERTOOLS_…`). */
const variables = {
  SKAFFERI_LAKE: z.string().min(1).describe('s3://bucket or s3://bucket/prefix'),
  SKAFFERI_ENGINE: z.enum(['athena', 'duckdb']).default('athena').describe('athena or duckdb'),
  SKAFFERI_ATHENA_WORKGROUP: z.string().min(1).optional().describe('a workgroup'),
  SKAFFERI_GLUE_DATABASE: z.string().min(1).optional().describe('a database'),
  SKAFFERI_LANDING_QUEUE_URL: z.url().describe("a queue's URL"),
  SKAFFERI_STATE_MACHINE_ARN: z.string().startsWith('arn:').describe("a state machine's ARN"),
  SKAFFERI_TOPIC_ARN: z.string().startsWith('arn:').describe("a topic's ARN"),
  SKAFFERI_SCOPE_PREFIX: z.string().default('').describe('such as skafferi/'),
  SKAFFERI_DUCKDB_MEMORY: z
    .string()
    .regex(/^[1-9][0-9]*(MB|GB)$/)
    .optional()
    .describe('such as 300MB'),
  SKAFFERI_RELEASES_URL: z.url().optional().describe('a URL, such as https://…/releases'),
} as const

type Variables = typeof variables

/** Values of some variables, by name. */
export type Environment<Name extends keyof Variables> = {
  readonly [Each in Name]: z.infer<Variables[Each]>
}

/**
 * What a function needs of its surroundings, read once when it starts. Empty counts as missing.
 *
 * @throws SkafferiError `fault` that names every variable that is missing or wrong
 */
export function environment<Name extends keyof Variables>(...names: Name[]): Environment<Name> {
  const given = names.map((name) => [name, process.env[name] || undefined] as const)
  const wrong = given.filter(([name, value]) => !variables[name].safeParse(value).success)
  if (wrong.length > 0) {
    const told = wrong.map(([name, value]) => {
      const what = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`
      return `${name} ${what} (valid: ${variables[name].description})`
    })
    throw new SkafferiError('fault', told.join('; '))
  }
  return Object.fromEntries(
    given.map(([name, value]) => [name, variables[name].parse(value)]),
  ) as Environment<Name>
}
