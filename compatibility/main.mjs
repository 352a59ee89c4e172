// The packages as users install them, on every runtime and with every tool that they are said to work with.
//
//   npm run compatibility              everything
//   npm run compatibility -- bun jest  the rows whose names have one of these words
//   --report=FILE                      writes the counts in the form of Vitest's JSON reporter

import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What the rows are about is large, and installed here only when somebody asks for it. */
const install = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile']
const { status } = spawnSync('npx', install, { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
if (status !== 0) process.exit(status ?? 1)

// What was started is ended on exit.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const { report } = await import('./report.mjs')
process.exitCode = await report(process.argv.slice(2))
