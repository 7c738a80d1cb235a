import { plan as compare, type PlannedDelivery } from '../../core/plan.ts'
import { type Command, EXIT, quarterOption } from '../command.ts'
import { styled, textTable, whole } from '../terminal.ts'
import { asOf, asOfOption, neededQuarter } from './analyse.ts'

const place = ({ dataset, source, quarter }: PlannedDelivery) => `${dataset}/${source}/${quarter ?? 'all'}`

export const plan: Command = {
  name: 'plan',
  summary: 'what analyse would read, what changed since the last run, which past quarters are stale',
  arguments: '--quarter Q',
  positionals: [0, 0],
  options: { quarter: quarterOption, 'as-of': asOfOption },
  examples: ['skafferi plan --quarter 2026-Q3'],
  async run(context) {
    const { terminal } = context
    const result = await compare(context.storage, { quarter: neededQuarter(context), as_of: asOf(context) })
    if (terminal.json) terminal.answer(result)
    const datasets = [...new Set(result.inputs.map(({ dataset }) => dataset))].map((dataset) => {
      const own = result.inputs.filter((one) => one.dataset === dataset)
      return [dataset, String(own.length), whole(own.reduce((sum, { rows }) => sum + rows, 0))]
    })
    terminal.say(
      `${styled('bold', result.quarter)} would be computed from ${result.inputs.length} deliveries`,
    )
    terminal.say(textTable(['dataset', 'deliveries', 'rows'], datasets, ['left', 'right', 'right']))
    terminal.say(result.last_run === null ? 'no run yet' : `last run ${result.last_run}`)
    for (const delivery of result.changes?.added ?? [])
      terminal.say(`  new since: ${place(delivery)} (${delivery.delivery})`)
    for (const delivery of result.changes?.removed ?? [])
      terminal.say(`  gone since: ${place(delivery)} (${delivery.delivery})`)
    if (result.stale.length === 0) terminal.say('no quarter is stale')
    for (const { quarter, added, removed } of result.stale) {
      terminal.say(
        `${styled('yellow', 'stale')} ${quarter}: ${added.length} deliveries came and ${removed.length} went since its run`,
      )
    }
    return EXIT.done
  },
}
