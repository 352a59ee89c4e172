import { after, check, equals, resultsOf } from './check.mjs'
import { fetchChecks } from './fetch.mjs'
import { kernelChecks } from './kernel.mjs'
import { patternChecks } from './patterns.mjs'

/**
 * Runs the suite, and sends its results to the server, which is the one way out that all runtimes have.
 *
 * @param {string} url of the server
 * @param {string} run by which the server knows this one
 * @param {readonly import('./check.mjs').Check[]} own checks of one runtime
 */
export async function runSuite(url, run, own = []) {
  const unhandled = unhandledRejections()
  const results = await resultsOf([
    ...kernelChecks,
    ...patternChecks,
    ...fetchChecks(url),
    ...own,
    check('no rejection went unhandled', async () => {
      await after(50)
      equals(unhandled, [])
    }),
  ])
  await fetch(`${url}/results/${run}`, { method: 'POST', body: JSON.stringify(results) })
  return results
}

/** @returns {string[]} what is added to as they happen, where the runtime tells of them */
function unhandledRejections() {
  const seen = []
  const { process } = globalThis
  if (typeof process?.on === 'function') process.on('unhandledRejection', reason => void seen.push(String(reason)))
  else
    globalThis.addEventListener?.('unhandledrejection', event => {
      event.preventDefault()
      seen.push(String(event.reason))
    })
  return seen
}
