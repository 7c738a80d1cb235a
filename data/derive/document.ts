import {
  type Anchor,
  anchors,
  portionsPerDay,
  servingPlaces,
  totalKg,
  totalSek,
  yearlyDemand,
  yearlyPortions,
} from './anchors.ts'
import * as assumptions from './assumptions.ts'
import { type BundledFile, EXAMPLE_FOLDER, REGION } from './bundle.ts'
import { sum } from './csv.ts'
import { type Facts, table } from './facts.ts'
import { COUNTY, municipalities } from './places.ts'
import { countyOutputs } from './production.ts'
import { chains } from './products.ts'
import { REFERENCES } from './references.ts'
import { ASK, CONTRADICTIONS, LICENCES, ORIGINS } from './texts.ts'

const KG_PER_TONNE = 1000
const MILLION = 1_000_000
/** A table of assumptions longer than this stays in assumptions.ts. */
const LONGEST_VALUE = 130

/** SOURCES.md: everything that can drift is computed, the rest is in texts.ts. */
export function sourcesDocument(facts: Facts, files: BundledFile[]): string {
  const sections = [
    introduction(),
    ...['## Files', fileTable(files)],
    ...['## Checked against published figures', anchorTable(anchors(facts))],
    ...['## What the kitchens of the county need in a year', demandIntroduction(facts), demandTable(facts)],
    ...['## What is produced in a year', outputTable(facts)],
    ...['## Assumptions', assumptionTable()],
    ...['## Contradictions kept visible', list(CONTRADICTIONS)],
    ...['## Not found, and whom to ask', markdown(['what', 'whom'], ASK)],
    ...['## Licences', list(LICENCES)],
  ]
  const text = sections.join('\n\n')
  return `${text}\n\n## Sources\n\n${sourceList(facts, text)}\n`
}

function introduction(): string {
  return `# Where the bundled data come from

Every file below \`${REGION}/\` and \`${EXAMPLE_FOLDER}/\` is derived by \`npm run data\` from the public
figures in \`facts/\` and the named assumptions in \`derive/assumptions.ts\`; this page too. Codes S0, S1, … are
listed at the end. *General knowledge* means that nobody looked it up: replace it first. A row's \`evidence\`
says the same: \`reported\` is a published figure as it stands, \`derived\` is computed from published figures,
\`assumed\` contains an own estimate.

The three readings of "on offer to public kitchens" (4 %, 20 % and 100 % of output) are made by
\`node data/derive/main.ts FOLDER --offered-share 0.04\`. There is no \`complete_purchases\`: of no place are all
purchases known. \`purchases\` of the region are not public, so \`${REGION}/\` has none.`
}

function fileTable(files: BundledFile[]): string {
  const rows = ORIGINS.map(({ dataset, origin, year, arithmetic, doubt }) => {
    const own = files.filter((file) => file.dataset === dataset && isMain(file))
    const paths = [...new Set(own.map(({ folder, source }) => `\`${folder}/${dataset}/${source}/\``))].join(
      ' ',
    )
    const count = sum(own.map((file) => file.rows.length))
    return [paths, `${own.length} / ${count}`, origin, year, arithmetic, doubt]
  })
  return markdown(['folder', 'files / rows', 'origin', 'year', 'arithmetic', 'doubt'], rows)
}

/** The example's copy of `sources` needs no line of its own. */
function isMain({ folder, dataset }: BundledFile): boolean {
  return folder === REGION || dataset === 'purchases'
}

function anchorTable(all: Anchor[]): string {
  const rows = all.map(({ name, unit, source, published, bundled, tolerance, at_most }) => [
    name,
    figure(published),
    figure(bundled),
    unit,
    at_most ? 'at most' : `± ${tolerance * 100} %`,
    source,
  ])
  return markdown(['figure', 'published', 'here', 'unit', 'tolerance', 'source'], rows)
}

function demandIntroduction(facts: Facts): string {
  const places = servingPlaces(facts)
  const yearly = yearlyPortions(facts, places)
  const municipal = yearlyPortions(facts, municipalities(facts))
  const spend = totalSek(yearlyDemand(facts, places))
  return [
    `${figure(portionsPerDay(facts, places))} portions on a day when all segments serve,`,
    `${millions(yearly)} million in the last four quarters (municipalities ${millions(municipal)} million,`,
    `the county's own kitchens the rest), ${millions(spend)} million SEK, ${figure(spend / yearly)} SEK per portion.`,
    'Tonnes of the forms as bought, and of raw material (form ÷ yield).',
  ].join('\n')
}

function millions(value: number): string {
  return figure(value / MILLION)
}

function demandTable(facts: Facts): string {
  const demand = yearlyDemand(facts, servingPlaces(facts))
  const rows = Object.entries(chains(facts)).map(([group, chain]) => {
    const own = demand.filter(({ product_group }) => product_group === group)
    const raw = sum(own.map(({ form, kg }) => kg / chain.forms.find((known) => known.form === form)!.yield))
    const offered = countyOutputs(facts).find(
      (output) => output.product_group === group && output.county === COUNTY,
    )
    const output = offered === undefined ? 'unknown' : figure(offered.kg / KG_PER_TONNE)
    return [
      `\`${group}\``,
      ...[totalKg(own), raw].map((kg) => figure(kg / KG_PER_TONNE)),
      output,
      millions(totalSek(own)),
    ]
  })
  return markdown(['product group', 'form t', 'raw t', 'raw t produced in the county', 'million SEK'], rows)
}

function outputTable(facts: Facts): string {
  const rows = countyOutputs(facts).map(({ product_group, county, kg, evidence, reading }) => [
    `\`${product_group}\``,
    county,
    figure(kg / KG_PER_TONNE),
    reading,
    evidence,
  ])
  return markdown(['product group', 'county', 'raw t', 'reading', 'evidence'], rows)
}

function assumptionTable(): string {
  // by name: loaders differ on the order of a module's exports
  const named = Object.entries<unknown>(assumptions)
    .filter(isAssumption)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const rows = named.map(([name, { value, unit, source, reason }]) => [
    `\`${name}\``,
    shown(value),
    unit,
    source,
    reason,
  ])
  return markdown(['name', 'value', 'unit', 'source', 'reason'], rows)
}

function isAssumption(entry: [string, unknown]): entry is [string, assumptions.Assumption<unknown>] {
  const value = entry[1]
  return typeof value === 'object' && value !== null && 'reason' in value
}

function shown(value: unknown): string {
  const text =
    typeof value === 'object'
      ? JSON.stringify(value).replace(/["{}]/g, '').replace(/[,:]/g, '$& ')
      : String(value)
  return text.length > LONGEST_VALUE ? 'see assumptions.ts' : text
}

/** Only sources that this page or the facts beside it cite. */
function sourceList(facts: Facts, text: string): string {
  const cited = new Set(
    `${text} ${JSON.stringify(Object.keys(facts).map((name) => table(facts, name)))}`.match(/\bS\d+\b/g),
  )
  const codes = Object.keys(REFERENCES).filter((code) => cited.has(code))
  return list(codes.map((code) => `${code}: ${REFERENCES[code]}`))
}

function markdown(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Thousands apart, three figures of small numbers. */
function figure(value: number): string {
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)))
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ')
}
