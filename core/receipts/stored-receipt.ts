import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { type LandingRule, landingRules } from '../../schemas/landing-rules.ts'
import { SkafferiError } from '../errors.ts'
import { keys } from '../lake/layout.ts'
import type { Problem } from '../landing/problems.ts'
import { unknownName } from '../names.ts'
import type { Storage } from '../storage/storage.ts'
import { linesOf } from './text-lines.ts'

/** How a receipt begins where its problems follow line by line. */
const PROBLEMS_FOLLOW = '"problems":['
const SUGGESTED = 20

const Head = z.object({
  delivery: z.string(),
  dataset: z.string(),
  source: z.string(),
  quarter: z.string().nullable(),
  status: z.enum(['accepted', 'refused']),
  rows: z.int(),
  refused_rows: z.int(),
  supersedes: z.string().nullable(),
  problems_total: z.int(),
  file: z.string(),
  received_at: z.iso.datetime(),
})

/** What a receipt says, all but its problems. */
export type ReceiptHead = z.infer<typeof Head>

/** The newest receipt of a delivery. */
export interface StoredReceipt {
  readonly key: string
  /** How many receipts the delivery has: one for each outcome. */
  readonly receipts: number
  readonly head: ReceiptHead
}

/** How often a rule was broken. */
export interface BrokenRule {
  readonly rule: LandingRule
  readonly problems: number
  readonly meaning: string
}

/**
 * The newest receipt of a delivery.
 *
 * @throws SkafferiError `usage` for a delivery of which nothing was ever said
 */
export async function readReceipt(storage: Storage, delivery: string): Promise<StoredReceipt> {
  const numbers = /^[A-Za-z0-9]+$/.test(delivery) ? await receiptNumbers(storage, delivery) : []
  const newest = numbers.at(-1)
  if (newest === undefined) throw await unknownDelivery(storage, delivery)
  const key = keys.receipt(newest === 1 ? delivery : `${delivery}.${newest}`)
  for await (const [line] of linesOf(await storage.localFile(key)))
    return { key, receipts: numbers.length, head: headOf(key, line!) }
  throw new SkafferiError('fault', `receipt ${key} is empty`)
}

/** Numbers of a delivery's receipts, smallest first; as names they would sort 10 before 9. */
export async function receiptNumbers(storage: Storage, delivery: string): Promise<number[]> {
  const prefix = `receipts/${delivery}`
  const numbers: number[] = []
  for await (const { key } of storage.list(`${prefix}.`)) {
    const found = /^(?:\.([0-9]+))?\.json$/.exec(key.slice(prefix.length))
    if (found) numbers.push(Number(found[1] ?? 1))
  }
  return numbers.sort((a, b) => a - b)
}

async function unknownDelivery(storage: Storage, delivery: string): Promise<SkafferiError> {
  const known = new Set<string>()
  for await (const { key } of storage.list('receipts/')) known.add(key.split('/')[1]!.split('.')[0]!)
  const nearest = [...known].sort((a, b) => distance(a, delivery) - distance(b, delivery))
  return unknownName('delivery', delivery, nearest.slice(0, SUGGESTED))
}

function headOf(key: string, line: string): ReceiptHead {
  const text = line.trimEnd()
  const parsed = Head.safeParse(JSON.parse(text.endsWith(PROBLEMS_FOLLOW) ? `${text}]}` : text))
  if (parsed.success) return parsed.data
  throw new SkafferiError('fault', `receipt ${key} is damaged: ${z.prettifyError(parsed.error)}`)
}

/** The problems of a receipt in their order, many at a time, each as the JSON text it is stored as. */
async function* problemTexts(storage: Storage, key: string): AsyncGenerator<string[]> {
  let head = true
  for await (const lines of linesOf(await storage.localFile(key))) {
    const texts = (head ? lines.slice(1) : lines).map((line) => line.replace(/(,|\]\})\n$/, ''))
    head = false
    yield texts
  }
}

/** The problems of a receipt in their order, one by one however many there are. */
export async function* problemsOf(storage: Storage, key: string): AsyncGenerator<Problem> {
  for await (const texts of problemTexts(storage, key))
    for (const text of texts) yield JSON.parse(text) as Problem
}

/** The first problems of a receipt, and how often each rule was broken in all of them, most often first. */
export async function summariseProblems(
  storage: Storage,
  key: string,
  shown: number,
): Promise<{ problems: Problem[]; rules: BrokenRule[] }> {
  const problems: Problem[] = []
  const counts = new Map<LandingRule, number>()
  for await (const texts of problemTexts(storage, key)) {
    for (const text of texts) {
      const rule = ruleOf(text)
      counts.set(rule, (counts.get(rule) ?? 0) + 1)
      if (problems.length < shown) problems.push(JSON.parse(text) as Problem)
    }
  }
  const rules = [...counts].map(([rule, count]) => ({
    rule,
    problems: count,
    meaning: landingRules[rule].en,
  }))
  return { problems, rules: rules.sort((a, b) => b.problems - a.problems || (a.rule < b.rule ? -1 : 1)) }
}

/** Cut out of the text, since a receipt may have a million. Inside a string every quote has a backslash. */
function ruleOf(text: string): LandingRule {
  const from = text.indexOf(',"rule":"') + ',"rule":"'.length
  return text.slice(from, text.indexOf('"', from)) as LandingRule
}
