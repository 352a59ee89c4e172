// Serves the site that `npm run site` has built, until it is interrupted.

import { join } from 'node:path'
import { root } from './contents.ts'
import { serveSite } from './serve-site.ts'
import { settings } from './settings.ts'

const { url } = await serveSite(join(root, 'site/dist'), settings.base)
console.log(`The site is at ${url}`)
