import { mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Table } from '../../schemas/table.ts'
import {
  type Acceptance,
  nextCommit,
  type RowFile,
  readScope,
  type ScopeState,
  standing,
  writeCommit,
} from '../lake/commits.ts'
import { hashFile, putNumbered, putSame } from '../lake/lake-files.ts'
import { isQuarterly, keys, type Scope } from '../lake/layout.ts'
import type { LandEffects, LandRequest, LandResult } from '../land.ts'
import type { Storage, Workspace } from '../storage/storage.ts'
import { commitWithdrawal } from '../withdraw.ts'
import type { FastRows } from './fast-rows.ts'
import type { ParquetFile } from './parquet-concat.ts'
import { type Fault, type Problem, type ProblemContext, problem } from './problems.ts'
import type { Received } from './receive.ts'
import { type Part, type RecordReader, readRecords, type Scan } from './records.ts'
import { brokenReferences, orphanFaults, readKnown, referenceState, type UsingDataset } from './references.ts'
import { Rows } from './rows.ts'
import { sameRows } from './same-rows.ts'
import { headerFaults, refusesFile, tableFaults } from './whole-file-checks.ts'

/** Problems that an answer holds at most; the receipt holds them all. */
export const PROBLEMS_SHOWN = 1000

/** A file that has come in, what it is called, and the reference data it is held against. */
export type ReceivedDelivery = Received & { readonly delivery: string; readonly reference_state: string }

/** Row files of a delivery, ready to be stored. */
interface Built {
  readonly row_name: string
  readonly curated: ParquetFile & { path: string }
  readonly rolled: (ParquetFile & { path: string }) | null
}

/** One landing on its way: what is known of the file, and its steps in the order in which they happen. */
export class Landing {
  readonly #storage: Storage
  readonly #workspace: Workspace
  readonly #table: Table
  readonly #scope: Scope
  readonly #request: LandRequest
  readonly #file: ReceivedDelivery
  readonly #effects: LandEffects
  readonly #received_at: Date
  #codes: ProblemContext['codes'] = new Map()
  #landing_key: string | undefined

  constructor(
    storage: Storage,
    workspace: Workspace,
    table: Table,
    scope: Scope,
    request: LandRequest,
    file: ReceivedDelivery,
    effects: LandEffects,
  ) {
    this.#storage = storage
    this.#workspace = workspace
    this.#table = table
    this.#scope = scope
    this.#request = request
    this.#file = file
    this.#effects = effects
    this.#received_at = this.#now()
  }

  /** Stores a file that is clean throughout; null when it is not, or not sure to be. */
  async runFast(fast: FastRows, assertUnchanged: () => Promise<void>): Promise<LandResult | null> {
    const { delivery: row_name, lines, plain } = this.#file
    const found = plain ? await fast.finish(lines, row_name, this.#scope.source) : null
    await assertUnchanged()
    await fast.close()
    if (found === null) return null
    const stored = await this.#storeRows({ row_name, ...found })
    if (stored === null) return null
    this.#effects.onPath?.('fast')
    return await this.#commit(null, stored, 0)
  }

  async run(): Promise<LandResult> {
    const received = join(this.#workspace.path, 'received')
    for (let edition = 1; ; edition++) {
      const folder = join(this.#workspace.path, `edition-${edition}`)
      await mkdir(folder)
      const reader = await readRecords(received, folder, null)
      const faults = headerFaults(this.#table, reader.header)
      if (faults.length > 0) {
        const scan = await drain(reader)
        return this.#refuse(null, scan.unreadable ? [unreadable(scan)] : faults, 0)
      }
      const row_name = edition === 1 ? this.#file.delivery : `${this.#file.delivery}.${edition}`
      const result = await this.#attempt(reader, folder, row_name)
      if (result !== 'rows differ') return result
    }
  }

  /**
   * Validates and stores under one row name. The same bytes may once have been accepted against other
   * reference data; their row files stay what they are, and the new ones get a name of their own.
   */
  async #attempt(reader: RecordReader, folder: string, row_name: string) {
    const known = await readKnown(this.#storage, this.#table)
    const rows = await Rows.open({
      folder,
      table: this.#table,
      header: reader.header!,
      quarter: this.#scope.quarter,
      source: this.#scope.source,
      row_name,
      known: known.datasets,
      lake_folders: known.folders,
      memory: this.#effects.memory,
    })
    try {
      const scan = await takeIn(rows, reader, this.#table)
      this.#codes = await codesOf(this.#table, rows)
      if (scan.unreadable) return await this.#refuse(null, [unreadable(scan)], 0)
      const refused_rows = rows.refusedRows
      const whole = await this.#wholeFileFaults(rows, scan, refused_rows, known.users)
      if (whole.length > 0) return await this.#refuse(rows, whole, refused_rows)
      const rolling = this.#table.name === 'purchases' ? rows.rolled() : null
      const [curated, rolled] = await Promise.all([rows.curated(), rolling])
      const built = await this.#storeRows({ row_name, curated, rolled })
      if (built === null) return 'rows differ'
      this.#effects.onPath?.('careful')
      return await this.#commit(rows, built, refused_rows)
    } finally {
      await rows.close()
    }
  }

  async #wholeFileFaults(
    rows: Rows,
    scan: Scan,
    refused_rows: number,
    users: readonly UsingDataset[],
  ): Promise<Fault[]> {
    const whole = { line: null, column: null }
    if (scan.records === 0) return [{ ...whole, value: null, rule: 'empty' }]
    if (refusesFile(this.#table, scan.records - refused_rows, refused_rows)) {
      return [
        { ...whole, value: `${refused_rows} of ${scan.records}`, rule: 'too_many_refused' },
        ...(await tableFaults(this.#table, rows)),
      ]
    }
    const faults = await tableFaults(this.#table, rows)
    if (faults.length > 0 || isQuarterly(this.#table)) return faults
    return await orphanFaults(rows.goodRows()!, users, (sql) => rows.select(sql))
  }

  /** Tells what stands in the lake; null when other rows have that name. */
  async #storeRows({ row_name, ...built }: Built): Promise<Built | null> {
    await this.#storeBytes()
    const curated = await this.#storeRowFile(built.curated, keys.curated(this.#scope, row_name))
    if (curated === null || built.rolled === null) return curated && { row_name, curated, rolled: null }
    const rolled = await this.#storeRowFile(built.rolled, keys.rolled(this.#scope, row_name))
    return rolled && { row_name, curated, rolled }
  }

  /** A file with the same rows in other bytes stands for this one. */
  async #storeRowFile(
    built: ParquetFile & { path: string },
    key: string,
  ): Promise<(ParquetFile & { path: string }) | null> {
    if (await putSame(this.#storage, built.path, key)) return built
    const path = await this.#storage.localFile(key)
    if (!(await sameRows(this.#workspace.path, built.path, path, this.#effects.memory))) return null
    return { path, rows: built.rows, ...(await hashFile(path)) }
  }

  /**
   * The bytes as received; sent again under another name they stand here already. Where others may write too,
   * what lies in the folder need not be what its name promises.
   */
  async #storeBytes(): Promise<string> {
    this.#landing_key ??= await this.#bytesStored()
    return this.#landing_key
  }

  async #bytesStored(): Promise<string> {
    const folder = keys.landing(this.#scope, this.#file.delivery)
    for await (const { key, bytes } of this.#storage.list(folder))
      if (bytes === this.#file.bytes && (await this.#isReceived(key))) return key
    const name = this.#name().replaceAll(/[\\/\p{Cc}]/gu, '_')
    const path = join(this.#workspace.path, 'received')
    const file = /^\.*$/.test(name) ? 'file' : name
    const numbered = (n: number) => `${folder}${n === 1 ? '' : `${n}-`}${file}`
    return numbered(await putNumbered(this.#storage, path, numbered))
  }

  async #isReceived(key: string): Promise<boolean> {
    return (await hashFile(await this.#storage.localFile(key))).sha256 === this.#file.sha256
  }

  #name(): string {
    return basename(this.#request.name ?? this.#request.file)
  }

  async #storeQuarantine(rows: Rows): Promise<void> {
    const path = await rows.quarantine()
    const name = (n: number) => (n === 1 ? this.#file.delivery : `${this.#file.delivery}.${n}`)
    if (path !== null) await putNumbered(this.#storage, path, (n) => keys.quarantine(this.#scope, name(n)))
  }

  async #commit(rows: Rows | null, built: Built, refused_rows: number): Promise<LandResult> {
    if (rows !== null) await this.#storeQuarantine(rows)
    const landing = { key: await this.#storeBytes(), sha256: this.#file.sha256, bytes: this.#file.bytes }
    for (;;) {
      const state = await readScope(this.#storage, this.#scope)
      if (state.effective?.landing.sha256 === this.#file.sha256) return await this.duplicate(state.effective)
      const supersedes = state.effective?.delivery ?? null
      const result = await this.#answer('accepted', built.curated.rows, refused_rows, supersedes, rows, [])
      const commit = this.#acceptance(state, built, refused_rows, landing)
      if (await writeCommit(this.#storage, state, commit)) return await this.#holds(commit, result)
    }
  }

  /** Reference data may have changed between the look at it and the commit: what broke is taken back. */
  async #holds(commit: Acceptance, result: LandResult): Promise<LandResult> {
    if ((await referenceState(this.#storage, this.#table)) === this.#file.reference_state) return result
    return await this.#keep(commit, result)
  }

  /**
   * Answers to bytes that count already. The landing that brought them may have died before it could look at
   * their references again, so that is done here.
   */
  async duplicate(effective: Acceptance): Promise<LandResult> {
    return await this.#keep(effective, duplicateOf(effective))
  }

  /** Gives the result as long as a delivery's references hold; else takes it back and says what broke. */
  async #keep(commit: Acceptance, result: LandResult): Promise<LandResult> {
    const faults = await brokenReferences(this.#storage, this.#table, commit, this.#effects.memory)
    if (faults.length === 0) return result
    const reason = 'reference data changed while it was landed'
    for (;;) {
      const state = await readScope(this.#storage, this.#scope)
      if (!standing(state.commits).some(({ delivery }) => delivery === commit.delivery)) break
      if (await commitWithdrawal(this.#storage, state, commit.delivery, reason, this.#now())) break
    }
    return await this.#answer('refused', 0, commit.refused_rows, null, null, faults)
  }

  #acceptance(
    state: ScopeState,
    built: Built,
    refused_rows: number,
    landing: Acceptance['landing'],
  ): Acceptance {
    const rowFile = (key: string, { sha256, bytes, rows }: ParquetFile): RowFile => ({
      key,
      sha256,
      bytes,
      rows,
    })
    return {
      kind: 'acceptance',
      ...nextCommit(state, this.#now()),
      delivery: this.#file.delivery,
      row_name: built.row_name,
      dataset: this.#scope.dataset,
      source: this.#scope.source,
      quarter: this.#scope.quarter?.name ?? null,
      received_at: this.#received_at.toISOString(),
      ...(this.#request.sent_at ? { sent_at: this.#request.sent_at.toISOString() } : {}),
      landing,
      rows: built.curated.rows,
      refused_rows,
      supersedes: state.effective?.delivery ?? null,
      curated: rowFile(keys.curated(this.#scope, built.row_name), built.curated),
      rolled: built.rolled && rowFile(keys.rolled(this.#scope, built.row_name), built.rolled),
    }
  }

  async #refuse(rows: Rows | null, whole: readonly Fault[], refused_rows: number): Promise<LandResult> {
    await this.#storeBytes()
    if (rows !== null) await this.#storeQuarantine(rows)
    return await this.#answer('refused', 0, refused_rows, null, rows, whole)
  }

  /** Writes the receipt, with every problem, and gives the answer, with the first thousand. */
  async #answer(
    status: LandResult['status'],
    accepted: number,
    refused_rows: number,
    supersedes: string | null,
    rows: Rows | null,
    whole: readonly Fault[],
  ): Promise<LandResult> {
    const { delivery } = this.#file
    const { dataset, source } = this.#scope
    const quarter = this.#scope.quarter?.name ?? null
    const problems_total = whole.length + (rows === null ? 0 : rows.faultCount)
    const said = {
      delivery,
      dataset,
      source,
      quarter,
      status,
      rows: accepted,
      refused_rows,
      supersedes,
      problems_total,
    }
    const path = join(this.#workspace.path, `receipt-${crypto.randomUUID()}.json`)
    const problems = await this.#writeReceipt(path, said, allFaults(rows, whole))
    await putNumbered(this.#storage, path, (n) => keys.receipt(n === 1 ? delivery : `${delivery}.${n}`))
    const { problems_total: _, ...answer } = said
    return { ...answer, problems, problems_total }
  }

  async #writeReceipt(path: string, said: object, faults: AsyncIterable<Fault>): Promise<Problem[]> {
    const context = {
      table: this.#table,
      quarter: this.#scope.quarter,
      codes: this.#codes,
      suggestions: new Map(),
    }
    const shown: Problem[] = []
    const file = await open(path, 'wx')
    try {
      const receipt = {
        ...said,
        file: this.#name(),
        received_at: this.#received_at.toISOString(),
      }
      await file.write(`${JSON.stringify(receipt).slice(0, -1)},"problems":[`)
      let separator = '\n'
      let lines = ''
      for await (const fault of faults) {
        const told = problem(fault, context)
        if (shown.length < PROBLEMS_SHOWN) shown.push(told)
        lines += separator + JSON.stringify(told)
        separator = ',\n'
        if (lines.length < 1 << 16) continue
        await file.write(lines)
        lines = ''
      }
      await file.write(`${lines}]}\n`)
    } finally {
      await file.close()
    }
    return shown
  }

  #now(): Date {
    return this.#effects.now?.() ?? new Date()
  }
}

const unreadable = ({ unreadable: found }: Scan): Fault => ({
  line: found!.line,
  column: null,
  value: null,
  rule: found!.rule,
  detail: found!.reason,
})

async function* allFaults(rows: Rows | null, whole: readonly Fault[]): AsyncGenerator<Fault> {
  yield* whole.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (rows !== null) yield* rows.faults()
}

async function drain(reader: RecordReader): Promise<Scan> {
  const parts = reader.parts()
  for (let result = await parts.next(); ; result = await parts.next()) if (result.done) return result.value
}

/** Reads the whole file into rows. Rows that only the whole file can judge wait until it has been read. */
async function takeIn(rows: Rows, reader: RecordReader, table: Table): Promise<Scan> {
  const parts = reader.parts()
  let scan: Scan | undefined
  const remembering: AsyncIterator<Part> = {
    async next() {
      const result = await parts.next()
      if (result.done) scan ??= result.value
      return result as IteratorResult<Part>
    },
  }
  if (Rows.needsWholeFile(table)) {
    const all: Part[] = []
    for (let result = await remembering.next(); !result.done; result = await remembering.next())
      all.push(result.value)
    await rows.readKeys(all)
    if (scan!.unreadable === null) await rows.add(all[Symbol.iterator]())
  } else {
    await rows.add(remembering)
  }
  if (scan!.misshapen > 0) await rows.addMisshapen(reader.misshapen_file)
  return scan!
}

/** Codes that references of this table may name, for suggestions. */
async function codesOf(table: Table, rows: Rows): Promise<Map<string, string[]>> {
  const codes = new Map<string, string[]>()
  for (const { references } of table.columns) {
    if (!references) continue
    const key = references.keys.at(-1)!
    const name = `${references.table}.${key}`
    if (codes.has(name)) continue
    const found = await rows.select(
      `select distinct "${key}" from known_${references.table} order by 1 limit 5000`,
    )
    codes.set(
      name,
      found.map(([code]) => String(code)),
    )
  }
  return codes
}

/** The answer to bytes that count already. */
function duplicateOf({ delivery, dataset, source, quarter, rows, refused_rows }: Acceptance): LandResult {
  const known = { delivery, dataset, source, quarter, rows, refused_rows }
  return { ...known, status: 'duplicate', supersedes: null, problems: [], problems_total: 0 }
}
