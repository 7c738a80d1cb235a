import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ApiProblem } from './problem.ts'

const Position = z.tuple([z.string(), z.int().min(0)])

/** Where a page begins: in what, and after how many. */
export interface Position {
  /** What is read page by page: the run, or the receipt. */
  readonly of: string
  readonly offset: number
}

/**
 * A cursor for the page after this one. It belongs to a question and is of no use with another.
 *
 * @param question all that must be the same on every page
 */
export function cursorOf(question: readonly string[], { of, offset }: Position): string {
  const position = Buffer.from(JSON.stringify([of, offset])).toString('base64url')
  return `${position}.${seal(question, position)}`
}

/** Reads a cursor; throws 400 for one of another question, or that nobody gave out. */
export function readCursor(question: readonly string[], cursor: string): Position {
  const [position = '', sealed] = cursor.split('.')
  if (sealed === seal(question, position)) {
    const [of, offset] = Position.parse(JSON.parse(Buffer.from(position, 'base64url').toString()))
    return { of, offset }
  }
  throw new ApiProblem(400, 'the cursor does not belong to this question', {
    value: cursor,
    valid: ['the cursor of the page before, with all other parameters as they were'],
  })
}

/** No secret: a forged cursor would show no more than asking does. */
function seal(question: readonly string[], position: string): string {
  return createHash('sha256')
    .update(JSON.stringify([question, position]))
    .digest('base64url')
    .slice(0, 22)
}
