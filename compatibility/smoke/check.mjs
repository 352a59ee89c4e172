/* oxlint-disable typescript/only-throw-error -- what is thrown is what was given */
// What the suite is written with. Nothing here or in the suite is of one runtime alone.

/** @typedef {{ readonly title: string, readonly verify: () => unknown }} Check */
/** @typedef {{ readonly title: string, readonly problem: string | undefined }} Result */

/** @param {string} title @param {() => unknown} verify @returns {Check} */
export function check(title, verify) {
  return { title, verify }
}

/** Runs checks one after the other: what one leaves behind must not matter to the next. @param {readonly Check[]} checks */
export async function resultsOf(checks) {
  /** @type {Result[]} */
  const results = []
  for (const { title, verify } of checks) {
    try {
      await verify()
      results.push({ title, problem: undefined })
    } catch (error) {
      results.push({ title, problem: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) })
    }
  }
  return results
}

/** @param {unknown} actual @param {unknown} expected */
export function equals(actual, expected) {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`expected ${other}, got ${one}`)
}

/** The same object, and not only one that looks like it. @param {unknown} actual @param {unknown} expected */
export function is(actual, expected) {
  if (!Object.is(actual, expected)) throw new Error(`expected ${String(expected)}, got ${String(actual)}`)
}

/** What a promise rejects with. @param {PromiseLike<unknown>} promise @returns {Promise<any>} */
export async function rejection(promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got ${String(value)}`)
}

/** @param {number} ms @returns {Promise<void>} */
export function after(ms) {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}

/** Work that heeds its signal, and otherwise never ends. @param {{ signal: AbortSignal }} call @returns {Promise<never>} */
export async function hang({ signal }) {
  await new Promise(resolve => {
    signal.addEventListener('abort', resolve)
  })
  throw signal.reason
}
