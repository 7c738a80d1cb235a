import { privateDeliveries } from '../disclosure/private-deliveries.ts'
import { SkafferiError } from '../errors.ts'
import { type Acceptance, readScopes } from '../lake/commits.ts'
import type { PublicInput } from '../lake/releases.ts'
import type { Pin, RunRecord } from '../lake/runs.ts'
import type { Storage } from '../storage/storage.ts'

/** What a run was computed from, as the public may see it: with the hash of each file as it was received. */
export async function publicInputs(storage: Storage, record: RunRecord): Promise<PublicInput[]> {
  const unnamed = privateDeliveries(record)
  const received = await receivedFiles(storage, record.inputs)
  return record.inputs.map(({ dataset, source, quarter, delivery, rows, received_at }) => {
    const about = { dataset, source, quarter, rows, received_at }
    if (unnamed.has(delivery))
      return { ...about, delivery: null, sha256: null, bytes: null, withheld: 'secondary' }
    const file = received.get(delivery)
    if (!file)
      throw new SkafferiError('fault', `no commit tells of delivery ${delivery} (${dataset}/${source})`)
    return { ...about, delivery, sha256: file.sha256, bytes: file.bytes, withheld: null }
  })
}

/** The file of each delivery, whether or not it still counts. */
async function receivedFiles(
  storage: Storage,
  pins: readonly Pin[],
): Promise<Map<string, Acceptance['landing']>> {
  const datasets = [...new Set(pins.map(({ dataset }) => dataset))]
  const commits = (await readScopes(storage, undefined, datasets)).flatMap((state) => state.commits)
  return new Map(
    commits.flatMap((commit) =>
      commit.kind === 'acceptance' ? [[commit.delivery, commit.landing] as const] : [],
    ),
  )
}
