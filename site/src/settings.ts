import process from 'node:process'

/** Where the site will be, as the workflow that publishes it knows. */
export const settings: {
  /** The path that it is served from; begins and ends with `/`. */
  readonly base: string
  /** Where the repository can be browsed. */
  readonly repositoryUrl: string | undefined
} = {
  base: `/${process.env['SITE_BASE'] ?? ''}/`.replace(/\/{2,}/g, '/'),
  repositoryUrl: process.env['REPOSITORY_URL'] || undefined,
}
