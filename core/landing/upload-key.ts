import { YEARS } from '../../schemas/api-requests.ts'
import { datasets } from '../../schemas/datasets/index.ts'
import { CODE, QUARTER } from '../../schemas/logical-types.ts'
import { SkafferiError } from '../errors.ts'
import { DELIVERY, deliveryOf, isQuarterly, type Scope } from '../lake/layout.ts'
import { parseQuarter } from '../quarter.ts'

/** What was put below `landing/` is no upload, or its bytes are not those that were declared. */
export class PoisonedUploadError extends SkafferiError {
  override readonly name = 'PoisonedUploadError'

  constructor(key: string, reason: string) {
    super('refused', `not an upload: ${JSON.stringify(key)} (${reason})`)
  }
}

/** What the key of an upload says. */
export interface UploadKey {
  readonly dataset: string
  readonly source: string
  /** A delivery's name, a quarter, or `all`. */
  readonly folder: string
  readonly name: string
}

const FORMS =
  'valid: landing/<dataset>/<source>/<delivery>/<file>, landing/<dataset>/<source>/<quarter|all>/<file>'

/** Reads a key below `landing/`; throws `PoisonedUploadError`. */
export function parseUploadKey(key: string): UploadKey {
  const [root, dataset, source, folder, name, ...more] = key.split('/')
  const poisoned = (reason: string) => new PoisonedUploadError(key, reason)
  if (root !== 'landing' || !source || !folder || !name || more.length > 0) throw poisoned(FORMS)
  const table = datasets.find((one) => one.name === dataset)
  if (!table) throw poisoned(`unknown dataset; known: ${datasets.map((one) => one.name).join(', ')}`)
  if (!CODE.test(source)) throw poisoned('not a source; valid: letters, digits, _ . and -')
  const layout = isQuarterly(table) ? QUARTER.test(folder) : folder === 'all'
  if (!layout && !DELIVERY.test(folder))
    throw poisoned(`neither a delivery nor ${isQuarterly(table) ? 'a quarter such as 2026-Q3' : '`all`'}`)
  return { dataset: table.name, source, folder, name }
}

/** The same; null for a key that is no upload's. */
export function uploadKey(key: string): UploadKey | null {
  try {
    return parseUploadKey(key)
  } catch (error) {
    if (error instanceof PoisonedUploadError) return null
    throw error
  }
}

/**
 * The scope of an upload with these bytes. A delivery's name holds the quarter as a hash only: the one is taken
 * for which it comes out. Null when there is none, so that the bytes are not those declared.
 */
export function scopeOfUpload({ dataset, source, folder }: UploadKey, sha256: string): Scope | null {
  if (folder === 'all') return { dataset, source, quarter: null }
  if (QUARTER.test(folder)) return { dataset, source, quarter: parseQuarter(folder) }
  const table = datasets.find(({ name }) => name === dataset)!
  for (const quarter of isQuarterly(table) ? uploadQuarters() : [null]) {
    const scope = { dataset, source, quarter: quarter === null ? null : parseQuarter(quarter) }
    if (deliveryOf(scope, sha256) === folder) return scope
  }
  return null
}

function* uploadQuarters(): Generator<string> {
  for (let year = YEARS[0]; year <= YEARS[1]; year++)
    for (const quarter of [1, 2, 3, 4]) yield `${year}-Q${quarter}`
}
