import { defineConfig } from 'vitest/config'

// With STEMMA_TEST_REPORT a machine-readable report is written to that path as well.
const report = process.env.STEMMA_TEST_REPORT

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['packages/store/src/testing/postgres-server.ts'],
    // Generous: a machine that is several times slower than ours is no failure. A test that hangs still ends.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    // Loading the house again for each file would take longer than its tests do. Files share the modules of a process,
    // and nothing else: no module of the house keeps a state of its own, and no test changes the process.
    isolate: false,
    // What other packages were built into runs as Node loads it, without being transformed once more.
    server: { deps: { external: [/\/packages\/[a-z]+\/dist\//] } },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
