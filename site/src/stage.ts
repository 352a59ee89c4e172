import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root, type SitePage, sitePages } from './contents.ts'
import { entryPoints, writeReference } from './reference.ts'
import { firstExample, withoutComments } from './without-comments.ts'

/** Where the pages are put together, laid out as the site is. */
const stagingFolder: string = join(root, 'site/.staged')

/** Puts the pages together: those of the repository, the first page, and the reference, which is made from the sources. */
export async function stage(): Promise<void> {
  await rm(stagingFolder, { recursive: true, force: true })
  await mkdir(stagingFolder, { recursive: true })
  await Promise.all([
    ...sitePages.map(stagePage),
    stageHome(),
    stageImages(),
    writeReference(join(stagingFolder, 'reference')),
  ])
}

/** The file of a page below the staging folder. */
export function stagedFile({ address }: SitePage): string {
  return address === '' || address.endsWith('/') ? `${address}index.md` : `${address}.md`
}

async function stagePage(page: SitePage): Promise<void> {
  const file = join(stagingFolder, stagedFile(page))
  await mkdir(dirname(file), { recursive: true })
  const text = withoutComments(await readFile(join(root, page.source), 'utf8'))
  await writeFile(file, withReference(page, text))
}

/** The page of a package leads to what the package exports. */
function withReference({ source }: SitePage, text: string): string {
  const entries = entryPoints().filter(entry => entry.folder === dirname(source))
  if (entries.length === 0) return text
  const links = entries.map(({ name }) => `[${name}](/reference/${name})`).join(', ')
  return `${text.trimEnd()}\n\n## Reference\n\nEverything that it exports, with its types: ${links}.\n`
}

/** Its example is the first of the README, which the tests run. */
async function stageHome(): Promise<void> {
  const home = await readFile(join(root, 'site/pages/home.md'), 'utf8')
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  await writeFile(
    join(stagingFolder, 'index.md'),
    home.replace('<!-- first example of the README -->', firstExample(readme)),
  )
}

async function stageImages(): Promise<void> {
  await cp(join(root, 'site/public'), join(stagingFolder, 'public'), { recursive: true })
  await cp(join(root, 'docs'), join(stagingFolder, 'public/docs'), {
    recursive: true,
    filter: file => !file.endsWith('.md'),
  })
}
