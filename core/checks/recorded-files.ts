import { NotFoundError } from '../errors.ts'
import { type Acceptance, readScopes } from '../lake/commits.ts'
import { hashFile } from '../lake/lake-files.ts'
import type { Pin, RunRecord } from '../lake/runs.ts'
import type { Storage } from '../storage/storage.ts'

/** Files that are hashed at once. */
const AT_ONCE = 32

/** A file of a run that is not what was recorded of it. */
export interface Damage {
  readonly kind:
    | 'rows'
    | 'row_file_changed'
    | 'row_file_missing'
    | 'row_file_uncommitted'
    | 'result_changed'
    | 'result_missing'
  readonly key: string
  /** The delivery whose rows these are; null for a result. */
  readonly pin: Pin | null
  readonly found: number
  readonly bound: number
}

interface Recorded {
  readonly key: string
  readonly sha256: string
  readonly bytes: number
  readonly pin: Pin | null
}

/**
 * Holds every row file that the run rests on against its delivery's commit, and every result file against the
 * run's record.
 */
export async function damagedFiles(storage: Storage, record: RunRecord): Promise<Damage[]> {
  const commits = await acceptances(storage, record)
  const results = Object.values(record.models)
    .flat()
    .map((file): Recorded => ({ ...file, pin: null }))
  const files: Recorded[] = [...results]
  const damages: Damage[] = []
  for (const pin of record.inputs) {
    const commit = commits.get(commitOf(pin))
    for (const key of pin.keys) {
      const vouched = [commit?.curated, commit?.rolled].find((file) => file?.key === key)
      if (vouched) files.push({ ...vouched, pin })
      else damages.push({ kind: 'row_file_uncommitted', key, pin, found: 0, bound: 1 })
    }
    if (commit && commit.rows !== pin.rows)
      damages.push({ kind: 'rows', key: pin.dataset, pin, found: pin.rows, bound: commit.rows })
  }
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = await Promise.all(files.slice(at, at + AT_ONCE).map((file) => damageOf(storage, file)))
    damages.push(...some.flat())
  }
  return damages
}

/** Rows have a name of their own, under which exactly one commit of their dataset wrote them. */
const commitOf = ({ dataset, row_name }: Pick<Acceptance, 'dataset' | 'row_name'>) => `${dataset}/${row_name}`

async function acceptances(storage: Storage, { inputs }: RunRecord): Promise<Map<string, Acceptance>> {
  const scopes = await readScopes(storage, undefined, [...new Set(inputs.map(({ dataset }) => dataset))])
  const accepted = scopes.flatMap(({ commits }) => commits).filter((one) => one.kind === 'acceptance')
  return new Map(accepted.map((commit) => [commitOf(commit), commit]))
}

async function damageOf(storage: Storage, { key, sha256, bytes, pin }: Recorded): Promise<Damage[]> {
  const kind = pin ? 'row_file' : 'result'
  try {
    const found = await hashFile(await storage.localFile(key))
    if (found.sha256 === sha256) return []
    return [{ kind: `${kind}_changed`, key, pin, found: found.bytes, bound: bytes }]
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    return [{ kind: `${kind}_missing`, key, pin, found: 0, bound: bytes }]
  }
}
