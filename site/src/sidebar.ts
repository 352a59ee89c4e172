import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DefaultTheme } from 'vitepress'
import { root, type SitePage, sections } from './contents.ts'
import { entryPoints } from './reference.ts'

/** What leads through the site: its sections, then what each package exports. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  const reference = entryPoints().map(({ name }) => ({ text: name, link: `/reference/${name}` }))
  return [
    ...sections.map(({ title, pages, isFolded = false }) => ({
      text: title,
      collapsed: isFolded,
      items: pages.map(page => ({ text: page.label ?? headingOf(page), link: `/${page.address}` })),
    })),
    { text: 'Reference', collapsed: true, items: reference },
  ]
}

function headingOf({ source }: SitePage): string {
  const [, heading] = /^# (.+)$/m.exec(readFileSync(join(root, source), 'utf8')) ?? []
  if (heading === undefined) throw new Error(`${source}: expected a heading of the first level`)
  return heading
}
