import { type CheckName, checkRules, type Severity } from '../schemas/check-rules.ts'
import { datasets } from '../schemas/datasets/index.ts'
import { rolled_purchases } from '../schemas/rolled.ts'
import { parameterValues } from './analyse.ts'
import { type Damage, damagedFiles } from './checks/recorded-files.ts'
import { type Names, readNames, sentencesOf } from './checks/sentences.ts'
import { SkafferiError } from './errors.ts'
import { listRuns, noticesOf, type Pin, type RunRecord } from './lake/runs.ts'
import { loadChecks, type Model, renderModel } from './models.ts'
import { parseQuarter, stockholmDay } from './quarter.ts'
import { findRun, plainRows } from './query.ts'
import { openRun, runFolder } from './run-results.ts'
import { compareKeys, type Storage } from './storage/storage.ts'

/** A delivery to look at. */
export type CheckedDelivery = Pick<Pin, 'delivery' | 'source' | 'dataset' | 'quarter'>

/** Something that does not hold: where, how much, what to look at. */
export interface Violation {
  readonly severity: Severity
  readonly rule: CheckName
  /** For people, in English and in Swedish: what is wrong and what to look at. */
  readonly message: string
  readonly message_sv: string
  readonly zoning: string | null
  readonly zone: string | null
  readonly place: string | null
  readonly product_group: string | null
  /** Form, step, segment, dataset or file. */
  readonly item: string | null
  /** Supplier, producer, processor or source. */
  readonly actor: string | null
  /** Which quantity or case of the rule. */
  readonly kind: string
  readonly found: number
  /** What `found` was held against. */
  readonly bound: number
  readonly unit: string
  readonly deliveries: readonly CheckedDelivery[]
}

/** What the checks say of a run. */
export interface CheckResult {
  readonly run: string
  readonly quarter: string
  readonly errors: number
  readonly warnings: number
  /** Errors first, then by rule, then by place. */
  readonly violations: readonly Violation[]
  /** Rules that nobody can tell about, since a file that they read is damaged or the run is from before them. */
  readonly not_checked: readonly CheckName[]
  /** Of each of those, the tables that it reads and that the run does not have whole. */
  readonly lacks: Readonly<Record<string, readonly string[]>>
  /** What must be said before all that, if anything. */
  readonly notices: readonly string[]
}

const DATASETS = new Set([...datasets, rolled_purchases].map(({ name }) => name))

type Place = 'zoning' | 'zone' | 'place' | 'product_group' | 'item' | 'actor' | 'kind'
/** What a check answers, before its deliveries are gathered. */
type Found = Pick<Violation, 'severity' | 'rule' | Place | 'found' | 'bound' | 'unit'> & {
  readonly delivery: string | null
}

/** What of a run can be asked, and what it says. */
interface Answers {
  readonly found: readonly Found[]
  /** Tables that are not all there, by the rule that cannot be told about for them. */
  readonly lacks: ReadonlyMap<CheckName, readonly string[]>
  readonly names: Names
}

/**
 * Holds a run, by default the newest of the quarter, against every check. Damaged and missing files are
 * violations, and the checks that do not need them are made nevertheless.
 *
 * @throws SkafferiError `usage` for a quarter without a run
 */
export async function check(
  storage: Storage,
  request: { readonly quarter: string; readonly run?: string | undefined },
): Promise<CheckResult> {
  const record = await runToCheck(storage, request)
  const damages = await damagedFiles(storage, record)
  const { found, lacks, names } = await answersOf(storage, record, damages)
  const violations = gathered([...damages.map(damageFound), ...found], record, names).sort(byPlace)
  const untold = [...lacks].filter(([name]) => !violations.some(({ rule }) => rule === name))
  const count = (severity: Severity) => violations.filter((one) => one.severity === severity).length
  return {
    run: record.run,
    quarter: record.quarter,
    errors: count('error'),
    warnings: count('warning'),
    violations,
    not_checked: untold.map(([name]) => name),
    lacks: Object.fromEntries(untold),
    notices: noticesOf(record),
  }
}

/** Rules of severity `error` that nobody can tell about: they stand in the way of a release like errors. */
export function unanswered({ not_checked }: Pick<CheckResult, 'not_checked'>): CheckName[] {
  return not_checked.filter((name) => checkRules[name].severity === 'error')
}

/** Whether a run may be released: no error was found, and every rule that could find one was asked. */
export function isClean(result: Pick<CheckResult, 'errors' | 'not_checked'>): boolean {
  return result.errors === 0 && unanswered(result).length === 0
}

async function runToCheck(
  storage: Storage,
  request: { readonly quarter: string; readonly run?: string | undefined },
): Promise<RunRecord> {
  const { name } = parseQuarter(request.quarter)
  const runs = await listRuns(storage)
  if (!runs.has(name)) {
    const others = runs.size > 0 ? ` (quarters with a run: ${[...runs.keys()].join(', ')})` : ''
    throw new SkafferiError(
      'usage',
      `no run of ${name} in ${storage.url}: skafferi analyse --quarter ${name}${others}`,
    )
  }
  return await findRun(storage, request)
}

/** Asks every check that needs none of the damaged files. */
async function answersOf(storage: Storage, record: RunRecord, damages: readonly Damage[]): Promise<Answers> {
  const lost = new Set(damages.filter(({ kind }) => kind !== 'rows').map(({ key }) => key))
  const engine = await openRun(storage, without(record, lost))
  try {
    const unknown = unknownTables(record, lost)
    const values = parameterValues({
      quarter: parseQuarter(record.quarter),
      today: stockholmDay(new Date(record.as_of ?? record.computed_at)),
    })
    const found: Found[] = []
    const lacks = new Map<CheckName, readonly string[]>()
    for (const one of await loadChecks()) {
      const name = ruleOf(one)
      const lacking = one.reads.filter(unknown)
      if (lacking.length > 0) lacks.set(name, lacking)
      else {
        const rows = plainRows(await engine.query(renderModel(one, values, runFolder(record))))
        found.push(...rows.map((row) => ({ ...(row as unknown as Omit<Found, 'rule'>), rule: name })))
      }
    }
    return { found, lacks, names: await readNames(engine) }
  } finally {
    await engine.close()
  }
}

function ruleOf({ name }: Model): CheckName {
  if (!Object.hasOwn(checkRules, name))
    throw new Error(`no words for check ${name} in schemas/check-rules.ts`)
  return name as CheckName
}

/** The run as if it had never had some files; a result of which one is lost is lost as a whole. */
function without(record: RunRecord, lost: ReadonlySet<string>): RunRecord {
  return {
    ...record,
    inputs: record.inputs.map((pin) => ({ ...pin, keys: pin.keys.filter((key) => !lost.has(key)) })),
    models: Object.fromEntries(
      Object.entries(record.models).filter(([, files]) => !files.some(({ key }) => lost.has(key))),
    ),
  }
}

/** Tells of a table whether its rows are not all there. */
function unknownTables(record: RunRecord, lost: ReadonlySet<string>): (table: string) => boolean {
  const damaged = record.inputs.filter(({ keys }) => keys.some((key) => lost.has(key)))
  const names = damaged.map(({ dataset }) => (dataset === 'purchases' ? 'rolled_purchases' : dataset))
  return (table) => {
    if (DATASETS.has(table)) return names.includes(table)
    const files = record.models[table]
    return !files || files.some(({ key }) => lost.has(key))
  }
}

function damageFound({ kind, key, pin, found, bound }: Damage): Found {
  const where = { zoning: null, zone: null, place: null, product_group: null }
  return {
    severity: 'error',
    rule: 'rows_as_committed',
    ...where,
    item: key,
    actor: pin?.source ?? null,
    kind,
    found,
    bound,
    unit: kind === 'rows' ? 'rows' : kind === 'row_file_uncommitted' ? 'commits' : 'bytes',
    delivery: pin?.delivery ?? null,
  }
}

/** One violation for all rows that say the same of different deliveries. */
function gathered(found: readonly Found[], record: RunRecord, names: Names): Violation[] {
  const pins = new Map(record.inputs.map((pin) => [pin.delivery, pin]))
  const groups = new Map<string, Found[]>()
  for (const one of found) {
    const key = JSON.stringify({ ...one, delivery: null }, Object.keys(one).sort())
    const same = groups.get(key)
    if (same) same.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()].map((rows) => {
    const deliveries = rows.flatMap(({ delivery }) => {
      const pin = delivery === null ? undefined : pins.get(delivery)
      return pin ? [checked(pin)] : []
    })
    return violationOf(rows[0]!, deliveries.sort(byDelivery), names)
  })
}

function checked({ delivery, source, dataset, quarter }: Pin): CheckedDelivery {
  return { delivery, source, dataset, quarter }
}

function violationOf(
  { severity, rule, zoning, zone, place, product_group, item, actor, kind, found, bound, unit }: Found,
  deliveries: readonly CheckedDelivery[],
  names: Names,
): Violation {
  const where = { zoning, zone, place, product_group, item, actor, kind }
  const { en, sv } = sentencesOf({ rule, ...where, found, bound, deliveries }, names)
  return { severity, rule, message: en, message_sv: sv, ...where, found, bound, unit, deliveries }
}

function byDelivery(a: CheckedDelivery, b: CheckedDelivery): number {
  return (
    compareKeys(a.dataset, b.dataset) ||
    compareKeys(a.quarter ?? '', b.quarter ?? '') ||
    compareKeys(a.source, b.source) ||
    compareKeys(a.delivery, b.delivery)
  )
}

const PLACES = ['zoning', 'zone', 'place', 'product_group', 'item', 'actor', 'kind'] as const

function byPlace(a: Violation, b: Violation): number {
  const first = compareKeys(a.severity, b.severity) || compareKeys(a.rule, b.rule)
  const then = () => PLACES.reduce((order, name) => order || compareKeys(a[name] ?? '', b[name] ?? ''), 0)
  return first || then() || a.found - b.found || a.bound - b.bound
}
