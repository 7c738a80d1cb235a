import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { SkafferiError } from '../../core/errors.ts'
import { type LandEffects, type LandRequest, type LandResult, land as landFile } from '../../core/land.ts'
import { landFolder } from '../../core/land-folder.ts'
import { type Command, type CommandContext, EXIT, quarterOption, text } from '../command.ts'
import { styled, type Terminal, textTable, whole } from '../terminal.ts'

/** Problems shown to people; the receipt has them all. */
const SHOWN = 20
const BIG_FILE_BYTES = 1 << 24

export const land: Command = {
  name: 'land',
  summary: 'lands one delivery, or every file of a folder',
  arguments: '(FILE --dataset D --source S [--quarter Q] | DIR)',
  positionals: [1, 1],
  options: {
    dataset: { type: 'string', placeholder: 'D', help: 'the dataset of FILE, such as purchases' },
    source: { type: 'string', placeholder: 'S', help: 'who sends FILE' },
    quarter: { ...quarterOption, help: 'the quarter of FILE; reference datasets have none' },
  },
  examples: [
    'skafferi land june.csv --dataset purchases --source wholesaler-a --quarter 2026-Q2',
    'skafferi land data/vasterbotten        a folder laid out as <dataset>/<source>/<quarter|all>.csv',
  ],
  async run(context) {
    const path = context.positionals[0]!
    const found = await stat(path).catch((error: Error) => {
      throw new SkafferiError('usage', `cannot read ${path} (${error.message})`, { cause: error })
    })
    return found.isDirectory() ? await landDirectory(context, path) : await landOne(context, path)
  },
}

async function landDirectory(context: CommandContext, folder: string): Promise<number> {
  for (const name of ['dataset', 'source', 'quarter']) {
    if (text(context, name))
      throw new SkafferiError('usage', `--${name} is for a single file; a folder says it by its layout`)
  }
  const { terminal } = context
  const results = await landFolder(context.storage, folder, {
    ...progressOf(terminal),
    onFile: ({ dataset, source, quarter }, number, of) =>
      terminal.progress(`${number}/${of} ${dataset}/${source}/${quarter ?? 'all'}`),
    onResult: (request, result) => {
      if (result.status === 'refused') sayResult(terminal, request, result)
    },
  })
  terminal.done()
  if (terminal.json) terminal.answer(results)
  terminal.say(summary(results))
  return results.some(({ status }) => status === 'refused') ? EXIT.refused : EXIT.done
}

async function landOne(context: CommandContext, file: string): Promise<number> {
  const needed = (name: string) => {
    const value = text(context, name)
    if (value === undefined) throw new SkafferiError('usage', `--${name} is missing (skafferi land --help)`)
    return value
  }
  const { terminal } = context
  const request = {
    file,
    dataset: needed('dataset'),
    source: needed('source'),
    quarter: text(context, 'quarter'),
  }
  const result = await landFile(context.storage, request, progressOf(terminal))
  terminal.done()
  if (terminal.json) terminal.answer(result)
  sayResult(terminal, request, result)
  return result.status === 'refused' ? EXIT.refused : EXIT.done
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

function sayResult(terminal: Terminal, request: LandRequest, result: LandResult): void {
  const colour = result.status === 'refused' ? 'red' : result.status === 'accepted' ? 'green' : 'yellow'
  const place = [result.dataset, result.source, result.quarter ?? 'all'].join('/')
  terminal.say(
    `${styled(colour, result.status)} ${place} from ${basename(request.file)}: ${whole(result.rows)} rows accepted, ${whole(result.refused_rows)} refused`,
  )
  terminal.say(`delivery ${result.delivery}${result.supersedes ? `, in place of ${result.supersedes}` : ''}`)
  if (result.problems_total === 0) return
  const rows = result.problems
    .slice(0, SHOWN)
    .map(({ line, rule, message }) => [line === null ? 'file' : `line ${line}`, rule, message])
  terminal.say(textTable(['where', 'rule', 'what'], rows))
  if (result.problems_total > SHOWN) {
    terminal.say(
      `… and ${whole(result.problems_total - SHOWN)} more, all of them in receipts/${result.delivery}.json`,
    )
  }
}
