import loadHighs, { type Highs, type Model, type ObjectiveSense } from 'highs'

// its types describe the CommonJS build, where the function is a property of the module
const load = loadHighs as unknown as typeof loadHighs.default

/** A linear condition on the variables: the sum of coefficient × variable lies between the bounds. */
export interface Condition {
  readonly terms: ReadonlyMap<number, number>
  readonly from: number
  readonly to: number
}

/** What one who knows the conditions can say of a sum of variables, and which conditions say it. */
export interface Interval {
  readonly from: number
  readonly to: number
  /** Positions of the conditions that bind at either end. */
  readonly binding: readonly number[]
}

/** One end of an interval. */
export interface Bound {
  readonly value: number
  readonly binding: readonly number[]
}

let loading: Promise<Highs> | undefined

/**
 * The set of all values that variables, none below 0, can have under linear conditions: what a reader of a
 * release knows of what it does not show. Solved by HiGHS.
 */
export class Knowledge {
  readonly #highs: Highs
  readonly #model: Model
  readonly #variables: number

  private constructor(highs: Highs, model: Model, variables: number) {
    this.#highs = highs
    this.#model = model
    this.#variables = variables
  }

  /** Opens a set; `close` frees it. */
  static async open(variables: number, conditions: readonly Condition[]): Promise<Knowledge> {
    loading ??= load()
    const highs = await loading
    const model = highs.createModel()
    model.options.set('output_flag', false)
    model.passModel({
      numCols: variables,
      numRows: conditions.length,
      colCost: new Float64Array(variables),
      colLower: new Float64Array(variables),
      colUpper: new Float64Array(variables).fill(Number.POSITIVE_INFINITY),
      rowLower: conditions.map(({ from }) => from),
      rowUpper: conditions.map(({ to }) => to),
      matrix: sparse(variables, conditions),
    })
    return new Knowledge(highs, model, variables)
  }

  /** The smallest and largest value of a sum of coefficient × variable; infinite where nothing bounds it. */
  interval(terms: ReadonlyMap<number, number>): Interval {
    const [lowest, highest] = [this.lowest(terms), this.highest(terms)]
    const binding = [...new Set([...lowest.binding, ...highest.binding])].sort((a, b) => a - b)
    return { from: lowest.value, to: highest.value, binding }
  }

  /** The smallest value alone. */
  lowest(terms: ReadonlyMap<number, number>): Bound {
    return this.#optimum(terms, this.#highs.constants.objectiveSense.minimize, Number.NEGATIVE_INFINITY)
  }

  /** The largest value alone. */
  highest(terms: ReadonlyMap<number, number>): Bound {
    return this.#optimum(terms, this.#highs.constants.objectiveSense.maximize, Number.POSITIVE_INFINITY)
  }

  close(): void {
    this.#model.dispose()
  }

  #optimum(terms: ReadonlyMap<number, number>, sense: ObjectiveSense, unlimited: number): Bound {
    const costs = new Float64Array(this.#variables)
    for (const [variable, coefficient] of terms) costs[variable] = coefficient
    this.#model.changeColsCost({ kind: 'range', from: 0, to: this.#variables - 1 }, costs)
    this.#model.changeObjectiveSense(sense)
    this.#model.run()
    const { optimal, unbounded, unboundedOrInfeasible } = this.#highs.constants.modelStatus
    const status = this.#model.getModelStatus()
    if (status === unbounded || status === unboundedOrInfeasible) return { value: unlimited, binding: [] }
    if (status !== optimal) throw new Error(`no bounds found: the solver ended with status ${status}`)
    const { rowDual } = this.#model.getSolution()
    const binding = [...rowDual].flatMap((dual, at) => (Math.abs(dual) > 1e-7 ? [at] : []))
    return { value: this.#model.getObjectiveValue(), binding }
  }
}

function sparse(variables: number, conditions: readonly Condition[]) {
  const starts = [0]
  const indices: number[] = []
  const values: number[] = []
  for (const { terms } of conditions) {
    for (const [variable, coefficient] of terms) {
      indices.push(variable)
      values.push(coefficient)
    }
    starts.push(indices.length)
  }
  return { format: 'csr', numRows: conditions.length, numCols: variables, starts, indices, values } as const
}
