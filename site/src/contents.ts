import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** A page of the site: where its text is in the repository, and where readers find it. */
export interface SitePage {
  /** A Markdown file, from the root of the repository. */
  readonly source: string
  /** Where it is on the site, without an extension; empty or with a `/` at its end for the first page of a folder. */
  readonly address: string
  /** Its name in the sidebar, where the heading of the page is too long for that. */
  readonly label?: string
}

export interface Section {
  readonly title: string
  readonly pages: readonly SitePage[]
  /** Folded away until a reader asks for it. */
  readonly isFolded?: boolean
}

/** What the sidebar holds, in its order. The reference follows, which is made from the sources. */
export const sections: readonly Section[] = [
  {
    title: 'Start',
    pages: [
      doc('start', 'Five minutes'),
      doc('which-pattern', 'Which pattern?'),
      doc('order-of-policies', 'Order of policies'),
      doc('where-it-runs', 'Where it runs'),
    ],
  },
  {
    title: 'Patterns',
    pages: [
      of('patterns', 'retry', 'Retry'),
      of('patterns', 'timeout', 'Timeout'),
      of('patterns', 'circuit-breaker', 'Circuit breaker'),
      of('patterns', 'bulkhead', 'Bulkhead'),
      of('patterns', 'fallback', 'Fallback'),
      of('patterns', 'core', 'What they share'),
      of('patterns', 'holdfast', 'All in one import'),
    ],
  },
  {
    title: 'Integrations',
    pages: [
      of('integrations', 'fetch', 'fetch'),
      of('integrations', 'undici', 'undici'),
      of('integrations', 'postgres', 'PostgreSQL'),
      of('integrations', 'redis', 'Redis'),
      of('integrations', 'opentelemetry', 'OpenTelemetry'),
      of('integrations', 'lifecycle', 'Health and shutdown'),
      of('integrations', 'testing', 'Testing'),
    ],
  },
  {
    title: 'Guides',
    pages: [
      doc('guides/wrapping-an-sdk'),
      doc('guides/wrapping-a-database-client'),
      doc('guides/timeouts-that-fit-together'),
      doc('guides/testing-with-virtual-time'),
      doc('guides/protecting-a-server'),
      doc('guides/tuning-from-metrics'),
      doc('guides/anti-patterns'),
      doc('guides/running-in-production'),
      doc('guides/many-processes'),
      doc('operations/README', 'Watching it'),
      doc('operations/runbooks', 'Runbooks'),
    ],
  },
  {
    title: 'Migration',
    pages: [
      doc('migration/README', 'Before you move'),
      doc('migration/p-retry', 'From p-retry'),
      doc('migration/p-timeout', 'From p-timeout'),
      doc('migration/p-limit', 'From p-limit'),
      doc('migration/cockatiel', 'From cockatiel'),
      doc('migration/opossum', 'From opossum'),
    ],
  },
  {
    title: 'Examples',
    isFolded: true,
    pages: [
      example('demo', 'Demo'),
      example('fetch-client', 'HTTP client'),
      example('outgoing-calls', 'All outgoing calls'),
      example('postgres', 'PostgreSQL'),
      example('queue-worker', 'Queue worker'),
      example('service', 'Service in production'),
    ],
  },
  {
    title: 'Project',
    isFolded: true,
    pages: [
      doc('benchmarks'),
      doc('proof'),
      doc('architecture'),
      doc('decisions/README', 'Decisions'),
      { source: 'CONTRIBUTING.md', address: 'contributing' },
      { source: 'SECURITY.md', address: 'security' },
      { source: 'CODE_OF_CONDUCT.md', address: 'code-of-conduct', label: 'Code of conduct' },
    ],
  },
]

/** Pages that others lead to, and the sidebar does not. */
const unlisted: readonly SitePage[] = globSync('docs/decisions/*.md', { cwd: root })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => !file.endsWith('/README.md'))
  .toSorted()
  .map(source => ({ source, address: source.replace(/^docs\/|\.md$/g, '') }))

export const sitePages: readonly SitePage[] = [...sections.flatMap(({ pages }) => pages), ...unlisted]

function doc(path: string, label?: string): SitePage {
  return { source: `docs/${path}.md`, address: path.replace(/README$/, ''), ...(label !== undefined && { label }) }
}

function of(folder: string, name: string, label: string): SitePage {
  return { source: `packages/${name}/README.md`, address: `${folder}/${name}`, label }
}

function example(name: string, label: string): SitePage {
  return { source: `examples/${name}/README.md`, address: `examples/${name}`, label }
}
