import { afterEach, expect, test, vi } from 'vitest'
import { environment } from '../../functions/environment.ts'

afterEach(() => vi.unstubAllEnvs())

test('gives what was asked for, with defaults', () => {
  vi.stubEnv('SKAFFERI_LAKE', 's3://lake/prefix')
  expect(environment('SKAFFERI_LAKE', 'SKAFFERI_ENGINE', 'SKAFFERI_DUCKDB_MEMORY')).toEqual({
    SKAFFERI_LAKE: 's3://lake/prefix',
    SKAFFERI_ENGINE: 'athena',
    SKAFFERI_DUCKDB_MEMORY: undefined,
  })
})

test('names every variable that is missing, and what would be valid', () => {
  vi.stubEnv('SKAFFERI_LAKE', '')
  expect(() => environment('SKAFFERI_LAKE', 'SKAFFERI_TOPIC_ARN')).toThrow(
    "SKAFFERI_LAKE is missing (valid: s3://bucket or s3://bucket/prefix); SKAFFERI_TOPIC_ARN is missing (valid: a topic's ARN)",
  )
})

test('says what a wrong variable is', () => {
  vi.stubEnv('SKAFFERI_ENGINE', 'oracle')
  vi.stubEnv('SKAFFERI_DUCKDB_MEMORY', 'lots')
  expect(() => environment('SKAFFERI_ENGINE', 'SKAFFERI_DUCKDB_MEMORY')).toThrow(
    'SKAFFERI_ENGINE is "oracle" (valid: athena or duckdb); SKAFFERI_DUCKDB_MEMORY is "lots" (valid: such as 300MB)',
  )
})

test('does not look at what a function does not need', () => {
  vi.stubEnv('SKAFFERI_ENGINE', 'oracle')
  expect(environment()).toEqual({})
})
