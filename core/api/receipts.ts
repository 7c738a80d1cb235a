import { receiptParameters } from '../../schemas/api-requests.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import type { Problem } from '../landing/problems.ts'
import { receipt } from '../receipt.ts'
import { problemsOf, readReceipt, receiptNumbers } from '../receipts/stored-receipt.ts'
import type { Storage } from '../storage/storage.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { type ApiResponse, type Caller, json, MOST_ANSWER_BYTES, transportBytes } from './http.ts'
import { readQuery } from './parameters.ts'
import { ApiProblem } from './problem.ts'
import { mayRead, readableSources } from './senders.ts'

/**
 * A receipt with a page of its problems; 202 while the delivery lies here and has not been landed. Of the
 * deliveries of others no more is told than of those that nobody sent.
 */
export async function readReceiptPage(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  const { limit, cursor } = readQuery(request.query, receiptParameters)
  const { storage } = context
  const delivery = request.parameters.delivery!
  const caller = request.caller!
  if ((await receiptNumbers(storage, delivery)).length === 0)
    return await waitingAnswer(storage, delivery, caller)
  const { key, head } = await readReceipt(storage, delivery)
  if (!mayRead(caller, head.source)) throw unknown(delivery)
  const offset = cursor === undefined ? 0 : offsetOf(delivery, key, String(cursor))
  const told = await receipt(storage, delivery)
  const problems = await readProblems(storage, key, offset, Number(limit))
  for (let shown = problems.length; ; shown = Math.floor(shown / 2)) {
    const end = offset + shown
    const next = end < told.problems_total ? cursorOf([delivery], { of: key, offset: end }) : null
    const answer = json(
      200,
      { ...told, problems: problems.slice(0, shown), next },
      {
        'cache-control': 'private, no-cache',
      },
    )
    if (transportBytes(answer.body) <= MOST_ANSWER_BYTES || shown <= 1) return answer
  }
}

function offsetOf(delivery: string, key: string, cursor: string): number {
  const { of, offset } = readCursor([delivery], cursor)
  if (of === key) return offset
  throw new ApiProblem(400, `${delivery} has a newer receipt by now`, {
    value: cursor,
    valid: ['its first page again, without cursor'],
  })
}

async function readProblems(
  storage: Storage,
  key: string,
  offset: number,
  limit: number,
): Promise<Problem[]> {
  const problems: Problem[] = []
  let at = 0
  for await (const problem of problemsOf(storage, key)) {
    if (at++ >= offset) problems.push(problem)
    if (problems.length === limit) break
  }
  return problems
}

async function waitingAnswer(storage: Storage, delivery: string, caller: Caller): Promise<ApiResponse> {
  const key = await keyLying(storage, delivery, readableSources(caller))
  if (key === null) throw unknown(delivery)
  const [, dataset, source] = key.split('/')
  const headers = { 'retry-after': '2', 'cache-control': 'no-store' }
  return json(202, { delivery, dataset, source, state: 'waiting' }, headers)
}

/** The key of a delivery's bytes, if they are those of one of these sources. */
async function keyLying(
  storage: Storage,
  delivery: string,
  sources: readonly string[] | 'all',
): Promise<string | null> {
  const prefixes =
    sources === 'all'
      ? ['landing/']
      : datasets.flatMap(({ name }) => sources.map((source) => `landing/${name}/${source}/${delivery}/`))
  for (const prefix of prefixes)
    for await (const { key } of storage.list(prefix)) if (key.split('/')[3] === delivery) return key
  return null
}

const unknown = (delivery: string) =>
  new ApiProblem(404, `no such delivery, or none of yours: ${delivery}`, { value: delivery })
