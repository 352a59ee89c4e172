import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { deadlineFrom } from '@holdfast/fetch'
import { type Clock, systemClock } from 'holdfast'
import { type LocalServer, startServer } from './local-server.ts'
import { startWork, type Work } from './slow-work.ts'

/** How it answers from now on. */
interface Plan {
  /** How long it works for an answer, in milliseconds. */
  workMs: number
  /** Requests that it fails before it works again. */
  failures: number
}

/** A request to it. */
interface Visit {
  /** What it was told that is left, in milliseconds; Infinity where nothing was said. */
  readonly toldMs: number
  readonly work: Work
}

/** The backend of the scenario. It is slow, and stops when nobody wants its answer any more. */
export interface StockServer extends LocalServer {
  readonly plan: Plan
  readonly visits: readonly Visit[]
  /** Requests that it works on now. */
  readonly working: number
  readonly nextVisit: () => Promise<Visit>
}

export async function startStockServer(clock: Clock = systemClock): Promise<StockServer> {
  const plan: Plan = { workMs: 100, failures: 0 }
  const visits: Visit[] = []
  const arrivals = new EventEmitter<{ visit: [Visit] }>()
  let working = 0

  const server = await startServer((request, response) => {
    const deadline = deadlineFrom(request, { clock })
    const work = plan.failures-- > 0 ? failing(response) : startWork({ workMs: plan.workMs, deadline, response, clock })
    const visit = { toldMs: deadline.remainingMs(), work }
    working++
    void work.ended.then(() => working--)
    visits.push(visit)
    arrivals.emit('visit', visit)
  })

  return {
    ...server,
    plan,
    visits,
    get working() {
      return working
    },
    nextVisit: async () => {
      const [visit] = (await once(arrivals, 'visit')) as [Visit]
      return visit
    },
  }
}

function failing(response: ServerResponse): Work {
  response.writeHead(503).end()
  return { steps: 0, ended: Promise.resolve('failed') }
}
