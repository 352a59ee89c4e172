import { dirname, posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

/** Leads from what a page of the repository links to, to where readers of the site find it. */
export interface Destinations {
  /** The file that a page of the site was made of, from the root of the repository; `page` is below the site, with `.md`. */
  readonly sourceOf: (page: string) => string | undefined
  /** The address of a page of the site, without a leading slash, by the file that it was made of. */
  readonly addressOf: (source: string) => string | undefined
  /** Where the repository can be browsed; without it, links to what is no page become plain text. */
  readonly repositoryUrl: string | undefined
}

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/**
 * Makes the links of pages work on the site as they do in the repository, where they are paths from file to file. A link
 * between pages becomes their address; an image, the copy that the site has; any other file, its place in the repository.
 */
export function repositoryLinks(renderer: MarkdownRenderer, destinations: Destinations): void {
  renderer.core.ruler.push('repository_links', ({ tokens, env }) => {
    const source = destinations.sourceOf((env as { relativePath: string }).relativePath)
    if (source === undefined) return
    for (const { children } of tokens) if (children !== null) relink(children, source, destinations)
  })
}

function relink(tokens: readonly Token[], source: string, destinations: Destinations): void {
  let isPlain = false
  for (const token of tokens) {
    if (token.type === 'image') token.attrSet('src', `/${fileAt(source, token.attrGet('src') ?? '').file}`)
    if (token.type === 'link_open') isPlain = !relinked(token, source, destinations)
    if (isPlain && token.type.startsWith('link_')) makePlain(token)
  }
}

/** False where there is nothing to lead to. */
function relinked(token: Token, source: string, destinations: Destinations): boolean {
  const target = token.attrGet('href') ?? ''
  if (/^(?:[a-z]+:|#)/.test(target)) return true
  const link = linkTo(fileAt(source, target), destinations)
  if (link !== undefined) token.attrSet('href', link)
  return link !== undefined
}

/** Leaves an element around the text that nobody can follow. The type would have it rendered as a link all the same. */
function makePlain(token: Token): void {
  token.type = token.nesting === 1 ? 'span_open' : 'span_close'
  token.tag = 'span'
  token.attrs = null
}

interface Target {
  /** From the root of the repository. */
  readonly file: string
  readonly anchor: string | undefined
}

function fileAt(source: string, target: string): Target {
  const [path = '', anchor] = target.split('#')
  return { file: posix.join(dirname(source), path).replace(/\/$/, ''), anchor }
}

function linkTo({ file, anchor }: Target, { addressOf, repositoryUrl }: Destinations): string | undefined {
  const address = addressOf(file) ?? addressOf(posix.join(file, 'README.md'))
  if (address !== undefined) return `/${address}${anchor === undefined ? '' : `#${anchor}`}`
  return repositoryUrl === undefined ? undefined : `${repositoryUrl}/tree/HEAD/${file}`
}
