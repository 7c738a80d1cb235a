import type { MartRow } from '../../core/mart-text.ts'
import { capacityHolder, purchasesHolder, supplyHolder } from '../../schemas/holders.ts'
import { kronor, styled, textTable, tonnes, whole } from '../terminal.ts'
import { type Figures, knownKg, ZONE } from './figures.ts'

/** How many product groups, opportunities and questions the report shows. */
const TOP = 8

/** What one assumption about the share on offer leads to. */
export interface Headline {
  readonly share: number
  readonly opportunities: readonly MartRow[]
}

const heading = (text: string) => `\n${styled('bold', text)}`
const INSTRUMENTS: Readonly<Record<string, string>> = {
  contract: 'contract',
  supply_dialogue: 'dialogue with suppliers',
  production_investment: 'more growing',
  processing_investment: 'more processing',
  development_contract: 'development contract',
}

/** The demo's last words: what a strategist asks first, and how much of it is not known. */
export function report(
  figures: Figures,
  headlines: readonly Headline[],
  release: number,
  lake: string,
): string {
  return [
    ...figures.notices.map((notice) => styled('yellow', `\n${notice.toUpperCase()}`)),
    ...portions(figures),
    ...demand(figures),
    ...offers(headlines),
    ...opportunities(figures),
    ...shares(figures),
    ...questions(figures),
    ...whereAndNext(figures, release, lake),
  ].join('\n')
}

function portions({ quarter, portions_per_day, largest_portions_per_day }: Figures): string[] {
  return [
    heading(`Västerbotten's public kitchens, ${quarter}`),
    `${whole(portions_per_day)} portions on a day when all serve; Umeå and Skellefteå alone ${whole(largest_portions_per_day)}.`,
  ]
}

function demand({ years, balances }: Figures): string[] {
  const total = years.reduce((sum, { demand_kg }) => sum + demand_kg, 0)
  const reported = (group: string) =>
    balances.find((row) => row.product_group === group)?.supply_status === 'reported'
  const rows = years.slice(0, TOP + 4).map(({ product_group, demand_kg, produced_kg, supply_kg }) => {
    const known = reported(product_group)
    return [
      product_group,
      tonnes(demand_kg),
      known ? tonnes(produced_kg) : 'unknown',
      known ? tonnes(supply_kg) : 'unknown',
    ]
  })
  return [
    heading('Demand and what is grown in the county, tonnes of raw material a year'),
    `${tonnes(total)} in all, over ${years.length} product groups.`,
    textTable(['product group', 'kitchens need', 'grown', 'on offer to kitchens'], rows, [
      'left',
      'right',
      'right',
      'right',
    ]),
    `${years.length > rows.length ? `… and ${years.length - rows.length} smaller ones. ` : ''}"unknown" is not zero: nobody has reported it.`,
  ]
}

function offers(headlines: readonly Headline[]): string[] {
  const rows = headlines.map(({ share, opportunities }) => [
    `${Math.round(100 * share)} %`,
    tonnes(knownKg(opportunities, 'contract')),
    tonnes(knownKg(opportunities, 'supply_dialogue')),
    tonnes(knownKg(opportunities, 'processing_investment')),
  ])
  return [
    heading('How much hangs on one assumption: the share of output on offer to public kitchens'),
    textTable(['on offer', 'a contract closes', 'sold elsewhere today', 'lacks known processing'], rows, [
      'right',
      'right',
      'right',
      'right',
    ]),
    'Tonnes a year of what is certain or likely. 20 % is the bundled assumption; see data/SOURCES.md.',
  ]
}

function opportunities({ opportunities: all }: Figures): string[] {
  const known = all.filter(({ certainty }) => certainty !== 'unknown').slice(0, TOP)
  const rows = known.map((row) => [
    `${row.product_group} ${row.target}`,
    INSTRUMENTS[String(row.instrument)]!,
    tonnes(Number(row.kg_per_year)),
    row.sek_per_year === null ? 'no price' : kronor(Number(row.sek_per_year)),
    String(row.missing_steps ?? ''),
    String(row.next_window ?? ''),
    String(row.certainty),
  ])
  return [
    heading('Top opportunities in the county, a year'),
    textTable(['what', 'how', 'quantity', 'value', 'missing step', 'next window', 'certainty'], rows, [
      'left',
      'left',
      'right',
      'right',
    ]),
    'Quantities rest on modelled demand and assumed offers (evidence: assumed): a reason to ask, not a forecast.',
  ]
}

function shares({ shares: all }: Figures): string[] {
  const rows = all
    .filter(({ target }) => target !== null)
    .map((row) => [
      String(row.place),
      String(row.definition),
      String(row.measure_unit),
      `${percent(row.share_low)} to ${percent(row.share_high)}`,
      percent(row.target),
      String(row.target_status),
    ])
  if (rows.length === 0) return []
  return [
    heading('Targets that somebody has set'),
    textTable(['place', 'definition', 'in', 'share lies in', 'target', 'is'], rows),
  ]
}

const percent = (share: unknown) => (share === null ? 'unknown' : `${Math.round(100 * Number(share))} %`)

function questions({ balances, bottlenecks, years }: Figures): string[] {
  const size = new Map(years.map(({ product_group, demand_kg }) => [product_group, demand_kg]))
  const bySize = (a: MartRow, b: MartRow) =>
    (size.get(String(b.product_group)) ?? 0) - (size.get(String(a.product_group)) ?? 0)
  const supplies = balances.filter(({ supply_status }) => supply_status === 'unreported').toSorted(bySize)
  const grown = new Set(
    balances
      .filter(({ supply_status }) => supply_status === 'reported')
      .map(({ product_group }) => product_group),
  )
  const steps = bottlenecks.filter(
    ({ capacity_status, product_group }) => capacity_status === 'unreported' && grown.has(product_group),
  )
  const byGroup = Map.groupBy(steps.toSorted(bySize), ({ product_group }) => String(product_group))
  const stepLines = [...byGroup].slice(0, TOP).map(([group, rows]) => {
    return `  ${group}: what can ${rows.map(({ step }) => step).join(', ')} take? Ask ${capacityHolder(group).en}.`
  })
  const supplyLines = supplies.slice(0, TOP).map(({ product_group }) => {
    return `  ${product_group}: how much is grown? Ask ${supplyHolder(String(product_group)).en}.`
  })
  return [
    heading(
      `Unknown: ${supplies.length} product groups without reported growing, ${steps.length} steps without reported capacity where the crop is known`,
    ),
    ...stepLines,
    ...supplyLines,
    supplies.length > TOP
      ? `  … and ${supplies.length - TOP} more (skafferi query balances --where supply_status=unreported)`
      : '',
    `  What kitchens really buy: ${purchasesHolder.en}. No purchase lines of the region are public.`,
  ]
}

function whereAndNext({ quarter, run }: Figures, release: number, lake: string): string[] {
  const named = lake === './lake' ? '' : ` --lake ${lake}`
  return [
    heading('Where it lies'),
    `  ${lake}/releases/${quarter}/${release}/summary.sv.md and summary.en.md: what of this may be told in public; the tables as open data lie beside them`,
    `  ${lake}/models/gaps/…/run=${run}/ and its neighbours: every table of this run, as Parquet`,
    `  ${lake}/runs/${quarter}/${run}.json: what it was computed from`,
    '  data/SOURCES.md: where each bundled figure comes from, and how far to trust it',
    heading('What to try next'),
    `  npx skafferi query opportunities --where zoning=${ZONE.zoning} --where zone=${ZONE.zone}${named}`,
    `  npx skafferi query gaps --where product_group=potato --format csv${named}`,
    `  npx skafferi sql "select zone, sum(demand_kg) as kg from gaps where zoning = 'procurement_group' group by zone"${named}`,
    `  npx skafferi land DIR${named}      your own deliveries; then npx skafferi analyse --quarter ${quarter}${named}`,
    '',
  ]
}
