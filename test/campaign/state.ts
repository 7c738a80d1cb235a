import type {
  StoredCommit,
  StoredPackage,
  StoredPointer,
  StoredRelease,
  StoredRun,
  StrangersLake,
} from './lake.ts'
import { emptyModel, type Model, type ModelCommit, sentAs } from './model.ts'
import { scopeOf } from './region.ts'

/** What a lake says of itself, in the words of the model. */
export function stateOf(lake: StrangersLake): Model {
  const state = emptyModel()
  for (const key of lake.keys('commits/')) {
    const scope = key.slice('commits/'.length, key.lastIndexOf('/'))
    push(state.scopes, scope, commitOf(lake.json<StoredCommit>(key)))
  }
  for (const key of lake.keys('runs/')) {
    const { run, quarter, inputs } = lake.json<StoredRun>(key)
    push(state.runs, quarter, {
      run,
      quarter,
      pins: new Map(inputs.map((pin) => [scopeOf(pin), pin.delivery])),
    })
  }
  for (const key of lake.keys('releases/')) {
    if (key.endsWith('/datapackage.json')) {
      const { quarter, release } = lake.json<StoredPackage>(key)
      push(state.taken, quarter, release)
    } else if (key.endsWith('/release.json')) {
      const { quarter, release, run, reason } = lake.json<StoredRelease>(key)
      push(state.releases, quarter, { number: release, run, reason })
    } else if (key.endsWith('/current.json')) {
      const { quarter, release } = lake.json<StoredPointer>(key)
      state.pointers.set(quarter, release)
    }
  }
  for (const releases of state.releases.values()) releases.sort((a, b) => a.number - b.number)
  return state
}

function commitOf({
  kind,
  delivery,
  withdraws,
  reason,
  rows,
  refused_rows,
  committed_at,
}: StoredCommit): ModelCommit {
  if (kind === 'withdrawal') return { kind, delivery: withdraws, reason, committed_at }
  return { kind, delivery, sent: sentAs(delivery), rows, refused_rows, committed_at }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key) ?? []
  map.set(key, list)
  list.push(item)
}

/** Makes a model say what the lake says. */
export function adopt(model: Model, state: Model): void {
  const take = <T>(into: Map<string, T>, from: ReadonlyMap<string, T>) => {
    into.clear()
    for (const [key, value] of from) into.set(key, value)
  }
  take(model.scopes, state.scopes)
  take(model.runs, state.runs)
  take(model.releases, state.releases)
  take(model.taken, state.taken)
  take(model.pointers, state.pointers)
}
