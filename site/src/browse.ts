// Opens every page in a real browser, as on a desk and as on a phone, and tells what a reader would stumble over.
// `npm run site:browse -- <folder>` leaves pictures of the pages there; a second argument picks pages by their address.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.mjs'
import { root, sitePages } from './contents.ts'
import { entryPoints } from './reference.ts'
import { serveSite } from './serve-site.ts'
import { settings } from './settings.ts'

interface Look {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly colorScheme: 'light' | 'dark'
}

const looks: readonly Look[] = [
  { name: 'desk-light', width: 1280, height: 900, colorScheme: 'light' },
  { name: 'phone-dark', width: 360, height: 740, colorScheme: 'dark' },
]

const [, , screenshots, only = ''] = process.argv
const all = ['', ...sitePages.map(({ address }) => address), ...entryPoints().map(({ name }) => `reference/${name}`)]
const addresses = all.filter(address => address.includes(only))

const executablePath = findChromium()
if (executablePath === undefined) throw new Error('expected Chromium on the PATH, or its path in CHROMIUM')

const site = await serveSite(join(root, 'site/dist'), settings.base)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
try {
  const problems = (await Promise.all(looks.map(look => problemsOf(browser, look)))).flat()
  for (const problem of problems) console.error(problem)
  console.log(`${addresses.length} pages, ${looks.length} looks, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
} finally {
  await browser.close()
  await site.close()
}

async function problemsOf(from: Browser, { name, width, height, colorScheme }: Look): Promise<string[]> {
  const context = await from.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  const problems: string[] = []
  let address = ''
  const tell = (problem: string): number => problems.push(`${name} /${address}: ${problem}`)
  page.on('pageerror', error => tell(error.message))
  page.on('console', message => message.type() === 'error' && tell(message.text()))
  page.on('requestfailed', request => {
    // What the page began to fetch for later ends when the next one is opened.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') tell(`${request.url()} failed`)
  })

  for (address of addresses) {
    await page.goto(`${site.url}${address}`)
    await diagramsOf(page)
    for (const problem of await stumblingBlocks(page)) tell(problem)
    if (screenshots !== undefined) await screenshot(page, join(screenshots, name), address)
  }
  address = ''
  if (!(await isFound(page, 'circuit breaker'))) tell('the search does not find the circuit breaker')
  await context.close()
  return problems
}

/** Until all are drawn. One that never is will be told as such. */
async function diagramsOf(page: Page): Promise<void> {
  const drawn = page.waitForFunction(() => document.querySelector('.diagram-text') === null, undefined, {
    timeout: 10_000,
  })
  await drawn.catch(() => {})
}

/** What does not fit the screen, is not drawn, or did not load. */
function stumblingBlocks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = []
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) problems.push(`is ${scrollWidth} px wide, and the screen ${clientWidth} px`)
    for (const { complete, naturalWidth, src } of document.images)
      if (complete && naturalWidth === 0) problems.push(`${src} is not shown`)
    if (document.querySelector('.diagram-text') !== null) problems.push('a diagram is not drawn')
    return problems
  })
}

async function isFound(page: Page, words: string): Promise<boolean> {
  await page.goto(site.url)
  await page.locator('.VPNavBarSearch button').click()
  await page.locator('.search-input').fill(words)
  const results = page.locator('.VPLocalSearchBox .result')
  return results
    .first()
    .waitFor({ timeout: 10_000 })
    .then(
      () => true,
      () => false,
    )
}

async function screenshot(page: Page, folder: string, address: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${address.replaceAll('/', '.') || 'home'}.png`), fullPage: true })
}
