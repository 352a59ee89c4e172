import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { patternOf } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { type Fetch, platforms } from './platforms.ts'
import { streamOf } from './stream-of.ts'

// Moves a body of any length one way or the other, and writes by how much the memory of this process grew meanwhile.

const [, , direction = '', platform = '', url = '', length = ''] = process.argv
const fetch = platforms.find(each => each.platform === platform)?.fetch as Fetch
const api = resilientFetch({ fetch, total: false, attempt: false })

// Garbage does not count: how much of it there is, and when it goes, is up to the platform and to how busy the machine is.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const CHUNKS_PER_WEIGHING = 256

let chunks = 0
let mostBytes = 0
const weigh = (): void => {
  if (++chunks % CHUNKS_PER_WEIGHING !== 0) return
  collect()
  mostBytes = Math.max(mostBytes, process.memoryUsage.rss())
}

/** Chunks of their own, as those of a file are. */
function* weighed(): Generator<Uint8Array<ArrayBuffer>> {
  for (const chunk of patternOf(Number(length))) {
    weigh()
    yield chunk.slice()
  }
}

/** How many bytes came, as long as each stood in its place. */
async function download(): Promise<number> {
  let offset = 0
  for await (const chunk of (await api(url)).body ?? []) {
    if (chunk[0] !== offset % 251) return offset
    offset += chunk.length
    if (chunk.at(-1) !== (offset - 1) % 251) return offset
    weigh()
  }
  return offset
}

async function upload(): Promise<number> {
  const response = await api(url, { method: 'POST', body: streamOf(weighed()) })
  return response.status
}

// So that what every process loads once does not count.
await (await api(url, { method: 'HEAD' })).text()
collect()
const beforeBytes = process.memoryUsage.rss()
const result = direction === 'download' ? await download() : await upload()
process.stdout.write(JSON.stringify({ result, grewBy: mostBytes - beforeBytes }))
