import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Analyses, AnalysisProgress, AnalysisRequest } from '../../core/api/ports.ts'
import type { AnalysisReport, AnalysisWork } from './analysis-process.ts'
import { Turns } from './turns.ts'

const script = new URL('./analysis-process.ts', import.meta.url)

/**
 * Runs on this machine, one at a time, in a process of their own: what computes does not hold up answers, and
 * can be ended at any moment, which a thread with an engine in it cannot.
 */
export class LocalAnalyses implements Analyses {
  readonly #lake: string
  readonly #onFault: (error: unknown) => void
  readonly #progress = new Map<string, AnalysisProgress>()
  readonly #turns = new Turns()
  #process: ChildProcess | undefined
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
    this.#process?.kill('SIGKILL')
    await this.#turns.idle()
  }

  async #compute(request: AnalysisRequest): Promise<AnalysisReport> {
    if (this.#stopped) return { error: 'the server was stopped' }
    const child = fork(script, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#process = child
    try {
      const ended = once(child, 'exit')
      child.send({ lake: this.#lake, request } satisfies AnalysisWork)
      const [report] = await Promise.race([once(child, 'message'), ended.then(() => [null])])
      return (report as AnalysisReport | null) ?? this.#broken()
    } finally {
      child.kill('SIGKILL')
      this.#process = undefined
    }
  }

  #broken(): AnalysisReport {
    if (this.#stopped) return { error: 'the server was stopped' }
    this.#onFault(new Error('the process of a run ended before it was done'))
    return { error: 'the run failed by a fault of the program' }
  }
}
