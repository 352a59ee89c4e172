// The steps of a release, as the workflow release.yml runs them; docs/decisions/releases-from-tarballs.md says why.
//
//   node scripts/release.mjs next               what there is to do: version, publish or nothing
//   node scripts/release.mjs pack FOLDER        packs what is built, with the address of the repository
//   node scripts/release.mjs publish FOLDER     gives the registry the tarballs that it does not have yet
//   node scripts/release.mjs notes              the changes of this version, for people
//
// All but `pack` run without the dependencies: `publish` is trusted by the registry, and nobody else's code runs beside it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { nextStep } from './release/next-step.mjs'
import { notes } from './release/notes.mjs'
import { publish } from './release/publish.mjs'
import { releasedVersion } from './release/released-version.mjs'
import { publishedPackages, root } from './workspace.mjs'

const [step, tarballs] = process.argv.slice(2)

if (step === 'next') console.log(nextStep(root, releasedVersion()))
else if (step === 'notes') console.log(notes(changelogs(), releasedVersion()))
else if (step === 'pack' && tarballs) await (await import('./release/pack.mjs')).pack(tarballs)
else if (step === 'publish' && tarballs) await publish(tarballs, publishedPackages())
else {
  console.error('Usage: node scripts/release.mjs next | notes | pack FOLDER | publish FOLDER')
  process.exitCode = 2
}

function changelogs() {
  return new Map(
    publishedPackages().map(({ name, folder }) => [name, readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')]),
  )
}
