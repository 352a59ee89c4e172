import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const { HOLDFAST_MUTATED: name = '', HOLDFAST_MUTATION_REPORT: report = '' } = process.env

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'scripts/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // It rewrites a tsconfig that it finds, and knows no TypeScript 7.
  tsconfigFile: 'no-tsconfig.json',
  tempDirName: join(tmpdir(), `holdfast-mutation-${name}-${process.pid}`),
  ignorePatterns: ['dist', '.types', 'coverage', 'examples', 'benchmarks', 'docs'],
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: report },
}
