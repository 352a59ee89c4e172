import { setTimeout as sleep } from 'node:timers/promises'
import { JobQueue } from './job-queue.ts'
import { startMailServer } from './mail-server.ts'
import { type Letter, mailer } from './mailer.ts'
import { work } from './worker.ts'

const server = await startMailServer()
const mail = mailer({ url: server.url })
const queue = new JobQueue<Letter>()
const stop = new AbortController()

mail.breaker.subscribe(event => {
  if (event.type === 'circuit.opened') tell(`breaker opens for ${Math.round(event.openMs)} ms (${event.cause})`)
  if (event.type === 'circuit.halfOpened') tell('breaker is half-open: one letter probes')
  if (event.type === 'circuit.closed') tell('breaker closes')
})

console.log('100 letters wait, one of them without an address. The mail service soon fails.')
for (let number = 1; number <= 100; number++) {
  queue.add({ id: `letter-${number}`, to: number === 13 ? 'nobody' : `user-${number}@example.com` })
}
const worker = work({ queue, mailer: mail, stop: stop.signal })

await sleep(200)
server.isHealthy = false
tell('the mail service fails')
await sleep(2_000)
server.isHealthy = true
tell('the mail service has recovered')
await queue.whenIdle()
tell('the queue is empty')

console.log('\n20 more letters wait. The worker is asked to stop while it sends them.')
for (let number = 101; number <= 120; number++) queue.add({ id: `letter-${number}`, to: `user-${number}@example.com` })
await sleep(50)
tell('asked to stop')
stop.abort()
await worker
tell('stopped')

const lost = 120 - server.sent.size - queue.waiting - queue.parked.length
console.log(
  `\n120 letters: ${server.sent.size} sent, ${queue.waiting} still wait, ${queue.parked.length} parked, ${lost} lost`,
)
for (const { id, to } of queue.parked) console.log(`Parked: ${id} to ${to}`)
await server.close()

function tell(what: string): void {
  const at = `${(performance.now() / 1_000).toFixed(1)} s`
  console.log(
    `  ${at.padStart(6)}  ${what.padEnd(46)}  ${queue.waiting} waiting, ${queue.inFlight} in flight, ` +
      `${server.sent.size} sent by ${server.requests} requests`,
  )
}
