import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, describe, expect, test } from 'vitest'
import { analysesBy } from '../../functions/analyses.ts'

const MACHINE = 'arn:aws:states:eu-north-1:000000000000:stateMachine:runs'
const sfn = mockClient(SFNClient)
const analyses = analysesBy(MACHINE)
afterEach(() => sfn.reset())

const request = { run: 'r-1', quarter: '2026-Q3', as_of: null, publish: true, reason: null }
const input = JSON.stringify({ ...request, scheduled_at: null })
const described = (more: object) => sfn.on(DescribeExecutionCommand).resolves({ input, ...more })

test('a run is an execution of its name, told all that the state machine asks for', async () => {
  await analyses.start(request)
  const { input: sent, ...rest } = sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input
  expect(rest).toEqual({ stateMachineArn: MACHINE, name: 'r-1' })
  expect(JSON.parse(sent!)).toEqual({ ...request, scheduled_at: null })
})

describe('follow', () => {
  test('running', async () => {
    described({ status: 'RUNNING' })
    expect(await analyses.follow('r-1')).toEqual({ run: 'r-1', quarter: '2026-Q3', state: 'running' })
    expect(sfn.commandCalls(DescribeExecutionCommand)[0]!.args[0].input).toEqual({
      executionArn: 'arn:aws:states:eu-north-1:000000000000:execution:runs:r-1',
    })
  })

  test('done: what was recorded, checked and released', async () => {
    const output = {
      ...request,
      analysis: { run: 'r-1-2', quarter: '2026-Q3', marts: { gaps: 7 } },
      check: { errors: 0, warnings: 2, clean: true },
      release: { quarter: '2026-Q3', release: 3, run: 'r-1-2', status: 'published' },
    }
    described({ status: 'SUCCEEDED', output: JSON.stringify(output) })
    expect(await analyses.follow('r-1')).toEqual({
      ...{ run: 'r-1', quarter: '2026-Q3', state: 'succeeded' },
      result: { run: 'r-1-2', marts: { gaps: 7 }, errors: 0, warnings: 2, release: 3 },
    })
    const { release: _, ...unpublished } = output
    described({ status: 'SUCCEEDED', output: JSON.stringify(unpublished) })
    expect(await analyses.follow('r-1')).toMatchObject({ result: { release: null } })
  })

  test.each([
    [
      'RefusedError',
      { errorType: 'RefusedError', errorMessage: 'no deliveries count', trace: ['at /var/task'] },
      'no deliveries count',
    ],
    ['NotClean', 'checks found errors', 'checks found errors'],
    [
      'TypeError',
      { errorType: 'TypeError', errorMessage: 'x is undefined' },
      'the run failed by a fault of the program',
    ],
  ])('failed by %s', async (error, cause, told) => {
    described({ status: 'FAILED', error, cause: typeof cause === 'string' ? cause : JSON.stringify(cause) })
    expect(await analyses.follow('r-1')).toEqual({
      run: 'r-1',
      quarter: '2026-Q3',
      state: 'failed',
      error: told,
    })
  })

  test.each([
    ['TIMED_OUT', 'the run took too long'],
    ['ABORTED', 'somebody ended the run'],
  ] as const)('%s', async (status, told) => {
    described({ status })
    expect(await analyses.follow('r-1')).toMatchObject({ state: 'failed', error: told })
  })

  test('a run by the clock: its quarter is the one before', async () => {
    sfn.on(DescribeExecutionCommand).resolves({
      status: 'RUNNING',
      input: JSON.stringify({ run: null, quarter: null, scheduled_at: '2026-11-15T05:00:00Z' }),
    })
    expect(await analyses.follow('some-name')).toMatchObject({ quarter: '2026-Q3' })
  })

  test('nobody asked for it', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }))
    expect(await analyses.follow('r-9')).toBeNull()
    expect(await analyses.follow('no/name:at all')).toBeNull()
    expect(sfn.commandCalls(DescribeExecutionCommand)).toHaveLength(1)
  })
})
