import type { MartRow } from '../core/mart-text.ts'
import type { PlannedDelivery, StaleQuarter } from '../core/plan.ts'
import { styled, textTable } from './terminal.ts'

/** Deliveries of a stale quarter that are named. */
const NAMED = 10
const colours: Readonly<Record<string, 'red' | 'yellow'>> = {
  missing: 'red',
  late: 'yellow',
  unexpected: 'yellow',
}

/** Who has delivered for a quarter and who has not, as people read it; nothing where nobody is to. */
export function sourcesText(quarter: string, coverage: readonly MartRow[]): string[] {
  if (coverage.length === 0) return []
  const rows = coverage.map(({ source, dataset, status, received_at }) => [
    `${source}`,
    `${dataset}`,
    colours[String(status)] ? styled(colours[String(status)]!, `${status}`) : `${status}`,
    `${received_at ?? ''}`,
  ])
  const table = textTable(['source', 'dataset', 'status', 'received'], rows)
  return [`${styled('bold', `sources for ${quarter}`)}: ${statusCounts(coverage)}\n${table}`]
}

function statusCounts(coverage: readonly MartRow[]): string {
  return ['received', 'late', 'due', 'missing', 'unexpected']
    .map((status) => ({ status, count: coverage.filter((row) => row.status === status).length }))
    .flatMap(({ status, count }) => (count > 0 ? [`${count} ${status}`] : []))
    .join(', ')
}

/** Which quarters are out of date, and because of which deliveries, a line each. */
export function staleText(stale: readonly StaleQuarter[]): string[] {
  return stale.flatMap(({ quarter, added, removed }) => [
    `${styled('yellow', 'stale')} ${quarter}: ${added.length} deliveries came and ${removed.length} went since its run`,
    ...named('came later', added),
    ...named('gone since', removed),
  ])
}

function named(what: string, deliveries: readonly PlannedDelivery[]): string[] {
  const more = deliveries.length - NAMED
  return [
    ...deliveries.slice(0, NAMED).map((delivery) => `  ${what}: ${deliveryText(delivery)}`),
    ...(more > 0 ? [`  ${what}: and ${more} more`] : []),
  ]
}

/** A delivery by its place in a folder, with its name. */
export const deliveryText = ({ dataset, source, quarter, delivery }: PlannedDelivery) =>
  `${dataset}/${source}/${quarter ?? 'all'} (${delivery})`
