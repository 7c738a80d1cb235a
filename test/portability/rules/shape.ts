import type { Finding, Rule } from './rule.ts'

const header: Rule = {
  code: 'header',
  because: 'a model says what one row is, what it answers and what it leaves out',
  find: (model) => {
    const lines = model.sql.split('\n')
    const starts = ['-- one row: ', '-- answers: ', '-- leaves out: ']
    return starts
      .filter((start, index) => !lines[index]?.startsWith(start) || lines[index]!.trim() === start.trim())
      .map((start) => ({ at: 0, message: `line ${starts.indexOf(start) + 1} must be "${start}…"` }))
  },
}

const ending: Rule = {
  code: 'ending',
  because: 'the last CTE is named as the file, so that any CTE can be looked at by changing the last word',
  find: (model) => {
    const { name, code, ctes } = model
    const last = `select * from ${name}`
    const findings: Finding[] = []
    if (!model.is(0, 'with') || model.indices('with').length > 1) {
      findings.push({ at: 0, message: 'a model is one with …, and no with inside it' })
    }
    if (ctes.at(-1)?.name !== name) {
      findings.push({ at: ctes.at(-1)?.at ?? 0, message: `the last CTE must be named ${name}` })
    }
    const body = ctes.at(-1)?.body.to ?? -1
    const rest = model.text({ from: body + 1, to: code.length })
    if (rest !== last || model.sql.trimEnd().split('\n').at(-1) !== last) {
      findings.push({
        at: code.length - 1,
        message: `the last line must be "${last}", and nothing else follows the CTEs`,
      })
    }
    return findings
  },
}

const blockComment: Rule = {
  code: 'block-comment',
  because: 'block comments nest in DuckDB and not in Trino',
  find: (model) =>
    model.tokens
      .filter(({ kind, text }) => kind === 'comment' && text.startsWith('/*'))
      .map(({ start }) => ({
        at: model.code.findIndex((token) => token.start > start),
        message: 'write comments with --',
      })),
}

const parameterPlace: Rule = {
  code: 'parameter',
  because:
    'parameters stand in one leading CTE; only year bounds stand in scans, for the partitions to be pruned',
  find: (model) => {
    const params = model.ctes.find(({ name }) => name === 'params')?.body
    const isYears = (between: number) =>
      model.at(between - 1) === 'year' &&
      model.at(between + 1) === ':first_year' &&
      model.at(between + 3) === ':last_year'
    const years = new Set(model.indices('between').flatMap((at) => (isYears(at) ? [at + 1, at + 3] : [])))
    return [...model.code.keys()]
      .filter((at) => model.kind(at) === 'parameter' && !years.has(at))
      .filter((at) => !params || at < params.from || at >= params.to)
      .map((at) => ({
        at,
        message: `${model.at(at)}: read it from the params CTE, or write year between :first_year and :last_year`,
      }))
  },
}

const selectStar: Rule = {
  code: 'select-star',
  because: 'columns and their order must be stated; only the last line takes all',
  find: (model) => {
    const last = model.code.length - 3
    return model
      .indices('*')
      .concat([...model.code.keys()].filter((at) => model.at(at) === '*' && model.at(at - 1) === '.'))
      .filter((at) => ['select', 'distinct', ',', '.'].includes(model.at(at - 1)))
      .filter((at) => !(at === last && model.follow(at - 1, 'select', '*', 'from')))
      .map((at) => ({ at, message: 'name the columns' }))
  },
}

/** How often Trino may plan a CTE again: it pastes each one in wherever it is read. */
export const cteLimits = { reads: 2, copies: 4, scans: 30 }

const cteReads: Rule = {
  code: 'cte-reads',
  because: 'Trino pastes a CTE in wherever it is read, and refuses a statement of over 150 stages',
  find: (model) => {
    const ctes = model.ctes
    const readsOf = (name: string) => model.reads.filter((read) => read.kind === 'cte' && read.name === name)
    // a CTE is read only by those after it, so walking backwards meets every reader first
    const copies = new Map<string | undefined, number>([[undefined, 1]])
    for (const { name } of ctes.toReversed()) {
      copies.set(
        name,
        readsOf(name).reduce((sum, { within }) => sum + (copies.get(within) ?? 1), 0),
      )
    }
    const isConstant = (name: string) => !model.reads.some(({ within }) => within === name)
    const scans = model.reads
      .filter(({ kind }) => kind === 'table')
      .reduce((sum, { within }) => sum + (copies.get(within) ?? 1), 0)
    const findings = ctes
      .filter(({ name }) => !isConstant(name))
      .flatMap(({ name, at }) => {
        const direct = readsOf(name).length
        const all = copies.get(name) ?? 0
        if (direct === 0) return [{ at, message: `${name} is read by nothing` }]
        if (direct <= cteLimits.reads && all <= cteLimits.copies) return []
        const count = `${name} is read ${direct} times and planned ${all} times`
        return [
          {
            at,
            message: `${count} (at most ${cteLimits.reads} and ${cteLimits.copies}): store it as a model`,
          },
        ]
      })
    if (scans <= cteLimits.scans) return findings
    const message = `${scans} scans once CTEs are pasted in (at most ${cteLimits.scans}): store a step as a model`
    return [...findings, { at: 0, message }]
  },
}

/** How a model is laid out: its header, its CTEs, its parameters. */
export const shapeRules: Rule[] = [header, ending, blockComment, parameterPlace, selectStar, cteReads]
