import { z } from 'zod'
import { SkafferiError } from '../core/errors.ts'

const instant = z.iso.datetime({ offset: true })
const text = z.string().min(1).nullish()
/** How often the step was tried before. */
const attempt = z.int().min(0).default(0)

/** What each step of a run is told. */
export const stepInputs = {
  analyse: z.object({
    run: text,
    quarter: text,
    as_of: instant.nullish(),
    scheduled_at: instant.nullish(),
    attempt,
  }),
  check: z.object({ run: z.string(), quarter: z.string() }),
  publish: z.object({ run: z.string(), quarter: z.string(), reason: text, attempt }),
} as const

/** What a step is told, or a refusal that names what is wrong with it. */
export function stepInput<Name extends keyof typeof stepInputs>(
  name: Name,
  event: unknown,
): z.infer<(typeof stepInputs)[Name]> {
  const parsed = stepInputs[name].safeParse(event)
  if (parsed.success) return parsed.data as z.infer<(typeof stepInputs)[Name]>
  throw new SkafferiError('usage', `not an input of ${name}: ${z.prettifyError(parsed.error)}`)
}
