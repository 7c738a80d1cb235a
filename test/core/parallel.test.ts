import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { inParallel, Turns } from '../../core/parallel.ts'

/** Work that tells how much of it goes on at once. */
function counted() {
  let now = 0
  const work = async (ms = 1) => {
    work.most = Math.max(work.most, ++now)
    await pause(ms)
    now--
  }
  work.most = 0
  return work
}

describe('inParallel', () => {
  test('gives results in the order of the items, whichever is done first', async () => {
    const results = await inParallel([5, 1, 3], async (ms, at) => {
      await pause(ms)
      return `${at}:${ms}`
    })
    expect(results).toEqual(['0:5', '1:1', '2:3'])
  })

  test('does no more at once than it may, and no less', async () => {
    const work = counted()
    await inParallel(Array(40).fill(1), work, 7)
    expect(work.most).toBe(7)
    expect(await inParallel([], work)).toEqual([])
  })

  test('begins nothing after a failure, and leaves nothing behind that goes on', async () => {
    const begun: number[] = []
    const done: number[] = []
    const use = async (item: number) => {
      begun.push(item)
      if (item === 2) throw new Error('the second fails')
      await pause(5)
      done.push(item)
    }
    await expect(inParallel([1, 2, 3, 4, 5, 6], use, 3)).rejects.toThrow('the second fails')
    expect(begun).toEqual([1, 2, 3])
    expect(done).toEqual([1, 3])
  })
})

describe('Turns', () => {
  test('are taken in order, and given back by what fails', async () => {
    const turns = new Turns(2)
    const work = counted()
    const order: number[] = []
    const all = Array.from({ length: 10 }, (_, n) =>
      turns.run(async () => {
        order.push(n)
        await work()
        if (n % 2 === 0) throw new Error(`${n} fails`)
        return n
      }),
    )
    const settled = await Promise.allSettled(all)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(work.most).toBe(2)
  })
})
