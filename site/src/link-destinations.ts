import { sitePages } from './contents.ts'
import type { Destinations } from './repository-links.ts'
import { settings } from './settings.ts'
import { stagedFile } from './stage.ts'

const sources = new Map(sitePages.map(page => [stagedFile(page), page.source]))
const addresses = new Map([
  ...sitePages.map(({ source, address }) => [source, address] as const),
  // What these two tell and lead to, the first page and the sidebar do.
  ['README.md', ''],
  ['docs/README.md', ''],
])

/** The pages of the site that are files of the repository. */
export const linkDestinations: Destinations = {
  sourceOf: page => sources.get(page),
  addressOf: source => addresses.get(source),
  repositoryUrl: settings.repositoryUrl,
}
