import { z } from 'zod'
import { SkafferiError } from '../errors.ts'
import { inParallel } from '../parallel.ts'
import { parseQuarter } from '../quarter.ts'
import type { Storage } from '../storage/storage.ts'
import { keysUnder } from './lake-files.ts'
import { commitName, keys, type Scope } from './layout.ts'

const RowFile = z.object({ key: z.string(), sha256: z.string(), bytes: z.int(), rows: z.int() })
const Acceptance = z.object({
  kind: z.literal('acceptance'),
  n: z.int().positive(),
  committed_at: z.iso.datetime(),
  delivery: z.string(),
  /** Value of the column `delivery` in its row files, and their name. */
  row_name: z.string(),
  dataset: z.string(),
  source: z.string(),
  quarter: z.string().nullable(),
  received_at: z.iso.datetime(),
  /** When its sender put it where it was found, if it lay there before it was received. */
  sent_at: z.iso.datetime().optional(),
  landing: z.object({ key: z.string(), sha256: z.string(), bytes: z.int() }),
  rows: z.int(),
  refused_rows: z.int(),
  supersedes: z.string().nullable(),
  curated: RowFile,
  rolled: RowFile.nullable(),
})
const Withdrawal = z.object({
  kind: z.literal('withdrawal'),
  n: z.int().positive(),
  committed_at: z.iso.datetime(),
  dataset: z.string(),
  source: z.string(),
  quarter: z.string().nullable(),
  /** The delivery taken back: every acceptance of it before this commit no longer counts. */
  withdraws: z.string(),
  reason: z.string(),
})
const Commit = z.discriminatedUnion('kind', [Acceptance, Withdrawal])
const CommitText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch (error) {
      context.addIssue((error as Error).message)
      return z.NEVER
    }
  })
  .pipe(Commit)

/** Files of rows that a commit vouches for. */
export type RowFile = z.infer<typeof RowFile>
/** A delivery begins to count. */
export type Acceptance = z.infer<typeof Acceptance>
/** A delivery is taken back. */
export type Withdrawal = z.infer<typeof Withdrawal>
/** What changes the state of a scope. */
export type Commit = z.infer<typeof Commit>

/** The commits of a scope in their order; with `as_of`, those made at or before that instant. */
export async function readCommits(storage: Storage, prefix: string, as_of?: Date): Promise<Commit[]> {
  const own = (await keysUnder(storage, prefix)).filter((key) => !key.slice(prefix.length).includes('/'))
  const commits = await inParallel(own, (key) => readCommit(storage, key))
  return commits.filter((commit) => as_of === undefined || new Date(commit.committed_at) <= as_of)
}

async function readCommit(storage: Storage, key: string): Promise<Commit> {
  const parsed = CommitText.safeParse(new TextDecoder().decode(await storage.read(key)))
  if (parsed.success) return parsed.data
  throw new SkafferiError('fault', `commit ${key} is damaged: ${z.prettifyError(parsed.error)}`)
}

/** The acceptances that have not been taken back, oldest first; the last one is effective. */
export function standing(commits: readonly Commit[]): Acceptance[] {
  const result: Acceptance[] = []
  for (const commit of commits) {
    if (commit.kind === 'acceptance') result.push(commit)
    else
      for (const taken of result.filter(({ delivery }) => delivery === commit.withdraws))
        result.splice(result.indexOf(taken), 1)
  }
  return result
}

/** When a delivery was sent. */
export const sentAt = ({ sent_at, received_at }: Acceptance): string => sent_at ?? received_at

/** A scope with what counts in it: `effective` is the delivery in force, `first` the first sent still standing. */
export interface ScopeState {
  readonly scope: Scope
  readonly commits: readonly Commit[]
  readonly effective: Acceptance | null
  readonly first: Acceptance | null
}

/**
 * The state of every scope that has a commit, in the order of their keys.
 *
 * @param datasets the only ones to look at; default all
 */
export async function readScopes(
  storage: Storage,
  as_of?: Date,
  datasets: readonly string[] | null = null,
): Promise<ScopeState[]> {
  const prefixes = datasets?.toSorted().map((dataset) => `commits/${dataset}/`) ?? ['commits/']
  const found = (await inParallel(prefixes, (prefix) => keysUnder(storage, prefix))).flat()
  const read = await inParallel(found, async (key) => ({ key, commit: await readCommit(storage, key) }))
  const counting = read.filter(({ commit }) => as_of === undefined || new Date(commit.committed_at) <= as_of)
  const byFolder = Map.groupBy(counting, ({ key }) => key.slice(0, key.lastIndexOf('/') + 1))
  return [...byFolder.values()].map((entries) => {
    const commits = entries.map(({ commit }) => commit)
    return stateOf(scopeOf(commits[0]!), commits)
  })
}

/** The state of one scope. */
export async function readScope(storage: Storage, scope: Scope): Promise<ScopeState> {
  return stateOf(scope, await readCommits(storage, keys.commits(scope)))
}

function stateOf(scope: Scope, commits: readonly Commit[]): ScopeState {
  const accepted = standing(commits)
  const [first = null] = accepted.toSorted((a, b) =>
    sentAt(a) < sentAt(b) ? -1 : sentAt(a) > sentAt(b) ? 1 : 0,
  )
  return { scope, commits, effective: accepted.at(-1) ?? null, first }
}

/** The scope that a commit belongs to. */
export function scopeOf(commit: Commit): Scope {
  const { dataset, source, quarter } = commit
  return { dataset, source, quarter: quarter === null ? null : parseQuarter(quarter) }
}

/**
 * Writes the next commit of a scope. Tells `false` when another writer took that number first: the caller
 * looks at the scope again and decides anew.
 */
export async function writeCommit(storage: Storage, state: ScopeState, commit: Commit): Promise<boolean> {
  const content = Buffer.from(`${JSON.stringify(Commit.parse(commit), null, 2)}\n`)
  return (await storage.put(`${keys.commits(state.scope)}${commitName(commit.n)}`, content)) === 'written'
}

/** Number and time of the commit after a scope's last one; time never runs backwards within a scope. */
export function nextCommit(state: ScopeState, now: Date): { n: number; committed_at: string } {
  const last = state.commits.at(-1)
  const time = last && new Date(last.committed_at) > now ? last.committed_at : now.toISOString()
  return { n: (last?.n ?? 0) + 1, committed_at: time }
}
