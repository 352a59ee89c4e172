import { EventEmitter, on } from 'node:events'
import type { ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { record, virtualClock } from '@holdfast/testing'
import { onTestFinished } from 'vitest'
import { JobQueue } from '../src/job-queue.ts'
import { startServer } from '../src/local-server.ts'
import { type Letter, type Mailer, mailer } from '../src/mailer.ts'
import { work } from '../src/worker.ts'

type Reply = (response: ServerResponse) => unknown

export const accept: Reply = response => response.writeHead(202).end()
export const fail: Reply = response => response.writeHead(503).end()
export const refuse: Reply = response => response.writeHead(422).end()

/** A worker and its mail service on real sockets. Time passes on a clock of their own. */
export async function startWorker(ids: readonly string[], reply: Reply, maxConcurrent = 1) {
  const received: string[] = []
  const arrivals = new EventEmitter<{ letter: [ServerResponse] }>()
  const requests = on(arrivals, 'letter')
  const mail = { reply }
  const server = await startServer((request, response) => {
    void json(request).then(letter => {
      received.push((letter as Letter).id)
      mail.reply(response)
      arrivals.emit('letter', response)
    })
  })
  const clock = virtualClock()
  const client = mailer({ url: server.url, maxConcurrent, clock, random: () => 1 })
  const nextOpened = (): Promise<void> =>
    new Promise(resolve => {
      const unsubscribe = client.breaker.subscribe(({ type }) => {
        if (type !== 'circuit.opened') return
        unsubscribe()
        resolve()
      })
    })
  const opened = nextOpened()
  const recording = record(client.breaker)
  const queue = new JobQueue<Letter>()
  for (const id of ids) queue.add({ id, to: `${id}@example.com` })

  const stop = new AbortController()
  const worker = work({ queue, mailer: client, stop: stop.signal })
  onTestFinished(async () => {
    stop.abort()
    await server.close()
    await worker
  })
  const nextRequest = async (): Promise<ServerResponse> => {
    const { value } = (await requests.next()) as IteratorYieldResult<[ServerResponse]>
    return value[0]
  }
  return { client, clock, mail, nextOpened, nextRequest, opened, queue, received, recording, stop, worker }
}

/** Opens the breaker without a letter. */
export function trip({ breaker }: Mailer): void {
  while (breaker.state === 'closed') breaker.record('failure')
}
