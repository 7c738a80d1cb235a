import type { Comparison } from '../lake/releases.ts'
import type { MartRow } from '../mart-text.ts'
import { CHANGE_STATES, type Change, countChanges } from './changes.ts'
import type { Language, Said } from './figures.ts'
import { contracts, gaps, needs, opportunities, target } from './summary-findings.ts'
import { completeness, questions, withheld } from './summary-limits.ts'
import { Scope, type SummaryInput } from './summary-scope.ts'
import { datasetNames, fixed, instrumentNames, sentences, stateNames, targetNames, words } from './texts.ts'

/** How many changes and targets a summary names at most. */
const CHANGES = 5
const TARGETS = 8

/** A summary and every figure and name in it. */
export interface Summary {
  readonly text: string
  readonly said: readonly Said[]
}

/** What a release says in plain words, in Markdown; every figure in it follows from the published marts. */
export function summarise(input: SummaryInput, language: Language): Summary {
  const scope = new Scope(input, language)
  const section = (title: keyof typeof fixed, lines: readonly string[]) => [
    '',
    `## ${scope.say(fixed[title])}`,
    '',
    ...lines,
  ]
  const findings = scope.zoning
    ? [
        ...section('needs', needs(scope)),
        ...section('contracts', contracts(scope)),
        ...section('gaps', gaps(scope)),
        ...section('opportunities', opportunities(scope)),
        ...section('questions', questions(scope)),
      ]
    : section('needs', [scope.say(fixed.no_demand)])
  const lines = [
    ...heading(scope),
    ...section('completeness', completeness(scope)),
    ...findings,
    ...section('changes', changes(scope)),
    ...section('targets', targets(scope)),
    ...section('withheld', withheld(scope)),
    ...section('method', [
      scope.say(fixed.about_method),
      '',
      scope.say(fixed.about_procurement),
      '',
      scope.say(fixed.about_licence),
    ]),
  ]
  return { text: `${lines.join('\n')}\n`, said: scope.figures.said }
}

function heading(scope: Scope): string[] {
  const { input, language, figures, zoning } = scope
  const { quarter, release, computed_on, corrects, invented } = input
  const about = [
    sentences.release[language](figures.whole(release), figures.word(computed_on)),
    ...(zoning ? [sentences.zoning[language](scope.name(zoning.name))] : []),
    ...(corrects
      ? [sentences.corrects[language](figures.whole(corrects.release), figures.word(corrects.reason))]
      : []),
  ]
  return [
    `# ${sentences.title[language](figures.word(quarter))}`,
    '',
    ...(invented.length > 0
      ? [sentences.invented[language](invented.map((source) => figures.word(source)).join(', ')), '']
      : []),
    about.join(' '),
  ]
}

function changes(scope: Scope): string[] {
  const { changes, corrects } = scope.input
  const told = [corrects?.changes, changes].flatMap((comparison) => comparison ?? [])
  const lines = told.flatMap((comparison) => [...compared(scope, comparison), ''])
  return changes === null ? [...lines, scope.say(fixed.no_earlier)] : lines.slice(0, -1)
}

function compared(scope: Scope, comparison: Comparison): string[] {
  const { figures, language, zoning } = scope
  const with_release = [figures.whole(comparison.release), figures.word(comparison.quarter)] as const
  if (comparison.missing_sources.length > 0) {
    const sources = comparison.missing_sources.map((one) => scope.source(one, datasetNames[one.dataset]!))
    return [sentences.not_compared[language](...with_release, scope.list(sources))]
  }
  const own = comparison.opportunities.filter(({ id }) => id.split('/')[0] === zoning?.zoning)
  const counts = countChanges(own)
  const counted = CHANGE_STATES.filter((state) => counts[state] > 0)
    .map((state) => `${scope.say(stateNames[state])} ${figures.whole(counts[state])}`)
    .join(', ')
  if (own.length === 0) return [sentences.compared[language](...with_release, scope.say(words.none))]
  const largest = own
    .filter((change) => moved(change) > 0)
    .toSorted((a, b) => moved(b) - moved(a))
    .slice(0, CHANGES)
  return [
    sentences.compared[language](...with_release, counted),
    ...(largest.length > 0 ? ['', ...largest.map((change) => `- ${changeLine(scope, change)}.`)] : []),
  ]
}

/** By how many kg an opportunity has changed for a reader; 0 where that cannot be told. */
function moved({ state, kg_per_year, kg_per_year_before }: Change): number {
  if (state === 'new') return kg_per_year ?? 0
  if (state === 'closed') return kg_per_year_before ?? 0
  if (state !== 'widened' && state !== 'narrowed') return 0
  if (kg_per_year === null || kg_per_year_before === null) return 0
  return Math.abs(kg_per_year - kg_per_year_before)
}

function changeLine(scope: Scope, change: Change): string {
  const [zoning, zone, product_group, instrument, of] = change.id.split('/')
  const row: MartRow = {
    zoning: zoning!,
    zone: zone!,
    product_group: product_group!,
    instrument: instrument!,
    target: of!,
  }
  const how = scope.say(instrumentNames[instrument!]!)
  const what = `${target(scope, row)} (${scope.zone(row)}), ${how}`
  const state = scope.say(stateNames[change.state])
  const [before, now] = [change.kg_per_year_before, change.kg_per_year]
  if (before !== null && now !== null)
    return sentences.from_to[scope.language](what, state, scope.mass(before), scope.mass(now))
  return sentences.appeared[scope.language](what, state, scope.mass(now ?? before))
}

function targets(scope: Scope): string[] {
  const set = scope.all('shares').filter(({ target }) => target !== null)
  if (set.length === 0) return [scope.say(fixed.no_targets)]
  return set.slice(0, TARGETS).map((row) => `- ${targetLine(scope, row)}`)
}

function targetLine(scope: Scope, row: MartRow): string {
  const { names } = scope.input
  const product = row.product_group === 'all' ? scope.say(words.all) : scope.product_group(row)
  const unit = scope.say(row.measure_unit === 'sek' ? words.sek : words.kg)
  const subject = `${scope.name(names.place(row.place))}, ${scope.name(names.definition(row.definition))} (${product}, ${unit})`
  const percent = (share: unknown) => scope.figures.percent(Number(share))
  if (row.share_low === null || row.share_high === null)
    return sentences.target_unknown[scope.language](subject, percent(row.target))
  const share = sentences.target[scope.language](
    subject,
    percent(row.share_low),
    percent(row.share_high),
    percent(row.target),
  )
  return `${share} ${scope.say(targetNames[String(row.target_status)]!)}`
}
