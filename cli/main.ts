import { parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'
import { engineName } from '../core/engines/open.ts'
import { type FailureKind, SkafferiError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'
import { openStorage } from '../core/storage/open.ts'
import { VERSION } from '../core/version.ts'
import { type Command, type CommandOption, EXIT } from './command.ts'
import { styled, Terminal } from './terminal.ts'

/** Each command is loaded when it is asked for, since starting takes longer than a small one. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  land: async () => (await import('./commands/land.ts')).land,
  withdraw: async () => (await import('./commands/withdraw.ts')).withdraw,
  receipt: async () => (await import('./commands/receipt.ts')).receipt,
  status: async () => (await import('./commands/status.ts')).status,
  plan: async () => (await import('./commands/plan.ts')).plan,
  analyse: async () => (await import('./commands/analyse.ts')).analyse,
  check: async () => (await import('./commands/check.ts')).check,
  publish: async () => (await import('./commands/publish.ts')).publish,
  query: async () => (await import('./commands/query.ts')).query,
  explain: async () => (await import('./commands/explain.ts')).explain,
  sql: async () => (await import('./commands/sql.ts')).sql,
  tables: async () => (await import('./commands/tables.ts')).tables,
  serve: async () => (await import('./commands/serve.ts')).serve,
  send: async () => (await import('./commands/send.ts')).send,
}
const exitCodes: Record<FailureKind, number> = {
  usage: EXIT.usage,
  refused: EXIT.refused,
  check: EXIT.check,
  fault: EXIT.fault,
}

const ofLakes = {
  lake: { type: 'string', placeholder: 'URL', help: 'the lake; default SKAFFERI_LAKE or ./lake' },
  engine: {
    type: 'string',
    placeholder: 'NAME',
    help: 'the engine that computes: duckdb (default), or athena or trino for analyse',
  },
} as const satisfies Record<string, CommandOption>
const common = {
  json: { type: 'boolean', help: 'one JSON value on stdout and nothing else there' },
  debug: { type: 'boolean', help: 'with the stack of a failure' },
  help: { type: 'boolean', short: 'h', help: 'this text' },
} as const satisfies Record<string, CommandOption>

/** Runs the program and gives its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const terminal = new Terminal(json)
  try {
    return await dispatch(args, terminal)
  } catch (error) {
    terminal.done()
    const known = error instanceof SkafferiError
    const message = known
      ? error.message
      : `unexpected: ${error instanceof Error ? error.message : String(error)}`
    process.stderr.write(`${styled('red', 'skafferi:')} ${message}\n`)
    if (args.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    else if (!known) process.stderr.write('this is a fault of the program; --debug shows where\n')
    if (json) terminal.answer({ error: { kind: known ? error.kind : 'fault', message } })
    return known ? exitCodes[error.kind] : EXIT.fault
  }
}

async function dispatch([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview())
    return name === undefined ? EXIT.usage : EXIT.done
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`)
    return EXIT.done
  }
  const load = commands[name]
  if (!load) throw unknownName('command', name, Object.keys(commands))
  const command = await load()
  const { values, positionals } = parse(command, args)
  if (values.help) {
    process.stdout.write(helpOf(command))
    return EXIT.done
  }
  const [fewest, most] = command.positionals
  if (positionals.length < fewest || positionals.length > most) {
    throw new SkafferiError(
      'usage',
      `${name} takes ${command.arguments || 'no arguments'} (skafferi ${name} --help)`,
    )
  }
  if (typeof values.engine === 'string') assertEngine(command, values.engine)
  if (command.lake === false) return await command.run({ terminal, values, positionals })
  const storage = await openStorage(String(values.lake ?? process.env.SKAFFERI_LAKE ?? './lake'))
  try {
    return await command.run({ storage, terminal, values, positionals })
  } finally {
    await storage.close()
  }
}

/** An engine that would be ignored is refused. */
function assertEngine({ name, engines = ['duckdb'] }: Command, given: string): void {
  if (engines.includes(engineName(given))) return
  throw new SkafferiError(
    'usage',
    `${name} does not run on ${given}: it reads files of the lake with duckdb, whatever engine computed them (valid: --engine ${engines.join(', ')})`,
  )
}

function optionsOf({ options, lake }: Command): Record<string, CommandOption> {
  return { ...options, ...(lake === false ? {} : ofLakes), ...common }
}

function parse(command: Command, args: readonly string[]) {
  const options = optionsOf(command)
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const unknown = /Unknown option '(--?[^']*)'/.exec((error as Error).message)?.[1]
    if (unknown === undefined)
      throw new SkafferiError('usage', (error as Error).message.split('. ')[0]!, { cause: error })
    const known = Object.keys(options).map((name) => `--${name}`)
    throw new SkafferiError(
      'usage',
      `unknown option: ${unknown} (known: ${known.join(', ')}); did you mean ${closest(unknown, known)}?`,
    )
  }
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`)
  return [
    'skafferi: which food public kitchens need, what can be delivered near by, which link of the chain is missing',
    '',
    'skafferi COMMAND [OPTION …]',
    '',
    ...lines,
    '',
    'skafferi COMMAND --help tells more. Exit codes: 0 done, 1 fault, 2 wrong usage, 3 data refused, 4 check failed.',
    '',
  ].join('\n')
}

function helpOf(command: Command): string {
  const describe = ([name, option]: [string, CommandOption]) => {
    const flag = `--${name}${option.type === 'string' ? ` ${option.placeholder ?? 'TEXT'}` : ''}`
    return `  ${flag.padEnd(24)} ${option.help}${option.multiple ? ' (may be repeated)' : ''}`
  }
  return [
    `skafferi ${command.name} ${command.arguments}`.trim(),
    '',
    command.summary,
    '',
    ...Object.entries(optionsOf(command))
      .filter(([name]) => name !== 'engine' || command.engines)
      .map(describe),
    '',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

// a reader that has seen enough closes the pipe; that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
  throw error
})
process.exitCode = await main(process.argv.slice(2))
