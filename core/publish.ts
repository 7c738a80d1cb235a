import { forbiddenIn } from '../schemas/forbidden-phrasings.ts'
import { type CheckResult, check as checkRun, isClean, unanswered, type Violation } from './check.ts'
import { type Disclosed, disclose as discloseRun } from './disclosure/disclose.ts'
import type { EarlierRelease } from './disclosure/earlier.ts'
import { SkafferiError } from './errors.ts'
import { putSameBytes } from './lake/lake-files.ts'
import { keys } from './lake/layout.ts'
import {
  type Comparison,
  movePointer,
  PACKAGE_FILE,
  RELEASE_FILE,
  type ReleaseFile,
  type ReleaseRecord,
  readIdentity,
} from './lake/releases.ts'
import { type RunRecord, readRun } from './lake/runs.ts'
import { inParallel } from './parallel.ts'
import { parseQuarter } from './quarter.ts'
import { findRun } from './query.ts'
import { draftRelease, releaseFiles } from './release/draft.ts'
import { dataPackage, described, type Files, sha256 } from './release/files.ts'
import { isOvertaken, look, nextNumber, type State, take } from './release/numbers.ts'
import { readUntold } from './release/untold.ts'
import type { Storage } from './storage/storage.ts'

/** How long another publisher may take to finish a number that it has taken. */
const PATIENCE_MS = 3000

/** What to publish, and why once more. */
export interface PublishRequest {
  readonly quarter: string
  /** Default the quarter's newest. */
  readonly run?: string | undefined
  /** Needed where the quarter has a release of another run. */
  readonly reason?: string | undefined
}

/** What publishing needs of its surroundings beside the lake. */
export interface PublishEffects {
  readonly check?: typeof checkRun
  readonly disclose?: typeof discloseRun
  /** Told what is being done. */
  readonly onStep?: (step: string) => void
  /** How long to wait for a publisher who has taken a number before it is taken for dead. */
  readonly patience_ms?: number
}

/** What the caller is told. */
export interface PublishResult {
  readonly quarter: string
  readonly release: number
  readonly run: string
  /** `unchanged`: readers get this very release already. */
  readonly status: 'published' | 'unchanged'
  readonly corrects: {
    readonly release: number
    readonly run: string
    readonly reason: string
    readonly changes: Comparison['counts']
  } | null
  readonly files: readonly ReleaseFile[]
  readonly withheld: ReleaseRecord['withheld']
  /** How many opportunities are in which state since the latest earlier quarter; null when there is none. */
  readonly changes: Comparison['counts'] | null
  readonly checks: { readonly errors: number; readonly warnings: number }
  /** What must be said before the figures, if anything. */
  readonly notices?: readonly string[]
}

/** A run that its checks do not let out; nothing has changed. */
export class ChecksFailedError extends SkafferiError {
  override readonly name = 'ChecksFailedError'
  readonly result: CheckResult

  constructor(result: CheckResult) {
    const { run, quarter } = result
    super(
      'check',
      `run ${run} of ${quarter} is not published: ${obstacles(result).join('; ')} (skafferi check --quarter ${quarter})`,
    )
    this.result = result
  }
}

function obstacles(result: CheckResult): string[] {
  const { errors, violations } = result
  const rules = [...new Set(violations.filter(isError).map(({ rule }) => rule))]
  const unknown = unanswered(result)
  return [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'} (${rules.join(', ')})`] : []),
    ...(unknown.length > 0 ? [`rules that nobody can tell about (${unknown.join(', ')})`] : []),
  ]
}

const isError = ({ severity }: Violation) => severity === 'error'

/**
 * Makes a release of a run, the quarter's newest unless another is named, and moves readers to it. The release's
 * data package is written first and owns the number, `release.json` last: from then on the release has been made.
 * A publication that died is finished by publishing again; whoever finds the number taken looks again from the start.
 *
 * @throws SkafferiError `usage` for a quarter without a run, a release of another run and no reason, a release
 *   of a run that was computed after the one that is named, or a reason in words that no text may contain;
 *   `check` (`ChecksFailedError`) for a run with errors, or with rules that could find some and cannot be answered
 */
export async function publish(
  storage: Storage,
  request: PublishRequest,
  effects: PublishEffects = {},
): Promise<PublishResult> {
  const quarter = parseQuarter(request.quarter).name
  const reason = reasonOf(request)
  const lost = new Set<number>()
  for (;;) {
    const run = await findRun(storage, { quarter, run: request.run })
    const state = await look(storage, quarter)
    if (answers(state.own, run, reason)) return await settled(storage, state.own!)
    if (request.run !== undefined) assertNewer(state.own, run)
    const number = nextNumber(state, lost)
    const made = await attempt(storage, run, reason, state, number, effects)
    if (made !== null) return resultOf('published', made)
    lost.add(number)
  }
}

function reasonOf({ reason }: PublishRequest): string | null {
  if (reason === undefined) return null
  if (reason.trim() === '') throw new SkafferiError('usage', 'the reason is empty (valid: --reason TEXT)')
  const [forbidden] = forbiddenIn(reason)
  if (forbidden)
    throw new SkafferiError(
      'usage',
      `the reason says ${JSON.stringify(forbidden.found)}, and readers see it: ${forbidden.reason} (valid: what was corrected, in other words)`,
    )
  return reason.trim()
}

/** Whether the quarter's newest release is what was asked for; another one needs a reason. */
function answers(own: ReleaseRecord | null, { run, quarter }: RunRecord, reason: string | null): boolean {
  if (own === null) return false
  if (own.run === run && (reason === null || reason === own.reason)) return true
  if (reason !== null) return false
  throw new SkafferiError(
    'usage',
    `${quarter} has release ${own.release} already, of run ${own.run}; run ${run} corrects it, which needs --reason TEXT`,
  )
}

/** Readers are not led back: a run that took longer may come to its end after one that was begun later. */
function assertNewer(own: ReleaseRecord | null, { run, quarter, computed_at }: RunRecord): void {
  if (own === null || own.computed_at <= computed_at) return
  throw new SkafferiError(
    'usage',
    `${quarter} has release ${own.release} already, of run ${own.run}, which was computed after run ${run}: compute it anew to correct it`,
  )
}

/** The release is there; readers may still have to be moved to it. */
async function settled(storage: Storage, record: ReleaseRecord): Promise<PublishResult> {
  const content = await storage.read(`${keys.release(record.quarter, record.release)}${RELEASE_FILE}`)
  const moved = await point(storage, record, content)
  const descriptor = await storage.read(`${keys.release(record.quarter, record.release)}${PACKAGE_FILE}`)
  const files = new Map([
    [RELEASE_FILE, content],
    [PACKAGE_FILE, descriptor],
  ])
  return resultOf(moved ? 'published' : 'unchanged', {
    record,
    files: [...record.files, ...described(files)],
  })
}

async function point(storage: Storage, { quarter, release, run }: ReleaseRecord, content: Uint8Array) {
  return await movePointer(storage, { quarter, release, run, release_sha256: sha256(content) })
}

interface Made {
  readonly record: ReleaseRecord
  readonly files: readonly ReleaseFile[]
}

/** Tries to make a release of that number; null when another publisher came between. */
async function attempt(
  storage: Storage,
  run: RunRecord,
  reason: string | null,
  state: State,
  number: number,
  effects: PublishEffects,
): Promise<Made | null> {
  const { onStep = () => undefined } = effects
  onStep('checking')
  const checks = await checked(storage, run, effects)
  onStep('withholding what tells of single farms and plants')
  const disclosed = await disclosedOf(storage, run, state, number, effects)
  onStep('writing tables and summaries')
  const draft = await draftRelease(storage, run, checks, disclosed, reason, state)
  const { record, files } = releaseFiles(draft, number)
  const descriptor = dataPackage(record, files)
  onStep(`publishing release ${number}`)
  if (!(await take(storage, state, number, descriptor, effects.patience_ms ?? PATIENCE_MS))) return null
  await store(storage, record, files)
  if (await isOvertaken(storage, state)) return null
  await finish(storage, record, files)
  return { record, files: described(new Map([...files, [PACKAGE_FILE, descriptor]])) }
}

async function checked(storage: Storage, { quarter, run }: RunRecord, { check = checkRun }: PublishEffects) {
  const result = await check(storage, { quarter, run })
  if (!isClean(result)) throw new ChecksFailedError(result)
  return result
}

/**
 * What may be shown, given all that has been shown. A number that was taken counts as shown even if its
 * release was never made: its files may have been seen.
 */
async function disclosedOf(
  storage: Storage,
  run: RunRecord,
  { quarter, numbers }: State,
  number: number,
  { disclose = discloseRun }: PublishEffects,
): Promise<Disclosed> {
  const shown = numbers
    .flatMap(({ quarter: of, taken }) => taken.map((release) => ({ quarter: of, release })))
    .filter(({ quarter: of, release }) => of !== quarter || release !== number)
  const earlier = await inParallel(shown, async ({ quarter: of, release }): Promise<EarlierRelease> => {
    const identity = await readIdentity(storage, of, release)
    const untold = await readUntold(storage, of, release)
    return { quarter: of, release, run: await readRun(storage, of, identity.run), untold }
  })
  return await disclose(storage, run, earlier)
}

/** Writes everything that makes no release yet. */
async function store(storage: Storage, record: ReleaseRecord, files: Files): Promise<void> {
  for (const [name, bytes] of files) if (name !== RELEASE_FILE) await putOwn(storage, record, name, bytes)
}

async function putOwn(
  storage: Storage,
  { quarter, release }: ReleaseRecord,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const key = `${keys.release(quarter, release)}${name}`
  if (!(await putSameBytes(storage, bytes, key)))
    throw new SkafferiError('fault', `${key} holds other bytes than ${PACKAGE_FILE} beside it says`)
}

/** Makes the release, and readers get it. */
async function finish(storage: Storage, record: ReleaseRecord, files: Files): Promise<void> {
  const content = files.get(RELEASE_FILE)!
  await putOwn(storage, record, RELEASE_FILE, content)
  await point(storage, record, content)
}

function resultOf(status: PublishResult['status'], { record, files }: Made): PublishResult {
  const { quarter, release, run, corrects, withheld, changes, checks, notices } = record
  return {
    quarter,
    release,
    run,
    status,
    corrects: corrects && { ...corrects, changes: corrects.changes.counts },
    files,
    withheld,
    changes: changes?.counts ?? null,
    checks: { errors: checks.errors, warnings: checks.warnings },
    ...(notices.length > 0 ? { notices } : {}),
  }
}
