import process from 'node:process'
import { defineConfig } from 'vitest/config'
import { patternPackages, root } from '../workspace.mjs'

const mutated = String(process.env['HOLDFAST_MUTATED'])
const packages = [...patternPackages().map(({ name }) => name.replace('@holdfast/', '')), 'testing']

// A package must be proven by its own tests. By their names, packages would be found where they are not mutated.
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: '@holdfast/core/kernel', replacement: `${root}packages/core/src/kernel.ts` },
      ...packages.map(name => ({ find: `@holdfast/${name}`, replacement: `${root}packages/${name}/src/index.ts` })),
      { find: /^holdfast$/, replacement: `${root}packages/holdfast/src/index.ts` },
    ],
  },
  test: {
    include: [`packages/${mutated}/test/**/*.test.ts`, 'packages/holdfast/test/composition/warnings.test.ts'],
    // They take long, and find nothing here that the others do not.
    exclude: ['**/*.property.test.ts', '**/many-waiters.test.ts', '**/traps-cost.test.ts', '**/traps-capacity.test.ts'],
    testTimeout: 20_000,
  },
})
