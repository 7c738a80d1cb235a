import { analyse as compute } from '../../core/analyse.ts'
import { ENGINES } from '../../core/engines/open.ts'
import { SkafferiError } from '../../core/errors.ts'
import {
  type Command,
  type CommandContext,
  type CommandOption,
  EXIT,
  quarterOption,
  text,
} from '../command.ts'
import { chosenEngine } from '../engine.ts'
import { styled, textTable, whole } from '../terminal.ts'

/** The option that asks for the past. */
export const asOfOption: CommandOption = {
  type: 'string',
  placeholder: 'T',
  help: 'deliveries as they counted at this instant, such as 2026-10-20T12:00:00Z',
}

/** The quarter that a command cannot do without. */
export function neededQuarter(context: CommandContext): string {
  const quarter = text(context, 'quarter')
  if (quarter === undefined)
    throw new SkafferiError('usage', '--quarter is missing (valid: --quarter 2026-Q3)')
  return quarter
}

/** The instant of --as-of; a day alone means its first moment in UTC. */
export function asOf(context: CommandContext): Date | undefined {
  const value = text(context, 'as-of')
  if (value === undefined) return undefined
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime()) || !/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/.test(value)) {
    throw new SkafferiError('usage', `not an instant: ${JSON.stringify(value)} (valid: 2026-10-20T12:00:00Z)`)
  }
  return instant
}

export const analyse: Command = {
  name: 'analyse',
  summary: 'computes every mart of a quarter from the deliveries that count',
  arguments: '--quarter Q',
  positionals: [0, 0],
  options: { quarter: quarterOption, 'as-of': asOfOption },
  examples: [
    'skafferi analyse --quarter 2026-Q3',
    'skafferi analyse --quarter 2026-Q3 --lake s3://bucket --engine athena',
  ],
  engines: ENGINES,
  async run(context) {
    const { terminal } = context
    const request = { quarter: neededQuarter(context), as_of: asOf(context) }
    const result = await compute(context.storage, request, {
      openEngine: chosenEngine(context),
      onModel: (model, number, of) => terminal.progress(`${number}/${of} ${model}`),
    })
    terminal.done()
    if (terminal.json) terminal.answer(result)
    terminal.say(
      `run ${styled('bold', result.run)} of ${result.quarter}, from ${result.inputs.length} deliveries`,
    )
    for (const notice of result.notices ?? []) terminal.say(styled('yellow', notice))
    terminal.say(
      textTable(
        ['mart', 'rows'],
        Object.entries(result.marts).map(([mart, rows]) => [mart, whole(rows)]),
        ['left', 'right'],
      ),
    )
    return EXIT.done
  },
}
