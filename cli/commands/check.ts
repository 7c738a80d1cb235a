import {
  type CheckedDelivery,
  type CheckResult,
  check as holds,
  isClean,
  unanswered,
  type Violation,
} from '../../core/check.ts'
import { type Command, EXIT, quarterOption, text } from '../command.ts'
import { styled, type Terminal, textTable, whole } from '../terminal.ts'
import { neededQuarter } from './analyse.ts'

/** Violations of a rule that people see unless they ask for all. */
const SHOWN = 10
/** Deliveries that are named beside one. */
const NAMED = 4

export const check: Command = {
  name: 'check',
  summary:
    "holds a quarter's newest run against every rule; exit 4 if an error, or one that cannot be ruled out, stands in the way of publishing",
  arguments: '--quarter Q [--run R]',
  positionals: [0, 0],
  options: {
    quarter: quarterOption,
    run: { type: 'string', placeholder: 'R', help: 'default the newest run of the quarter' },
    all: { type: 'boolean', help: `every violation, not the first ${SHOWN} of each rule` },
  },
  examples: ['skafferi check --quarter 2026-Q3'],
  async run(context) {
    const { terminal } = context
    const request = { quarter: neededQuarter(context), run: text(context, 'run') }
    const result = await holds(context.storage, request)
    if (terminal.json) terminal.answer(result)
    sayChecks(terminal, result, context.values.all === true)
    for (const notice of result.notices) terminal.note(styled('yellow', notice))
    return isClean(result) ? EXIT.done : EXIT.check
  },
}

/** What the checks say, for people. */
export function sayChecks(terminal: Terminal, result: CheckResult, all: boolean): void {
  const { run, quarter, errors, warnings, violations } = result
  const rules = [...new Set(violations.map(({ rule }) => rule))].map((rule) => ({
    rule,
    own: violations.filter((one) => one.rule === rule),
  }))
  const summary = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`
  terminal.say(`run ${styled('bold', run)} of ${quarter}: ${summary}`)
  if (rules.length > 0) {
    const rows = rules.map(({ rule, own }) => [coloured(own[0]!), rule, whole(own.length)])
    terminal.say(textTable(['severity', 'rule', 'violations'], rows, ['left', 'left', 'right']))
  }
  for (const { rule, own } of rules) sayRule(terminal, rule, own, all ? own.length : SHOWN)
  sayNotChecked(terminal, result)
  if (errors > 0) terminal.say('\nThis run cannot be published until its errors are gone.')
}

function sayNotChecked(terminal: Terminal, result: CheckResult): void {
  const { quarter, not_checked, lacks } = result
  const errors = new Set(unanswered(result))
  const reads = (rule: string) => `${rule} (it reads ${(lacks[rule] ?? []).join(', ')})`
  const warnings = not_checked.filter((rule) => !errors.has(rule))
  const since = 'since the run has not all that they read'
  if (warnings.length > 0)
    terminal.say(`\n${styled('yellow', 'not checked')}, ${since}: ${warnings.map(reads).join(', ')}`)
  if (errors.size === 0) return
  terminal.say(`\n${styled('red', 'not checked')}, ${since}: ${[...errors].map(reads).join(', ')}`)
  terminal.say(
    `Whether these rules of severity error hold is unknown, so this run cannot be published: skafferi analyse --quarter ${quarter} makes one that can be asked.`,
  )
}

function sayRule(terminal: Terminal, rule: string, violations: readonly Violation[], most: number): void {
  terminal.say(`\n${coloured(violations[0]!)} ${styled('bold', rule)}`)
  const shown = violations.slice(0, most)
  for (const { message, deliveries } of shown) {
    terminal.say(`  ${message}`)
    if (deliveries.length > 0) terminal.say(styled('dim', `    look at ${named(deliveries)}`))
  }
  if (shown.length < violations.length)
    terminal.say(`  … and ${whole(violations.length - shown.length)} more (--all shows them)`)
}

const counted = (count: number, what: string) => `${whole(count)} ${what}${count === 1 ? '' : 's'}`

const coloured = ({ severity }: Violation) => styled(severity === 'error' ? 'red' : 'yellow', severity)

function named(deliveries: readonly CheckedDelivery[]): string {
  const names = deliveries
    .slice(0, NAMED)
    .map(({ dataset, source, quarter, delivery }) => `${dataset}/${source}/${quarter ?? 'all'} (${delivery})`)
  const more = deliveries.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${whole(more)} more` : '')
}
