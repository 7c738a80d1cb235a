import { type Disclosed, disclose } from '../../core/disclosure/disclose.ts'
import type { RunRecord } from '../../core/lake/runs.ts'
import { plainRows, query } from '../../core/query.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Region, Row } from '../reference/facts.ts'
import { analyseRegion } from '../support/region-runs.ts'
import { Attacker, type Finding, type Means, type Reference, secretsOf, type Tables } from './attacker.ts'
import { readReferenceOf } from './reference-of.ts'

/** Releases of some quarters: what is published, and what the runs really say. */
export interface Releases {
  readonly reference: Reference
  readonly groups: readonly string[]
  readonly published: readonly Tables[]
  readonly full: readonly Tables[]
  readonly disclosed: readonly Disclosed[]
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
  const disclosed: Disclosed[] = []
  const full: Tables[] = []
  for (const [at, record] of records.entries()) {
    const earlier = records.slice(0, at).map((run) => ({ quarter: run.quarter, release: 1, run }))
    disclosed.push(await disclose(storage, record, earlier))
    full.push({ quarter: record.quarter, marts: await fullMarts(storage, record) })
  }
  const published = disclosed.map((one, at) => ({
    quarter: records[at]!.quarter,
    marts: Object.fromEntries(one.marts.map(({ table, rows }) => [table.name, rows])),
  }))
  const { reference, groups } = await readReferenceOf(storage, records.at(-1)!)
  return { reference, groups, published, full, disclosed }
}

async function fullMarts(storage: Storage, { quarter, run }: RunRecord) {
  const rows = marts.map(
    async ({ name }) =>
      [name, plainRows((await query(storage, { mart: name, quarter, run })).arrow)] as const,
  )
  return Object.fromEntries(await Promise.all(rows))
}

/** What an attacker finds out about everything that is not shown. */
export async function attack(releases: Releases, means: Means): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const group of releases.groups) {
    const secrets = releases.full.flatMap((full, at) => secretsOf(full, releases.published[at]!, group))
    if (secrets.length === 0) continue
    const attacker = new Attacker(releases.reference, group, means)
    attacker.read(releases.published)
    findings.push(...(await attacker.bounds(secrets)))
  }
  return findings
}

export type { Row }
