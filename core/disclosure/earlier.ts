import { QUARTERS_BEFORE } from '../analyse.ts'
import type { RunRecord } from '../lake/runs.ts'
import { parseQuarter } from '../quarter.ts'
import { openRun } from '../run-results.ts'
import type { Storage } from '../storage/storage.ts'
import {
  type Cell,
  type Contribution,
  grouped,
  type RunFacts,
  readContributionsOf,
  readFacts,
} from './contributions.ts'
import { tableOf, type UnsafeSum, unsafeSums, type Version } from './sums.ts'

/** A release made earlier, whose figures are public already. */
export interface EarlierRelease {
  readonly quarter: string
  readonly release: number
  readonly run: RunRecord
  /** Names of the sums that it did not tell (`sumName`); null where that is not known any more. */
  readonly untold: ReadonlySet<string> | null
}

/** What names a zone's sum: zoning, zone, product group, step (or nothing), and the quarter as a number. */
export function sumName({ zoning, zone }: Pick<Cell, 'zoning' | 'zone'>, table: string): string {
  return `${zoning}/${zone}/${table}`
}

/** The sums that a release does not tell at all. */
export function untoldSums(unsafe: readonly UnsafeSum[]): Set<string> {
  const hidden = unsafe.filter(({ margins_only }) => !margins_only)
  return new Set(
    hidden.map((sum) => sumName(sum.cell, tableOf({ ...sum, product_group: sum.cell.product_group }))),
  )
}

/** Looks up what earlier releases of any quarter rested on, for a product group, quarter and step. */
export async function versionsOfSums(
  storage: Storage,
  record: RunRecord,
  { contributions }: RunFacts,
  earlier: readonly EarlierRelease[],
): Promise<(sum: Parameters<typeof tableOf>[0]) => readonly Version[]> {
  const versions = new Map<string, Version[]>()
  for (const release of earlier) {
    const quarters = sharedQuarters(record, release.run)
    if (quarters.size === 0) continue
    const untold = release.untold ?? (await untoldBy(storage, release.run))
    const inBoth = (rows: readonly Contribution[]) =>
      grouped(
        rows.filter(({ quarter_index }) => quarters.has(quarter_index)),
        tableOf,
        (one) => one,
      )
    const [now, before] = [inBoth(contributions), inBoth(await readContributionsOf(storage, release.run))]
    for (const table of new Set([...now.keys(), ...before.keys()])) {
      const version = {
        changes: changesBetween(before.get(table) ?? [], now.get(table) ?? []),
        hid: (cell: Cell) => untold.has(sumName(cell, table)),
      }
      versions.set(table, [...(versions.get(table) ?? []), version])
    }
  }
  return (sum) => versions.get(tableOf(sum)) ?? []
}

/** What a release of that run alone would not have told. */
async function untoldBy(storage: Storage, run: RunRecord): Promise<Set<string>> {
  const engine = await openRun(storage, run)
  const facts = await readFacts(engine, run).finally(() => engine.close())
  return untoldSums(await unsafeSums(facts, () => []))
}

/** Quarters that both runs look at. */
function sharedQuarters(a: RunRecord, b: RunRecord): Set<number> {
  const window = ({ quarter }: RunRecord) => {
    const { index } = parseQuarter(quarter)
    return Array.from({ length: QUARTERS_BEFORE + 1 }, (_, age) => index - age)
  }
  return new Set(window(a).filter((quarter) => window(b).includes(quarter)))
}

/** By how much contributions differ, those that came or went included; always positive. */
function changesBetween(before: readonly Contribution[], now: readonly Contribution[]): Contribution[] {
  const nameOf = (one: Contribution) => `${one.place} ${one.contributor}`
  const then = new Map(before.map((one) => [nameOf(one), one]))
  const after = new Map(now.map((one) => [nameOf(one), one]))
  return [...new Map([...then, ...after])].flatMap(([name, one]) => {
    const [old, young] = [then.get(name), after.get(name)]
    const kg = Math.abs((young?.kg ?? 0) - (old?.kg ?? 0))
    // never less than what is on offer, as in any table
    const produced_kg = Math.max(kg, Math.abs((young?.produced_kg ?? 0) - (old?.produced_kg ?? 0)))
    const stands = old !== undefined && young !== undefined && produced_kg === 0
    return stands && old.evidence === young.evidence ? [] : [{ ...one, kg, produced_kg }]
  })
}
