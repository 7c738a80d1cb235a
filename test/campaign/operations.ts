import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AnalyseResult, analyse } from '../../core/analyse.ts'
import { type CheckResult, check } from '../../core/check.ts'
import { disclose } from '../../core/disclosure/disclose.ts'
import { SkafferiError } from '../../core/errors.ts'
import { readRun } from '../../core/lake/runs.ts'
import { type LandResult, land } from '../../core/land.ts'
import { type PublishEffects, type PublishResult, publish } from '../../core/publish.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { type WithdrawResult, withdraw } from '../../core/withdraw.ts'
import { noViolations } from '../support/disclosures.ts'
import { Died } from './death.ts'
import { type Expected, isErroneous } from './model.ts'
import { type Sending, scopeOf } from './region.ts'
import { CopyingEngine } from './stand-ins.ts'
import type { World } from './world.ts'

/** Something that somebody wants of a lake. */
export type Operation =
  | { readonly do: 'land'; readonly sent: Sending; readonly file: string }
  | { readonly do: 'withdraw'; readonly delivery: string; readonly reason: string }
  | {
      readonly do: 'analyse'
      readonly quarter: string
      readonly as_of: string | null
      readonly real: boolean
    }
  | { readonly do: 'check'; readonly quarter: string }
  | { readonly do: 'publish'; readonly quarter: string; readonly reason: string | null }

/** What came of it. */
export interface Outcome {
  readonly says: Expected['says'] | 'died' | 'fault'
  readonly landed?: LandResult
  readonly withdrawn?: WithdrawResult
  readonly analysed?: AnalyseResult
  readonly checked?: CheckResult
  readonly published?: PublishResult
  readonly error?: string
}

/** How patient publishers are with each other; a campaign has no time for the dead. */
const PATIENCE_MS = 100

/** Does it, and tells what came of it, errors included. */
export async function perform(world: World, storage: Storage, operation: Operation): Promise<Outcome> {
  try {
    return await attempt(world, storage, operation)
  } catch (error) {
    const message = (error as Error).stack ?? String(error)
    if (isDeath(error)) return { says: 'died', error: message }
    const known = error instanceof SkafferiError && (error.kind === 'usage' || error.kind === 'check')
    return { says: known ? (error.kind as 'usage' | 'check') : 'fault', error: message }
  }
}

/** Whether a dead process's store is behind an error, which may have got another form on its way. */
function isDeath(error: unknown): boolean {
  return error instanceof Died || (error instanceof Error && isDeath(error.cause))
}

async function attempt(world: World, storage: Storage, operation: Operation): Promise<Outcome> {
  switch (operation.do) {
    case 'land': {
      const landed = await land(storage, await requestFor(world, operation), { now: world.now })
      return { says: landed.status, landed }
    }
    case 'withdraw': {
      const withdrawn = await withdraw(storage, operation.delivery, operation.reason, world.now)
      return { says: withdrawn.status === 'refused' ? 'refused_withdrawal' : withdrawn.status, withdrawn }
    }
    case 'analyse':
      return { says: 'analysed', analysed: await analyseIn(world, storage, operation) }
    case 'check': {
      const checked = await check(storage, { quarter: operation.quarter })
      return { says: checked.errors > 0 ? 'errors' : 'clean', checked }
    }
    case 'publish': {
      const request = { quarter: operation.quarter, reason: operation.reason ?? undefined }
      const published = await publish(storage, request, publishEffects(world))
      return { says: published.status, published }
    }
  }
}

async function requestFor(world: World, { sent, file: name }: Extract<Operation, { do: 'land' }>) {
  const { dataset, source, quarter, content } = sent
  const folder = join(world.folder, `sent-${world.next()}`)
  await mkdir(folder)
  await writeFile(join(folder, name), content)
  return { file: join(folder, name), dataset, source, quarter: quarter ?? undefined }
}

async function analyseIn(
  world: World,
  storage: Storage,
  { quarter, as_of, real }: Extract<Operation, { do: 'analyse' }>,
): Promise<AnalyseResult> {
  const request = { quarter, as_of: as_of === null ? undefined : new Date(as_of) }
  if (real) return await analyse(storage, request, { now: world.now })
  const openEngine = () => CopyingEngine.open(storage, world.canned, (run) => world.copied.add(run))
  return await analyse(storage, request, { now: world.now, openEngine })
}

/** Runs that were computed are checked and disclosed for real; of copies only the pins are true. */
function publishEffects({ copied, canned }: World): PublishEffects {
  return {
    patience_ms: PATIENCE_MS,
    check: async (storage, { quarter, run }) => {
      if (!copied.has(run!)) return await check(storage, { quarter, run })
      const { inputs } = await readRun(storage, quarter, run!)
      const pins = new Map(inputs.map((pin) => [scopeOf(pin), pin.delivery]))
      const result = await noViolations(storage, { quarter, run })
      return isErroneous({ quarter, pins }) ? { ...result, errors: 1 } : result
    },
    disclose: async (storage, record, earlier) =>
      copied.has(record.run)
        ? (await canned.of(record.quarter)).disclosed
        : await disclose(storage, record, earlier),
  }
}

/** In the words of a sequence that is printed. */
export function named(operation: Operation): string {
  switch (operation.do) {
    case 'land': {
      const { sent } = operation
      return `land ${sent.dataset}/${sent.source}/${sent.quarter ?? 'all'} "${sent.name}"`
    }
    case 'withdraw':
      return `withdraw ${operation.delivery}`
    case 'analyse':
      return `${operation.real ? 'compute' : 'analyse'} ${operation.quarter}${operation.as_of === null ? '' : ` as of ${operation.as_of}`}`
    case 'check':
      return `check ${operation.quarter}`
    case 'publish':
      return `publish ${operation.quarter}${operation.reason === null ? '' : ` because of "${operation.reason}"`}`
  }
}
