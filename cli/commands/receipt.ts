import { SkafferiError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import { receipt as read } from '../../core/receipt.ts'
import { mendedFile } from '../../core/receipts/mended-file.ts'
import { refusedCsv } from '../../core/receipts/refused-rows.ts'
import { type Command, type CommandContext, EXIT, namedLake, text } from '../command.ts'
import { receiptText } from '../receipt-text.ts'
import { whole } from '../terminal.ts'

const FORMATS = ['text', 'json', 'csv']

export const receipt: Command = {
  name: 'receipt',
  summary: 'what became of a delivery: accepted, refused and why, how it was used, what is due next',
  arguments: 'DELIVERY [--format F | --mended FILE]',
  positionals: [1, 1],
  options: {
    format: {
      type: 'string',
      placeholder: 'F',
      help: `${FORMATS.join(', ')}; default text. csv: the refused rows as received, then line and reasons`,
    },
    mended: {
      type: 'string',
      placeholder: 'FILE',
      help: 'the whole file as it was sent, with the rows of FILE in place of the refused ones, ready to be landed. FILE is the csv above, mended: line stays, reasons may, and a row taken out is left out',
    },
  },
  examples: [
    'skafferi receipt d0123456789abcdef01234567',
    'skafferi receipt d0123456789abcdef01234567 --format csv > refused.csv        mend the rows in it, then',
    'skafferi receipt d0123456789abcdef01234567 --mended refused.csv > whole.csv',
    'skafferi land whole.csv --dataset purchases --source wholesaler-a --quarter 2026-Q2',
  ],
  async run(context) {
    const { storage, terminal } = context
    const delivery = context.positionals[0]!
    const mended = text(context, 'mended')
    const format = formatOf(context)
    if (mended !== undefined) return await writeMended(context, delivery, mended)
    if (format === 'csv') {
      await terminal.writeAll(refusedCsv(storage, delivery))
      return EXIT.done
    }
    const result = await read(storage, delivery)
    if (format === 'json') terminal.answer(result)
    else terminal.say(receiptText(result, namedLake(context)))
    return EXIT.done
  },
}

function formatOf(context: CommandContext): string {
  const named = text(context, 'format')
  if (named !== undefined && !FORMATS.includes(named)) throw unknownName('format', named, FORMATS)
  const format = context.terminal.json ? 'json' : named
  if (context.terminal.json && named !== undefined && named !== 'json')
    throw new SkafferiError('usage', `--json and --format ${named} are two formats: leave one out`)
  if (text(context, 'mended') !== undefined && format !== undefined)
    throw new SkafferiError('usage', '--mended prints the file as it was sent: leave out --format and --json')
  return format ?? 'text'
}

async function writeMended({ storage, terminal }: CommandContext, delivery: string, file: string) {
  const { mended, as_sent, left_out, parts } = await mendedFile(storage, delivery, file)
  await terminal.writeAll(parts())
  terminal.note(
    `${whole(mended)} rows of ${file} put in place, ${whole(as_sent)} as they were sent, ${whole(left_out)} refused rows left out`,
  )
  return EXIT.done
}
