import { type Disclosed, type Examined, examine, shown } from '../../core/disclosure/disclose.ts'
import { type EarlierRelease, untoldSums } from '../../core/disclosure/earlier.ts'
import type { RunRecord } from '../../core/lake/runs.ts'
import { plainRows, query } from '../../core/query.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { marts } from '../../schemas/marts/index.ts'
import { publishedMarts } from '../../schemas/published.ts'
import type { Region } from '../reference/facts.ts'
import type { MartRow } from '../reference/format.ts'
import { analyseRegion } from '../support/region-runs.ts'
import {
  Attacker,
  type Finding,
  type Means,
  type Reference,
  type Secret,
  secretsOf,
  type Tables,
} from './attacker.ts'
import { readReferenceOf } from './reference-of.ts'

/** Releases of some quarters: what is published, and what the runs really say. */
export interface Releases {
  readonly reference: Reference
  readonly groups: readonly string[]
  readonly published: readonly Tables[]
  readonly full: readonly Tables[]
  readonly disclosed: readonly Disclosed[]
  readonly examined: readonly Examined[]
}

/** Analyses and discloses some quarters of a region, each knowing the releases before it. */
export async function releasesOf(region: Region, quarters: readonly string[]): Promise<Releases> {
  const { lake, records } = await analyseRegion(region, quarters)
  try {
    return await releasesOfRuns(lake.storage, records)
  } finally {
    await lake.close()
  }
}

/** The same of runs that are there already, oldest first. */
export async function releasesOfRuns(storage: Storage, records: readonly RunRecord[]): Promise<Releases> {
  const examined: Examined[] = []
  const full: Tables[] = []
  const earlier: EarlierRelease[] = []
  for (const record of records) {
    const found = await examine(storage, record, earlier)
    examined.push(found)
    full.push({ quarter: record.quarter, marts: await fullMarts(storage, record) })
    earlier.push({ quarter: record.quarter, release: 1, run: record, untold: untoldSums(found.unsafe) })
  }
  const disclosed = examined.map(shown)
  const published = publishedOf(
    disclosed,
    records.map(({ quarter }) => quarter),
  )
  const { reference, groups } = await readReferenceOf(storage, records.at(-1)!)
  return { reference, groups, published, full, disclosed, examined }
}

/** Releases as tables, one a quarter. */
export function publishedOf(disclosed: readonly Disclosed[], quarters: readonly string[]): Tables[] {
  return disclosed.map(({ marts }, at) => ({
    quarter: quarters[at]!,
    marts: Object.fromEntries(marts.map(({ table, rows }) => [table.name, rows])),
  }))
}

async function fullMarts(storage: Storage, { quarter, run }: RunRecord) {
  const rows = marts.map(
    async ({ name }) =>
      [name, plainRows((await query(storage, { mart: name, quarter, run })).arrow)] as const,
  )
  return Object.fromEntries(await Promise.all(rows))
}

/** What an attacker finds out about what is not shown. */
export async function attack(
  releases: Releases,
  means: Means,
  secrets: readonly Secret[] = allSecrets(releases),
  both_ends = false,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [group, own] of Map.groupBy(secrets, (secret) => secret.group)) {
    const attacker = new Attacker(releases.reference, group, means)
    attacker.read(releases.published)
    findings.push(...(await attacker.bounds(own, both_ends)))
  }
  return findings
}

/**
 * Everything that the releases do not show and that depends on what they must not tell. Some figures the
 * contract's rule withholds although they do not: nothing is procurable where no capacity is reported. A year
 * of which some quarters are shown is public but for the others, which are secrets of their own.
 */
export function allSecrets({ groups, full, published, examined }: Releases): Secret[] {
  return groups.flatMap((group) =>
    full.flatMap((tables, at) => {
      const isSecret = (mart: string, row: MartRow, column: string) =>
        !(mart === 'opportunities' && published.some((one) => shows(one, row))) &&
        examined[at]!.depends(publishedMarts.find(({ name }) => name === mart)!, row, column)
      return secretsOf(tables, published[at]!, group, isSecret)
    }),
  )
}

/** Whether a release shows the whole row of some form of the same product group and zone. */
function shows({ marts }: Tables, { zoning, zone, product_group }: MartRow): boolean {
  return marts.gaps!.some(
    (row) =>
      row.zoning === zoning &&
      row.zone === zone &&
      row.product_group === product_group &&
      row.withheld === null,
  )
}
