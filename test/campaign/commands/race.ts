import type { AsyncCommand } from 'fast-check'
import { AroundStorage } from '../around-storage.ts'
import { Death, type Moment } from '../death.ts'
import type { Model } from '../model.ts'
import { type Outcome, perform } from '../operations.ts'
import { type Stretch, Turns } from '../turns.ts'
import type { World } from '../world.ts'
import { Alone, words } from './alone.ts'
import { settle } from './settle.ts'
import { resolve, type Wish } from './wish.ts'

/** How racers get in each other's way. */
export interface Course {
  /** Who calls the store when; null: as it happens. */
  readonly stretches: readonly Stretch[] | null
  /** Which racer dies, if any. */
  readonly death: (Moment & { readonly racer: number }) | null
}

/** Two or three operations at once, some others before them one after the other. */
export class Race implements AsyncCommand<Model, World> {
  readonly #wishes: readonly Wish[]
  readonly #course: Course
  readonly #first: readonly Wish[]

  constructor(wishes: readonly Wish[], course: Course, first: readonly Wish[] = []) {
    this.#wishes = wishes
    this.#course = course
    this.#first = first
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    for (const wish of this.#first) await new Alone(wish).run(model, world)
    const operations = this.#wishes.map((wish) => resolve(wish, model, world))
    const { stretches } = this.#course
    const turns = stretches && new Turns(operations.length, stretches)
    const racing = operations.map(async (operation, racer): Promise<Outcome> => {
      const death = this.#deathOf(racer, world)
      const alive = death ? new AroundStorage(world.open(), death.around) : world.open()
      const storage = turns ? new AroundStorage(alive, turns.aroundOf(racer)) : alive
      const outcome = await perform(world, storage, operation)
      await death?.settled()
      turns?.finish(racer)
      return death?.happened && outcome.says === 'fault' ? { ...outcome, says: 'died' } : outcome
    })
    const outcomes = await Promise.all(racing)
    const trials = operations.map((operation, racer) => ({ operation, outcome: outcomes[racer]! }))
    for (const { operation, outcome } of trials) world.told(operation, outcome)
    await settle(model, world, trials)
  }

  #deathOf(racer: number, world: World): Death | null {
    const { death } = this.#course
    return death !== null && death.racer === racer ? new Death(world.root, death) : null
  }

  toString(): string {
    const { stretches, death } = this.#course
    const turns =
      stretches === null
        ? 'freely'
        : `in turns ${stretches.map(({ racer, calls }) => `${racer}*${calls}`).join(' ')}`
    const dying = death === null ? '' : `, ${death.racer} dies ${death.when} write ${death.at}`
    const first = this.#first.map((wish) => `${words(wish)} and then `).join('')
    return `race(${first}${turns}${dying}: ${this.#wishes.map(words).join(' | ')})`
  }
}
