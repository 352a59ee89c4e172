import { runInNewContext } from 'node:vm'
import { isAbortSignal } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

describe('isAbortSignal', () => {
  it.each([
    ['a signal', new AbortController().signal, true],
    ['an aborted signal', AbortSignal.abort(), true],
    ['a polyfill', { aborted: false, addEventListener: () => {} }, true],
    ['an object of another realm', runInNewContext('({ aborted: false, addEventListener() {} })'), true],
    ['a controller', new AbortController(), false],
    ['an event target', new EventTarget(), false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'abort', false],
    ['a function', () => {}, false],
    ['a function that can do it all', Object.assign(() => {}, { aborted: false, addEventListener: () => {} }), false],
    ['what nobody can listen to', { aborted: false }, false],
  ])('looks at what it can do: %s', (_, value, expected) => {
    expect(isAbortSignal(value)).toBe(expected)
  })
})
