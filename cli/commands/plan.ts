import { plan as compare } from '../../core/plan.ts'
import { type Command, EXIT, quarterOption } from '../command.ts'
import { deliveryText, sourcesText, staleText } from '../sources.ts'
import { styled, textTable, whole } from '../terminal.ts'
import { asOf, asOfOption, neededQuarter } from './analyse.ts'

export const plan: Command = {
  name: 'plan',
  summary:
    'what analyse would read, who has delivered, what changed since the last run, which quarters are stale',
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
    for (const line of sourcesText(result.quarter, result.coverage)) terminal.say(`\n${line}\n`)
    terminal.say(result.last_run === null ? 'no run yet' : `last run ${result.last_run}`)
    for (const delivery of result.changes?.added ?? []) terminal.say(`  new since: ${deliveryText(delivery)}`)
    for (const delivery of result.changes?.removed ?? [])
      terminal.say(`  gone since: ${deliveryText(delivery)}`)
    if (result.stale.length === 0) terminal.say('no quarter is stale')
    for (const line of staleText(result.stale)) terminal.say(line)
    return EXIT.done
  },
}
