import { once } from 'node:events'
import { catalogue, type LogLine } from './catalogue.ts'
import { startCatalogueServer } from './catalogue-server.ts'

const server = await startCatalogueServer()
const client = catalogue({ url: server.url, log: line => console.log(`    log: ${toldBy(line)}`) })

client.policy.subscribe(event => {
  if (event.type === 'circuit.opened') console.log(`    breaker opens for ${Math.round(event.openMs)} ms`)
  if (event.type === 'circuit.halfOpened') console.log('    breaker is half-open')
  if (event.type === 'circuit.closed') console.log('    breaker closes')
})

console.log('The catalogue is healthy.')
await show(client.product('7'))
await show(client.product('8'))

console.log('\nIt is busy once, and loses a connection. A GET is repeated.')
server.next.push('busy', 'forgetful')
await show(client.product('7'))

console.log('\nIt carries an order out, and its answer is lost. The order is repeated under the same key.')
server.next.push('forgetful')
await show(client.order({ productId: '7', quantity: 3 }))
console.log(`  orders carried out: ${server.orders}`)

console.log('\nSomething else answers in its place.')
server.next.push('garbled')
await show(client.product('7'))

console.log('\nIt fails. The breaker opens, and then answers in its place.')
server.mood = 'failing'
while (client.breaker?.state === 'closed') await show(client.product('7'))
const requestsBefore = server.requests
await show(client.product('7'))
console.log(`  requests to the catalogue: ${server.requests - requestsBefore}`)

console.log('\nIt has recovered. The breaker finds out by itself.')
server.mood = 'healthy'
await client.breaker?.whenAvailable()
await show(client.product('7'))

console.log('\nIt hangs. Each attempt has its limit.')
server.mood = 'hanging'
await show(client.product('7'))

console.log('\nIt hangs, and the caller leaves. So does the request.')
const aborted = server.nextHanging().then(response => once(response, 'close'))
await show(client.product('7', { signal: AbortSignal.timeout(200) }))
await aborted
console.log('  the catalogue saw its request aborted')

await server.close()

/** What a caller sees. */
async function show(answer: Promise<unknown>): Promise<void> {
  console.log(`  ${await answer.then(value => JSON.stringify(value) ?? 'no such product', String)}`)
}

function toldBy({ request, outcome, retry }: LogLine): string {
  if (retry === undefined) return `${request} ${outcome}`
  return `${request} ${outcome}, ${retry.attempts} attempts, waited ${retry.waitedMs} ms, ${retry.stopped}`
}
