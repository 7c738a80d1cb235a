import { tableSchema } from '../../schemas/documents.ts'
import { untold_sums } from '../../schemas/published.ts'
import { sumName } from '../disclosure/earlier.ts'
import { tableOf, type UnsafeSum } from '../disclosure/sums.ts'
import { NotFoundError } from '../errors.ts'
import { keys } from '../lake/layout.ts'
import { martCsv } from '../mart-text.ts'
import { parseQuarter, quarterAt } from '../quarter.ts'
import { compareKeys, type Storage } from '../storage/storage.ts'

const FILE = `${untold_sums.name}.csv`

/** The files that say which sums a release does not tell; later releases must not tell them either. */
export function untoldFiles(unsafe: readonly UnsafeSum[]): Map<string, Uint8Array> {
  const rows = unsafe
    .filter(({ margins_only }) => !margins_only)
    .map(({ cell, quarter_index, step, reason }) => ({
      quarter: quarterAt(quarter_index).name,
      zoning: cell.zoning,
      zone: cell.zone,
      product_group: cell.product_group,
      step,
      reason,
    }))
  const keyOf = (row: (typeof rows)[number]) =>
    untold_sums.key.map((name) => row[name as keyof typeof row] ?? '').join(' ')
  const sorted = rows.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))
  return new Map([
    [FILE, Buffer.from(martCsv(untold_sums, sorted))],
    [
      `${untold_sums.name}.tableschema.json`,
      Buffer.from(`${JSON.stringify(tableSchema(untold_sums), null, 2)}\n`),
    ],
  ])
}

/** Names of the sums that a release did not tell; null for one that died before it said so. */
export async function readUntold(
  storage: Storage,
  quarter: string,
  release: number,
): Promise<Set<string> | null> {
  try {
    const text = new TextDecoder().decode(await storage.read(`${keys.release(quarter, release)}${FILE}`))
    // codes only, which need no quotes
    const rows = text.trimEnd().split('\n').slice(1)
    return new Set(
      rows.map((row) => {
        const [of, zoning, zone, product_group, step] = row.split(',') as [
          string,
          string,
          string,
          string,
          string,
        ]
        const quarter_index = parseQuarter(of).index
        return sumName({ zoning, zone }, tableOf({ product_group, step, quarter_index }))
      }),
    )
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
