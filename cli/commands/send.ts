import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { SkafferiError } from '../../core/errors.ts'
import { hashFile } from '../../core/lake/lake-files.ts'
import type { LandResult } from '../../core/land.ts'
import { InForceAnswer, LandedAgainAnswer, PlaceAnswer } from '../../schemas/api-answers.ts'
import { type Command, type CommandContext, EXIT, quarterOption, text } from '../command.ts'
import { receiptText } from '../receipt-text.ts'
import { type Answer, ApiClient, shaped } from '../send/api-client.ts'
import { awaitReceipt, type Receipt } from '../send/await-receipt.ts'
import { putFile } from '../send/put-file.ts'
import { whole } from '../terminal.ts'

const DEFAULT_WAIT = 300

export const send: Command = {
  name: 'send',
  summary: 'sends one delivery to an API and waits for its receipt; SKAFFERI_TOKEN is the token',
  arguments: 'FILE --dataset D --source S [--quarter Q] --api URL',
  positionals: [1, 1],
  options: {
    dataset: { type: 'string', placeholder: 'D', help: 'the dataset of FILE, such as purchases' },
    source: { type: 'string', placeholder: 'S', help: 'who sends FILE' },
    quarter: { ...quarterOption, help: 'the quarter of FILE; reference datasets have none' },
    api: { type: 'string', placeholder: 'URL', help: 'where the API is; default SKAFFERI_API' },
    wait: {
      type: 'string',
      placeholder: 'SECONDS',
      help: `how long to wait for the receipt; default ${DEFAULT_WAIT}, 0 = not at all`,
    },
  },
  examples: [
    'skafferi send june.csv --dataset purchases --source wholesaler-a --quarter 2026-Q2 --api https://api.example.org',
    'skafferi send june.csv --dataset purchases --source wholesaler-a --quarter 2026-Q2 --api http://127.0.0.1:8080',
  ],
  async run(context) {
    const { terminal } = context
    const file = context.positionals[0]!
    const seconds = readWait(context)
    const api = new ApiClient(needed(context, 'api', process.env.SKAFFERI_API), process.env.SKAFFERI_TOKEN)
    const { answer, bytes } = await declare(context, api, file)
    if (answer.status === 200) return sayInForce(context, answer)
    const { delivery, receipts } = await upload(context, answer, file, bytes)
    if (seconds === 0) {
      if (terminal.json) terminal.answer({ delivery, state: 'waiting' })
      terminal.say(`sent as delivery ${delivery}; not waited for its receipt`)
      return EXIT.done
    }
    terminal.progress(`sent as ${delivery}, waiting for its receipt`)
    const receipt = await awaitReceipt(api, delivery, receipts, seconds)
    terminal.done()
    if (receipt === null) throw notYet(delivery, seconds)
    return sayReceipt(context, receipt, receipt.status)
  },
}

function needed(context: CommandContext, name: string, fallback?: string): string {
  const value = text(context, name) ?? fallback
  if (value === undefined || value === '')
    throw new SkafferiError('usage', `--${name} is missing (skafferi send --help)`)
  return value
}

function readWait(context: CommandContext): number {
  const given = text(context, 'wait') ?? String(DEFAULT_WAIT)
  if (/^[0-9]{1,6}$/.test(given)) return Number(given)
  throw new SkafferiError('usage', `not a number of seconds: ${JSON.stringify(given)} (valid: 300)`)
}

/** Says what is going to be sent. */
async function declare(context: CommandContext, api: ApiClient, file: string) {
  const [dataset, source] = [needed(context, 'dataset'), needed(context, 'source')]
  const found = await stat(file).catch((error: Error) => {
    throw new SkafferiError('usage', `cannot read ${file} (${error.message})`, { cause: error })
  })
  if (!found.isFile()) throw new SkafferiError('usage', `not a file: ${file}`)
  const { sha256, bytes } = await hashFile(file)
  const quarter = text(context, 'quarter') ?? null
  const declared = { dataset, source, quarter, sha256, bytes, file: basename(file).slice(-200) }
  return { answer: await api.ask('POST', '/v1/deliveries', declared), bytes }
}

/** Sends the file, unless it lies there already. */
async function upload({ terminal }: CommandContext, answer: Answer, file: string, bytes: number) {
  if (answer.status === 202) return shaped(LandedAgainAnswer, answer)
  const place = shaped(PlaceAnswer, answer)
  await putFile(place.upload, file, (sent) =>
    terminal.progress(`${Math.floor((100 * sent) / Math.max(bytes, 1))} % of ${whole(bytes / 1e6)} MB sent`),
  )
  terminal.done()
  return place
}

/** These bytes counted already when they were declared. */
function sayInForce(context: CommandContext, answer: Answer): number {
  const { delivery, receipt } = shaped(InForceAnswer, answer)
  if (receipt !== null) return sayReceipt(context, receipt as Receipt, 'duplicate')
  if (context.terminal.json) context.terminal.answer({ delivery, status: 'duplicate' })
  context.terminal.say('nothing sent: these very bytes count already, from another source')
  return EXIT.done
}

function sayReceipt({ terminal }: CommandContext, receipt: Receipt, status: LandResult['status']): number {
  const { next: _, ...whole_receipt } = receipt
  const told = { ...whole_receipt, status }
  if (terminal.json) terminal.answer(told)
  else terminal.say(receiptText(told as Parameters<typeof receiptText>[0], ''))
  return status === 'refused' ? EXIT.refused : EXIT.done
}

function notYet(delivery: string, seconds: number): SkafferiError {
  return new SkafferiError(
    'fault',
    `delivery ${delivery} was sent, but there is no receipt after ${seconds} s: sending the same file again asks for it, --wait waits longer`,
  )
}
