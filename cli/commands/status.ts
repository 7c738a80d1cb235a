import { parseQuarter } from '../../core/quarter.ts'
import { type ReleaseStatus, status as read } from '../../core/status.ts'
import { type Command, EXIT, quarterOption, text } from '../command.ts'
import { sourcesText, staleText } from '../sources.ts'
import { styled, textTable, whole } from '../terminal.ts'

export const status: Command = {
  name: 'status',
  summary: 'what has come, what is late or missing, which runs and releases there are',
  arguments: '[--quarter Q]',
  positionals: [0, 0],
  options: {
    quarter: { ...quarterOption, help: 'whose sources to look at; default the newest with a delivery' },
  },
  examples: ['skafferi status'],
  async run(context) {
    const { terminal } = context
    const quarter = text(context, 'quarter')
    if (quarter !== undefined) parseQuarter(quarter)
    const result = await read(context.storage, quarter)
    if (terminal.json) terminal.answer(result)
    if (result.datasets.length === 0) {
      terminal.say(`nothing has been landed in ${result.lake} (skafferi land DIR)`)
      return EXIT.done
    }
    const datasets = result.datasets.map((one) => [
      one.dataset,
      String(one.deliveries),
      whole(one.rows),
      one.newest_received_at,
    ])
    terminal.say(
      textTable(['dataset', 'deliveries', 'rows', 'newest'], datasets, ['left', 'right', 'right', 'left']),
    )
    for (const line of sourcesText(`${result.quarter}`, result.coverage)) terminal.say(`\n${line}`)
    const runs = result.runs.map((run) => [
      run.quarter,
      String(run.runs),
      run.newest,
      run.stale ? styled('yellow', 'stale') : '',
    ])
    terminal.say(
      runs.length > 0
        ? `\n${textTable(['quarter', 'runs', 'newest run', ''], runs, ['left', 'right'])}`
        : '\nno runs yet',
    )
    for (const line of staleText(result.stale)) terminal.say(line)
    if (result.releases.length > 0) terminal.say(`\n${releasesText(result.releases)}`)
    return EXIT.done
  },
}

function releasesText(releases: readonly ReleaseStatus[]): string {
  const rows = releases.map(({ quarter, release, run, current, stale }) => [
    quarter,
    String(release),
    run,
    current ? 'current' : '',
    stale ? styled('yellow', 'stale: publish again once the quarter is analysed anew') : '',
  ])
  return textTable(['quarter', 'release', 'of run', '', ''], rows, ['left', 'right'])
}
