import process from 'node:process'
import { defineConfig } from 'vitest/config'

// The tests run on the sources; with HOLDFAST_DIST=1 they run on what users install.
const onDist = process.env['HOLDFAST_DIST'] === '1'
const conditions = ['module', 'node', 'development|production']
if (!onDist) conditions.unshift('@holdfast/source')

/** What the tests must run every line and branch of. */
const covered = 'packages/{core,retry,timeout,circuit-breaker,bulkhead,fallback,fetch,opentelemetry}/src/**/*.ts'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // A machine that is busy with other things must not fail a test.
    testTimeout: 60_000,
    // Half of the time a test waits for a server or another process.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['tests/property-seed.ts'],
          include: onDist
            ? ['packages/*/test/**/*.test.ts']
            : [
                'packages/*/test/**/*.test.ts',
                'examples/*/test/**/*.test.ts',
                'benchmarks/test/**/*.test.ts',
                'drawings/test/**/*.test.ts',
                'site/test/**/*.test.ts',
                'tests/**/*.test.ts',
              ],
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/test/**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
            build: true,
          },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: [covered],
      reporter: ['text', 'html', 'json-summary'],
      thresholds: { [covered]: { 100: true } },
    },
  },
})
