import { z } from 'zod'
import { datasets } from './datasets/index.ts'
import { CODE, logicalTypes, QUARTER } from './logical-types.ts'
import { marts } from './marts/index.ts'
import type { Column, Table } from './table.ts'

/** Rows, or problems, of a page. */
export const PAGE = { default: 1000, most: 10_000 } as const
/** Largest file that may be declared, unless a stage says otherwise. */
export const MOST_UPLOAD_BYTES = 200_000_000
/** Largest body of a request. */
export const MOST_BODY_BYTES = 16_384
/** First and last year of the quarters for which files can be uploaded and runs asked for. */
export const YEARS = [1990, 2100] as const

/** Names of runs. */
export const RUN = /^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}(-[0-9]{1,3})?$/
/** Names of deliveries. */
export const DELIVERY = /^d[0-9a-f]{24}$/
/** Quarters for which files can be uploaded and runs asked for. */
const NEAR_QUARTER = /^(199[0-9]|20[0-9]{2}|2100)-Q[1-4]$/
/** Conditions on numbers: few enough digits that every engine reads them alike. */
export const CONDITION_NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/
/** Longest condition on a text. */
export const MOST_CONDITION_TEXT = 1000

/** A text of a pattern; the words say what would be valid. */
const worded = (pattern: RegExp, words: string) => z.string(words).regex(pattern, words)

const quarter = worded(QUARTER, 'a quarter such as 2026-Q3').meta({ example: '2026-Q3' })
const near_quarter = worded(
  NEAR_QUARTER,
  `a quarter such as 2026-Q3, of the years ${YEARS.join(' to ')}`,
).meta({ example: '2026-Q3' })
const run = worded(RUN, 'the name of a run, such as 20261127T100000000Z-01234567')

const LIMIT_WORDS = `a whole number from 1 to ${PAGE.most}`
const BYTES_WORDS = 'a whole number, at least 0'
const REASON_WORDS = 'a text of 1 to 1000 characters'
const SOURCE_WORDS = 'letters, digits, _ . and -, at most 100 of them'
const FILE_WORDS = 'a name of 1 to 200 characters'

/** A parameter in the query or path. */
export interface ApiParameter {
  readonly name: string
  readonly description: string
  /** Of the value; numbers are written as digits alone. */
  readonly schema: z.ZodType
}

const limit: ApiParameter = {
  name: 'limit',
  description: `At most so many of them; default ${PAGE.default}. An answer may hold fewer, so that it can be sent.`,
  schema: z.int(LIMIT_WORDS).min(1, LIMIT_WORDS).max(PAGE.most, LIMIT_WORDS).default(PAGE.default),
}
const cursor: ApiParameter = {
  name: 'cursor',
  description:
    'Where the next page begins, from the answer with the page before; the other parameters are to be the same. Pages belong to one run, even if a newer one comes.',
  schema: z.string().min(1).max(500),
}

/** Parameters of a page of problems. */
export const receiptParameters: readonly ApiParameter[] = [limit, cursor]
/** Parameters of a mart beside its columns. */
export const pageParameters: readonly ApiParameter[] = [
  {
    name: 'quarter',
    description: 'The quarter; default the newest one that has a run.',
    schema: quarter,
  },
  {
    name: 'run',
    description: 'The run; default the newest one of the quarter.',
    schema: run,
  },
  limit,
  cursor,
]
/** Parameters that stand in paths. */
export const pathParameters: Readonly<Record<string, ApiParameter>> = {
  mart: { name: 'mart', description: 'A mart.', schema: z.enum(marts.map(({ name }) => name)) },
  quarter: { name: 'quarter', description: 'A quarter.', schema: quarter },
  delivery: {
    name: 'delivery',
    description: 'A delivery.',
    schema: worded(DELIVERY, 'd and 24 digits of 0 to 9 and a to f'),
  },
  run: { name: 'run', description: 'A run.', schema: run },
}

/** The columns of a mart by which its rows can be chosen; `quarter` is that of the run. */
export function filterColumns({ columns }: Table): readonly Column[] {
  return columns.filter(({ name }) => !pageParameters.some((parameter) => parameter.name === name))
}

/** A condition on a column: its value, or nothing for null. */
export function filterParameter(column: Column): ApiParameter {
  return {
    name: column.name,
    description: `Only rows with this value; nothing stands for null. ${column.description.en}`,
    schema: z.literal('').or(filterValue(column)),
  }
}

function filterValue({ type, values }: Column): z.ZodType {
  if (values) return z.enum(values)
  switch (logicalTypes[type].tableSchema) {
    case 'number':
    case 'integer':
      return z.string().regex(CONDITION_NUMBER)
    case 'boolean':
      return z.enum(['true', 'false'])
    case 'date':
      return z.iso.date()
    default:
      return z.string().min(1).max(MOST_CONDITION_TEXT)
  }
}

const named = (layer: 'quarterly' | 'reference') =>
  z.enum(datasets.filter((table) => table.layer === layer).map(({ name }) => name))

const declared = {
  source: worded(CODE, SOURCE_WORDS)
    .max(100, SOURCE_WORDS)
    .meta({ description: 'Who sends it: one of the sources that the token names.' }),
  sha256: worded(/^[0-9a-f]{64}$/, '64 digits of 0 to 9 and a to f').meta({
    description: 'SHA-256 of the file, in hexadecimal.',
  }),
  bytes: z.int(BYTES_WORDS).min(0, BYTES_WORDS).meta({ description: 'Size of the file.' }),
  file: z
    .string(FILE_WORDS)
    .min(1, FILE_WORDS)
    .max(200, FILE_WORDS)
    .optional()
    .meta({ description: 'How the sender calls the file.' }),
}

/** What is said of a file before it is sent. */
export const DeclareDelivery = z.discriminatedUnion('dataset', [
  z.strictObject({ dataset: named('quarterly'), quarter: near_quarter, ...declared }),
  z.strictObject({
    dataset: named('reference'),
    quarter: z
      .null('left out: reference datasets have none')
      .optional()
      .meta({ description: 'Reference datasets have none.' }),
    ...declared,
  }),
])

/** What is to be computed. */
export const StartAnalysis = z.strictObject({
  quarter: near_quarter,
  as_of: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-10-20T12:00:00Z' })
    .nullish()
    .meta({ description: 'Deliveries as they counted at this instant; default now.' }),
  publish: z
    .boolean('true or false')
    .default(false)
    .meta({ description: 'Whether to publish the run if no check stands in the way.' }),
  reason: z
    .string(REASON_WORDS)
    .min(1, REASON_WORDS)
    .max(1000, REASON_WORDS)
    .nullish()
    .meta({ description: 'Why a quarter that has a release is published once more.' }),
})
