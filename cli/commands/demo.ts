import { fileURLToPath } from 'node:url'
import { analyse } from '../../core/analyse.ts'
import { SkafferiError } from '../../core/errors.ts'
import { readScopes } from '../../core/lake/commits.ts'
import { hashFile } from '../../core/lake/lake-files.ts'
import { deliveryOf } from '../../core/lake/layout.ts'
import type { LandRequest } from '../../core/land.ts'
import { landFiles, readLayout } from '../../core/land-folder.ts'
import { publish } from '../../core/publish.ts'
import { parseQuarter } from '../../core/quarter.ts'
import { isStale, readCurrent } from '../../core/releases.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { whatIfOffered } from '../../core/what-if.ts'
import { LAST_QUARTER, OFFERED_SHARE, OFFERED_SHARE_VARIANTS } from '../../data/derive/assumptions.ts'
import { type Command, EXIT } from '../command.ts'
import { type Figures, readFigures, readOpportunities, yearOf } from '../demo/figures.ts'
import { type Headline, report } from '../demo/report.ts'
import type { Terminal } from '../terminal.ts'
import { summary } from './land.ts'

const bundled = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url))
const REGION = bundled('vasterbotten')
const EXAMPLE = bundled('example-purchases')

export const demo: Command = {
  name: 'demo',
  summary:
    'lands the bundled figures of Västerbotten, analyses, checks and publishes them, and says what a strategist asks first',
  arguments: '[--example-purchases]',
  positionals: [0, 0],
  options: {
    'example-purchases': {
      type: 'boolean',
      help: 'with invented purchase lines, which every output then says',
    },
  },
  examples: ['skafferi demo', 'skafferi demo --lake ./lake-example --example-purchases'],
  async run(context) {
    const { storage, terminal } = context
    const quarter = LAST_QUARTER.value
    const requests = await bundledFiles(context.values['example-purchases'] === true)
    await assertOurs(storage, requests)
    const landed = await landFiles(storage, requests, {
      onFile: ({ dataset, source, quarter: of }, number, count) =>
        terminal.progress(`landing ${number}/${count} ${dataset}/${source}/${of ?? 'all'}`),
    })
    terminal.done()
    terminal.say(`landed: ${summary(landed)}`)
    if (landed.some(({ status }) => status === 'refused')) return EXIT.refused
    let run = ''
    for (const of of yearOf(quarter)) {
      const onModel = (model: string, number: number, count: number) =>
        terminal.progress(`analysing ${of} ${number}/${count} ${model}`)
      run = (await analyse(storage, { quarter: of }, { onModel })).run
    }
    const release = await publishOnce(storage, quarter, terminal)
    const figures = await readFigures(storage, quarter, run)
    const headlines = await offerHeadlines(storage, figures, terminal)
    terminal.done()
    if (terminal.json) terminal.answer({ ...figures, release, headlines: headlines.map(jsonHeadline) })
    terminal.say(report(figures, headlines, release, context.storage.url))
    return EXIT.done
  },
}

/** The files to land; the example brings a list of sources of its own, in place of the region's. */
async function bundledFiles(with_example: boolean): Promise<LandRequest[]> {
  const region = await readLayout(REGION)
  if (!with_example) return region
  const example = await readLayout(EXAMPLE)
  const replaced = new Set(
    example.filter(({ quarter }) => quarter === undefined).map(({ dataset }) => dataset),
  )
  return [...region.filter(({ dataset }) => !replaced.has(dataset)), ...example]
}

/**
 * The number of the quarter's release of these figures. Running the demo again analyses anew, but a release of
 * the same deliveries stays the one that readers get.
 */
async function publishOnce(storage: Storage, quarter: string, terminal: Terminal): Promise<number> {
  const current = await readCurrent(storage, quarter)
  if (current && !(await isStale(storage, current.record))) return current.record.release
  const reason = current ? 'the bundled figures have changed' : undefined
  const onStep = (step: string) => terminal.progress(step)
  return (await publish(storage, { quarter, reason }, { onStep })).release
}

/** The demo speaks of the bundled figures only, so a lake with anything else in it is left alone. */
async function assertOurs(storage: Storage, requests: readonly LandRequest[]): Promise<void> {
  const effective = (await readScopes(storage)).flatMap((state) => state.effective ?? [])
  if (effective.length === 0) return
  const deliveries = requests.map(async ({ file, dataset, source, quarter }) => {
    const scope = { dataset, source, quarter: quarter === undefined ? null : parseQuarter(quarter) }
    return deliveryOf(scope, (await hashFile(file)).sha256)
  })
  const ours = new Set(await Promise.all(deliveries))
  const foreign = effective.filter(({ delivery }) => !ours.has(delivery))
  if (foreign.length === 0) return
  const names = foreign
    .slice(0, 3)
    .map(({ dataset, source, quarter }) => `${dataset}/${source}/${quarter ?? 'all'}`)
  throw new SkafferiError(
    'usage',
    `${storage.url} holds other deliveries (${names.join(', ')}): name a fresh lake with --lake`,
  )
}

/** The same quarter at other shares of output on offer. */
async function offerHeadlines(storage: Storage, figures: Figures, terminal: Terminal): Promise<Headline[]> {
  const headlines: Headline[] = []
  for (const share of OFFERED_SHARE_VARIANTS.value) {
    terminal.progress(`what if ${Math.round(100 * share)} % were on offer`)
    const factor = share / OFFERED_SHARE.value
    const opportunities =
      factor === 1
        ? figures.opportunities
        : await whatIfOffered(storage, figures.quarter, factor, (lake, run) =>
            readOpportunities(lake, figures.quarter, run),
          )
    headlines.push({ share, opportunities })
  }
  return headlines
}

function jsonHeadline({ share, opportunities }: Headline): object {
  const known = opportunities.filter(({ certainty }) => certainty !== 'unknown')
  const kg = Map.groupBy(known, ({ instrument }) => String(instrument))
  return {
    offered_share: share,
    kg_per_year: Object.fromEntries(
      [...kg].map(([name, rows]) => [name, rows.reduce((sum, row) => sum + Number(row.kg_per_year), 0)]),
    ),
  }
}
