import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'vitepress'
import { root } from './contents.ts'
import { deadLinks } from './dead-links.ts'
import { settings } from './settings.ts'
import { stage } from './stage.ts'

await stage()
await build(join(root, 'site'))

const dead = deadLinks(builtFiles(join(root, 'site/dist')), settings.base)
for (const link of dead) console.error(`dead link in ${link}`)
if (dead.length > 0) process.exitCode = 1

function builtFiles(folder: string): Map<string, string | undefined> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      const html = name.endsWith('.html') ? readFileSync(path, 'utf8') : undefined
      return [path.slice(folder.length + 1).replaceAll('\\', '/'), html]
    }),
  )
}
