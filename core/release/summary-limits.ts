import { capacityHolder, purchasesHolder, supplyHolder } from '../../schemas/holders.ts'
import { protectedColumns, WITHHELD_REASONS } from '../../schemas/published.ts'
import type { MartRow } from '../mart-text.ts'
import { type Scope, sumOf } from './summary-scope.ts'
import { datasetNames, fixed, reasonNames, sentences, words } from './texts.ts'

/** How many questions, and zones of a question, a summary has at most. */
const QUESTIONS = 6
const ZONES = 4
/** Marts in which figures can be withheld. */
const PROTECTED = Object.keys(protectedColumns)

/** How complete the data are: what came, what is seen rather than computed, what is unknown or not shown. */
export function completeness(scope: Scope): string[] {
  const rows = scope.rows('gaps')
  const protectedRows = PROTECTED.flatMap((mart) => scope.rows(mart))
  const withheld = protectedRows.filter((row) => row.withheld !== null).length
  const { figures, language } = scope
  return [
    ...deliveries(scope),
    `- ${observed(scope, rows)}`,
    ...unknown(scope, 'gaps', 'unknown_gaps'),
    ...unknown(scope, 'opportunities', 'unknown_opportunities'),
    `- ${sentences.withheld[language](figures.whole(withheld), figures.whole(protectedRows.length))}`,
  ]
}

function deliveries(scope: Scope): string[] {
  const coverage = scope.all('coverage')
  const having = (...statuses: string[]) => coverage.filter(({ status }) => statuses.includes(String(status)))
  const { language, figures } = scope
  const count = (...statuses: string[]) => figures.whole(having(...statuses).length)
  const names = having('missing').map((row) =>
    scope.source({ source: row.source, dataset: row.dataset }, nameOf(row)),
  )
  return [
    `- ${sentences.deliveries[language](
      figures.whole(coverage.length - having('unexpected').length),
      count('received'),
      count('late'),
      count('due'),
      count('missing'),
      count('unexpected'),
    )}`,
    ...(names.length > 0 ? [`- ${sentences.missing[scope.language](scope.list(names))}`] : []),
  ]
}

const nameOf = ({ dataset }: MartRow) => datasetNames[String(dataset)]!

function observed(scope: Scope, gaps: readonly MartRow[]): string {
  const seen = sumOf(gaps, 'observed_kg')
  if (seen === 0) return scope.say(fixed.nothing_observed)
  const share = seen / sumOf(gaps, 'demand_kg')
  if (share >= 1) return scope.say(fixed.all_observed)
  return sentences.observed[scope.language](scope.figures.percent(share))
}

function unknown(scope: Scope, mart: string, text: 'unknown_gaps' | 'unknown_opportunities'): string[] {
  const rows = scope.rows(mart)
  if (rows.length === 0) return []
  const count = rows.filter(({ certainty }) => certainty === 'unknown').length
  const { figures } = scope
  const parts = [
    figures.whole(count),
    figures.whole(rows.length),
    figures.percent(count / rows.length),
  ] as const
  return [`- ${sentences[text][scope.language](...parts)}`]
}

/** What nobody has reported, as questions to those who are likely to know. */
export function questions(scope: Scope): string[] {
  const supply = supplyQuestions(scope)
  const capacity = capacityQuestions(scope)
  const purchases = purchasesQuestion(scope)
  const lines = [...purchases, ...supply.slice(0, QUESTIONS), ...capacity.slice(0, QUESTIONS)]
  if (lines.length === 0) return [scope.say(fixed.no_questions)]
  const [more_supply, more_capacity] = [supply, capacity].map((all) => Math.max(0, all.length - QUESTIONS))
  return [
    scope.say(fixed.about_questions),
    '',
    ...lines.map((line) => `- ${line()}`),
    ...moreQuestions(scope, more_supply!, more_capacity!),
  ]
}

function moreQuestions(scope: Scope, supply: number, capacity: number): string[] {
  if (supply + capacity === 0) return []
  const { figures, language } = scope
  return ['', sentences.more_questions[language](figures.whole(supply), figures.whole(capacity))]
}

/** A line that is said only if there is room for it. */
type Line = () => string

function purchasesQuestion(scope: Scope): Line[] {
  const gaps = scope.rows('gaps')
  if (sumOf(gaps, 'observed_kg') >= sumOf(gaps, 'demand_kg')) return []
  const { language } = scope
  return [
    () =>
      sentences.question[language](
        scope.say(words.purchases),
        scope.say(fixed.question_purchases),
        scope.say(purchasesHolder),
      ),
  ]
}

function supplyQuestions(scope: Scope): Line[] {
  const unreported = scope.rows('balances').filter(({ supply_status }) => supply_status === 'unreported')
  return byNeed(unreported, 'demand_kg').map((rows) => () => {
    const { language } = scope
    const zones = zonesOf(scope, rows)
    const question = sentences.question_supply[language](zones, scope.mass(sumOf(rows, 'demand_kg')))
    const holder = supplyHolder(String(rows[0]!.product_group))
    return sentences.question[language](scope.product_group(rows[0]!), question, scope.say(holder))
  })
}

/** Asked where the raw material is known: elsewhere it comes first. */
function capacityQuestions(scope: Scope): Line[] {
  const cell = ({ zone, product_group }: MartRow) => `${zone} ${product_group}`
  const supplied = new Set(
    scope
      .rows('balances')
      .filter(({ supply_status }) => supply_status === 'reported')
      .map(cell),
  )
  const unreported = scope
    .rows('bottlenecks')
    .filter((row) => row.capacity_status === 'unreported' && supplied.has(cell(row)))
  return byNeed(unreported, 'required_kg').map((rows) => () => {
    const { language } = scope
    const steps = [...new Set(rows.map(({ step }) => step))].map((step) => scope.step(rows[0]!, step))
    const question = sentences.question_capacity[language](steps.join(', '), zonesOf(scope, rows))
    const holder = capacityHolder(String(rows[0]!.product_group))
    return sentences.question[language](scope.product_group(rows[0]!), question, scope.say(holder))
  })
}

/** Rows by product group, the largest need first. */
function byNeed(rows: readonly MartRow[], column: string): MartRow[][] {
  const groups = [...Map.groupBy(rows, ({ product_group }) => product_group).values()]
  return groups.sort((a, b) => sumOf(b, column) - sumOf(a, column))
}

function zonesOf(scope: Scope, rows: readonly MartRow[]): string {
  const zones = [...new Map(rows.map((row) => [row.zone, row])).values()]
  return scope.list(
    zones.map((row) => scope.zone(row)),
    ZONES,
  )
}

/** How many rows do not show a figure, by reason, in every zoning. */
export function withheld(scope: Scope): string[] {
  const rows = PROTECTED.flatMap((mart) => scope.all(mart))
  const lines = WITHHELD_REASONS.flatMap((reason) => {
    const count = rows.filter((row) => row.withheld === reason).length
    return count === 0 ? [] : [`- ${scope.say(reasonNames[reason]!)}: ${scope.figures.whole(count)}`]
  })
  if (lines.length === 0) return [scope.say(fixed.nothing_withheld)]
  return [scope.say(fixed.about_withheld), '', ...lines, '', scope.say(fixed.always_shown)]
}
