import { z } from 'zod'
import { landingRules } from './landing-rules.ts'
import { coverage } from './marts/coverage.ts'
import { rowSchema } from './table.ts'

const text = z.string()
const maybe = text.nullable()
const count = z.int().min(0)
const instant = z.iso.datetime()

/** What went wrong, as RFC 9457 has it. */
export const ProblemDetails = z.strictObject({
  type: z.literal('about:blank'),
  title: text,
  status: z.int().min(400).max(599),
  detail: text,
  /** The value that was wrong, and what would be valid. */
  value: text.optional(),
  valid: z.array(text).optional(),
})

const Pinned = z.strictObject({
  delivery: text,
  dataset: text,
  source: text,
  quarter: maybe,
  rows: count,
})
const ListedRelease = z.strictObject({
  quarter: text,
  release: z.int().min(1),
  run: text,
  current: z.boolean(),
  stale: z.boolean().meta({ description: 'Whether its run rests on other deliveries than count now.' }),
})

/** How the lake stands. */
export const StatusAnswer = z.strictObject({
  datasets: z.array(
    z.strictObject({ dataset: text, deliveries: count, rows: count, newest_received_at: instant }),
  ),
  quarter: maybe,
  coverage: z.array(rowSchema(coverage)),
  runs: z.array(z.strictObject({ quarter: text, runs: count, newest: text, stale: z.boolean() })),
  stale: z.array(
    z.strictObject({ quarter: text, run: text, added: z.array(Pinned), removed: z.array(Pinned) }),
  ),
  releases: z.array(ListedRelease),
})

const PublishedRelease = z.strictObject({
  quarter: text,
  release: z.int().min(1),
  run: text,
  computed_at: instant,
  reason: maybe.meta({ description: 'Why it took the place of the one before.' }),
  notices: z.array(text).meta({ description: 'What must be said before the figures.' }),
})

/** What is published. */
export const ReleasesAnswer = z.strictObject({ releases: z.array(PublishedRelease) })

/** What is published for a quarter. */
export const ReleaseAnswer = z.strictObject({
  ...PublishedRelease.shape,
  record: z.looseObject({ quarter: text, release: z.int().min(1), run: text }).meta({
    description: 'Its `release.json`: inputs, checks, what is withheld, and what changed since last time.',
  }),
  files: z.array(
    z.strictObject({
      path: text.meta({ description: 'Below the place where releases lie.' }),
      url: z.url().nullable().meta({ description: 'Where the public reads it, if there is such a place.' }),
      bytes: count,
      sha256: text,
    }),
  ),
})

const Problem = z.strictObject({
  line: z.int().min(1).nullable().meta({ description: 'The header is line 1; null for the whole file.' }),
  column: maybe,
  value: maybe,
  rule: z.enum(Object.keys(landingRules)),
  message: text,
})
const Due = z.strictObject({ quarter: text, due_on: maybe, received: maybe })
const Use = z.strictObject({
  quarter: text,
  run: text,
  as: z.enum(['quarter', 'earlier_quarter', 'reference']),
  marts: z.array(text),
  zones: z.literal('all').or(z.array(z.strictObject({ zoning: text, zone: text }))),
})
const Scope = { delivery: text, dataset: text, source: text, quarter: maybe }
const ReceiptSummary = {
  ...Scope,
  status: z.enum(['accepted', 'refused']),
  rows: count,
  refused_rows: count,
  supersedes: maybe,
  problems: z.array(Problem),
  problems_total: count,
  file: text,
  bytes: count,
  sha256: text,
  received_at: instant,
  receipt: text,
  receipts: count.meta({ description: 'How many there are: one for each outcome of the same bytes.' }),
  rules: z.array(z.strictObject({ rule: text, problems: count, meaning: text })),
  standing: z.strictObject({
    state: z.enum(['effective', 'superseded', 'withdrawn', 'refused', 'unfinished']),
    since: maybe,
    superseded_by: maybe,
    reason: maybe,
    effective: maybe,
    effective_since: maybe,
  }),
  next_due: Due.nullable(),
  next_due_reason: maybe,
  still_due: Due.nullable(),
  next_steps: z.array(z.strictObject({ command: text, why: text })),
}
const next = maybe.meta({ description: 'The cursor of the next page; null on the last one.' })

/** A page of a receipt. */
export const ReceiptAnswer = z.strictObject({
  ...ReceiptSummary,
  used: z.array(Use),
  releases: z.array(
    z.strictObject({ quarter: text, release: z.int().or(text), run: text, current: z.boolean() }),
  ),
  not_used: z.enum(['not_analysed', 'refused', 'unfinished', 'superseded', 'withdrawn']).nullable(),
  next,
})

const waiting = z.strictObject({ delivery: text, dataset: text, source: text, state: z.literal('waiting') })

/** A delivery that has come in and has not been landed yet. */
export const WaitingAnswer = waiting

const receipts_before = count.meta({
  description: 'How many receipts the delivery has so far: that of this landing will be one more.',
})

/** A place for the file. */
export const PlaceAnswer = z.strictObject({
  delivery: text,
  receipts: receipts_before,
  upload: z.strictObject({
    method: z.literal('PUT'),
    url: z.url(),
    headers: z.record(text, text),
    expires_at: instant,
  }),
})

/** These very bytes count already. */
export const InForceAnswer = z.strictObject({
  delivery: text,
  receipts: receipts_before,
  upload: z.null(),
  receipt: z
    .strictObject(ReceiptSummary)
    .nullable()
    .meta({ description: 'Null where another source sent them.' }),
})

/** These very bytes lie here already, and are landed once more. */
export const LandedAgainAnswer = z.strictObject({
  ...waiting.shape,
  receipts: receipts_before,
  upload: z.null(),
})

/** How a run stands. */
export const AnalysisAnswer = z.strictObject({
  run: text,
  quarter: text,
  state: z.enum(['queued', 'running', 'succeeded', 'failed']),
  result: z
    .strictObject({
      run: text.meta({ description: 'The run that was recorded: the one asked for, or a later try.' }),
      marts: z.record(text, count),
      errors: count.optional(),
      warnings: count.optional(),
      release: z.int().nullable(),
    })
    .optional(),
  error: text.optional(),
})

/** A run that has been asked for. */
export const StartedAnswer = z.strictObject({
  run: text,
  quarter: text,
  state: z.literal('queued'),
  location: text.meta({ description: 'Where it is followed.' }),
})
