import {
  type Expected,
  effective,
  expectLanding,
  expectPublication,
  expectWithdrawal,
  isErroneous,
  type Model,
  type ModelCommit,
  type ModelRelease,
  type ModelRun,
  nextNumbers,
  pinsOf,
} from './model.ts'
import { named, type Operation, type Outcome } from './operations.ts'
import { deliveryOf, scopeOf } from './region.ts'

/** An operation and what came of it. */
export interface Trial<O extends Operation = Operation> {
  readonly operation: O
  readonly outcome: Outcome
}
type Of<Name extends Operation['do']> = Trial<Extract<Operation, { do: Name }>>
type Scopes = ReadonlyMap<string, readonly ModelCommit[]>

/** Why a landing takes its own delivery back. */
const TAKEN_BACK = 'reference data changed while it was landed'

/**
 * Holds what came of operations, and what they left, against what the model says: of one alone exactly that;
 * of several at once what they may have seen of each other; of one that died, nothing or everything.
 */
export class Judge {
  readonly #before: Model
  readonly #after: Model
  readonly #trials: readonly Trial[]
  readonly #faults: string[] = []
  /** Every state in which the lake may have been found. */
  readonly #moments: readonly Scopes[]

  constructor(before: Model, after: Model, trials: readonly Trial[]) {
    this.#before = before
    this.#after = after
    this.#trials = trials
    this.#moments = trials.length > 1 ? momentsBetween(before.scopes, after.scopes) : [before.scopes]
  }

  /** Everything that is not as it may be. */
  faults(): string[] {
    this.#assertGrown()
    for (const { operation, outcome } of this.#trials)
      if (outcome.says === 'fault') this.#fault(`${named(operation)} failed: ${outcome.error}`)
    for (const trial of this.#all('land')) this.#landing(trial)
    for (const trial of this.#all('withdraw')) this.#withdrawal(trial)
    for (const trial of this.#all('analyse')) this.#analysis(trial)
    for (const trial of this.#all('check')) this.#check(trial)
    for (const trial of this.#all('publish')) this.#publication(trial)
    this.#commitsAreWanted()
    this.#runsAreWanted()
    this.#releasesAreWanted()
    return this.#faults
  }

  /** What was there is there still, in the same order. */
  #assertGrown(): void {
    const lists = [this.#before.scopes, this.#before.runs, this.#before.releases, this.#before.taken]
    const now = [this.#after.scopes, this.#after.runs, this.#after.releases, this.#after.taken]
    for (const [at, list] of lists.entries())
      for (const [key, items] of list) {
        const found = new Set((now[at]!.get(key) ?? []).map(text))
        for (const item of items) if (!found.has(text(item))) this.#fault(`lost from ${key}: ${text(item)}`)
      }
  }

  #landing({ operation, outcome }: Of<'land'>): void {
    const { says, landed } = outcome
    if (!landed) {
      this.#silent({ operation, outcome })
      return
    }
    const { sent } = operation
    const { rows, refused_rows, supersedes } = landed
    const expected = this.#moments.map((scopes) => expectLanding(scopes, sent))
    const fits = expected.some((one) => text(one) === text({ says, rows, refused_rows }))
    const takenBack = says === 'refused' && this.#trials.length > 1 && this.#accepted(sent).length > 0
    if (!fits && !takenBack) this.#unexpected({ operation, outcome }, expected, { says, rows, refused_rows })
    if (says === 'accepted' && !this.#accepted(sent).some((one) => one.supersedes === supersedes))
      this.#fault(`${named(operation)} was accepted instead of ${supersedes}, but no commit says so`)
    if (says !== 'duplicate' && landed.delivery !== deliveryOf(sent))
      this.#fault(`${named(operation)} was called ${landed.delivery}`)
  }

  /** New acceptances of a file, with what counted before each. */
  #accepted(sent: Of<'land'>['operation']['sent']) {
    const scope = scopeOf(sent)
    const commits = this.#after.scopes.get(scope) ?? []
    const known = this.#before.scopes.get(scope)?.length ?? 0
    return commits.flatMap((commit, at) => {
      if (at < known || commit.kind !== 'acceptance' || commit.delivery !== deliveryOf(sent)) return []
      return [{ commit, supersedes: effective(commits.slice(0, at))?.delivery ?? null }]
    })
  }

  #withdrawal({ operation, outcome }: Of<'withdraw'>): void {
    const { says, withdrawn } = outcome
    if (says === 'died' || says === 'fault') return
    const expected = this.#moments.map((scopes) => expectWithdrawal(scopes, operation.delivery))
    if (!expected.some((one) => one.says === says))
      this.#unexpected({ operation, outcome }, expected, { says })
    if (says !== 'withdrawn') return
    for (const commits of this.#after.scopes.values()) {
      const at = commits.findIndex((one) => one.kind === 'withdrawal' && one.reason === operation.reason)
      if (at < 0) continue
      const counting = effective(commits.slice(0, at + 1))?.delivery ?? null
      if (counting !== withdrawn!.effective)
        this.#fault(`${named(operation)} says that ${withdrawn!.effective} counts now, not ${counting}`)
      return
    }
    this.#fault(`${named(operation)} was withdrawn, but no commit says so`)
  }

  /** Every new commit was wanted by somebody, as often as it was answered. */
  #commitsAreWanted(): void {
    for (const [scope, commits] of this.#after.scopes) {
      const fresh = commits.slice(this.#before.scopes.get(scope)?.length ?? 0)
      for (const delivery of new Set(fresh.map((one) => one.delivery))) {
        const own = fresh.filter((one) => one.delivery === delivery)
        const accepted = own.filter(({ kind }) => kind === 'acceptance').length
        const landings = this.#all('land').filter(({ operation }) => deliveryOf(operation.sent) === delivery)
        const says = (...these: string[]) =>
          landings.filter(({ outcome }) => these.includes(outcome.says)).length
        const least = says('accepted')
        const restored = this.#all('withdraw').filter((one) => this.#mayBeRestored(one, delivery)).length
        const most = least + says('died') + (this.#trials.length > 1 ? says('refused') : 0) + restored
        if (accepted < least || accepted > most)
          this.#fault(`${scope} has ${accepted} new acceptances of ${delivery}, not ${least} to ${most}`)
        for (const one of own)
          if (one.kind === 'withdrawal')
            this.#withdrawalIsWanted(one.delivery, one.reason, says('refused', 'died'))
      }
    }
  }

  /** A withdrawal that finds afterwards that somebody needs the delivery makes it count again. */
  #mayBeRestored({ operation, outcome }: Of<'withdraw'>, delivery: string): boolean {
    const refused = outcome.says === 'refused_withdrawal'
    return refused && operation.delivery === delivery && this.#trials.length > 1
  }

  #withdrawalIsWanted(delivery: string, reason: string, takenBack: number): void {
    if (reason === TAKEN_BACK && this.#trials.length > 1 && takenBack > 0) return
    const wanted = this.#all('withdraw').some(
      ({ operation, outcome }) =>
        operation.delivery === delivery &&
        operation.reason === reason &&
        (outcome.says === 'withdrawn' ||
          outcome.says === 'died' ||
          this.#mayBeRestored({ operation, outcome }, delivery)),
    )
    if (!wanted) this.#fault(`nobody wanted ${delivery} withdrawn: ${reason}`)
  }

  #analysis({ operation, outcome }: Of<'analyse'>): void {
    const { says, analysed } = outcome
    if (!analysed) {
      if (says !== 'died' && says !== 'fault')
        this.#unexpected({ operation, outcome }, [{ says: 'analysed' }], { says })
      return
    }
    const run = this.#newRuns(operation.quarter).find((one) => one.run === analysed.run)
    if (!run) this.#fault(`${named(operation)} says that it was run ${analysed.run}, which is not there`)
    else this.#pins(operation, run)
  }

  /** A run rests on what counted at a moment of its making. */
  #pins({ quarter, as_of }: Of<'analyse'>['operation'], { run, pins }: ModelRun): void {
    const possible = momentsBetween(this.#before.scopes, this.#after.scopes).map((at) =>
      pinsOf(at, quarter, as_of),
    )
    for (const scope of new Set([...pins.keys(), ...possible.flatMap((one) => [...one.keys()])]))
      if (!possible.some((one) => one.get(scope) === pins.get(scope)))
        this.#fault(`run ${run} rests on ${pins.get(scope)} of ${scope}, not on ${possible[0]?.get(scope)}`)
  }

  #newRuns(quarter: string): ModelRun[] {
    const known = new Set(this.#before.runs.get(quarter)?.map(({ run }) => run))
    return (this.#after.runs.get(quarter) ?? []).filter(({ run }) => !known.has(run))
  }

  #runsAreWanted(): void {
    for (const quarter of this.#after.runs.keys()) {
      const asked = this.#all('analyse').filter(({ operation }) => operation.quarter === quarter)
      const answered = asked.map(({ outcome }) => outcome.analysed?.run)
      const dead = asked.filter(({ outcome }) => outcome.says === 'died')
      const silent = this.#newRuns(quarter).filter(({ run }) => !answered.includes(run))
      if (silent.length > dead.length) this.#fault(`nobody asked for run ${silent[0]!.run} of ${quarter}`)
      else for (const [at, run] of silent.entries()) this.#pins(dead[at]!.operation, run)
    }
  }

  /** The runs that somebody may have found to be the newest. */
  #newest(quarter: string): (ModelRun | null)[] {
    return [this.#before.runs.get(quarter)?.at(-1) ?? null, ...this.#newRuns(quarter)]
  }

  #check({ operation, outcome }: Of<'check'>): void {
    const { says, checked } = outcome
    if (says === 'died' || says === 'fault') return
    const looked = this.#newest(operation.quarter).filter((run) => !checked || run?.run === checked.run)
    const expected = looked.map(
      (run): Expected => ({ says: run === null ? 'usage' : isErroneous(run) ? 'errors' : 'clean' }),
    )
    if (!expected.some((one) => one.says === says))
      this.#unexpected({ operation, outcome }, expected, { says })
  }

  #publication({ operation, outcome }: Of<'publish'>): void {
    const { says, published } = outcome
    if (says === 'died' || says === 'fault') return
    const { quarter, reason } = operation
    const own = [this.#before.releases.get(quarter)?.at(-1) ?? null, ...this.#newReleases(quarter)]
    const found = this.#trials.length > 1 ? own : own.slice(0, 1)
    // a death may have left the copy for strangers behind the pointer itself
    const pointers = [this.#before.pointers.get(quarter) ?? 0, ...found.map((one) => one?.number ?? 0)]
    const states = product(this.#newest(quarter), found, pointers)
    const expected = states.map(([newest, release, pointer]) =>
      expectPublication({ newest, own: release, pointer }, reason),
    )
    if (!expected.some((one) => one.says === says))
      this.#unexpected({ operation, outcome }, expected, { says })
    if (published) this.#readersGet({ operation, outcome }, published.release)
  }

  /** A release that was answered has been made, and readers get it, or a later one that came meanwhile. */
  #readersGet({ operation, outcome }: Of<'publish'>, number: number): void {
    const { quarter, reason } = operation
    const made = this.#after.releases.get(quarter)?.find((one) => one.number === number)
    const right = made && made.run === outcome.published!.run && (reason === null || made.reason === reason)
    if (!right) this.#fault(`${named(operation)} says that it is release ${number}, which is ${text(made)}`)
    const pointer = this.#after.pointers.get(quarter) ?? 0
    if (pointer < number || (this.#trials.length === 1 && pointer !== number))
      this.#fault(`${named(operation)} made release ${number}, but readers get ${pointer}`)
  }

  #newReleases(quarter: string): ModelRelease[] {
    const known = new Set(this.#before.releases.get(quarter)?.map(({ number }) => number))
    return (this.#after.releases.get(quarter) ?? []).filter(({ number }) => !known.has(number))
  }

  #releasesAreWanted(): void {
    for (const quarter of this.#after.taken.keys()) {
      const asked = this.#all('publish').filter(({ operation }) => operation.quarter === quarter)
      const taken = (this.#after.taken.get(quarter) ?? []).filter(
        (one) => !this.#before.taken.get(quarter)?.includes(one),
      )
      if (taken.length > 0 && !asked.some(({ outcome }) => outcome.says === 'died' || outcome.published))
        this.#fault(`nobody published ${quarter}, but number ${taken[0]} has been taken`)
      for (const release of this.#newReleases(quarter)) this.#releaseIsWanted(quarter, release, asked)
    }
  }

  #releaseIsWanted(
    quarter: string,
    { number, run, reason }: ModelRelease,
    asked: readonly Of<'publish'>[],
  ): void {
    const wanted = asked.some(({ operation, outcome }) => {
      const mine = outcome.published?.release === number || outcome.says === 'died'
      return mine && (operation.reason === reason || (operation.reason === null && this.#trials.length > 1))
    })
    if (!wanted) this.#fault(`nobody made release ${number} of ${quarter} (${reason})`)
    const rests = this.#newest(quarter).find((one) => one?.run === run)
    if (!rests) this.#fault(`release ${number} of ${quarter} is of run ${run}, which is not the newest`)
    else if (isErroneous(rests)) this.#fault(`release ${number} of ${quarter} is of a run with errors`)
    const numbers = nextNumbers(
      this.#before.releases.get(quarter)?.at(-1) ?? null,
      this.#before.taken.get(quarter) ?? [],
    )
    if (number < numbers[0]! || (this.#trials.length === 1 && !numbers.includes(number)))
      this.#fault(`release ${number} of ${quarter} should be one of ${numbers.join(', ')}`)
  }

  /** Without an answer: dead, or an error that a sender never gets. */
  #silent(trial: Trial): void {
    const { says } = trial.outcome
    if (says !== 'died' && says !== 'fault') this.#unexpected(trial, [], { says })
  }

  #unexpected({ operation, outcome }: Trial, expected: readonly unknown[], found: unknown): void {
    const wanted = [...new Set(expected.map(text))].join(' or ')
    this.#fault(
      `${named(operation)} came to ${text(found)}, not ${wanted}${outcome.error ? ` (${outcome.error})` : ''}`,
    )
  }

  #all<Name extends Operation['do']>(name: Name): Of<Name>[] {
    return this.#trials.filter(({ operation }) => operation.do === name) as Of<Name>[]
  }

  #fault(words: string): void {
    this.#faults.push(words)
  }
}

const text = (value: unknown): string =>
  JSON.stringify(value, (key, one) => (key === 'sent' ? one.name : one instanceof Map ? [...one] : one)) ??
  'nothing'

/** Every state between two, as far as anybody can tell who sees each scope grow by itself. */
function momentsBetween(before: Scopes, after: Scopes): Scopes[] {
  let moments: Map<string, readonly ModelCommit[]>[] = [new Map(before)]
  for (const [scope, commits] of after) {
    const known = before.get(scope)?.length ?? 0
    const lengths = Array.from({ length: commits.length - known }, (_, more) => known + more + 1)
    moments = moments.flatMap((moment) => [
      moment,
      ...lengths.map((length) => new Map(moment).set(scope, commits.slice(0, length))),
    ])
  }
  return moments
}

function product<A, B, C>(a: readonly A[], b: readonly B[], c: readonly C[]): [A, B, C][] {
  return a.flatMap((x) => b.flatMap((y) => c.map((z): [A, B, C] => [x, y, z])))
}
