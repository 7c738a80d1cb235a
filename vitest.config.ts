import { join } from 'node:path'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose suite would wait for them alone if they began last. */
const LONGEST = ['models.engines.ts', 'stack.cloud.ts', 'attack.thorough.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(name))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

// what takes minutes, and is run by `npm run test:thorough` alone
const thorough = process.env.SKAFFERI_THOROUGH !== undefined ? ['test/**/*.thorough.ts'] : []
// what needs servers of others, and is run by `npm run test:cloud` alone
const cloud = process.env.SKAFFERI_CLOUD === '1' ? ['test/**/*.cloud.ts'] : []
// functions read their environment when they are loaded: once for each file
const functions = 'test/functions/**/*.test.ts'

// what needs a Trino, and is run by `npm run test:engines` alone
const engines: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'engines',
    include: ['test/engines/**/*.engines.ts'],
    globalSetup: 'test/engines/servers.ts',
    // there is one Trino for all, which plans on one core while tests wait on another
    maxWorkers: 2,
    isolate: false,
    testTimeout: 300_000,
  },
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
    // programs that tests start need not compile what the one before compiled
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    tags: [{ name: 'sized', description: 'takes few tries, many or most: see test/support/thorough.ts' }],
    sequence: { sequencer: LongestFirst },
    // dt-sql-parser has directory imports that Node's own loader refuses
    server: { deps: { inline: ['dt-sql-parser', 'antlr4-c3', 'antlr4ng'] } },
    projects: [
      {
        extends: true,
        // one worker loads what it needs once for all its files: a third of the time
        test: { name: 'pure', include: ['test/**/*.test.ts'], exclude: [functions], isolate: false },
      },
      { extends: true, test: { name: 'apart', include: [functions, ...thorough, ...cloud] } },
      ...(process.env.SKAFFERI_ENGINES === '1' ? [engines] : []),
    ],
  },
})
