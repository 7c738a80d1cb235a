import { EngineError } from '../errors.ts'
import { significant, stripComments, tokenize } from '../sql-text.ts'
import type { Engine } from './engine.ts'

/** The text of one SELECT and nothing beside it, without comments, which Athena's own parser stumbles over. */
export function selectText(sql: string, subject: string, engine: Engine['name']): string {
  try {
    const tokens = significant(tokenize(sql))
    if (tokens.some(({ text }) => text === ';')) throw new Error('one statement at a time')
    if (!['select', 'with'].includes(tokens[0]?.text.toLowerCase() ?? ''))
      throw new Error('only a SELECT is allowed')
    let depth = 0
    for (const { text, kind } of tokens) {
      if (kind === 'symbol') depth += text === '(' ? 1 : text === ')' ? -1 : 0
      if (depth < 0) throw new Error('a parenthesis is closed that was not opened')
    }
    return stripComments(sql).trim()
  } catch (error) {
    throw new EngineError(engine, subject, error)
  }
}
