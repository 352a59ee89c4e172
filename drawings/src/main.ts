import { mkdirSync, writeFileSync } from 'node:fs'
import { drawings } from './drawings.ts'
import { svgOf } from './svg/drawing.ts'

const folder = new URL('../../docs/drawings/', import.meta.url)

mkdirSync(folder, { recursive: true })
for (const [name, draw] of Object.entries(drawings)) {
  writeFileSync(new URL(`${name}.svg`, folder), svgOf(await draw()))
  console.log(`docs/drawings/${name}.svg`)
}
