import { expect, test } from 'vitest'
import { negotiate } from '../../../core/api/accept.ts'

const offered = ['application/json', 'text/csv', 'application/vnd.apache.arrow.stream'] as const

test.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/*', 'application/json'],
  ['text/csv, */*', 'text/csv'],
  ['text/csv;q=0.5, application/json', 'application/json'],
  ['text/csv;q=0.5, application/json;q=0.4', 'text/csv'],
  ['application/json, text/csv', 'application/json'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
  ['application/json;q=0, */*', 'text/csv'],
  ['application/vnd.apache.arrow.stream', 'application/vnd.apache.arrow.stream'],
  ['nonsense', 'application/json'],
])('of %j the answer is %s', (accept, media) => {
  expect(negotiate(accept, offered)).toBe(media)
})

test.each(['text/html', 'application/json;q=0', 'text/csv;q=0, image/*', 'text/csv;q=2'])(
  '%s is 406',
  (accept) => {
    expect(() => negotiate(accept, offered)).toThrow(expect.objectContaining({ status: 406 }))
  },
)
