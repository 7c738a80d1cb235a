import type { Trial } from './judge.ts'
import type { StrangersLake } from './lake.ts'

/** What of an answer its receipt must say too. */
const TOLD = ['delivery', 'status', 'rows', 'refused_rows', 'supersedes', 'problems_total'] as const

/** Of every answer to a landing there is a receipt that says the same; a duplicate has that of its landing. */
export function receiptFaults(lake: StrangersLake, trials: readonly Trial[]): string[] {
  return trials.flatMap(({ outcome: { landed } }) => {
    if (!landed) return []
    const receipts = lake.keys(`receipts/${landed.delivery}.`).map((key) => lake.json(key))
    const told = receipts.some((receipt) =>
      landed.status === 'duplicate'
        ? receipt.status === 'accepted' && receipt.rows === landed.rows
        : TOLD.every((name) => receipt[name] === landed[name]),
    )
    return told ? [] : [`no receipt says that ${landed.delivery} was ${landed.status}`]
  })
}
