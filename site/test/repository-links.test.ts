import { createMarkdownRenderer, disposeMdItInstance } from 'vitepress'
import { describe, expect, test } from 'vitest'
import { type Destinations, repositoryLinks } from '../src/repository-links.ts'

const destinations: Destinations = {
  sourceOf: page => (page === 'patterns/retry.md' ? 'packages/retry/README.md' : undefined),
  addressOf: source => ({ 'packages/core/README.md': 'patterns/core', 'docs/start.md': 'start' })[source],
  repositoryUrl: 'https://code.example/holdfast',
}

async function rendered(markdown: string, changes: Partial<Destinations> = {}): Promise<string> {
  disposeMdItInstance() // or the renderer of the test before comes again
  const renderer = await createMarkdownRenderer('/')
  repositoryLinks(renderer, { ...destinations, ...changes })
  return renderer.render(markdown, { relativePath: 'patterns/retry.md', path: '/patterns/retry.md', cleanUrls: true })
}

describe('a link from file to file', () => {
  test('leads to the page that the file became, and to its anchor', async () => {
    expect(await rendered('[events](../core/README.md#events)')).toContain('href="/patterns/core#events"')
  })

  test('leads to the page that the README of a folder became', async () => {
    expect(await rendered('[core](../core)')).toContain('href="/patterns/core"')
    expect(await rendered('[core](../core/)')).toContain('href="/patterns/core"')
  })

  test('leads into the repository where the file is no page', async () => {
    expect(await rendered('[budget](src/budget.ts)')).toContain(
      'href="https://code.example/holdfast/tree/HEAD/packages/retry/src/budget.ts"',
    )
  })

  test('is plain text where the file is no page and the repository has no address', async () => {
    const html = await rendered('the [budget](src/budget.ts) and [core](../core)', { repositoryUrl: undefined })

    expect(html).toContain('the <span>budget</span> and <a href="/patterns/core"')
  })

  test('stays as it is within a page, and out of the site', async () => {
    const html = await rendered('[here](#options) and [there](https://example.com/)')

    expect(html).toContain('href="#options"')
    expect(html).toContain('href="https://example.com/"')
  })

  test('to an image shows the copy that the site has', async () => {
    expect(await rendered('![waits](../../docs/drawings/jitter.svg)')).toContain('src="/docs/drawings/jitter.svg"')
  })

  test('is left alone on a page that was not made of a file', async () => {
    expect(await rendered('[core](./core.md)', { sourceOf: () => undefined })).toContain('href="./core"')
  })
})
