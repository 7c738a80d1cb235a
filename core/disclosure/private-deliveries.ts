import type { RunRecord } from '../lake/runs.ts'

/** The datasets that tell what farms and plants deliver. */
const PRIVATE = ['production', 'processing']

/**
 * Deliveries of a run that may not be named in public: those of farms and plants. A delivery's name, like the
 * hash of its file, is made from its bytes; with a zone's sum shown, a few hundred thousand tries find what
 * three farms sent.
 */
export function privateDeliveries({ inputs }: Pick<RunRecord, 'inputs'>): Set<string> {
  return new Set(inputs.filter(({ dataset }) => PRIVATE.includes(dataset)).map(({ delivery }) => delivery))
}
