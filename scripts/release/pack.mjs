import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { packAll } from '../checks/tarball.mjs'
import { run } from '../run.mjs'
import { publishedPackages } from '../workspace.mjs'
import { originOf } from './origin.mjs'

/** Packs the packages as they are checked, and writes where they come from into their manifests. @param {string} folder */
export async function pack(folder) {
  const target = resolve(folder)
  await mkdir(target, { recursive: true })
  const scratch = await mkdtemp(join(tmpdir(), 'holdfast-release-'))
  try {
    for (const { name, file } of await packAll(join(scratch, 'tarballs'))) {
      const unpacked = join(scratch, name)
      await mkdir(unpacked, { recursive: true })
      await run('tar', ['-xzf', file, '-C', unpacked])
      await finish(name, join(unpacked, 'package/package.json'))
      await run('npm', ['pack', join(unpacked, 'package'), '--ignore-scripts', '--pack-destination', target])
    }
    console.log(`Packed ${publishedPackages().length} packages into ${folder}`)
  } finally {
    await rm(scratch, { recursive: true })
  }
}

/** @param {string} name @param {string} file */
async function finish(name, file) {
  const pkg = publishedPackages().find(each => each.name === name)
  if (pkg === undefined) throw new Error(`there is no package ${name}`)
  // What only the workspace needs is of no use to users, and half of it is not published.
  const { devDependencies: _, ...manifest } = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, `${JSON.stringify({ ...manifest, ...originOf(pkg.folder, process.env) }, null, 2)}\n`)
}
