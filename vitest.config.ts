import { defineConfig } from 'vitest/config'

// what takes minutes, and is run by `npm run test:thorough` alone
const thorough = process.env.SKAFFERI_THOROUGH !== undefined ? ['test/**/*.thorough.ts'] : []
// what needs servers of others, and is run by `npm run test:cloud` alone
const cloud = process.env.SKAFFERI_CLOUD === '1' ? ['test/**/*.cloud.ts'] : []

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', ...thorough, ...cloud],
    testTimeout: 120_000,
    maxWorkers: '100%',
    // dt-sql-parser has directory imports that Node's own loader refuses
    server: { deps: { inline: ['dt-sql-parser', 'antlr4-c3', 'antlr4ng'] } },
  },
})
