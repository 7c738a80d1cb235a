import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { z } from 'zod'
import type { Analyses, AnalysisOutcome, AnalysisProgress, AnalysisRequest } from '../core/api/ports.ts'
import { quarterBefore } from '../core/lateness.ts'

const sfn = new SFNClient()
const EXECUTION = /^[A-Za-z0-9_-]{1,80}$/
/** Failures whose words are for the one who asked. */
const TOLD = ['RefusedError', 'RetryableError', 'EngineError', 'StorageError', 'SkafferiError', 'NotClean']
const STATES = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  ABORTED: 'failed',
  PENDING_REDRIVE: 'queued',
} as const

const Input = z.object({
  run: z.string().nullish(),
  quarter: z.string().nullish(),
  scheduled_at: z.string().nullish(),
})
const Output = z.object({
  analysis: z.object({ run: z.string(), quarter: z.string(), marts: z.record(z.string(), z.int()) }),
  check: z.object({ errors: z.int(), warnings: z.int() }),
  release: z.object({ release: z.int() }).optional(),
})
const Failure = z.object({ errorMessage: z.string() })

/** Runs of the state machine: the execution of a run is called as the run is. */
export function analysesBy(state_machine_arn: string): Analyses {
  const execution = (run: string) => `${state_machine_arn.replace(':stateMachine:', ':execution:')}:${run}`
  return {
    async start(request: AnalysisRequest): Promise<void> {
      const input = JSON.stringify({ ...request, scheduled_at: null })
      await sfn.send(
        new StartExecutionCommand({ stateMachineArn: state_machine_arn, name: request.run, input }),
      )
    },
    async follow(run: string): Promise<AnalysisProgress | null> {
      if (!EXECUTION.test(run)) return null
      try {
        return progressOf(run, await sfn.send(new DescribeExecutionCommand({ executionArn: execution(run) })))
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return null
        throw error
      }
    },
  }
}

function progressOf(run: string, described: DescribeExecutionOutput): AnalysisProgress {
  const { input, output, startDate, status, error, cause } = described
  const asked = Input.parse(JSON.parse(input ?? '{}'))
  const quarter = asked.quarter ?? quarterBefore(new Date(asked.scheduled_at ?? startDate ?? 0)).name
  const state = STATES[status ?? 'RUNNING']
  if (state === 'succeeded') return { run, quarter, state, result: outcomeOf(output ?? '') }
  if (state === 'failed') return { run, quarter, state, error: reasonOf(status, error, cause) }
  return { run, quarter, state }
}

function outcomeOf(output: string): AnalysisOutcome {
  const { analysis, check, release } = Output.parse(JSON.parse(output))
  const { run, marts } = analysis
  return { run, marts, errors: check.errors, warnings: check.warnings, release: release?.release ?? null }
}

function reasonOf(status: string | undefined, error: string | undefined, cause: string | undefined): string {
  if (status === 'TIMED_OUT') return 'the run took too long'
  if (status === 'ABORTED') return 'somebody ended the run'
  if (error === undefined || cause === undefined || !TOLD.includes(error))
    return 'the run failed by a fault of the program'
  const told = Failure.safeParse(parseJson(cause))
  return told.success ? told.data.errorMessage : cause
}

/** A function's failure is JSON, a state machine's own is words. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
