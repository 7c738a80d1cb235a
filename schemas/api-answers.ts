import { z } from 'zod'
import { landingRules } from './landing-rules.ts'
import { coverage } from './marts/coverage.ts'
import { rowSchema } from './table.ts'

const text = z.string()
const maybe = text.nullable()
const count = z.int().min(0)
const said = (description: string) => text.meta({ description })
const saidOrNot = (description: string) => maybe.meta({ description })
const instant = z.iso.datetime()

/** What went wrong, as RFC 9457 has it. */
export const ProblemDetails = z.strictObject({
  type: z.literal('about:blank'),
  title: text,
  status: z.int().min(400).max(599),
  detail: said('What is wrong, and where.'),
  value: said('The value that is wrong.').optional(),
  valid: z.array(text).optional().meta({ description: 'What would be valid.' }),
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
  quarter: saidOrNot('The newest quarter with a delivery, of which `coverage` tells.'),
  coverage: z.array(rowSchema(coverage)),
  runs: z.array(z.strictObject({ quarter: text, runs: count, newest: text, stale: z.boolean() })),
  stale: z
    .array(z.strictObject({ quarter: text, run: text, added: z.array(Pinned), removed: z.array(Pinned) }))
    .meta({
      description: 'Quarters whose newest run rests on other deliveries than count now, and on which.',
    }),
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
const Due = z.strictObject({
  quarter: text,
  due_on: saidOrNot('The last day in Stockholm on which it is in time.'),
  received: saidOrNot('The delivery that counts there already.'),
})
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
  status: z.enum(['accepted', 'refused']).meta({ description: 'What its landing came to.' }),
  rows: count.meta({ description: 'Accepted rows.' }),
  refused_rows: count,
  supersedes: saidOrNot('The delivery that counted until then.'),
  problems: z
    .array(Problem)
    .meta({ description: 'In the order of the file: a page of them, or the first thousand.' }),
  problems_total: count,
  file: said('How the sender called the file.'),
  bytes: count,
  sha256: text,
  received_at: instant,
  receipt: said('Key of this receipt in the lake, the newest one.'),
  receipts: count.meta({ description: 'How many there are: one for each outcome of the same bytes.' }),
  rules: z
    .array(z.strictObject({ rule: text, problems: count, meaning: text }))
    .meta({ description: 'How often each rule was broken, in all problems.' }),
  standing: z
    .strictObject({
      state: z.enum(['effective', 'superseded', 'withdrawn', 'refused', 'unfinished']),
      since: saidOrNot('Since when this is so.'),
      superseded_by: maybe,
      reason: saidOrNot('Why it was taken back.'),
      effective: saidOrNot('The delivery that counts now in its place, or itself.'),
      effective_since: maybe,
    })
    .meta({ description: 'Whether it counts now (`effective`), and why not.' }),
  next_due: Due.nullable().meta({ description: 'What is expected next of its source.' }),
  next_due_reason: saidOrNot('Why nothing is.'),
  still_due: Due.nullable().meta({
    description: 'Its own quarter, if something is expected and nothing counts there.',
  }),
  next_steps: z
    .array(z.strictObject({ command: text, why: text }))
    .meta({ description: 'What to do next, as commands for whoever has the lake.' }),
}
const next = maybe.meta({ description: 'The cursor of the next page; null on the last one.' })

/** A page of a receipt. */
export const ReceiptAnswer = z.strictObject({
  ...ReceiptSummary,
  used: z.array(Use).meta({ description: 'The newest run of each quarter, where it rests on the delivery.' }),
  releases: z.array(
    z.strictObject({ quarter: text, release: z.int().or(text), run: text, current: z.boolean() }),
  ),
  not_used: z
    .enum(['not_analysed', 'refused', 'unfinished', 'superseded', 'withdrawn'])
    .nullable()
    .meta({ description: 'Why `used` is empty; null when it is not.' }),
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
    url: z.url().meta({
      description: 'Where to put the bytes of the file, once. As good as a password: no token goes there.',
    }),
    headers: z.record(text, text).meta({ description: 'To be sent with it, just so.' }),
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
      marts: z.record(text, count).meta({ description: 'Rows of each mart.' }),
      errors: count
        .optional()
        .meta({ description: 'Violations of checks that forbid a release, where they were looked for.' }),
      warnings: count.optional(),
      release: z
        .int()
        .min(1)
        .nullable()
        .meta({ description: 'Number of the release made of it; null when none was.' }),
    })
    .optional()
    .meta({ description: 'What came of it, once it has succeeded.' }),
  error: said('Why it failed.').optional(),
})

/** A run that has been asked for. */
export const StartedAnswer = z.strictObject({
  run: text,
  quarter: text,
  state: z.literal('queued'),
  location: text.meta({ description: 'Where it is followed.' }),
})
