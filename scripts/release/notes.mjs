/**
 * The changes of this version in the order of their weight, each once with the packages that it names.
 *
 * Changesets writes a change into the changelog of each of its packages, and into those of their dependents a list of
 * numbers.
 *
 * @param {ReadonlyMap<string, string>} changelogs by the names of their packages
 * @param {string} version
 */
export function notes(changelogs, version) {
  /** @type {Map<string, { heading: string, packages: string[] }>} */
  const changes = new Map()
  for (const [name, changelog] of changelogs) {
    for (const { heading, text } of changesIn(changelog, version)) {
      const known = changes.get(text)
      if (known === undefined) changes.set(text, { heading, packages: [name] })
      else changes.set(text, { heading: weightier(known.heading, heading), packages: [...known.packages, name] })
    }
  }
  return headings.flatMap(heading => section(heading, changes)).join('\n')
}

const headings = ['Major Changes', 'Minor Changes', 'Patch Changes']

/** @param {string} one @param {string} other */
function weightier(one, other) {
  return headings.indexOf(one) < headings.indexOf(other) ? one : other
}

/** @param {string} heading @param {ReadonlyMap<string, { heading: string, packages: string[] }>} changes */
function section(heading, changes) {
  const items = [...changes].filter(([, change]) => change.heading === heading)
  if (items.length === 0) return []
  return [`## ${heading}\n`, ...items.map(([text, { packages }]) => `- ${text}\n  (${packages.join(', ')})\n`)]
}

/** @param {string} changelog @param {string} version */
function changesIn(changelog, version) {
  const [, after = ''] = changelog.split(`\n## ${version}\n`)
  const [own = ''] = after.split(/^## /m)
  return own.split(/^### /m).flatMap(part => {
    const [heading = '', ...lines] = part.split('\n')
    const items = lines.join('\n').split(/^- (?:[0-9a-f]{7,}: )?/m)
    return items
      .map(item => item.trim())
      .filter(text => text !== '' && !text.startsWith('Updated dependencies'))
      .map(text => ({ heading, text }))
  })
}
