import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Analyses, AnalysisProgress, AnalysisRequest } from '../../core/api/ports.ts'
import type { AnalysisReport, AnalysisWork } from './analysis-worker.ts'
import { Turns } from './turns.ts'

const script = new URL('./analysis-worker.ts', import.meta.url)

/** Runs on this machine, one at a time, in a thread of their own: what computes does not hold up answers. */
export class LocalAnalyses implements Analyses {
  readonly #lake: string
  readonly #onFault: (error: unknown) => void
  readonly #progress = new Map<string, AnalysisProgress>()
  readonly #turns = new Turns()
  #worker: Worker | undefined
  #stopped = false

  constructor(lake: string, onFault: (error: unknown) => void) {
    this.#lake = lake
    this.#onFault = onFault
  }

  async start(request: AnalysisRequest): Promise<void> {
    const { run, quarter } = request
    this.#progress.set(run, { run, quarter, state: 'queued' })
    void this.#turns.take(async () => {
      this.#progress.set(run, { run, quarter, state: 'running' })
      const report = await this.#compute(request)
      const state = 'result' in report ? 'succeeded' : 'failed'
      this.#progress.set(run, { run, quarter, state, ...report })
    })
  }

  async follow(run: string): Promise<AnalysisProgress | null> {
    return this.#progress.get(run) ?? null
  }

  /** Ends what is being computed. Of a run that was not finished nobody will see anything. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#worker?.terminate()
    await this.#turns.idle()
  }

  async #compute(request: AnalysisRequest): Promise<AnalysisReport> {
    if (this.#stopped) return { error: 'the server was stopped' }
    const workerData: AnalysisWork = { lake: this.#lake, request }
    this.#worker = new Worker(script, { workerData })
    try {
      const ended = once(this.#worker, 'exit').then(() => [{ error: 'the server was stopped' }])
      const [report] = await Promise.race([once(this.#worker, 'message'), ended])
      return report as AnalysisReport
    } catch (error) {
      this.#onFault(error)
      return { error: 'the run failed by a fault of the program' }
    } finally {
      await this.#worker.terminate()
      this.#worker = undefined
    }
  }
}
