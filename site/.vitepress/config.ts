import { defineConfig } from 'vitepress'
import { diagramFences } from '../src/diagram-fences.ts'
import { headingAnchor } from '../src/heading-anchor.ts'
import { linkDestinations } from '../src/link-destinations.ts'
import { repositoryLinks } from '../src/repository-links.ts'
import { settings } from '../src/settings.ts'
import { sidebar } from '../src/sidebar.ts'

const { base, repositoryUrl } = settings

export default defineConfig({
  title: 'Holdfast',
  description: 'The resilience library for Node.js: retry, timeout, circuit breaker, bulkhead, fallback.',
  lang: 'en',
  base,
  srcDir: '.staged',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: `${base}logo.svg` }]],
  markdown: {
    anchor: { slugify: headingAnchor },
    headers: { slugify: headingAnchor },
    toc: { slugify: headingAnchor },
    config: renderer => {
      repositoryLinks(renderer, linkDestinations)
      diagramFences(renderer)
    },
  },
  // Mermaid is large, and only loaded with a page that has a diagram.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Patterns', link: '/which-pattern' },
      { text: 'Guides', link: '/guides/running-in-production' },
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // Whoever looks for a word wants the page that explains it before the member of that name.
          searchOptions: { boostDocument: (page: string) => (page.includes('/reference/') ? 0.4 : 1) },
        },
      },
    },
    ...(repositoryUrl !== undefined && { socialLinks: [{ icon: 'github', link: repositoryUrl }] }),
  },
})
