import { basename } from 'node:path'
import { SkafferiError } from '../../core/errors.ts'
import { hashFile } from '../../core/lake/lake-files.ts'
import type { LandResult } from '../../core/land.ts'
import type { NextStep } from '../../core/receipts/next-steps.ts'
import { InForceAnswer, LandedAgainAnswer, PlaceAnswer } from '../../schemas/api-answers.ts'
import { type Command, type CommandLine, deliveryOptions, EXIT, needed, statGiven, text } from '../command.ts'
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
  lake: false,
  options: {
    ...deliveryOptions,
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
  async run(line) {
    const { terminal } = line
    const file = line.positionals[0]!
    const seconds = readWait(line)
    const api = new ApiClient(needed(line, 'send', 'api', 'SKAFFERI_API'), process.env.SKAFFERI_TOKEN)
    const { answer, bytes } = await declare(line, api, file)
    if (answer.status === 200) return sayInForce(line, api, answer)
    const { delivery, receipts } = await upload(line, answer, file, bytes)
    if (seconds === 0) {
      if (terminal.json) terminal.answer({ delivery, state: 'waiting' })
      terminal.say(`sent as delivery ${delivery}; not waited for its receipt`)
      return EXIT.done
    }
    terminal.progress(`sent as ${delivery}, waiting for its receipt`)
    const receipt = await awaitReceipt(api, delivery, receipts, seconds).catch((error: Error) => {
      throw withoutReceipt(delivery, error.message)
    })
    terminal.done()
    if (receipt === null) throw withoutReceipt(delivery, `none after ${seconds} s, --wait waits longer`)
    return sayReceipt(line, api, receipt, receipt.status)
  },
}

function readWait(line: CommandLine): number {
  const given = text(line, 'wait') ?? String(DEFAULT_WAIT)
  if (/^[0-9]{1,6}$/.test(given)) return Number(given)
  throw new SkafferiError('usage', `not a number of seconds: ${JSON.stringify(given)} (valid: 300)`)
}

/** Says what is going to be sent. */
async function declare(line: CommandLine, api: ApiClient, file: string) {
  const [dataset, source] = [needed(line, 'send', 'dataset'), needed(line, 'send', 'source')]
  if (!(await statGiven(file)).isFile()) throw new SkafferiError('usage', `not a file: ${file}`)
  const { sha256, bytes } = await hashFile(file)
  const quarter = text(line, 'quarter')
  const declared = { dataset, source, quarter, sha256, bytes, file: basename(file).slice(-200) }
  return { answer: await api.ask('POST', '/v1/deliveries', declared), bytes }
}

/** Sends the file, unless it lies there already. */
async function upload({ terminal }: CommandLine, answer: Answer, file: string, bytes: number) {
  if (answer.status === 202) return shaped(LandedAgainAnswer, answer)
  const place = shaped(PlaceAnswer, answer)
  await putFile(place.upload, file, (sent) =>
    terminal.progress(`${Math.floor((100 * sent) / Math.max(bytes, 1))} % of ${whole(bytes / 1e6)} MB sent`),
  )
  terminal.done()
  return place
}

/** These bytes counted already when they were declared. */
function sayInForce(line: CommandLine, api: ApiClient, answer: Answer): number {
  const { delivery, receipt } = shaped(InForceAnswer, answer)
  if (receipt !== null) return sayReceipt(line, api, receipt as Receipt, 'duplicate')
  if (line.terminal.json) line.terminal.answer({ delivery, status: 'duplicate' })
  line.terminal.say('nothing sent: these very bytes count already, from another source')
  return EXIT.done
}

/** The receipt as whoever landed the file would see it, but with the API in place of the lake. */
function sayReceipt(
  line: CommandLine,
  api: ApiClient,
  { next: _, ...receipt }: Receipt,
  status: LandResult['status'],
): number {
  const told = { ...receipt, status, next_steps: stepsOf(line, receipt) }
  if (line.terminal.json) line.terminal.answer(told)
  const at = api.urlOf(`/v1/deliveries/${receipt.delivery}`)
  line.terminal.say(receiptText({ ...told, receipt: at } as Parameters<typeof receiptText>[0], ''))
  return status === 'refused' ? EXIT.refused : EXIT.done
}

/** What can be done without a lake. */
function stepsOf(line: CommandLine, receipt: Omit<Receipt, 'next'>): NextStep[] {
  const { dataset, source, quarter, status, refused_rows, standing } = receipt
  if (standing.state === 'superseded' || (status === 'accepted' && refused_rows === 0)) return []
  const said = { dataset, source, quarter, api: text(line, 'api') }
  const options = Object.entries(said).flatMap(([name, value]) => (value ? `--${name} ${value}` : []))
  return [
    {
      command: `skafferi send FILE ${options.join(' ')}`,
      why: 'mend what is said above in your file and send all of it: a delivery replaces what came before it',
    },
  ]
}

function withoutReceipt(delivery: string, reason: string): SkafferiError {
  return new SkafferiError(
    'fault',
    `delivery ${delivery} was sent, but there is no receipt (${reason}); sending the same file again asks for it`,
  )
}
