import { z } from 'zod'
import { WITHHELD_REASONS } from '../../schemas/published.ts'
import { SkafferiError } from '../errors.ts'
import { CHANGE_STATES } from '../release/changes.ts'
import type { Storage } from '../storage/storage.ts'
import { keys } from './layout.ts'

/** Names of the files that tie a release together. */
export const PACKAGE_FILE = 'datapackage.json'
/** Written last of a release's files. */
export const RELEASE_FILE = 'release.json'

const File = z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })
const Change = z.object({
  id: z.string(),
  state: z.enum(CHANGE_STATES),
  /** Null where the release does not show it, or has no such opportunity. */
  kg_per_year: z.number().nullable(),
  kg_per_year_before: z.number().nullable(),
})
const Comparison = z.object({
  quarter: z.string(),
  release: z.int().positive(),
  run: z.string(),
  /** Sources that one of the two releases rests on and the other lacks; with any, nothing is compared. */
  missing_sources: z.array(
    z.object({ dataset: z.string(), source: z.string(), missing: z.enum(['now', 'before']) }),
  ),
  counts: z.record(z.enum(CHANGE_STATES), z.int()),
  opportunities: z.array(Change),
})
const Input = z.object({
  dataset: z.string(),
  source: z.string(),
  quarter: z.string().nullable(),
  delivery: z.string().nullable(),
  rows: z.int(),
  received_at: z.string(),
  sha256: z.string().nullable(),
  bytes: z.int().nullable(),
  /** Why the delivery is not named: with fewer than three behind it, its name would tell its content. */
  withheld: z.literal('secondary').nullable(),
})
const Withheld = z.object({
  mart: z.string(),
  rows: z.int(),
  withheld_rows: z.partialRecord(z.enum(WITHHELD_REASONS), z.int()),
  cells: z.int(),
  withheld_cells: z.int(),
  withheld_share_of_demand: z.number().nullable(),
})
const ReleaseRecord = z.object({
  quarter: z.string(),
  release: z.int().positive(),
  run: z.string(),
  as_of: z.string().nullable(),
  computed_at: z.string(),
  versions: z.object({ skafferi: z.string(), models: z.record(z.string(), z.string()) }),
  reason: z.string().nullable(),
  /** The release of the quarter that this one takes the place of. */
  corrects: z
    .object({ release: z.int().positive(), run: z.string(), reason: z.string(), changes: Comparison })
    .nullable(),
  /** What must be said before the figures. */
  notices: z.array(z.string()),
  inputs: z.array(Input),
  checks: z.object({
    errors: z.int(),
    warnings: z.int(),
    rules: z.array(z.object({ rule: z.string(), severity: z.string(), violations: z.int() })),
    not_checked: z.array(z.string()),
  }),
  licences: z.object({
    code: z.string(),
    sources: z.array(z.object({ source: z.string(), licence: z.string() })),
  }),
  marts: z.record(z.string(), z.int()),
  withheld: z.array(Withheld),
  /** Since the newest release of the latest earlier quarter; null when there is none. */
  changes: Comparison.nullable(),
  /** Every file but this one and the data package. */
  files: z.array(File),
})
const Pointer = z.object({
  quarter: z.string(),
  release: z.int().positive(),
  run: z.string(),
  release_sha256: z.string(),
})
const PackageIdentity = z.object({
  quarter: z.string(),
  release: z.int().positive(),
  run: z.string(),
  reason: z.string().nullable(),
})

/** A file of a release. */
export type ReleaseFile = z.infer<typeof File>
/** What became of the opportunities between two releases. */
export type Comparison = z.infer<typeof Comparison>
/** A delivery that a release rests on, as the public may see it. */
export type PublicInput = z.infer<typeof Input>
/** `release.json`: what a release was made of. */
export type ReleaseRecord = z.infer<typeof ReleaseRecord>
/** `current.json`: which release readers get. */
export type CurrentRelease = z.infer<typeof Pointer>
/** What a release's number stands for; whoever writes the number's data package says it. */
export type ReleaseIdentity = z.infer<typeof PackageIdentity>

/** Numbers of a quarter's releases. */
export interface ReleaseNumbers {
  readonly quarter: string
  /** Every number with a data package: taken, if only by a publication that died. In order. */
  readonly taken: readonly number[]
  /** Those with a `release.json`: the releases that there are. */
  readonly made: readonly number[]
}

/** Which numbers each quarter has used, quarters oldest first. */
export async function readNumbers(storage: Storage): Promise<ReleaseNumbers[]> {
  const quarters = new Map<string, { taken: number[]; made: number[] }>()
  for await (const { key } of storage.list('releases/')) {
    const [, quarter, number, file] = key.split('/')
    if (quarter === undefined || !/^[1-9][0-9]*$/.test(number ?? '')) continue
    const numbers = quarters.get(quarter) ?? { taken: [], made: [] }
    quarters.set(quarter, numbers)
    if (file === PACKAGE_FILE) numbers.taken.push(Number(number))
    if (file === RELEASE_FILE) numbers.made.push(Number(number))
  }
  const inOrder = (numbers: number[]) => numbers.sort((a, b) => a - b)
  return [...quarters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([quarter, { taken, made }]) => ({ quarter, taken: inOrder(taken), made: inOrder(made) }))
}

/** The content of `release.json`, checked. */
export function releaseContent(record: ReleaseRecord): Uint8Array {
  return Buffer.from(jsonLines(ReleaseRecord.parse(record)))
}

/** A release that has been made. */
export async function readRelease(
  storage: Storage,
  quarter: string,
  release: number,
): Promise<ReleaseRecord> {
  return await readParsed(storage, `${keys.release(quarter, release)}${RELEASE_FILE}`, ReleaseRecord)
}

/** For what a number was taken. */
export async function readIdentity(
  storage: Storage,
  quarter: string,
  release: number,
): Promise<ReleaseIdentity> {
  return await readParsed(storage, `${keys.release(quarter, release)}${PACKAGE_FILE}`, PackageIdentity)
}

async function readParsed<T>(storage: Storage, key: string, schema: z.ZodType<T>): Promise<T> {
  return parsed(key, new TextDecoder().decode(await storage.read(key)), schema)
}

function parsed<T>(key: string, text: string, schema: z.ZodType<T>): T {
  try {
    const result = schema.safeParse(JSON.parse(text))
    if (result.success) return result.data
    throw new SkafferiError('fault', `${key} is damaged: ${z.prettifyError(result.error)}`)
  } catch (error) {
    if (error instanceof SkafferiError) throw error
    throw new SkafferiError('fault', `${key} is damaged: ${(error as Error).message}`, { cause: error })
  }
}

/** Which release of a quarter readers get; null before the first. */
export async function readPointer(storage: Storage, quarter: string): Promise<CurrentRelease | null> {
  const key = keys.current(quarter)
  const pointer = await storage.readPointer(key)
  return pointer && parsed(key, pointer.content, Pointer)
}

/** Makes readers get this release, unless they get it or a later one already; tells whether it did. */
export async function movePointer(storage: Storage, to: CurrentRelease): Promise<boolean> {
  const key = keys.current(to.quarter)
  for (;;) {
    const pointer = await storage.readPointer(key)
    if (pointer && parsed(key, pointer.content, Pointer).release >= to.release) return false
    const content = `${JSON.stringify(Pointer.parse(to), null, 2)}\n`
    if (await storage.swapPointer(key, content, pointer?.version ?? null)) return true
  }
}

/** JSON with a line for each property and each item of a list; what lies deeper stands on that line. */
export function jsonLines(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const [open, close, lines] = Array.isArray(value)
    ? ['[', ']', value.map((item) => `${inner}${JSON.stringify(item)}`)]
    : [
        '{',
        '}',
        Object.entries(value).map(([name, of]) => `${inner}${JSON.stringify(name)}: ${jsonLines(of, inner)}`),
      ]
  const text = lines.length > 0 ? `${open}\n${lines.join(',\n')}\n${indent}${close}` : `${open}${close}`
  return indent === '' ? `${text}\n` : text
}
