import { catalogue } from './catalogue.ts'
import { startCatalogueServer } from './catalogue-server.ts'
import { startService } from './service.ts'

const server = await startCatalogueServer()
const client = catalogue({ url: server.url })
const service = await startService(client)

client.policy.subscribe(event => {
  if (event.type === 'retry.scheduled') {
    console.log(`    attempt ${event.attempt} failed (${event.errorName}), again in ${Math.round(event.delayMs)} ms`)
  }
  if (event.type === 'circuit.opened') console.log(`    breaker opens for ${Math.round(event.openMs)} ms`)
  if (event.type === 'circuit.halfOpened') console.log('    breaker is half-open')
  if (event.type === 'circuit.closed') console.log('    breaker closes')
})

console.log('The catalogue is healthy.')
await get('/products/7')
await get('/products/8')

console.log('\nIt fails. The breaker opens, and then answers in its place.')
server.health = 'failing'
while (client.breaker.state === 'closed') await get('/products/7')
await get('/products/7')

console.log('\nIt has recovered. The breaker finds out by itself.')
server.health = 'healthy'
await client.breaker.whenAvailable()
await get('/products/7')

console.log('\nIt hangs. Each attempt has its limit.')
server.health = 'hanging'
await get('/products/7')

console.log('\nIt hangs, and the client leaves. So does the request to the catalogue.')
const [aborted, impatience] = [server.nextAborted(), AbortSignal.timeout(200)]
await get('/products/7', impatience)
await aborted
console.log('  the catalogue saw its request aborted')

await service.close()
await server.close()

/** What a client of the service does. */
async function get(path: string, signal: AbortSignal | null = null): Promise<void> {
  const [startMs, requestsBefore] = [performance.now(), server.requests]
  const outcome = await fetch(service.url + path, { signal }).then(
    toldBy,
    (error: unknown) => `gone (${String(error)})`,
  )
  const ms = Math.round(performance.now() - startMs)
  console.log(`  GET ${path}: ${outcome}, ${ms} ms, ${server.requests - requestsBefore} requests to the catalogue`)
}

async function toldBy(response: Response): Promise<string> {
  const retryAfter = response.headers.get('retry-after')
  return `${response.status} ${await response.text()}${retryAfter ? `, Retry-After: ${retryAfter}` : ''}`
}
