import { ChecksFailedError, type PublishResult, publish as release } from '../../core/publish.ts'
import { CHANGE_STATES } from '../../core/release/changes.ts'
import { isNewestStale } from '../../core/releases.ts'
import { type Command, type CommandContext, EXIT, quarterOption, text } from '../command.ts'
import { styled, type Terminal, textTable, whole } from '../terminal.ts'
import { neededQuarter } from './analyse.ts'
import { sayChecks } from './check.ts'

export const publish: Command = {
  name: 'publish',
  summary: "makes a release of a quarter's newest run; exit 4 if its checks find errors",
  arguments: '--quarter Q [--reason TEXT]',
  positionals: [0, 0],
  options: {
    quarter: quarterOption,
    reason: {
      type: 'string',
      placeholder: 'TEXT',
      help: 'why the quarter is published once more; readers see it',
    },
  },
  examples: [
    'skafferi publish --quarter 2026-Q3',
    'skafferi publish --quarter 2026-Q3 --reason "the dairy sent its figures anew"',
  ],
  async run(context) {
    const { terminal } = context
    const request = { quarter: neededQuarter(context), reason: text(context, 'reason') }
    await noteStale(context, request.quarter)
    try {
      const result = await release(context.storage, request, {
        onStep: (step) => terminal.progress(step),
      })
      terminal.done()
      if (terminal.json) terminal.answer(result)
      sayRelease(context, result)
      return EXIT.done
    } catch (error) {
      if (!(error instanceof ChecksFailedError)) throw error
      terminal.done()
      const { message, result } = error
      if (terminal.json) terminal.answer({ error: { kind: 'check', message }, ...result })
      sayChecks(terminal, result, false)
      return EXIT.check
    }
  },
}

/** Publishing reads the newest run, not the deliveries: whoever has just landed some must hear of it. */
async function noteStale({ storage, terminal }: CommandContext, quarter: string): Promise<void> {
  if (!(await isNewestStale(storage, quarter))) return
  terminal.note(
    styled(
      'yellow',
      `the newest run of ${quarter} is stale: deliveries came or were withdrawn since; skafferi analyse --quarter ${quarter} computes it anew`,
    ),
  )
}

/** What has been published, for people. */
export function sayRelease({ terminal, storage }: CommandContext, result: PublishResult): void {
  const { quarter, release, run, status, corrects, checks } = result
  const name = styled('bold', `release ${release} of ${quarter}`)
  terminal.say(
    status === 'unchanged'
      ? `${name} is published already, of run ${run}: nothing changed`
      : `published ${name}, of run ${run}`,
  )
  for (const notice of result.notices ?? []) terminal.say(styled('yellow', notice))
  if (corrects) terminal.say(`it corrects release ${corrects.release}: ${corrects.reason}`)
  if (checks.warnings > 0)
    terminal.say(`${whole(checks.warnings)} warnings stand (skafferi check --quarter ${quarter})`)
  sayChanges(terminal, result)
  sayWithheld(terminal, result)
  const folder = `${storage.url}/releases/${quarter}/${release}`
  terminal.say(
    `\n${folder}/summary.sv.md and summary.en.md say it in words; ${whole(result.files.length)} files in all`,
  )
}

function sayChanges(terminal: Terminal, { changes, corrects }: PublishResult): void {
  const line = (counts: NonNullable<PublishResult['changes']>) =>
    CHANGE_STATES.map((state) => `${whole(counts[state] ?? 0)} ${state}`).join(', ')
  if (corrects) terminal.say(`opportunities since release ${corrects.release}: ${line(corrects.changes)}`)
  terminal.say(
    changes === null
      ? 'no release of an earlier quarter to compare with'
      : `opportunities since the last quarter published: ${line(changes)}`,
  )
}

function sayWithheld(terminal: Terminal, { withheld }: PublishResult): void {
  const rows = withheld.map((one) => {
    const held = Object.values(one.withheld_rows).reduce((sum, count) => sum + count, 0)
    const share = one.withheld_share_of_demand
    return [
      one.mart,
      whole(one.rows),
      whole(held),
      share === null ? '–' : `${whole(100 * share)} %`,
      whole(one.cells),
      whole(one.withheld_cells),
    ]
  })
  const head = ['mart', 'rows', 'with something withheld', 'of the demanded kg', 'figures', 'withheld']
  terminal.say(`\n${textTable(head, rows, ['left', 'right', 'right', 'right', 'right', 'right'])}`)
}
