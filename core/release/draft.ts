import { publishedMarts } from '../../schemas/published.ts'
import type { CheckResult } from '../check.ts'
import type { Disclosed } from '../disclosure/disclose.ts'
import { RELEASE_FILE, type ReleaseRecord, releaseContent } from '../lake/releases.ts'
import { inventedSources, noticesOf, type RunRecord } from '../lake/runs.ts'
import { stockholmDay } from '../quarter.ts'
import type { Storage } from '../storage/storage.ts'
import { compareWith } from './comparison.ts'
import { described, type Files, martFiles } from './files.ts'
import { publicInputs } from './inputs.ts'
import { licencesOf } from './licences.ts'
import { type Names, readNames } from './names.ts'
import { summarise } from './summary.ts'
import { untoldFiles } from './untold.ts'

/** The releases that a new one is compared with. */
export interface Predecessors {
  /** The quarter's newest release, which the new one corrects. */
  readonly own: ReleaseRecord | null
  /** The newest release of the latest earlier quarter. */
  readonly earlier: ReleaseRecord | null
}

/** A release without its number: everything in it that takes time to compute. */
export interface Draft {
  readonly record: Omit<ReleaseRecord, 'release' | 'files'>
  readonly mart_files: Files
  readonly disclosed: Disclosed
  readonly invented: readonly string[]
  readonly names: Names
}

/** Computes what a release of a run holds, from nothing but what may be shown of it. */
export async function draftRelease(
  storage: Storage,
  run: RunRecord,
  checks: CheckResult,
  disclosed: Disclosed,
  reason: string | null,
  { own, earlier }: Predecessors,
): Promise<Draft> {
  assertEveryMart(disclosed)
  const corrects = own && {
    release: own.release,
    run: own.run,
    reason: reason!,
    changes: await compareWith(storage, own, run, disclosed),
  }
  return {
    record: {
      quarter: run.quarter,
      run: run.run,
      as_of: run.as_of,
      computed_at: run.computed_at,
      versions: run.versions,
      reason,
      corrects,
      notices: noticesOf(run),
      inputs: await publicInputs(storage, run),
      checks: counted(checks),
      licences: licencesOf(run),
      marts: Object.fromEntries(disclosed.marts.map(({ table, rows }) => [table.name, rows.length])),
      withheld: disclosed.withheld.map((one) => ({ ...one })),
      changes: earlier && (await compareWith(storage, earlier, run, disclosed)),
    },
    mart_files: new Map([...(await martFiles(storage, disclosed.marts)), ...untoldFiles(disclosed.unsafe)]),
    disclosed,
    invented: inventedSources(run),
    names: await readNames(storage, run),
  }
}

function assertEveryMart({ marts }: Disclosed): void {
  const given = marts.map(({ table }) => table.name).join(' ')
  const wanted = publishedMarts.map(({ name }) => name).join(' ')
  if (given !== wanted) throw new Error(`a release has the marts ${wanted}, not ${given}`)
}

/** How often each rule is broken; the messages themselves may hold figures of single farms. */
function counted({ errors, warnings, violations, not_checked }: CheckResult): ReleaseRecord['checks'] {
  const rules = Map.groupBy(violations, ({ rule }) => rule)
  return {
    errors,
    warnings,
    rules: [...rules].map(([rule, own]) => ({
      rule,
      severity: own[0]!.severity,
      violations: own.length,
    })),
    not_checked: [...not_checked],
  }
}

/** Every file of the release but its data package, `release.json` last. */
export function releaseFiles(draft: Draft, release: number): { record: ReleaseRecord; files: Files } {
  const files = new Map(draft.mart_files)
  for (const language of ['sv', 'en'] as const)
    files.set(`summary.${language}.md`, Buffer.from(summaryOf(draft, release, language)))
  const { quarter, run, ...rest } = draft.record
  const record = { quarter, release, run, ...rest, files: described(files) }
  files.set(RELEASE_FILE, releaseContent(record))
  return { record, files }
}

function summaryOf(draft: Draft, release: number, language: 'sv' | 'en'): string {
  const { record, disclosed, invented, names } = draft
  const input = {
    quarter: record.quarter,
    release,
    computed_on: stockholmDay(new Date(record.computed_at)),
    corrects: record.corrects,
    changes: record.changes,
    invented,
    marts: new Map(disclosed.marts.map(({ table, rows }) => [table.name, rows])),
    names,
  }
  return summarise(input, language).text
}
