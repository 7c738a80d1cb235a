import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LandRequest, LandResult } from '../../core/land.ts'
import type { WithdrawResult } from '../../core/withdraw.ts'

/** What a process is sent to do. */
export type Errand =
  | { readonly do: 'land'; readonly request: LandRequest }
  | { readonly do: 'withdraw'; readonly delivery: string }

/** What came of it. */
export interface Outcome {
  readonly landed?: LandResult
  readonly withdrawn?: WithdrawResult
  readonly error?: string
}

const script = join(import.meta.dirname, 'land-process.ts')
const node = join(import.meta.dirname, '../../node_modules/node/bin/node')

/** A process that is ready to land into a lake. */
export async function startProcess(lake: string): Promise<ChildProcess> {
  const child = fork(script, [lake], {
    execPath: node,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

/** Sends a process on an errand and waits for what comes of it. */
export async function sendOn(child: ChildProcess, errand: Errand): Promise<Outcome> {
  const message = once(child, 'message')
  child.send(errand)
  return (await message)[0] as Outcome
}
