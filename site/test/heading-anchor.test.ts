import { expect, test } from 'vitest'
import { headingAnchor } from '../src/heading-anchor.ts'

test.each([
  ['Options of retry', 'options-of-retry'],
  ['CommonJS, TypeScript and Jest', 'commonjs-typescript-and-jest'],
  ['A COMMIT without an answer', 'a-commit-without-an-answer'],
  ['maxAttempts: Infinity', 'maxattempts-infinity'],
  ['What it costs (and why)', 'what-it-costs-and-why'],
])('the anchor of "%s" is %s', (heading, anchor) => {
  expect(headingAnchor(heading)).toBe(anchor)
})
