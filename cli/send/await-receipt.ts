import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'
import { ReceiptAnswer } from '../../schemas/api-answers.ts'
import { type ApiClient, shaped } from './api-client.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

/** A receipt as the API gives it. */
export type Receipt = z.infer<typeof ReceiptAnswer>

/**
 * The receipt of a landing, once there is one; null if there is none in time.
 *
 * @param receipts how many the delivery had before
 */
export async function awaitReceipt(
  api: ApiClient,
  delivery: string,
  receipts: number,
  seconds: number,
): Promise<Receipt | null> {
  const until = Date.now() + seconds * 1000
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS)) {
    const found = await newReceipt(api, delivery, receipts)
    const left = until - Date.now()
    if (found || left <= 0) return found
    await pause(Math.min(wait, left))
  }
}

/** A receipt is written just before its delivery counts: until it does, the landing is not over. */
async function newReceipt(api: ApiClient, delivery: string, receipts: number): Promise<Receipt | null> {
  const answer = await api.ask('GET', `/v1/deliveries/${delivery}`).catch((error: unknown) => {
    if (/ answered 404: /.test((error as Error).message)) return null
    throw error
  })
  if (answer?.status !== 200) return null
  const receipt = shaped(ReceiptAnswer, answer)
  return receipt.receipts > receipts && receipt.standing.state !== 'unfinished' ? receipt : null
}
