import type { LandResult } from '../core/land.ts'
import type { Findings } from '../core/release/findings.ts'
import { datasetNames } from '../core/release/texts.ts'
import { datasets } from '../schemas/datasets/index.ts'
import { landingRules } from '../schemas/landing-rules.ts'

/** A mail by the topic: Swedish first, then English. Who gets it is decided by its kind and source. */
export interface Message {
  readonly kind: 'release' | 'refused' | 'late'
  readonly source: string | null
  /** ASCII, below a hundred characters: the topic takes no other. */
  readonly subject: string
  readonly text: string
}

/** A delivery as people name it. */
type Named = Pick<LandResult, 'dataset' | 'quarter'>

const LINES_SHOWN = 5

/** Tells a sender that a delivery was refused: why, and how to mend it. Values stay in the receipt. */
export function refusedMessage(result: LandResult): Message {
  const { delivery, source, problems_total } = result
  const why = (language: 'sv' | 'en') => brokenRules(result, language)
  return {
    kind: 'refused',
    source,
    subject: subject(`${nameOf(result)}, ${source}: avvisad / refused`),
    text: bilingual(
      [
        `Leveransen ${nameOf(result)} från ${source} togs inte emot. Det som gällde förut gäller än.`,
        `Antal fel: ${problems_total}.`,
        ...why('sv'),
        'Rätta felen och sänd hela filen igen. En leverans ersätter allt som kom före den.',
        ...(waits(result) ? ['Saknas bara koder, så prövas filen igen av sig själv när de kommer.'] : []),
        `Kvittot har varje fel med rad och värde: skafferi receipt ${delivery}, eller GET /v1/deliveries/${delivery}`,
      ],
      [
        `The delivery ${nameOf(result)} of ${source} was not accepted. What counted before still counts.`,
        `Number of faults: ${problems_total}.`,
        ...why('en'),
        'Mend the faults and send the whole file again. A delivery replaces all that came before it.',
        ...(waits(result)
          ? ['If only codes are missing, the file is tried again by itself when they come.']
          : []),
        `The receipt has every fault with line and value: skafferi receipt ${delivery}, or GET /v1/deliveries/${delivery}`,
      ],
    ),
  }
}

/** Tells a source which of its deliveries have not come in time. */
export function lateMessage(source: string, missing: readonly Named[]): Message {
  const list = (language: 'sv' | 'en') =>
    missing.map(
      ({ dataset, quarter }) => `- ${datasetNames[dataset]?.[language] ?? dataset} (${dataset}), ${quarter}`,
    )
  return {
    kind: 'late',
    source,
    subject: subject(`${source}: saknas / missing`),
    text: bilingual(
      [`Från ${source} har detta inte kommit i tid:`, ...list('sv'), 'Sänd det så snart det finns.'],
      [`This has not come in time from ${source}:`, ...list('en'), 'Send it as soon as you have it.'],
    ),
  }
}

/** Tells of a release: what must be known first, what it found, where to read it. */
export function releaseMessage(
  { quarter, release }: { readonly quarter: string; readonly release: number },
  findings: Readonly<Record<'sv' | 'en', Findings>>,
  read_at: string,
): Message {
  const body = ({ preamble, findings }: Findings) => [
    ...preamble,
    ...[...Map.groupBy(findings, ({ heading }) => heading)].flatMap(([heading, own]) => [
      ...['', `${heading}:`],
      ...own.map(({ text }) => `- ${text}`),
    ]),
    '',
  ]
  return {
    kind: 'release',
    source: null,
    subject: subject(`${quarter}: release ${release}`),
    text: bilingual(
      [...body(findings.sv), `Läs mer: ${read_at}/${quarter}/${release}/summary.sv.md`],
      [...body(findings.en), `Read more: ${read_at}/${quarter}/${release}/summary.en.md`],
    ),
  }
}

/** Each rule that was broken, with its columns and first lines. A column's name may come from the file: only ours. */
function brokenRules({ dataset, problems }: LandResult, language: 'sv' | 'en'): string[] {
  const known = new Set(datasets.find(({ name }) => name === dataset)?.columns.map(({ name }) => name))
  return [...Map.groupBy(problems, ({ rule }) => rule)].map(([rule, own]) => {
    const columns = [...new Set(own.flatMap(({ column }) => (column && known.has(column) ? [column] : [])))]
    const lines = [...new Set(own.flatMap(({ line }) => line ?? []))]
    const shown = `${lines.slice(0, LINES_SHOWN).join(', ')}${lines.length > LINES_SHOWN ? ' …' : ''}`
    const where = [
      columns.join(', '),
      lines.length > 0 ? `${language === 'sv' ? 'rad' : 'line'} ${shown}` : '',
    ]
    const told = [rule, ...where.filter((text) => text !== '')].join('; ')
    return `- ${landingRules[rule][language]} (${told})`
  })
}

const waits = ({ problems }: LandResult) => problems.some(({ rule }) => rule === 'unknown_code')
const nameOf = ({ dataset, quarter }: Named) => (quarter === null ? dataset : `${dataset} ${quarter}`)
const subject = (text: string) => `Skafferi: ${text}`.slice(0, 99)
const bilingual = (sv: readonly string[], en: readonly string[]) =>
  `${sv.join('\n')}\n\n---\n\n${en.join('\n')}\n`
