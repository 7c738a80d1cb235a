import { SkafferiError } from '../../core/errors.ts'
import { withdraw as takeBack } from '../../core/withdraw.ts'
import { type Command, EXIT, text } from '../command.ts'

export const withdraw: Command = {
  name: 'withdraw',
  summary: 'takes a delivery back; the one before it counts again',
  arguments: 'DELIVERY --reason TEXT',
  positionals: [1, 1],
  options: { reason: { type: 'string', placeholder: 'TEXT', help: 'why, for those who ask later' } },
  examples: ['skafferi withdraw d0123456789abcdef01234567 --reason "sent for the wrong quarter"'],
  async run(context) {
    const { terminal } = context
    const reason = text(context, 'reason')
    if (reason === undefined)
      throw new SkafferiError('usage', '--reason is missing (skafferi withdraw --help)')
    const result = await takeBack(context.storage, context.positionals[0]!, reason)
    if (terminal.json) terminal.answer(result)
    terminal.say(
      `${result.status.replace('_', ' ')}: ${result.delivery} of ${[result.dataset, result.source, result.quarter ?? 'all'].join('/')}`,
    )
    for (const { message } of result.problems) terminal.say(`  ${message}`)
    terminal.say(
      result.effective === null ? 'nothing counts there now' : `what counts there now: ${result.effective}`,
    )
    return result.status === 'refused' ? EXIT.refused : EXIT.done
  },
}
