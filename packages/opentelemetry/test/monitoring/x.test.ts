import { expect, test } from 'vitest'
import { writeFileSync } from 'node:fs'
import { exposeScenario } from './scrape.ts'
test('x', async () => {
  await using exposed = await exposeScenario()
  writeFileSync('/var/tmp/i7-c/scrape.txt', await (await fetch(exposed.url)).text())
})
