import { QUARTERS_BEFORE } from '../analyse.ts'
import type { RunRecord } from '../lake/runs.ts'
import { parseQuarter } from '../quarter.ts'
import type { Storage } from '../storage/storage.ts'
import {
  type Contribution,
  grouped,
  type RunFacts,
  readContributionsOf,
  sensitivity,
} from './contributions.ts'
import type { ZoneSum } from './sums.ts'

/** A release made earlier, whose figures are public already. */
export interface EarlierRelease {
  readonly quarter: string
  readonly release: number
  readonly run: RunRecord
}

/** The datasets that tell what farms and plants deliver. */
const PRIVATE = ['production', 'processing']

/**
 * Zone sums that differ from what an earlier release rested on by the doing of too few: shown again, the
 * difference would tell what those few deliver. Compares with every earlier release's run whose quarters
 * overlap, contribution by contribution.
 */
export async function changedSums(
  storage: Storage,
  record: RunRecord,
  { contributions, places }: RunFacts,
  earlier: readonly EarlierRelease[],
): Promise<(sum: ZoneSum) => boolean> {
  const told = new Set<string>()
  for (const run of runsThatDiffer(record, earlier)) {
    const quarters = sharedQuarters(record, run)
    const before = (await readContributionsOf(storage, run)).filter((one) => quarters.has(one.quarter_index))
    const now = contributions.filter((one) => quarters.has(one.quarter_index))
    for (const [table, changes] of grouped(changesBetween(before, now), tableOf, (one) => one)) {
      for (const [zone, own] of places) {
        const inside = changes.filter(({ place }) => own.includes(place))
        if (sensitivity(inside) !== null) told.add(`${zone} ${table}`)
      }
    }
  }
  return ({ cell, quarter_index, step }) =>
    told.has(
      `${cell.zoning}/${cell.zone} ${tableOf({ product_group: cell.product_group, step, quarter_index })}`,
    )
}

const tableOf = ({
  product_group,
  step,
  quarter_index,
}: Pick<Contribution, 'product_group' | 'step' | 'quarter_index'>) =>
  `${product_group}/${step ?? ''}/${quarter_index}`

/** Runs of earlier releases, each once, that rest on other deliveries of farms and plants than this one. */
function runsThatDiffer(record: RunRecord, earlier: readonly EarlierRelease[]): RunRecord[] {
  const runs = new Map(earlier.map(({ run }) => [run.run, run]))
  runs.delete(record.run)
  return [...runs.values()].filter((run) => sharedQuarters(record, run).size > 0)
}

/** Quarters that both runs look at and for which their deliveries of farms and plants are not the same. */
function sharedQuarters(a: RunRecord, b: RunRecord): Set<number> {
  const [ours, theirs] = [deliveries(a), deliveries(b)]
  const window = ({ quarter }: RunRecord) => {
    const { index } = parseQuarter(quarter)
    return Array.from({ length: QUARTERS_BEFORE + 1 }, (_, age) => index - age)
  }
  const both = window(a).filter((quarter) => window(b).includes(quarter))
  return new Set(both.filter((quarter) => ours.get(quarter)?.join(' ') !== theirs.get(quarter)?.join(' ')))
}

/** Row files of farms' and plants' deliveries, by quarter. */
function deliveries({ inputs }: RunRecord): Map<number, string[]> {
  const own = inputs.filter(({ dataset }) => PRIVATE.includes(dataset))
  const byQuarter = Map.groupBy(own, ({ quarter }) => parseQuarter(quarter!).index)
  return new Map([...byQuarter].map(([of, pins]) => [of, pins.map(({ row_name }) => row_name).sort()]))
}

/** By how much contributions differ, those that came or went included; always positive. */
function changesBetween(before: readonly Contribution[], now: readonly Contribution[]): Contribution[] {
  const nameOf = (one: Contribution) => `${tableOf(one)} ${one.place} ${one.contributor}`
  const then = new Map(before.map((one) => [nameOf(one), one]))
  const after = new Map(now.map((one) => [nameOf(one), one]))
  return [...new Map([...then, ...after])].flatMap(([name, one]) => {
    const [old, young] = [then.get(name), after.get(name)]
    const kg = Math.abs((young?.kg ?? 0) - (old?.kg ?? 0))
    const produced_kg = Math.abs((young?.produced_kg ?? 0) - (old?.produced_kg ?? 0))
    const stands = old !== undefined && young !== undefined && kg + produced_kg === 0
    return stands ? [] : [{ ...one, kg, produced_kg }]
  })
}
