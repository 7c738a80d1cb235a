import type { ModelText } from '../model-text.ts'

/** What a rule found: the token it stands at, and what to write instead. */
export type Finding = { at: number; message: string }

/** One thing that the grammar lets pass and an engine does not, or answers differently. */
export type Rule = {
  code: string
  /** The row of the portability table, or the habit, that it comes from, in words. */
  because: string
  find: (model: ModelText) => Finding[]
}
