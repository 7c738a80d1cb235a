import { basename } from 'node:path'
import { SkafferiError } from '../../core/errors.ts'
import { type LandEffects, type LandRequest, type LandResult, land as landFile } from '../../core/land.ts'
import { landFolder } from '../../core/land-folder.ts'
import { receiptSummary } from '../../core/receipt.ts'
import {
  type Command,
  type CommandContext,
  deliveryOptions,
  EXIT,
  namedLake,
  needed,
  statGiven,
  text,
} from '../command.ts'
import { outcomeText, problemsText, receiptText } from '../receipt-text.ts'
import { type Terminal, whole } from '../terminal.ts'

const BIG_FILE_BYTES = 1 << 24

export const land: Command = {
  name: 'land',
  summary: 'lands one delivery, or every file of a folder',
  arguments: '(FILE --dataset D --source S [--quarter Q] | DIR)',
  positionals: [1, 1],
  options: deliveryOptions,
  examples: [
    'skafferi land june.csv --dataset purchases --source wholesaler-a --quarter 2026-Q2',
    'skafferi land data/vasterbotten        a folder laid out as <dataset>/<source>/<quarter|all>.csv',
  ],
  async run(context) {
    const path = context.positionals[0]!
    const found = await statGiven(path)
    return found.isDirectory() ? await landDirectory(context, path) : await landOne(context, path)
  },
}

async function landDirectory(context: CommandContext, folder: string): Promise<number> {
  for (const name of Object.keys(deliveryOptions)) {
    if (text(context, name))
      throw new SkafferiError('usage', `--${name} is for a single file; a folder says it by its layout`)
  }
  const { terminal } = context
  const results = await landFolder(context.storage, folder, {
    ...progressOf(terminal),
    onFile: ({ dataset, source, quarter }, number, of) =>
      terminal.progress(`${number}/${of} ${dataset}/${source}/${quarter ?? 'all'}`),
    onResult: (request, result) => {
      if (result.status === 'refused') sayRefused(terminal, request, result)
    },
  })
  terminal.done()
  if (terminal.json) terminal.answer(results)
  terminal.say(summary(results))
  return results.some(({ status }) => status === 'refused') ? EXIT.refused : EXIT.done
}

async function landOne(context: CommandContext, file: string): Promise<number> {
  const { terminal } = context
  const request = {
    file,
    dataset: needed(context, 'land', 'dataset'),
    source: needed(context, 'land', 'source'),
    quarter: text(context, 'quarter'),
  }
  const result = await landFile(context.storage, request, progressOf(terminal))
  terminal.done()
  if (terminal.json) terminal.answer(result)
  else await sayReceipt(context, result)
  return result.status === 'refused' ? EXIT.refused : EXIT.done
}

/** The receipt, as far as there is one without looking at runs. */
async function sayReceipt(context: CommandContext, result: LandResult): Promise<void> {
  const { status, rows, refused_rows } = result
  const summary = await receiptSummary(context.storage, result.delivery)
  context.terminal.say(receiptText({ ...summary, status, rows, refused_rows }, namedLake(context)))
}

function progressOf(terminal: Terminal): LandEffects {
  return {
    onProgress: (bytes, total) => {
      if (total > BIG_FILE_BYTES)
        terminal.progress(`${Math.floor((100 * bytes) / total)} % of ${whole(total / 1e6)} MB read`)
    },
  }
}

/** What a landing or a folder of landings came to, in a line. */
export function summary(results: readonly LandResult[]): string {
  const of = (status: LandResult['status']) => results.filter((result) => result.status === status)
  const rows = of('accepted').reduce((sum, result) => sum + result.rows, 0)
  const refused = results.reduce((sum, result) => sum + result.refused_rows, 0)
  return `${of('accepted').length} accepted (${whole(rows)} rows), ${of('duplicate').length} duplicates, ${of('refused').length} refused; ${whole(refused)} rows refused`
}

/** A refused file among others: what is wrong with it. */
function sayRefused(terminal: Terminal, request: LandRequest, result: LandResult): void {
  terminal.say(outcomeText(result, basename(request.file)))
  terminal.say(problemsText(result, `receipts/${result.delivery}.json`))
}
