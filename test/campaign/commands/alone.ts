import type { AsyncCommand } from 'fast-check'
import type { Model } from '../model.ts'
import { perform } from '../operations.ts'
import type { World } from '../world.ts'
import { settle } from './settle.ts'
import { resolve, type Wish } from './wish.ts'

/** One operation by itself, from beginning to end. */
export class Alone implements AsyncCommand<Model, World> {
  readonly #wish: Wish

  constructor(wish: Wish) {
    this.#wish = wish
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    const operation = resolve(this.#wish, model, world)
    const outcome = await perform(world, world.open(), operation)
    world.told(operation, outcome)
    await settle(model, world, [{ operation, outcome }])
  }

  toString(): string {
    return `alone(${words(this.#wish)})`
  }
}

/** A wish as a printed sequence has it. */
export function words(wish: Wish): string {
  const { do: verb, ...of } = wish
  return `${verb} ${JSON.stringify(of)}`
}
