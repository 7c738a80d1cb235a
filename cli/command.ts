import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ParseArgsOptionsConfig } from 'node:util'
import type { EngineName } from '../core/engines/open.ts'
import { SkafferiError } from '../core/errors.ts'
import type { Storage } from '../core/storage/storage.ts'
import type { Terminal } from './terminal.ts'

/** An option, with what `--help` says of it. */
export type CommandOption = ParseArgsOptionsConfig[string] & {
  readonly help: string
  readonly placeholder?: string
}

/** What was given to a command. */
export interface CommandLine {
  readonly terminal: Terminal
  /** Values of the options, by name. */
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

/** What a command gets to work with. */
export interface CommandContext extends CommandLine {
  readonly storage: Storage
}

/** A command as it is written down. */
interface CommandWords {
  readonly name: string
  readonly summary: string
  /** What stands after the command's name, without options. */
  readonly arguments: string
  /** Fewest and most positional arguments. */
  readonly positionals: readonly [number, number]
  readonly options: Readonly<Record<string, CommandOption>>
  readonly examples: readonly string[]
  /** Engines that it may be told to use; default DuckDB alone, which reads what any engine has computed. */
  readonly engines?: readonly EngineName[]
}

/** A command over a lake. */
interface LakeCommand extends CommandWords {
  readonly lake?: true
  /** Does it; the result is the exit code. */
  run(context: CommandContext): Promise<number>
}

/** A command for those who have no lake. */
interface LakelessCommand extends CommandWords {
  readonly lake: false
  /** Does it; the result is the exit code. */
  run(line: CommandLine): Promise<number>
}

/** A command of the program. */
export type Command = LakeCommand | LakelessCommand

/** Exit codes of the program (DESIGN §8). */
export const EXIT = { done: 0, fault: 1, usage: 2, refused: 3, check: 4 } as const

/** A text option's value. */
export function text({ values }: CommandLine, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** A text option's value, or that of its variable; throws `usage` where there is none. */
export function needed(line: CommandLine, command: string, name: string, variable?: string): string {
  const value = text(line, name) ?? (variable && process.env[variable])
  if (value) return value
  throw new SkafferiError('usage', `--${name} is missing (skafferi ${command} --help)`)
}

/** What lies at a path that was given. */
export function statGiven(path: string): Promise<Stats> {
  return stat(path).catch((error: Error) => {
    throw new SkafferiError('usage', `cannot read ${path} (${error.message})`, { cause: error })
  })
}

/** What a command shown to the user needs to find the lake that this one was told of; often nothing. */
export function namedLake(context: CommandContext): string {
  const lake = text(context, 'lake')
  return lake === undefined ? '' : ` --lake ${lake}`
}

/** The option that names a quarter. */
export const quarterOption: CommandOption = {
  type: 'string',
  placeholder: 'Q',
  help: 'the quarter, such as 2026-Q3',
}

/** The options that say what a file is. */
export const deliveryOptions = {
  dataset: { type: 'string', placeholder: 'D', help: 'the dataset of FILE, such as purchases' },
  source: { type: 'string', placeholder: 'S', help: 'who sends FILE' },
  quarter: { ...quarterOption, help: 'the quarter of FILE; reference datasets have none' },
} as const satisfies Readonly<Record<string, CommandOption>>
