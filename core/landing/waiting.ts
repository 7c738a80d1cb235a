import { datasets } from '../../schemas/datasets/index.ts'
import type { LandingRule } from '../../schemas/landing-rules.ts'
import type { Table } from '../../schemas/table.ts'
import { type Acceptance, readScopes, type ScopeState, standing } from '../lake/commits.ts'
import { DELIVERY, keys, type Scope } from '../lake/layout.ts'
import { inParallel } from '../parallel.ts'
import { parseQuarter } from '../quarter.ts'
import { type ReceiptHead, readReceipt, summariseProblems } from '../receipts/stored-receipt.ts'
import type { Storage } from '../storage/storage.ts'

/** A delivery that was refused, and the key of its bytes. */
interface Refused {
  readonly key: string
  readonly head: ReceiptHead
}

/**
 * Keys of received bytes that may count now that a delivery does: those refused before only because codes were
 * unknown that it may have, or because codes were missing that the delivery in its place may have used. Of each
 * scope only the newest, and only if nothing was accepted there since.
 */
export async function waitingFor(storage: Storage, accepted: Acceptance): Promise<string[]> {
  const found: Refused[] = []
  for (const { dataset, rules } of dependants(accepted.dataset)) {
    const states = await readScopes(storage, undefined, [dataset])
    const refused = await refusedIn(storage, dataset, states, accepted.committed_at)
    for (const one of newestByScope(refused.filter(({ head }) => isLast(states, head))))
      if (await isOnly(storage, one.head.delivery, rules)) found.push(one)
  }
  return found.map(({ key }) => key)
}

/** Commits of the datasets on which a refusal of a dataset can rest, by dataset. */
export type Grounds = ReadonlyMap<string, string>

/** The grounds as they are now. Taken before a landing, they tell afterwards what it may have missed. */
export async function groundsOf(storage: Storage, dataset: string): Promise<Grounds> {
  const grounds = new Map<string, string>()
  for (const { name } of datasets) {
    if (!dependants(name).some((one) => one.dataset === dataset)) continue
    const commits: string[] = []
    for await (const { key } of storage.list(`commits/${name}/`)) commits.push(key)
    grounds.set(name, commits.join())
  }
  return grounds
}

/**
 * The key of a delivery that was just refused, if what it lacked was accepted while it was looked at: whoever
 * accepted that may have looked for what waits too early to find it. Else nothing.
 */
export async function overtaken(
  storage: Storage,
  scope: Scope,
  delivery: string,
  before: Grounds,
): Promise<string[]> {
  const now = await groundsOf(storage, scope.dataset)
  for (const [name, commits] of now) {
    const { rules } = dependants(name).find(({ dataset }) => dataset === scope.dataset)!
    if (commits === before.get(name) || !(await isOnly(storage, delivery, rules))) continue
    for await (const { key } of storage.list(keys.landing(scope, delivery))) return [key]
  }
  return []
}

/** The datasets whose refusals can depend on another, each with the rules by which they do, referred-to first. */
function dependants(dataset: string): { dataset: string; rules: ReadonlySet<LandingRule> }[] {
  const unknown = new Set<LandingRule>(['unknown_code', 'too_many_refused'])
  const orphaned = new Set<LandingRule>(['orphaned'])
  const own = datasets.find(({ name }) => name === dataset)!
  return datasets
    .filter(({ name }) => name !== dataset)
    .flatMap((other) => [
      ...(refers(other, dataset) ? [{ dataset: other.name, rules: unknown }] : []),
      ...(refers(own, other.name) ? [{ dataset: other.name, rules: orphaned }] : []),
    ])
}

const refers = ({ columns }: Table, dataset: string) =>
  columns.some(({ references }) => references?.table === dataset)

/** Deliveries of a dataset that do not stand, and whose newest receipt is a refusal of before an instant. */
async function refusedIn(
  storage: Storage,
  dataset: string,
  states: readonly ScopeState[],
  before: string,
): Promise<Refused[]> {
  const counted = new Set(states.flatMap(({ commits }) => standing(commits)).map((one) => one.delivery))
  const lying = new Map<string, string>()
  for await (const { key } of storage.list(`landing/${dataset}/`)) {
    const delivery = key.split('/')[3]!
    if (DELIVERY.test(delivery) && !counted.has(delivery) && !lying.has(delivery)) lying.set(delivery, key)
  }
  const told = await inParallel([...lying], async ([delivery, key]) => {
    const head = await receiptHead(storage, delivery)
    return head?.status === 'refused' && head.received_at < before ? [{ key, head }] : []
  })
  return told.flat()
}

async function receiptHead(storage: Storage, delivery: string): Promise<ReceiptHead | null> {
  for await (const _ of storage.list(`receipts/${delivery}.`))
    return (await readReceipt(storage, delivery)).head
  return null
}

/** Whether nothing else was accepted in the scope of a refused delivery since. */
function isLast(states: readonly ScopeState[], { dataset, source, quarter, ...head }: ReceiptHead): boolean {
  const folder = keys.commits(scopeOf({ dataset, source, quarter }))
  const state = states.find(({ scope }) => keys.commits(scope) === folder)
  const newer = state?.commits.some(
    (commit) =>
      commit.kind === 'acceptance' &&
      commit.delivery !== head.delivery &&
      commit.committed_at > head.received_at,
  )
  return !newer
}

function newestByScope(refused: readonly Refused[]): Refused[] {
  const newest = new Map<string, Refused>()
  for (const one of refused) {
    const folder = keys.commits(scopeOf(one.head))
    const other = newest.get(folder)
    if (!other || other.head.received_at < one.head.received_at) newest.set(folder, one)
  }
  return [...newest.values()]
}

function scopeOf({ dataset, source, quarter }: Pick<ReceiptHead, 'dataset' | 'source' | 'quarter'>): Scope {
  return { dataset, source, quarter: quarter === null ? null : parseQuarter(quarter) }
}

/** Whether a delivery was refused for these rules and no others. */
async function isOnly(
  storage: Storage,
  delivery: string,
  allowed: ReadonlySet<LandingRule>,
): Promise<boolean> {
  const { key } = await readReceipt(storage, delivery)
  const { rules } = await summariseProblems(storage, key, 0)
  return rules.length > 0 && rules.every(({ rule }) => allowed.has(rule))
}
