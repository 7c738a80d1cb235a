import type {
  Found,
  StoredCommit,
  StoredFile,
  StoredPackage,
  StoredPointer,
  StoredRelease,
  StoredRun,
  StrangersLake,
} from './lake.ts'
import { effective, knowsRare, type Model, sentAs, usesRare } from './model.ts'
import { deliveryOf, scopeOf } from './region.ts'

/** Where objects of a lake may lie. */
const PLACES = /^(landing|curated|rolled|quarantine|commits|receipts|models|runs|releases)\//
const isPointer = (key: string) => /^releases\/[^/]+\/current\.json$/.test(key)

/** What never holds may not hold at any time, whatever happened. */
export class Invariants {
  readonly #lake: StrangersLake
  /** Records whose files have been looked at; objects do not change. */
  readonly #verified = new Set<string>()
  #before: ReadonlyMap<string, Found> = new Map()
  #pointers: ReadonlyMap<string, number> = new Map()

  constructor(lake: StrangersLake) {
    this.#lake = lake
  }

  /** Everything that does not hold, after a look at the lake. */
  faults(state: Model): string[] {
    const faults = [
      ...this.#changes(),
      ...this.#unknownObjects(),
      ...this.#commits(state),
      ...this.#files(),
      ...this.#references(state),
      ...this.#runs(),
      ...this.#releases(),
      ...this.#pointersMoved(state),
    ]
    this.#before = this.#lake.objects
    this.#pointers = new Map(state.pointers)
    return faults
  }

  /** Nothing is changed or deleted but pointers. */
  #changes(): string[] {
    return [...this.#before].flatMap(([key, { sha256 }]) => {
      const now = this.#lake.objects.get(key)
      if (now === undefined) return [`${key} has been deleted`]
      return now.sha256 === sha256 || isPointer(key) ? [] : [`${key} has been changed`]
    })
  }

  #unknownObjects(): string[] {
    return this.#new('').flatMap((key) => (PLACES.test(key) ? [] : [`${key} lies where nothing should`]))
  }

  /** A scope's commits are numbered without a gap; each says what its delivery is and what it replaces. */
  #commits({ scopes }: Model): string[] {
    return [...scopes].flatMap(([scope, commits]) => {
      const keys = this.#lake.keys(`commits/${scope}/`)
      return keys.flatMap((key, at) => {
        const commit = this.#lake.json<StoredCommit>(key)
        const faults =
          key.endsWith(`/${String(at + 1).padStart(6, '0')}.json`) && commit.n === at + 1
            ? []
            : [`${key} is number ${commit.n}, but the ${at + 1}th`]
        if (at > 0 && commits[at - 1]!.committed_at > commit.committed_at)
          faults.push(`${key} is older than the one before`)
        if (scopeOf(commit) !== scope && commit.quarter !== null) faults.push(`${key} is of another scope`)
        if (commit.kind === 'withdrawal') return faults
        const before = effective(commits.slice(0, at))?.delivery ?? null
        if (commit.supersedes !== before)
          faults.push(`${key} supersedes ${commit.supersedes}, but ${before} counted`)
        // one that a withdrawal had to make count again says what counted meanwhile, which no sender was told
        const again = commits.slice(0, at).some(({ delivery }) => delivery === commit.delivery)
        return [...faults, ...this.#once(key, () => this.#acceptance(key, commit, again))]
      })
    })
  }

  #acceptance(
    key: string,
    { delivery, landing, curated, rolled, rows, refused_rows, dataset, supersedes }: StoredCommit,
    again: boolean,
  ): string[] {
    const sent = sentAs(delivery)
    const faults = [landing, curated, ...(rolled ? [rolled] : [])].flatMap((file) =>
      this.#fileFaults(key, file),
    )
    if (landing.sha256 !== sent.sha256) faults.push(`${key} names other bytes than were sent`)
    if (rows + refused_rows !== sent.rows)
      faults.push(`${key} has ${rows} + ${refused_rows} rows of ${sent.rows}`)
    if (curated.rows !== rows) faults.push(`${key} has ${rows} rows, its file ${curated.rows}`)
    if ((rolled !== null) !== (dataset === 'purchases'))
      faults.push(`${key} ${rolled ? 'has a' : 'lacks its'} roll-up`)
    const said = this.#receipts(delivery).some(
      (receipt) =>
        receipt.status === 'accepted' &&
        receipt.rows === rows &&
        receipt.refused_rows === refused_rows &&
        (again || receipt.supersedes === supersedes),
    )
    if (!said) faults.push(`${key} counts, but no receipt says so`)
    if (refused_rows > 0 && this.#lake.keys(`quarantine/${dataset}/${delivery}`).length === 0)
      faults.push(`${key} refused rows that nobody can see`)
    return faults
  }

  /** Receipts of a delivery, as their files have them. */
  #receipts(delivery: string): Record<string, unknown>[] {
    return this.#lake.keys(`receipts/${delivery}.`).map((key) => this.#lake.json(key))
  }

  #fileFaults(key: string, { key: named, sha256, bytes }: StoredFile): string[] {
    const found = this.#lake.objects.get(named)
    if (found === undefined) return [`${key} names ${named}, which is not there`]
    return found.sha256 === sha256 && found.bytes === bytes ? [] : [`${named} is not what ${key} says`]
  }

  /** Bytes as received are what their delivery's name was made from. */
  #files(): string[] {
    return this.#new('landing/').flatMap((key) => {
      const [, dataset, source, delivery] = key.split('/') as [string, string, string, string]
      const sent = sentAs(delivery)
      const right = sent.dataset === dataset && sent.source === source && deliveryOf(sent) === delivery
      return right && this.#lake.objects.get(key)!.sha256 === sent.sha256
        ? []
        : [`${key} is not what was sent`]
    })
  }

  /** No delivery in force needs a place that is not known. */
  #references({ scopes }: Model): string[] {
    if (knowsRare(scopes)) return []
    return [...scopes].flatMap(([scope, commits]) => {
      const counting = effective(commits)
      return counting && usesRare(counting) ? [`${scope} needs a place that is not known`] : []
    })
  }

  /** A run that is listed has every file of every model, and pins that a commit vouches for. */
  #runs(): string[] {
    return this.#new('runs/').flatMap((key) => {
      const record = this.#lake.json<StoredRun>(key)
      const faults = Object.values(record.models)
        .flat()
        .flatMap((file) => this.#fileFaults(key, file))
      if (key !== `runs/${record.quarter}/${record.run}.json`) faults.push(`${key} is of another run`)
      for (const [mart, rows] of Object.entries(record.marts)) {
        const stored = record.models[mart]?.reduce((sum, file) => sum + file.rows!, 0)
        if (stored !== rows) faults.push(`${key} has ${rows} rows of ${mart}, its files ${stored}`)
      }
      return [...faults, ...record.inputs.flatMap((pin) => this.#pinFaults(key, pin))]
    })
  }

  #pinFaults(key: string, pin: StoredRun['inputs'][number]): string[] {
    const vouching = this.#lake.keys(`commits/${scopeOf(pin)}/`).some((of) => {
      const { kind, delivery, row_name, rows, refused_rows, curated, rolled } =
        this.#lake.json<StoredCommit>(of)
      if (kind !== 'acceptance' || delivery !== pin.delivery || row_name !== pin.row_name) return false
      return (
        rows === pin.rows && refused_rows === pin.refused_rows && pin.keys.join() === (rolled ?? curated).key
      )
    })
    return vouching ? [] : [`${key} rests on ${pin.delivery} as no commit has it`]
  }

  /** A number begins with its data package; what it names is right, and all there once the release is made. */
  #releases(): string[] {
    const folders = new Set(
      this.#lake.keys('releases/').flatMap((key) => /^releases\/[^/]+\/[0-9]+\//.exec(key)?.[0] ?? []),
    )
    return [...folders].flatMap((folder) => {
      const descriptor = `${folder}datapackage.json`
      if (!this.#lake.objects.has(descriptor)) return [`${folder} lacks its data package`]
      const made = this.#lake.objects.has(`${folder}release.json`)
      if (made && this.#verified.has(folder)) return []
      if (made) this.#verified.add(folder)
      const named = this.#lake.json<StoredPackage>(descriptor)
      const files = named.resources.map(({ path, bytes, hash }) => ({
        key: folder + path,
        bytes,
        sha256: hash.replace('sha256:', ''),
      }))
      const there = this.#lake.keys(folder).filter((key) => key !== descriptor)
      const strays = there
        .filter((key) => !files.some((file) => file.key === key))
        .map((key) => `${key} is of no release`)
      const wanted = made ? files : files.filter(({ key }) => this.#lake.objects.has(key))
      return [
        ...strays,
        ...wanted.flatMap((file) => this.#fileFaults(descriptor, file)),
        ...(made ? this.#madeFaults(folder, named) : []),
      ]
    })
  }

  #madeFaults(folder: string, { quarter, release, run, reason }: StoredPackage): string[] {
    const record = this.#lake.json<StoredRelease>(`${folder}release.json`)
    const faults = record.files.flatMap(({ path, ...file }) =>
      this.#fileFaults(`${folder}release.json`, { key: folder + path, ...file }),
    )
    if (folder !== `releases/${quarter}/${release}/`)
      faults.push(`${folder} says that it is ${quarter}/${release}`)
    if (
      record.quarter !== quarter ||
      record.release !== release ||
      record.run !== run ||
      record.reason !== reason
    )
      faults.push(`${folder}release.json is of another release`)
    if (!this.#lake.objects.has(`runs/${quarter}/${run}.json`))
      faults.push(`${folder} is of a run that is not there`)
    return faults
  }

  /** Readers get a release that is there, and never an older one than before. */
  #pointersMoved({ pointers, releases }: Model): string[] {
    const faults = [...pointers].flatMap(([quarter, release]) => {
      const { run, release_sha256 } = this.#lake.json<StoredPointer>(`releases/${quarter}/current.json`)
      const made = releases.get(quarter)?.find(({ number }) => number === release)
      if (!made || made.run !== run)
        return [`readers of ${quarter} get release ${release}, which is not there`]
      const found = this.#lake.objects.get(`releases/${quarter}/${release}/release.json`)!
      return found.sha256 === release_sha256
        ? []
        : [`readers of ${quarter} get other bytes than those of release ${release}`]
    })
    for (const [quarter, before] of this.#pointers) {
      const now = pointers.get(quarter) ?? 0
      if (now < before) faults.push(`readers of ${quarter} got release ${before}, now ${now}`)
    }
    return faults
  }

  #new(prefix: string): string[] {
    return this.#lake.keys(prefix).filter((key) => !this.#before.has(key))
  }

  #once(key: string, faults: () => string[]): string[] {
    if (this.#verified.has(key)) return []
    this.#verified.add(key)
    return faults()
  }
}
