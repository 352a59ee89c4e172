import { posix } from 'node:path'
import { Parser } from 'htmlparser2'

/** What a page of the built site leads to, and what can be led to in it. */
interface Anchors {
  readonly links: readonly string[]
  readonly ids: ReadonlySet<string>
}

/**
 * The links of a built site that lead nowhere, each with the page that it is on: to a file that is not there, or to an
 * anchor that its page has not.
 *
 * @param files the text of each page, and undefined for any other file, by its path from the root of the site
 * @param base the path that the site is served from
 */
export function deadLinks(files: ReadonlyMap<string, string | undefined>, base: string): string[] {
  const pages = new Map<string, Anchors>()
  for (const [file, html] of files) if (html !== undefined) pages.set(file, anchorsOf(html))

  const leadsSomewhere = (from: string, link: string): boolean => {
    const { pathname, hash } = new URL(link, `http://site${base}${from}`)
    if (!pathname.startsWith(base)) return false
    const path = decodeURIComponent(pathname.slice(base.length))
    const file = candidates(path).find(candidate => files.has(candidate))
    if (file === undefined) return false
    const anchors = pages.get(file)
    return hash === '' || anchors === undefined || anchors.ids.has(decodeURIComponent(hash.slice(1)))
  }

  return [...pages].flatMap(([page, { links }]) =>
    links
      .filter(link => !/^(?:[a-z]+:|\/\/)/.test(link) && !leadsSomewhere(page, link))
      .map(link => `${page}: ${link}`),
  )
}

/** What a server may answer with for a path without an extension. */
function candidates(path: string): string[] {
  return [path, `${path}.html`, posix.join(path, 'index.html')]
}

function anchorsOf(html: string): Anchors {
  const links: string[] = []
  const ids = new Set<string>()
  const parser = new Parser({
    onopentag: (_, { id, href, src }) => {
      if (id !== undefined) ids.add(id)
      for (const link of [href, src]) if (link) links.push(link)
    },
  })
  parser.end(html)
  return { links, ids }
}
