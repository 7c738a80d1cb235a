import { CODE } from '../../schemas/logical-types.ts'
import type { Caller } from './http.ts'

/** Whether somebody may speak for a source. */
export function maySend({ sources }: Caller, source: string): boolean {
  return sources === 'all' || sources.includes(source)
}

/** Whether somebody may read the receipts of a source. */
export function mayRead(caller: Caller, source: string): boolean {
  if (caller.scopes.includes('read:receipts')) return true
  return caller.scopes.includes('land') && maySend(caller, source)
}

/** The sources whose receipts somebody may read. */
export function readableSources(caller: Caller): readonly string[] | 'all' {
  if (caller.scopes.includes('read:receipts') || caller.sources === 'all') return 'all'
  return caller.sources.filter((source) => CODE.test(source))
}
