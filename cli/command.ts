import type { ParseArgsOptionsConfig } from 'node:util'
import type { EngineName } from '../core/engines/open.ts'
import type { Storage } from '../core/storage/storage.ts'
import type { Terminal } from './terminal.ts'

/** An option, with what `--help` says of it. */
export type CommandOption = ParseArgsOptionsConfig[string] & {
  readonly help: string
  readonly placeholder?: string
}

/** What a command gets to work with. */
export interface CommandContext {
  readonly storage: Storage
  readonly terminal: Terminal
  /** Values of the options, by name. */
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

/** A command of the program. */
export interface Command {
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
  /** Does it; the result is the exit code. */
  run(context: CommandContext): Promise<number>
}

/** Exit codes of the program (DESIGN §8). */
export const EXIT = { done: 0, fault: 1, usage: 2, refused: 3, check: 4 } as const

/** A text option's value. */
export function text(context: CommandContext, name: string): string | undefined {
  const value = context.values[name]
  return typeof value === 'string' ? value : undefined
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
