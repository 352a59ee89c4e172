import { describe, expect, test } from 'vitest'
import { firstExample, withoutComments } from '../src/without-comments.ts'

describe('a page without comments', () => {
  test('has lost what runs before and after an example, and nothing else', () => {
    const page = [
      '# Title',
      '<!-- setup',
      'const a = 1',
      '-->',
      '```ts',
      'use(a)',
      '```',
      '<!-- end -->',
      'Text.',
    ].join('\n')

    expect(withoutComments(page)).toBe(['# Title', '```ts', 'use(a)', '```', 'Text.'].join('\n'))
  })

  test('keeps a comment that an example shows', () => {
    const page = ['```text', '<!-- kept -->', '```'].join('\n')

    expect(withoutComments(page)).toBe(page)
  })
})

describe('the first example of a page', () => {
  test('is its first fence of code', () => {
    expect(firstExample('```sh\nls\n```\n\n```ts\none()\n```\n\n```ts\ntwo()\n```\n')).toBe('```ts\none()\n```')
  })

  test('must be there', () => {
    expect(() => firstExample('# Title')).toThrow('expected a page with an example')
  })
})
