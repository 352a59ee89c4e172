import { describe, expect, test } from 'vitest'
import { deadLinks } from '../src/dead-links.ts'

function site(pages: Readonly<Record<string, string>>): Map<string, string | undefined> {
  return new Map([...Object.entries(pages), ['logo.svg', undefined]])
}

describe('dead links', () => {
  test('are none where pages, anchors and files are there', () => {
    const files = site({
      'index.html': '<a href="/start">one</a> <a href="./guides/">two</a> <img src="/logo.svg">',
      'start.html': '<h2 id="five-minutes">Five minutes</h2> <a href="#five-minutes">here</a>',
      'guides/index.html': '<a href="../start#five-minutes">back</a> <a href="https://example.com/">out</a>',
    })

    expect(deadLinks(files, '/')).toEqual([])
  })

  test('are those to a page, an anchor or an image that is not there', () => {
    const files = site({
      'index.html': '<a href="/strat">one</a> <a href="/start#six-minutes">two</a> <img src="/lgoo.svg">',
      'start.html': '<h2 id="five-minutes">Five minutes</h2>',
    })

    expect(deadLinks(files, '/')).toEqual([
      'index.html: /strat',
      'index.html: /start#six-minutes',
      'index.html: /lgoo.svg',
    ])
  })

  test('are those that leave the path that the site is served from', () => {
    const files = site({ 'index.html': '<a href="/holdfast/start">one</a> <a href="/start">two</a>', 'start.html': '' })

    expect(deadLinks(files, '/holdfast/')).toEqual(['index.html: /start'])
  })
})
