import type { ReceiptSummary } from '../receipt.ts'
import type { Use } from './usage.ts'

/** What to do next, and why. */
export interface NextStep {
  readonly command: string
  readonly why: string
}

/** What its sender can do so that all of a delivery counts. */
export function sendersSteps(told: Omit<ReceiptSummary, 'next_steps'>): NextStep[] {
  const { delivery, standing, refused_rows, status, received_at } = told
  if (standing.state === 'superseded')
    return [{ command: `skafferi receipt ${standing.superseded_by}`, why: 'this one counts in its place' }]
  if (standing.state === 'unfinished')
    return [{ command: landAgain(told, 'FILE'), why: 'its landing broke off; landing it again finishes it' }]
  if (standing.state === 'withdrawn')
    return [{ command: landAgain(told, 'FILE'), why: 'it was taken back; send what is right' }]
  if (standing.state === 'refused' && (standing.effective_since ?? '') > received_at)
    return [{ command: `skafferi receipt ${standing.effective}`, why: 'a newer delivery counts there' }]
  if (refused_rows > 0) return mendingSteps(delivery, landAgain(told, 'whole.csv'))
  if (status === 'refused')
    return [{ command: landAgain(told, 'FILE'), why: 'mend what is said above and send the file again' }]
  return []
}

/** A delivery stands for all of its scope: the mended rows alone would replace the good ones. */
function mendingSteps(delivery: string, land: string): NextStep[] {
  return [
    {
      command: `skafferi receipt ${delivery} --format csv > refused.csv`,
      why: 'the refused rows, each with its line and reasons; mend them there (a row taken out is left out)',
    },
    {
      command: `skafferi receipt ${delivery} --mended refused.csv > whole.csv`,
      why: 'the file as it was sent, with the mended rows in their places',
    },
    {
      command: land,
      why: 'a delivery replaces all that came before it: send the whole file, never the mended rows alone',
    },
  ]
}

function landAgain(
  { dataset, source, quarter }: Pick<ReceiptSummary, 'dataset' | 'source' | 'quarter'>,
  file: string,
): string {
  const of = quarter === null ? '' : ` --quarter ${quarter}`
  return `skafferi land ${file} --dataset ${dataset} --source ${source}${of}`
}

/** What makes the newest runs say what counts now. `quarter`: of the delivery, or one that can be analysed. */
export function analystsSteps(
  { standing, dataset }: Pick<ReceiptSummary, 'standing' | 'dataset'>,
  used: readonly Pick<Use, 'quarter'>[],
  quarter: string | null,
): NextStep[] {
  const analyse = (of: string) => `skafferi analyse --quarter ${of}`
  if (standing.state !== 'effective')
    return used.map((use) => ({
      command: analyse(use.quarter),
      why: `the newest run of ${use.quarter} still rests on this delivery, which no longer counts`,
    }))
  if (used.some((use) => use.quarter === quarter)) return []
  if (quarter === null)
    return [
      { command: 'skafferi land DIR', why: `${dataset} alone cannot be analysed: no quarter has a delivery` },
    ]
  return [{ command: analyse(quarter), why: `no run of ${quarter} rests on it yet` }]
}
