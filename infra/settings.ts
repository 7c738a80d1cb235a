import type { Stage } from './stages.ts'

/** Functions of the pipeline, each a file of `functions/`. */
export type FunctionName = 'land' | 'analyse' | 'check' | 'publish' | 'api' | 'status' | 'token'

/** What every construct is told. */
export interface Settings {
  readonly stage: Stage
  /** Deployed to an emulator of AWS, which lacks a few things; null on AWS. */
  readonly emulated: { readonly endpoints: Readonly<Record<string, string>> } | null
  /** The folder with a function's bundled code. */
  readonly code: (name: FunctionName) => string
}
