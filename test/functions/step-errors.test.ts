import { describe, expect, test } from 'vitest'
import { AthenaError } from '../../core/engines/athena-errors.ts'
import { EngineError, NotFoundError, SkafferiError, StorageError } from '../../core/errors.ts'
import { kindOf, RetryableError, stepError } from '../../functions/step-errors.ts'

const athena = (fault: ConstructorParameters<typeof AthenaError>[1]['fault']) =>
  new AthenaError('model gaps', { fault, code: 'X', reason: 'because' })
const sdk = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('said by S3'), { name, $metadata: { httpStatusCode } })
const storage = (cause: Error) => new StorageError('key', 'cannot read', { cause })

describe('what a state machine is told', () => {
  test.each([
    ['a lost connection', storage(Object.assign(new Error('x'), { code: 'ECONNRESET' }))],
    ['a throttled request', storage(sdk('SlowDown', 503))],
    ['a fault of S3', storage(sdk('InternalError', 500))],
    ['Athena out of resources', athena('transient')],
    ['a statement that was ended', athena('stopped')],
    ['out of time', new RetryableError('too little time')],
  ])('%s may pass', (_, error) => {
    expect(stepError(error)).toMatchObject({ name: 'RetryableError', message: error.message })
    expect(kindOf(error)).toBe('transient')
  })

  test.each([
    ['a wrong question', new SkafferiError('usage', 'not a quarter')],
    ['refused data', new SkafferiError('refused', 'no')],
    ['failed checks', new SkafferiError('check', '3 errors')],
  ])('%s is refused', (_, error) => {
    expect(stepError(error)).toMatchObject({ name: 'RefusedError', message: error.message, cause: error })
  })

  test.each([
    ['no permission', storage(sdk('AccessDenied', 403)), 'fault'],
    ['nothing there', new NotFoundError('key', 's3://lake'), 'fault'],
    ['a wrong statement', athena('author'), 'fault'],
    ['the limit of bytes', athena('guard'), 'fault'],
    ['an engine', new EngineError('duckdb', 'model gaps', new Error('out of memory')), 'fault'],
    ['a bug', new TypeError('x is undefined'), 'bug'],
    ['what is no error', 'words', 'bug'],
  ])('%s keeps its name', (_, error, kind) => {
    expect(stepError(error)).toBe(error)
    expect(kindOf(error)).toBe(kind)
  })

  test('an access error of Athena is none of the connection, whatever caused it', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNRESET' })
    const error = new AthenaError('q', { fault: 'access', code: 'X', reason: 'denied', cause })
    expect(kindOf(error)).toBe('fault')
  })
})
