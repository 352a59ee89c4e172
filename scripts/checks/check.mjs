/**
 * @typedef {object} Check
 * @property {string} title says what holds when the check passes
 * @property {() => unknown} verify throws, or rejects, when it does not hold
 */

/** Throws with all the findings, if there are any. @param {string[]} findings */
export function expectNone(findings) {
  if (findings.length > 0) throw new Error(findings.join('\n'))
}
