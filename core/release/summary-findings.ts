import { ORDERS_OF_MAGNITUDE } from '../../schemas/published.ts'
import type { MartRow } from '../mart-text.ts'
import { byDescending, markdownTable, type Scope, sumOf } from './summary-scope.ts'
import { certaintyNames, fixed, instrumentNames, sentences, words } from './texts.ts'

/** How many rows the tables have at most, so that a summary stays a page or two. */
const ZONES = 8
const GROUPS = 8
const CONTRACTS = 5
const GAPS = 5
const OPPORTUNITIES = 8

const isKnown = ({ certainty }: MartRow) => certainty === 'certain' || certainty === 'likely'

/** What kitchens need, by zone and by product group. */
export function needs(scope: Scope): string[] {
  const balances = scope.rows('balances')
  const zones = bySize(balances, 'zone')
  const groups = bySize(balances, 'product_group')
  const zoneRows = zones
    .slice(0, ZONES)
    .map((rows) => [scope.zone(rows[0]!), portions(scope, rows[0]!), ...need(scope, 'zone', rows)])
  const groupRows = groups
    .slice(0, GROUPS)
    .map((rows) => [scope.product_group(rows[0]!), ...need(scope, 'product_group', rows)])
  return [
    scope.say(fixed.about_needs),
    '',
    ...markdownTable(scope.head('zone', 'portions_per_day', 'need', 'bought_near'), zoneRows, [1, 2, 3]),
    ...rest(scope, zones.length - ZONES, 'more_zones'),
    '',
    ...markdownTable(scope.head('product', 'need', 'bought_near'), groupRows, [1, 2]),
    ...rest(scope, groups.length - GROUPS, 'more_groups'),
  ]
}

function portions(scope: Scope, { zone }: MartRow): string {
  const row = scope.rows('servings').find((one) => one.zone === zone && one.segment === 'all')
  return row ? scope.figures.whole(Number(row.portions_per_day)) : scope.say(words.unknown)
}

/** The need of a zone or product group, and what of it is known to be bought near by. */
function need(scope: Scope, column: 'zone' | 'product_group', rows: readonly MartRow[]): string[] {
  const own = scope.rows('gaps').filter((row) => row[column] === rows[0]![column])
  // without a reported purchase, nothing is known of what is bought near by
  const known = sumOf(own, 'observed_kg') > 0
  return [
    scope.mass(sumOf(rows, 'demand_kg')),
    known ? scope.mass(sumOf(rows, 'purchased_local_kg')) : scope.say(words.unknown),
  ]
}

/** Rows by a column, the largest demand first. */
function bySize(balances: readonly MartRow[], column: string): MartRow[][] {
  const groups = [...Map.groupBy(balances, (row) => row[column]).values()]
  return groups.sort((a, b) => sumOf(b, 'demand_kg') - sumOf(a, 'demand_kg'))
}

function rest(scope: Scope, count: number, what: 'more_zones' | 'more_groups'): string[] {
  return count > 0 ? ['', sentences[what][scope.language](scope.figures.whole(count))] : []
}

/** What is on offer and could be contracted today. */
export function contracts(scope: Scope): string[] {
  const known = knownOpportunities(scope).filter(({ instrument }) => instrument === 'contract')
  if (known.length === 0) return [scope.say(fixed.about_contracts), '', scope.say(fixed.no_contracts)]
  const rows = known
    .slice(0, CONTRACTS)
    .map((row) => [
      scope.form(row, row.target),
      scope.zone(row),
      aYear(scope, row),
      scope.money(row, 'sek_per_year'),
      nextWindow(scope, row),
      certainty(scope, row),
    ])
  const head = scope.head('what', 'zone', 'a_year', 'value', 'next_window', 'certainty')
  return [
    scope.say(fixed.about_contracts),
    '',
    [...total(scope, known.filter(isShown)), ...onlyOrders(scope, known)].join(' '),
    '',
    ...markdownTable(head, rows, [2, 3]),
  ]
}

function total({ figures, language }: Scope, shown: readonly MartRow[]): string[] {
  if (shown.length === 0) return []
  const count = figures.whole(shown.length)
  const kg = figures.mass(sumOf(shown, 'kg_per_year'))
  // the sum of no prices at all is unknown, not 0
  if (shown.every(({ sek_per_year }) => sek_per_year === null))
    return [sentences.contracts_without_value[language](count, kg)]
  return [sentences.contracts[language](count, kg, figures.money(sumOf(shown, 'sek_per_year')))]
}

/** How many of the opportunities show nothing but their order of magnitude. */
function onlyOrders({ figures, language }: Scope, known: readonly MartRow[]): string[] {
  const count = known.filter((row) => !isShown(row)).length
  return count === 0 ? [] : [sentences.orders[language](figures.whole(count))]
}

const isShown = ({ kg_per_year }: MartRow) => kg_per_year !== null

/** Opportunities that are known: by rank, then those that are withheld, the largest order first. */
function knownOpportunities(scope: Scope): MartRow[] {
  const known = scope.rows('opportunities').filter(isKnown)
  const order = (row: MartRow) => ORDERS_OF_MAGNITUDE.findIndex(({ word }) => word === row.order_of_magnitude)
  return [
    ...known.filter(isShown).sort((a, b) => Number(a.rank) - Number(b.rank)),
    ...known.filter((row) => !isShown(row)).sort((a, b) => order(b) - order(a)),
  ]
}

const aYear = (scope: Scope, row: MartRow) =>
  isShown(row) ? scope.mass(row.kg_per_year) : scope.figures.order(String(row.order_of_magnitude))
const nextWindow = (scope: Scope, { next_window }: MartRow) =>
  next_window === null ? scope.say(words.unknown) : scope.figures.word(String(next_window))
const certainty = (scope: Scope, row: MartRow) => scope.say(certaintyNames[String(row.certainty)]!)

/** Where the quarter's need is not met from near by. */
export function gaps(scope: Scope): string[] {
  const largest = scope
    .rows('gaps')
    .filter((row) => isKnown(row) && Number(row.shortfall_kg ?? 0) > 0)
    .toSorted(byDescending('shortfall_kg'))
    .slice(0, GAPS)
  if (largest.length === 0) return [scope.say(fixed.no_gaps)]
  const rows = largest.map((row) => [
    scope.form(row, row.form),
    scope.zone(row),
    scope.mass(row.demand_kg),
    shortfall(scope, row),
    scope.money(row, 'shortfall_sek'),
    certainty(scope, row),
  ])
  const head = scope.head('what', 'zone', 'need', 'gap', 'value', 'certainty')
  return markdownTable(head, rows, [2, 3, 4])
}

function shortfall(scope: Scope, { shortfall_kg, shortfall_low_kg, shortfall_high_kg }: MartRow): string {
  if (shortfall_low_kg === null || shortfall_high_kg === null) return scope.mass(shortfall_kg)
  const [central, low, high] = [shortfall_kg, shortfall_low_kg, shortfall_high_kg].map((kg) => scope.mass(kg))
  return sentences.range[scope.language](central!, low!, high!)
}

/** What would narrow the gaps, and how much of it is shown as a size only. */
export function opportunities(scope: Scope): string[] {
  const known = knownOpportunities(scope).filter(({ instrument }) => instrument !== 'contract')
  if (known.length === 0) return [scope.say(fixed.no_opportunities)]
  const rows = known
    .slice(0, OPPORTUNITIES)
    .map((row) => [
      scope.say(instrumentNames[String(row.instrument)]!),
      target(scope, row),
      scope.zone(row),
      aYear(scope, row),
      scope.money(row, 'sek_per_year'),
      missingSteps(scope, row),
      nextWindow(scope, row),
      certainty(scope, row),
    ])
  const head = scope.head(
    'how',
    'what',
    'zone',
    'a_year',
    'value',
    'missing_step',
    'next_window',
    'certainty',
  )
  const orders = onlyOrders(scope, known)
  return [
    ...markdownTable(head, rows, [3, 4]),
    '',
    [...orders, scope.say(fixed.about_opportunities)].join(' '),
  ]
}

/** What an opportunity is about: a product group, one of its steps or one of its forms. */
export function target(scope: Scope, row: MartRow): string {
  if (row.instrument === 'production_investment') return scope.product_group(row)
  if (row.instrument === 'processing_investment')
    return `${scope.product_group(row)}, ${scope.step(row, row.target)}`
  return scope.form(row, row.target)
}

function missingSteps(scope: Scope, row: MartRow): string {
  if (!isShown(row)) return scope.say(words.not_shown)
  if (row.missing_steps === null) return scope.say(words.none)
  return String(row.missing_steps)
    .split(' ')
    .map((step) => scope.step(row, step))
    .join(', ')
}
