import { linkSync, mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorage } from '../../core/storage/file.ts'
import { AroundStorage } from './around-storage.ts'
import { Invariants } from './invariants.ts'
import { StrangersLake } from './lake.ts'
import { landFiles } from './landed.ts'
import { named, type Operation, type Outcome } from './operations.ts'
import { base } from './region.ts'
import { CannedRuns } from './stand-ins.ts'
import { vouchedFaults } from './vouched.ts'

/** Time in a campaign begins here and goes on by a second whenever somebody asks. */
const BEGIN = Date.parse('2026-11-20T08:00:00.000Z')

/** What the lakes of a campaign have in common: their reference data, and runs to copy. */
export class Workshop {
  readonly folder: string
  readonly canned = new CannedRuns()

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Lands the reference data once. */
  static async open(): Promise<Workshop> {
    const workshop = new Workshop(await mkdtemp(join(tmpdir(), 'skafferi-campaign-')))
    const storage = new FileStorage(join(workshop.folder, 'base'))
    await landFiles(storage, join(workshop.folder, 'files'), base, clock(BEGIN - 24 * 3_600_000))
    return workshop
  }

  /** A lake of its own that begins with the reference data. */
  async world(): Promise<World> {
    const folder = await mkdtemp(join(this.folder, 'world-'))
    linkTree(join(this.folder, 'base'), join(folder, 'lake'))
    return new World(folder, this.canned)
  }

  async remove(): Promise<void> {
    await this.canned.remove()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A lake, and what surrounds it. */
export class World {
  readonly folder: string
  readonly root: string
  readonly canned: CannedRuns
  readonly now = clock(BEGIN)
  /** Runs whose marts are copies. */
  readonly copied = new Set<string>()
  /** The lake as strangers see it. */
  readonly lake: StrangersLake
  readonly invariants: Invariants
  /** What happened, for whoever wants to know. */
  readonly log: string[] = []
  /** What was seen that must never be, at the moment of a write. */
  readonly faults: string[] = []
  #number = 0

  constructor(folder: string, canned: CannedRuns) {
    this.folder = folder
    this.root = join(folder, 'lake')
    this.canned = canned
    this.lake = new StrangersLake(this.root)
    this.invariants = new Invariants(this.lake)
  }

  /** A number that nobody else has. */
  next(): number {
    return ++this.#number
  }

  /** Notes what came of an operation. */
  told(operation: Operation, { says }: Outcome): void {
    this.log.push(`${named(operation)}: ${says}`)
  }

  /** The lake as a process opens it anew. Whatever begins to count is looked at in the moment it does. */
  open(): AroundStorage {
    return new AroundStorage(new FileStorage(this.root), async (call, run) => {
      const result = await run()
      if ((call.verb === 'put' && result === 'written') || (call.verb === 'swapPointer' && result === true))
        this.faults.push(...vouchedFaults(this.root, call.key))
      return result
    })
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A clock that goes on by a second at each look. */
function clock(from: number): () => Date {
  let seconds = 0
  return () => new Date(from + 1000 * seconds++)
}

/** Another name for every file: objects are write-once, so lakes can share them. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else linkSync(source, target)
  }
}
