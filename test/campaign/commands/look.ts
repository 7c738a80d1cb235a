import { isDeepStrictEqual } from 'node:util'
import type { AsyncCommand } from 'fast-check'
import { plan } from '../../../core/plan.ts'
import { receipt } from '../../../core/receipt.ts'
import { listReleases, readCurrent } from '../../../core/releases.ts'
import { effective, type Model, pinsOf } from '../model.ts'
import { scopeOf } from '../region.ts'
import type { World } from '../world.ts'
import { settle } from './settle.ts'

/**
 * Asks what there is in every way that users have. It leaves nothing behind, but may make good the copy of a
 * pointer that a death has left behind.
 */
export class Look implements AsyncCommand<Model, World> {
  readonly #quarter: string

  constructor(quarter: string) {
    this.#quarter = quarter
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    const storage = world.open()
    const said = {
      ...(await this.#planned(world)),
      releases: await listReleases(storage),
      current: (await readCurrent(storage, this.#quarter))?.record.release ?? null,
      standing: await this.#standings(model, world),
    }
    await settle(model, world, [])
    const known = this.#known(model)
    for (const [name, value] of Object.entries(known))
      if (!isDeepStrictEqual(said[name as keyof typeof said], value))
        throw new Error(
          `${name}: the lake says ${JSON.stringify(said[name as keyof typeof said])}, the model ${JSON.stringify(value)}`,
        )
  }

  async #planned(world: World) {
    const { inputs, last_run } = await plan(world.open(), { quarter: this.#quarter }, world.now())
    return { inputs: Object.fromEntries(inputs.map((pin) => [scopeOf(pin), pin.delivery])), last_run }
  }

  /** What is said to the senders of what counts. */
  async #standings({ scopes }: Model, world: World): Promise<Record<string, string>> {
    const standings: Record<string, string> = {}
    for (const [scope, commits] of scopes) {
      const counting = effective(commits)
      if (counting === null || counting.sent.name === 'base') continue
      standings[scope] = (await receipt(world.open(), counting.delivery)).standing.state
    }
    return standings
  }

  #known({ scopes, runs, releases, pointers }: Model) {
    const listed = [...releases].flatMap(([quarter, made]) =>
      made.map(({ number: release, run }) => ({
        quarter,
        release,
        run,
        current: pointers.get(quarter) === release,
      })),
    )
    const counting = [...scopes].filter(
      ([, commits]) => ![undefined, 'base'].includes(effective(commits)?.sent.name),
    )
    return {
      inputs: Object.fromEntries(pinsOf(scopes, this.#quarter)),
      last_run: runs.get(this.#quarter)?.at(-1)?.run ?? null,
      releases: listed.sort((a, b) =>
        a.quarter < b.quarter ? -1 : a.quarter > b.quarter ? 1 : a.release - b.release,
      ),
      current: pointers.get(this.#quarter) ?? null,
      standing: Object.fromEntries(counting.map(([scope]) => [scope, 'effective'])),
    }
  }

  toString(): string {
    return `look(${this.#quarter})`
  }
}
