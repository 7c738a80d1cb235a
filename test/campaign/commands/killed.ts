import type { AsyncCommand } from 'fast-check'
import { AroundStorage } from '../around-storage.ts'
import { Death, type Moment } from '../death.ts'
import type { Model } from '../model.ts'
import { perform } from '../operations.ts'
import type { World } from '../world.ts'
import { words } from './alone.ts'
import { settle } from './settle.ts'
import { resolve, type Wish } from './wish.ts'

/** One operation whose process dies; `again`: somebody does the same once more afterwards. */
export class Killed implements AsyncCommand<Model, World> {
  readonly #wish: Wish
  readonly #moment: Moment
  readonly #again: boolean

  constructor(wish: Wish, moment: Moment, again: boolean) {
    this.#wish = wish
    this.#moment = moment
    this.#again = again
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    const operation = resolve(this.#wish, model, world)
    const death = new Death(world.root, this.#moment)
    const outcome = await perform(world, new AroundStorage(world.open(), death.around), operation)
    await death.settled()
    const died = death.happened && outcome.says === 'fault' ? { ...outcome, says: 'died' as const } : outcome
    world.told(operation, died)
    await settle(model, world, [{ operation, outcome: died }])
    if (!this.#again) return
    const again = await perform(world, world.open(), operation)
    world.told(operation, again)
    await settle(model, world, [{ operation, outcome: again }])
  }

  toString(): string {
    const { at, when } = this.#moment
    return `killed(${when} write ${at}${this.#again ? ', then again' : ''}: ${words(this.#wish)})`
  }
}
