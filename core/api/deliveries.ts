import { DeclareDelivery, MOST_UPLOAD_BYTES } from '../../schemas/api-requests.ts'
import { readScope } from '../lake/commits.ts'
import { hashFile } from '../lake/lake-files.ts'
import { deliveryOf, keys, type Scope } from '../lake/layout.ts'
import { parseQuarter } from '../quarter.ts'
import { receiptSummary } from '../receipt.ts'
import { receiptNumbers } from '../receipts/stored-receipt.ts'
import type { Storage } from '../storage/storage.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { type ApiResponse, json } from './http.ts'
import { readBody, readQuery } from './parameters.ts'
import type { DeclaredUpload } from './ports.ts'
import { ApiProblem } from './problem.ts'
import { maySend } from './senders.ts'

/**
 * Declares a delivery: 201 with a place for the file; 200 where just these bytes count already; 202 where they
 * lie here and do not count, so that they are landed once more.
 */
export async function declareDelivery(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  negotiate(request.headers.accept, ['application/json'])
  readQuery(request.query, [])
  const declared = readDeclaration(context, request)
  const { scope, delivery, sha256 } = declared
  const { effective } = await readScope(context.storage, scope)
  if (effective?.landing.sha256 === sha256)
    return await inForce(context.storage, effective.delivery, delivery)
  const receipts = (await receiptNumbers(context.storage, delivery)).length
  const headers = { location: `/v1/deliveries/${delivery}`, 'cache-control': 'no-store' }
  const lying = await filesLying(context.storage, scope, delivery)
  for (const { key, bytes } of lying) {
    if (bytes !== declared.bytes || !(await holds(context.storage, key, sha256))) continue
    await context.uploads.landAgain(key)
    const { dataset, source } = scope
    return json(202, { delivery, dataset, source, state: 'waiting', receipts, upload: null }, headers)
  }
  const taken = new Set(lying.map(({ key }) => key.split('/').at(-1)!))
  const upload = await context.uploads.placeFor({ ...declared, file: freeName(declared.file, taken) })
  return json(201, { delivery, receipts, upload }, headers)
}

function readDeclaration(context: ApiContext, request: RouteRequest): DeclaredUpload {
  const { dataset, source, quarter, sha256, bytes, file } = readBody(request, DeclareDelivery)
  if (!maySend(request.caller!, source))
    throw new ApiProblem(403, `the token does not name the source ${JSON.stringify(source)}`, {
      value: source,
      valid: request.caller!.sources === 'all' ? [] : request.caller!.sources,
    })
  const most = context.most_upload_bytes ?? MOST_UPLOAD_BYTES
  if (bytes > most)
    throw new ApiProblem(413, `the file has ${bytes} bytes, more than ${most}`, {
      value: String(bytes),
      valid: [`at most ${most}`],
    })
  const scope: Scope = { dataset, source, quarter: quarter ? parseQuarter(quarter) : null }
  const delivery = deliveryOf(scope, sha256)
  return { scope, delivery, sha256, bytes, file: safeName(file ?? `${dataset}.csv`) }
}

/** What counts may have been sent by another source, whose receipt is its own. */
async function inForce(storage: Storage, effective: string, delivery: string): Promise<ApiResponse> {
  const own = effective === delivery
  const receipts = (await receiptNumbers(storage, delivery)).length
  const receipt = own ? await receiptSummary(storage, delivery) : null
  return json(200, { delivery, receipts, upload: null, receipt }, { 'cache-control': 'no-store' })
}

async function filesLying(storage: Storage, scope: Scope, delivery: string) {
  const files: { key: string; bytes: number }[] = []
  for await (const { key, bytes } of storage.list(keys.landing(scope, delivery))) files.push({ key, bytes })
  return files
}

async function holds(storage: Storage, key: string, sha256: string): Promise<boolean> {
  return (await hashFile(await storage.localFile(key))).sha256 === sha256
}

const MOST_NAME_BYTES = 150

/** A file's name as one part of a key that every store can hold. */
export function safeName(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(/[\\/\p{Cc}]/gu, '_')
    .replace(/^\.+/, '_')
  const kept: string[] = []
  let bytes = 0
  // the end says what kind of file it is
  for (const letter of [...plain].toReversed()) {
    bytes += Buffer.byteLength(letter)
    if (bytes > MOST_NAME_BYTES) break
    kept.push(letter)
  }
  return kept.toReversed().join('').replace(/^\.+/, '_')
}

/** What lies there under the name already is something else, and stays. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${n}-${name}`
    if (!taken.has(free)) return free
  }
}
