import type { LandResult } from '../core/land.ts'
import type { NotUsed, Receipt, ReceiptSummary } from '../core/receipt.ts'
import type { Due } from '../core/receipts/next-due.ts'
import type { NextStep } from '../core/receipts/next-steps.ts'
import type { ReleaseUse } from '../core/receipts/releases.ts'
import type { Use } from '../core/receipts/usage.ts'
import { styled, textTable, whole } from './terminal.ts'

/** Problems shown to people; the receipt has them all. */
const SHOWN = 20
const USED_AS: Readonly<Record<Use['as'], string>> = {
  quarter: 'for its own quarter',
  earlier_quarter: 'as an earlier quarter, for stock, prices and the year',
  reference: 'as reference data',
}
const NOT_USED: Readonly<Record<NotUsed, string>> = {
  not_analysed: 'no newest run of a quarter rests on it: not analysed yet',
  refused: 'used by no run, since it was refused: nothing of it counts',
  unfinished: 'used by no run, since its landing broke off: nothing of it counts',
  superseded: 'used by no newest run, since a newer delivery took its place',
  withdrawn: 'used by no newest run, since it was taken back',
}

/** A receipt whose status may be that of a landing just now. */
type ReceiptWords = Omit<ReceiptSummary, 'status'> & LandResult
type Told = ReceiptWords & Partial<Pick<Receipt, 'used' | 'releases' | 'not_used'>>

/** What a landing came to, in two lines. */
export function outcomeText(told: LandResult, file: string): string {
  const colour = told.status === 'refused' ? 'red' : told.status === 'accepted' ? 'green' : 'yellow'
  return [
    `${styled(colour, told.status)} ${scopeText(told)} from ${file}: ${whole(told.rows)} rows accepted, ${whole(told.refused_rows)} refused`,
    `delivery ${told.delivery}${told.supersedes ? `, in place of ${told.supersedes}` : ''}`,
  ].join('\n')
}

/** The first problems of a landing line by line, and where the others stand; empty when there are none. */
export function problemsText({ problems, problems_total }: LandResult, receipt: string): string {
  if (problems_total === 0) return ''
  const rows = problems
    .slice(0, SHOWN)
    .map(({ line, rule, message }) => [line === null ? 'file' : `line ${line}`, rule, message])
  const more = problems_total - rows.length
  return [
    textTable(['where', 'rule', 'what'], rows),
    ...(more > 0 ? [`… and ${whole(more)} more, all of them in ${receipt}`] : []),
  ].join('\n')
}

/**
 * A receipt as people read it; without runs and releases where it has none, as right after a landing.
 *
 * @param lake what to add to commands so that they find the lake
 */
export function receiptText(told: Told, lake: string): string {
  const parts = [
    [outcomeText(told, told.file), sentText(told)].join('\n'),
    told.problems_total > 1 ? rulesText(told) : '',
    problemsText(told, told.receipt),
    [standingText(told), ...(told.used ? usageLines(told.used, told) : [])].join('\n'),
    dueText(told),
    stepsText(told.next_steps, lake),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const scopeText = ({ dataset, source, quarter }: Pick<LandResult, 'dataset' | 'source' | 'quarter'>) =>
  [dataset, source, quarter ?? 'all'].join('/')

function sentText({ received_at, bytes, sha256, receipt, receipts }: ReceiptWords): string {
  const one_of = receipts > 1 ? `the newest of ${receipts} receipts` : 'the only receipt'
  return `received ${received_at}, ${whole(bytes)} bytes, sha256 ${sha256}\n${one_of}: ${receipt}`
}

function rulesText({ rules, problems_total }: ReceiptWords): string {
  const rows = rules.map(({ rule, problems, meaning }) => [rule, whole(problems), meaning])
  return `${whole(problems_total)} problems\n${textTable(['rule', 'problems', 'meaning'], rows, ['left', 'right', 'left'])}`
}

function standingText({ standing, status }: ReceiptWords): string {
  const { state, since, superseded_by, reason, effective } = standing
  const now = effective === null ? 'nothing counts there now' : `what counts there now: ${effective}`
  switch (state) {
    case 'effective':
      return `${styled('green', 'counts')} since ${since}${status === 'refused' ? ', by an earlier landing of the same bytes' : ''}`
    case 'superseded':
      return `${styled('yellow', 'no longer counts')}: superseded by ${superseded_by} at ${since}; ${now}`
    case 'withdrawn':
      return `${styled('yellow', 'no longer counts')}: withdrawn at ${since} (${reason}); ${now}`
    case 'refused':
      return `${styled('red', 'does not count')}: refused; ${now}`
    case 'unfinished':
      return `${styled('red', 'does not count')}: its landing broke off before the end; ${now}`
  }
}

function usageLines(
  used: readonly Use[],
  { not_used, releases = [] }: Pick<Told, 'not_used' | 'releases'>,
): string[] {
  if (not_used) return [NOT_USED[not_used], ...releases.map(releaseText)]
  const lines = used.flatMap(({ quarter, run, as, marts, zones }) => [
    `used by ${quarter}, run ${run}, ${USED_AS[as]}`,
    `  marts  ${marts.join(', ') || 'none'}`,
    `  zones  ${zonesText(zones)}`,
  ])
  return [...lines, ...releases.map(releaseText)]
}

const releaseText = ({ quarter, release, run, current }: ReleaseUse) =>
  `in release ${release} of ${quarter}, run ${run}${current ? ', which is what readers see' : ''}`

function zonesText(zones: Use['zones']): string {
  if (zones === 'all') return 'all: these reference data name no places'
  const by_zoning = Map.groupBy(zones, ({ zoning }) => zoning)
  const parts = [...by_zoning].map(([zoning, own]) => `${zoning} ${own.map(({ zone }) => zone).join(', ')}`)
  return parts.join('; ') || 'none: its places lie in no zone of a zoning with gaps'
}

function dueText({ next_due, next_due_reason, still_due }: ReceiptWords): string {
  const still = still_due === null ? [] : [`still due: ${dueWords(still_due)}`]
  const next =
    next_due === null ? `nothing more is due: ${next_due_reason}` : `next due: ${dueWords(next_due)}`
  return [...still, next].join('\n')
}

function dueWords({ quarter, due_on, received }: Due): string {
  const by = due_on === null ? 'at any time' : `by ${due_on}`
  return `${quarter}, ${by}${received === null ? '' : ` (here already: ${received})`}`
}

function stepsText(steps: readonly NextStep[], lake: string): string {
  if (steps.length === 0) return ''
  const lines = steps.flatMap(({ command, why }) => [`  npx ${withLake(command, lake)}`, `    ${why}`])
  return ['next', ...lines].join('\n')
}

/** The lake is named before a redirection. */
function withLake(command: string, lake: string): string {
  const at = command.indexOf(' > ')
  return at < 0 ? command + lake : command.slice(0, at) + lake + command.slice(at)
}
