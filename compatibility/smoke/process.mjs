// The suite as a program, for runtimes that have processes with arguments.
import { runSuite } from './suite.mjs'

const [url, run] = globalThis.Deno?.args ?? process.argv.slice(2)
await runSuite(url, run)
