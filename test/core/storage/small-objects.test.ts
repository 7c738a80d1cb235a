import { expect, test } from 'vitest'
import { SmallObjects } from '../../../core/storage/small-objects.ts'

const KB = 1 << 10
const sized = (bytes: number, content = 1) => new Uint8Array(bytes).fill(content)

test('what is kept and given out are copies', () => {
  const small = new SmallObjects()
  const bytes = sized(3)
  small.keep('a', bytes)
  bytes.fill(9)
  small.get('a')?.fill(9)
  expect(small.get('a')).toEqual(sized(3))
  expect(small.get('b')).toBeUndefined()
})

test('what is big is not kept, and the oldest go when it gets too much', () => {
  const small = new SmallObjects()
  small.keep('big', sized(257 * KB))
  expect(small.get('big')).toBeUndefined()
  // 32 MB are kept: 128 of these
  for (let n = 0; n < 130; n++) small.keep(`${n}`, sized(256 * KB, n))
  expect(small.get('0')).toBeUndefined()
  expect(small.get('1')).toBeUndefined()
  expect(small.get('2')?.[0]).toBe(2)
  expect(small.get('129')?.[0]).toBe(129)
})
