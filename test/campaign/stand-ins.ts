import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyse } from '../../core/analyse.ts'
import type { Disclosed } from '../../core/disclosure/disclose.ts'
import { DuckDBEngine } from '../../core/engines/duckdb.ts'
import { type Engine, type ModelFolder, modelPrefix, type SavedFile } from '../../core/engines/engine.ts'
import { readRun } from '../../core/lake/runs.ts'
import { FileStorage } from '../../core/storage/file.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { showAll } from '../support/disclosures.ts'
import { landFiles } from './landed.ts'
import { base, sendings } from './region.ts'

/** Deliveries behind the results that stand-ins leave. */
const SHOWN = ['purchases/wholesaler/2026-Q3', 'production/farmers/2026-Q3', 'portions/kitchens/2026-Q3']

/** A run with all its results. */
interface Canned {
  /** The file of each model. */
  readonly results: ReadonlyMap<string, SavedFile & { readonly file: string }>
  /** Its marts with nothing withheld. */
  readonly disclosed: Disclosed
}

/** Results of a real run of each quarter, to be copied by engines that compute nothing. */
export class CannedRuns {
  readonly #folder: Promise<string>
  #storage: Promise<FileStorage> | undefined
  readonly #results = new Map<string, Promise<Canned>>()

  constructor() {
    this.#folder = mkdtemp(join(tmpdir(), 'skafferi-canned-'))
  }

  /** The run of a quarter; computed when it is first wanted. */
  of(quarter: string): Promise<Canned> {
    const known = this.#results.get(quarter) ?? this.#run(quarter)
    this.#results.set(quarter, known)
    return known
  }

  async #run(quarter: string): Promise<Canned> {
    this.#storage ??= this.#land()
    const storage = await this.#storage
    const { run } = await analyse(storage, { quarter })
    const record = await readRun(storage, quarter, run)
    const results = Object.entries(record.models).map(async ([model, [file]]) => {
      return [model, { ...file!, file: await storage.localFile(file!.key) }] as const
    })
    return {
      results: new Map(await Promise.all(results)),
      disclosed: await showAll(storage, record, []),
    }
  }

  async #land(): Promise<FileStorage> {
    const folder = await this.#folder
    const storage = new FileStorage(join(folder, 'lake'))
    const first = SHOWN.map((path) => {
      const sent = sendings.find((one) => `${one.dataset}/${one.source}/${one.quarter}` === path)!
      return [path, sent.content.toString()]
    })
    await landFiles(storage, join(folder, 'files'), { ...base, ...Object.fromEntries(first) })
    return storage
  }

  async remove(): Promise<void> {
    await rm(await this.#folder, { recursive: true, force: true })
  }
}

/**
 * An engine that writes what a real one would write, file by file, without computing it: the pins are those
 * of the run, all else is copied.
 */
export class CopyingEngine implements Engine {
  readonly name = 'duckdb'
  readonly models_at_once = 1
  readonly #storage: Storage
  readonly #engine: DuckDBEngine
  readonly #canned: CannedRuns
  readonly #onRun: (run: string) => void

  private constructor(
    storage: Storage,
    engine: DuckDBEngine,
    canned: CannedRuns,
    onRun: (run: string) => void,
  ) {
    this.#storage = storage
    this.#engine = engine
    this.#canned = canned
    this.#onRun = onRun
  }

  /** Opens an engine that copies, and tells which run it does so for. */
  static async open(storage: Storage, canned: CannedRuns, onRun: (run: string) => void) {
    const engine = await DuckDBEngine.open(storage, { threads: 1 })
    return new CopyingEngine(storage, engine, canned, onRun)
  }

  query: Engine['query'] = () => {
    throw new Error('an engine that copies has no answers')
  }

  async save(sql: string, folder: ModelFolder): Promise<SavedFile[]> {
    this.#onRun(folder.run)
    if (folder.model === 'inputs') return await this.#engine.save(sql, folder)
    const { results } = await this.#canned.of(`${folder.year}-Q${folder.quarter}`)
    const { file, rows, bytes, sha256 } = results.get(folder.model)!
    const key = `${modelPrefix(folder)}part-0.parquet`
    if ((await this.#storage.put(key, { file })) === 'exists') throw new Error(`${key} exists already`)
    return [{ key, rows, bytes, sha256 }]
  }

  async close(): Promise<void> {
    await this.#engine.close()
  }
}
