import { bundledLicences, CODE_LICENCE, NOT_STATED } from '../../schemas/licences.ts'
import type { ReleaseRecord } from '../lake/releases.ts'
import type { RunRecord } from '../lake/runs.ts'

/** Under which licences the program and each source's data may be used, as far as that is known. */
export function licencesOf({ inputs }: Pick<RunRecord, 'inputs'>): ReleaseRecord['licences'] {
  const sources = [...new Set(inputs.map(({ source }) => source))].sort()
  return {
    code: CODE_LICENCE,
    sources: sources.map((source) => ({ source, licence: bundledLicences[source] ?? NOT_STATED })),
  }
}
