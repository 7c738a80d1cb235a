import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { datasets } from '../schemas/datasets/index.ts'
import { CODE, QUARTER } from '../schemas/logical-types.ts'
import { SkafferiError } from './errors.ts'
import { type LandEffects, type LandRequest, type LandResult, land } from './land.ts'
import { unknownName } from './names.ts'
import type { Storage } from './storage/storage.ts'

/** Told of each file before it is landed, and of each answer. */
export interface LandFolderEffects extends LandEffects {
  readonly onFile?: (request: LandRequest, number: number, of: number) => void
  readonly onResult?: (request: LandRequest, result: LandResult) => void
}

/**
 * The files of a folder laid out as `<dataset>/<source>/<quarter|all>.csv`, each dataset after those that it
 * refers to, quarters in their order.
 *
 * @throws SkafferiError `usage` for a folder or file that does not fit the layout
 */
export async function readLayout(folder: string): Promise<LandRequest[]> {
  const known = datasets.map(({ name }) => name)
  const requests: LandRequest[] = []
  const present = await entries(folder)
  for (const name of present)
    if (!known.includes(name)) throw unknownName(`dataset in ${folder}`, name, known)
  for (const { name: dataset, layer } of datasets.filter(({ name }) => present.includes(name))) {
    const reference = layer === 'reference'
    for (const source of await entries(join(folder, dataset))) {
      if (!CODE.test(source))
        throw new SkafferiError('usage', `not a source: ${join(folder, dataset, source)}`)
      for (const file of await entries(join(folder, dataset, source))) {
        const path = join(folder, dataset, source, file)
        const quarter = file.replace(/\.csv$/, '')
        if (!file.endsWith('.csv') || !(reference ? quarter === 'all' : QUARTER.test(quarter))) {
          throw new SkafferiError(
            'usage',
            `not a delivery: ${path} (valid: <dataset>/<source>/${reference ? 'all' : '<quarter>'}.csv)`,
          )
        }
        requests.push({ file: path, dataset, source, quarter: quarter === 'all' ? undefined : quarter })
      }
    }
  }
  if (requests.length === 0)
    throw new SkafferiError(
      'usage',
      `no deliveries in ${folder} (valid: <dataset>/<source>/<quarter|all>.csv)`,
    )
  return requests
}

/** Lands every file of a folder (see `readLayout`, `landFiles`). */
export async function landFolder(
  storage: Storage,
  folder: string,
  effects: LandFolderEffects = {},
): Promise<LandResult[]> {
  return await landFiles(storage, await readLayout(folder), effects)
}

/**
 * Lands files one after the other; a refused one does not stop the others. A reference file that is refused
 * only because deliveries in force still use its codes is tried once more when all others have been landed,
 * each dataset before those that it refers to.
 */
export async function landFiles(
  storage: Storage,
  requests: readonly LandRequest[],
  effects: LandFolderEffects = {},
): Promise<LandResult[]> {
  const results = new Map<LandRequest, LandResult>()
  let number = 0
  const landOne = async (request: LandRequest) => {
    effects.onFile?.(request, Math.min(++number, requests.length), requests.length)
    const result = await land(storage, request, effects)
    results.set(request, result)
    effects.onResult?.(request, result)
  }
  for (const request of requests) await landOne(request)
  const orphaning = requests.filter((request) => isOrphaning(results.get(request)!))
  for (const request of orphaning.toReversed()) await landOne(request)
  return requests.map((request) => results.get(request)!)
}

function isOrphaning({ status, problems }: LandResult): boolean {
  return status === 'refused' && problems.length > 0 && problems.every(({ rule }) => rule === 'orphaned')
}

async function entries(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names.filter((name) => !name.startsWith('.')).sort()
  } catch (error) {
    throw new SkafferiError('usage', `cannot read folder ${folder} (${(error as Error).message})`, {
      cause: error,
    })
  }
}
