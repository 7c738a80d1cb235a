import { readScope, sentAt, standing } from '../lake/commits.ts'
import type { Scope } from '../lake/layout.ts'
import type { Storage } from '../storage/storage.ts'

/** When an upload was put: for bytes that were accepted from here before, what was known then; else by the store. */
export async function whenSent(storage: Storage, scope: Scope, key: string): Promise<Date | undefined> {
  const { commits } = await readScope(storage, scope)
  const accepted = commits.findLast((one) => one.kind === 'acceptance' && one.landing.key === key)
  if (accepted?.kind === 'acceptance') return new Date(sentAt(accepted))
  for await (const object of storage.list(key)) if (object.key === key) return object.stored_at
  return undefined
}

/**
 * The key of the delivery that was sent last of those that stand in a scope, if another one is in force: a
 * message that came late has put that one in its place. Null when the last one sent counts.
 */
export async function sentLater(storage: Storage, scope: Scope): Promise<string | null> {
  const { commits, effective } = await readScope(storage, scope)
  if (effective === null) return null
  const last = standing(commits).reduce((last, one) => (sentAt(one) > sentAt(last) ? one : last), effective)
  return last.delivery === effective.delivery ? null : last.landing.key
}
