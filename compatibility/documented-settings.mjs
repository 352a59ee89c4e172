import { readFileSync } from 'node:fs'

/** What the README of core tells users of Jest to write, in its order: for Babel, then for ts-jest. */
export function documentedJestSettings() {
  const readme = readFileSync(new URL('../packages/core/README.md', import.meta.url), 'utf8')
  const [, section = ''] = readme.split('## CommonJS, TypeScript and Jest\n')
  const [babel, tsJest] = [...section.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => JSON.parse(json))
  return { babel, tsJest }
}
