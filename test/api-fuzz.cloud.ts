import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { analyse } from '../core/analyse.ts'
import { publish } from '../core/publish.ts'
import { openApi } from '../schemas/openapi.ts'
import { pythonTool } from './support/cloud/tools.ts'
import { noViolations, showAll } from './support/disclosures.ts'
import { serveLake } from './support/served.ts'
import { landRegion, QUARTER, smallRegion, suiteFolder } from './support/small-region.ts'

const SEED = 20261127
/** Cursors, sizes and names that exist are beyond what a schema can say, so what is valid may be refused. */
const NOT_CHECKED = 'positive_data_acceptance'
const folder = suiteFolder()

/** The document as it holds where no token is asked for. */
function withoutTokens(): object {
  const { paths, ...rest } = openApi() as { paths: Record<string, Record<string, object>> }
  const open = Object.entries(paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([name, of]) => [name, Array.isArray(of) ? of : { ...of, security: [] }]),
    ),
  ])
  return { ...rest, paths: Object.fromEntries(open) }
}

test('whatever is asked, the answer is one that the document tells of', { timeout: 240_000 }, async () => {
  const served = await serveLake(join(folder.path, 'lake'))
  try {
    await landRegion(served.storage, folder.path, smallRegion())
    await analyse(served.storage, { quarter: QUARTER })
    await publish(served.storage, { quarter: QUARTER }, { check: noViolations, disclose: showAll })
    const document = join(folder.path, 'openapi.json')
    await writeFile(document, JSON.stringify(withoutTokens()))
    const { stdout } = await promisify(execFile)(
      pythonTool('schemathesis'),
      [
        ...['run', document, '--url', served.origin, '--seed', String(SEED), '--no-color'],
        ...['--phases', 'examples,coverage,fuzzing,stateful', '--max-examples', '20', '--workers', '1'],
        ...['--checks', 'all', '--exclude-checks', NOT_CHECKED, '--continue-on-failure'],
        ...['--generation-database', 'none', '--suppress-health-check', 'all'],
      ],
      { cwd: folder.path, maxBuffer: 1 << 26 },
    ).catch((error: Error & { stdout: string }) => {
      throw new Error(error.stdout || error.message)
    })
    expect(stdout).toMatch(/([0-9]{3,}) generated, \1 passed/)
    expect(served.faults).toEqual([])
  } finally {
    await served.close()
  }
})
